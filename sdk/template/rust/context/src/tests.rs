use crate::@CLASS@Context;
use sluice_plugin::abi::OP_CONTEXT;
use sluice_plugin::testing::{Asked, Instance};

fn exchange(scope: &str, asked: &str, answered: &str) -> String {
    format!(
        r#"{{"request_id":"r","at_ms":1,"scope":"{scope}",
        "messages":[{{"role":"user","content":"{asked}"}}],
        "answer":{{"model":"m","finish_reason":"stop",
        "message":{{"role":"assistant","content":"{answered}"}}}}}}"#
    )
}

fn ask(context: &Instance, scope: &str, query: &str) -> String {
    let body = format!(r#"{{"query":"{query}","messages":[],"scope":"{scope}","limit":2}}"#);
    context.run(&Asked::new(OP_CONTEXT, &body))
}

#[test]
fn remembers_within_a_scope() {
    let context = Instance::new::<@CLASS@Context>("{}").unwrap();
    assert_eq!(context.remember(&exchange("ann", "my dog's name", "Rex")), "");
    assert_eq!(ask(&context, "ann", "dog"), "item name=\"my dog's name\" \"Rex\"\n");
    assert_eq!(ask(&context, "bob", "dog"), "");
    assert_eq!(ask(&context, "ann", "cat"), "");
}

#[test]
fn keeps_as_many_as_it_is_told() {
    let context = Instance::new::<@CLASS@Context>(r#"{"keep":1}"#).unwrap();
    assert_eq!(context.remember(&exchange("ann", "dog one", "Rex")), "");
    assert_eq!(context.remember(&exchange("ann", "dog two", "Bella")), "");
    assert_eq!(ask(&context, "ann", "dog"), "item name=\"dog two\" \"Bella\"\n");
}

#[test]
fn refuses_what_is_no_exchange() {
    let context = Instance::new::<@CLASS@Context>("{}").unwrap();
    assert_eq!(
        context.remember("{}"),
        "error INVALID_ARGUMENT reason=BAD_REQUEST \"no scope\"\n"
    );
}
