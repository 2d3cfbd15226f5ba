package main

import (
	"testing"

	"sluice"
)

func rank(t *testing.T, settings string, candidates ...sluice.Candidate) string {
	made, err := create(sluice.Setup{Config: []byte(settings)})
	if err != nil {
		t.Fatal(err)
	}
	order, err := made.(sluice.Strategy).Rank(&sluice.Request{}, candidates)
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, index := range order {
		names += candidates[index].Target + " "
	}
	return names
}

var (
	best = sluice.Candidate{Target: "best", Healthy: true}
	slow = sluice.Candidate{Target: "slow", Healthy: true, LatencyUs: 2000000}
	dear = sluice.Candidate{Target: "dear", Healthy: true, PriceOut: 15}
	ill  = sluice.Candidate{Target: "ill"}
)

func TestPutsTheCheapAndQuickFirst(t *testing.T) {
	if got := rank(t, "{}", ill, dear, slow, best); got != "best slow dear ill " {
		t.Error(got)
	}
	if got := rank(t, "{}"); got != "" {
		t.Error(got)
	}
}

func TestWeighsTimeAsItIsTold(t *testing.T) {
	if got := rank(t, `{"second_costs":100}`, slow, dear); got != "dear slow " {
		t.Error(got)
	}
	if _, err := create(sluice.Setup{Config: []byte(`{"second_costs":true}`)}); err == nil {
		t.Error("what is no number was taken")
	}
}
