use crate::@CLASS@Strategy;
use sluice_plugin::abi::sluice_candidate;
use sluice_plugin::testing::{candidate, Instance};

#[test]
fn puts_the_cheap_and_quick_first() {
    let strategy = Instance::new::<@CLASS@Strategy>("{}").unwrap();
    let slow = sluice_candidate { latency_us: 2_000_000, ..candidate("slow") };
    let dear = sluice_candidate { price_out: 15.0, ..candidate("dear") };
    let ill = sluice_candidate { flags: 0, ..candidate("ill") };
    assert_eq!(strategy.rank(&[ill, dear, slow, candidate("best")]), "best slow dear ill");
    assert_eq!(strategy.rank(&[]), "");
}

#[test]
fn weighs_time_as_it_is_told() {
    let hasty = Instance::new::<@CLASS@Strategy>(r#"{"second_costs":100}"#).unwrap();
    let slow = sluice_candidate { latency_us: 2_000_000, ..candidate("slow") };
    let dear = sluice_candidate { price_out: 15.0, ..candidate("dear") };
    assert_eq!(hasty.rank(&[slow, dear]), "dear slow");
    assert_eq!(
        Instance::new::<@CLASS@Strategy>(r#"{"second_costs":true}"#).err().unwrap(),
        "error INVALID_ARGUMENT \"settings.second_costs: must be a number\"\n"
    );
}
