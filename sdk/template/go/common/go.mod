module example.com/@NAME@

go 1.22

require sluice v0.0.0

replace sluice => "@SHARE@/go"
