// @NAME@: a strategy that ranks candidates by what they cost and how long they take. Change it to
// yours.
package main

import (
	"sort"

	"sluice"
)

const schema = `{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "additionalProperties": false,
  "properties": {
    "second_costs": {"type": "number", "minimum": 0, "default": 1,
                     "description": "What a second counts, in USD per million tokens"}}}`

func init() {
	sluice.Register(sluice.Library{
		Vendor: "Example", Version: "0.1.0", License: "Apache-2.0",
		Components: []sluice.Component{{
			ID:           "@ID@",
			Description:  "Cheap and quick first; the unhealthy last",
			Kind:         sluice.KindStrategy,
			ConfigSchema: schema,
			Create:       create,
		}},
	})
}

func main() {}

type strategy struct {
	SecondCosts float64 `json:"second_costs"`
}

func create(setup sluice.Setup) (any, error) {
	made := &strategy{SecondCosts: 1}
	return made, setup.Settings(made)
}

func (s *strategy) cost(of *sluice.Candidate) float64 {
	cost := of.PriceIn + of.PriceOut + float64(of.LatencyUs)*1e-6*s.SecondCosts
	if !of.Healthy {
		cost += 1e9
	}
	return cost
}

// Rank is a pure function of what it is given: it may run on any thread, several at a time.
func (s *strategy) Rank(_ *sluice.Request, candidates []sluice.Candidate) ([]int, error) {
	costs := make([]float64, len(candidates))
	order := make([]int, len(candidates))
	for i := range candidates {
		costs[i], order[i] = s.cost(&candidates[i]), i
	}
	sort.SliceStable(order, func(a, b int) bool { return costs[order[a]] < costs[order[b]] })
	return order, nil
}
