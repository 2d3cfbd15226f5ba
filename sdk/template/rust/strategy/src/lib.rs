//! @NAME@: a strategy that ranks candidates by what they cost and how long they take. Change it to
//! yours.
use sluice_plugin::{plugin, Candidate, Component, Error, Face, Kind, Request, Setup, Strategy};
use std::ffi::CStr;

#[cfg(test)]
mod tests;

struct @CLASS@Strategy {
    second_costs: f64,
}

impl Component for @CLASS@Strategy {
    const ID: &'static CStr = c"@ID@";
    const DESCRIPTION: &'static CStr = c"Cheap and quick first; the unhealthy last";
    const KIND: Kind = Kind::Strategy;
    const CONFIG_SCHEMA: Option<&'static CStr> = Some(
        cr#"{
          "$schema": "http://json-schema.org/draft-07/schema#",
          "type": "object", "additionalProperties": false,
          "properties": {
            "second_costs": {"type": "number", "minimum": 0, "default": 1,
                             "description": "What a second counts, in USD per million tokens"}}}"#,
    );
    const FACES: &'static [Face<Self>] = &[Face::strategy()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        Ok(@CLASS@Strategy { second_costs: setup.number("second_costs", 1.0)? })
    }
}

impl @CLASS@Strategy {
    fn cost(&self, of: &Candidate) -> f64 {
        let money = of.price_in() + of.price_out();
        let seconds = f64::from(of.latency_us()) * 1e-6;
        money + seconds * self.second_costs + if of.healthy() { 0.0 } else { 1e9 }
    }
}

impl Strategy for @CLASS@Strategy {
    /// A pure function of what it is given: it may run on any thread, several at a time.
    fn rank(&self, _request: &Request, candidates: &[Candidate]) -> Result<Vec<usize>, Error> {
        let costs: Vec<f64> = candidates.iter().map(|of| self.cost(of)).collect();
        let mut order: Vec<usize> = (0..costs.len()).collect();
        order.sort_by(|a, b| costs[*a].total_cmp(&costs[*b]));
        Ok(order)
    }
}

plugin!(
    vendor: c"Example",
    version: c"0.1.0",
    license: c"Apache-2.0",
    may_unload: true,
    components: [@CLASS@Strategy],
);
