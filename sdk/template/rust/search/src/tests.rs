use crate::@CLASS@Search;
use sluice_plugin::abi::OP_SEARCH;
use sluice_plugin::testing::{Asked, Instance};

const PAGES: &str = r#"{"pages":[
  {"title":"Ham","uri":"https://example.com/ham","text":"a river and a ford"},
  {"title":"Ems","uri":"https://example.com/ems","text":"a river, and again a river"}]}"#;
const HAM: &str = "item id=\"https://example.com/ham\" name=\"Ham\" \"a river and a ford\"\n";
const EMS: &str =
    "item id=\"https://example.com/ems\" name=\"Ems\" \"a river, and again a river\"\n";

fn search(settings: &str, body: &str) -> String {
    Instance::new::<@CLASS@Search>(settings).unwrap().run(&Asked::new(OP_SEARCH, body))
}

#[test]
fn finds_the_best_first() {
    assert_eq!(search(PAGES, r#"{"query":"river"}"#), format!("{EMS}{HAM}"));
    assert_eq!(search(PAGES, r#"{"query":"ford river","limit":1}"#), HAM);
    assert_eq!(search(PAGES, r#"{"query":"lake"}"#), "");
}

#[test]
fn refuses_what_is_no_query() {
    assert_eq!(
        search("{}", "{}"),
        "error INVALID_ARGUMENT reason=BAD_REQUEST \"there is no query\"\n"
    );
}
