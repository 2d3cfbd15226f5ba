module sluice

go 1.22
