use crate::@CLASS@Provider;
use sluice_plugin::testing::{Asked, Instance};

const BODY: &str = r#"{"model":"m-1","messages":[{"role":"user","content":"Hi"}],
                       "stream":true,"max_tokens":5}"#;

#[test]
fn asks_in_the_upstreams_words() {
    let provider = Instance::new::<@CLASS@Provider>("{}").unwrap();
    assert_eq!(
        provider.encode(&Asked::chat(BODY)),
        "POST /v1/talk\nX-Key: <key>\nContent-Type: application/json\n\n\
         {\"model\":\"m-1\",\"stream\":true,\"limit\":5,\"turns\":[{\"who\":\"user\",\"says\":\"Hi\"}]}"
    );
    assert_eq!(provider.encode(&Asked::models()), "GET /v1/models\nX-Key: <key>\n\n");
}

#[test]
fn knows_its_settings() {
    let provider = Instance::new::<@CLASS@Provider>(r#"{"limit":7}"#).unwrap();
    assert!(provider.encode(&Asked::chat(r#"{"messages":[]}"#)).contains(r#""limit":7"#));
    assert_eq!(
        Instance::new::<@CLASS@Provider>(r#"{"limit":"many"}"#).err().unwrap(),
        "error INVALID_ARGUMENT \"settings.limit: must be a whole number, not negative\"\n"
    );
}

#[test]
fn replays_its_transcripts() {
    let provider = Instance::new::<@CLASS@Provider>("{}").unwrap();
    for file in std::fs::read_dir("transcripts").unwrap() {
        provider.replay(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
}
