//! talk: two providers in Rust. `talk-rust`, here, translates for an upstream with a wire format of
//! its own, which ../README.md describes; `words-rust`, in words.rs, needs no upstream.
use sluice_plugin::json::{Value, Writer};
use sluice_plugin::{
    chat, plugin, Codec, Component, Decoder, Dropped, Error, Face, Framing, HttpRequest, Op,
};
use sluice_plugin::{Request, Response, Setup, Sink, Usage};
use std::ffi::CStr;

mod words;

struct Talk {
    limit: u64,
}

impl Component for Talk {
    const ID: &'static CStr = c"com.example.talk-rust";
    const DESCRIPTION: &'static CStr = c"An upstream with a wire format of its own, in Rust";
    const CONFIG_SCHEMA: Option<&'static CStr> = Some(
        cr#"{"type":"object","additionalProperties":false,"properties":{
            "limit":{"type":"integer","minimum":1,"default":1024,
                     "description":"The most tokens of an answer, unless the request says"}}}"#,
    );
    const FACES: &'static [Face<Self>] = &[Face::codec()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        Ok(Talk { limit: setup.whole("limit", 1024)? })
    }
}

/// What the upstream has no word for; the host decides what becomes of it.
fn tell_dropped<'a>(asked: &Value, mut out: HttpRequest<'a>) -> HttpRequest<'a> {
    for (field, loses) in [("seed", Dropped::Hint), ("tools", Dropped::Meaning)] {
        if !matches!(asked.get(field), Value::Missing | Value::Null) {
            out = out.dropped(field, loses);
        }
    }
    out
}

impl Talk {
    fn body(&self, request: &Request, asked: &Value) -> Result<String, Error> {
        let limit = chat::max_tokens(asked).unwrap_or(self.limit);
        let mut body = Writer::new();
        body.begin_object().key("model").string(&request.model);
        body.key("stream").bool(request.stream).key("limit").number(limit);
        body.key("turns").begin_array();
        for message in chat::messages(asked)? {
            let role = message.get("role").str().unwrap_or_default();
            body.begin_object().key("who").string(role);
            body.key("says").string(&chat::text_of(message)).end_object();
        }
        body.end_array().end_object();
        Ok(body.finish())
    }
}

impl Codec for Talk {
    fn encode<'a>(&self, request: &'a Request<'a>) -> Result<HttpRequest<'a>, Error> {
        match request.op {
            Op::Chat => {
                let asked = chat::body(request)?;
                let framing = if request.stream { Framing::Lines } else { Framing::Whole };
                let out = HttpRequest::post("/v1/talk")
                    .secret_header("X-Key", "", "key")
                    .json(self.body(request, &asked)?.into_bytes())
                    .framing(framing);
                Ok(tell_dropped(&asked, out))
            }
            Op::Models => Ok(HttpRequest::get("/v1/models").secret_header("X-Key", "", "key")),
            _ => Err(Error::unimplemented()),
        }
    }

    fn open(&self, request: &Request, response: &Response) -> Result<Box<dyn Decoder>, Error> {
        if !response.ok() {
            return Ok(chat::refused(response));
        }
        Ok(Box::new(Answer { models: request.op == Op::Models, complete: false }))
    }
}

/// A line at a time when streamed, else one object with the same members.
struct Answer {
    models: bool,
    complete: bool,
}

impl Answer {
    fn push_models(&mut self, said: &Value, sink: &mut Sink) {
        sink.json(&chat::model_list(said.get("models").items().iter().filter_map(Value::str)));
        self.complete = true;
    }
    fn push_chat(&mut self, said: &Value, sink: &mut Sink) {
        if let Some(id) = said.get("id").str() {
            sink.start(id, said.get("model").str().unwrap_or_default());
        }
        if let Some(delta) = said.get("text").str() {
            sink.text(delta);
        }
        if let (Some(why), false) = (said.get("done").str(), self.complete) {
            sink.finish(if why == "length" { "length" } else { "stop" });
            self.complete = true;
        }
        if let tokens @ Value::Object(_) = said.get("tokens") {
            sink.usage(Usage {
                input: tokens.get("prompt").u64().unwrap_or(0),
                output: tokens.get("answer").u64().unwrap_or(0),
                ..Usage::default()
            });
        }
    }
}

impl Decoder for Answer {
    fn frame(&mut self, _event: &str, data: &[u8], sink: &mut Sink) -> Result<(), Error> {
        let said = Value::parse(data).unwrap_or(Value::Missing);
        if !said.is_object() {
            return Err(Error::unavailable("the upstream sent what is not a JSON object"));
        }
        if said.get("error").exists() {
            return Err(chat::refusal(0, 0, &said));
        }
        if self.models {
            self.push_models(&said, sink);
        } else {
            self.push_chat(&said, sink);
        }
        Ok(())
    }
    fn end(&mut self, _sink: &mut Sink) -> Result<(), Error> {
        if self.complete {
            return Ok(());
        }
        Err(Error::unavailable("the upstream's answer ended before it was finished"))
    }
}

plugin!(
    vendor: c"Sluice",
    version: c"1.0.0",
    license: c"Apache-2.0",
    may_unload: true,
    components: [Talk, words::Words],
);

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_plugin::testing::{Asked, Instance};

    const HELLO: &str = r#"{"messages":[{"role":"user","content":"one two"}]}"#;

    #[test]
    fn replays_its_transcripts() {
        let talk = Instance::new::<Talk>("{}").unwrap();
        for file in std::fs::read_dir("../transcripts").unwrap() {
            talk.replay(&std::fs::read_to_string(file.unwrap().path()).unwrap());
        }
    }

    #[test]
    fn knows_its_settings() {
        let talk = Instance::new::<Talk>(r#"{"limit":7}"#).unwrap();
        assert!(talk.encode(&Asked::chat(HELLO)).contains(r#""limit":7"#));
        assert_eq!(
            Instance::new::<Talk>(r#"{"limit":"many"}"#).err().unwrap(),
            "error INVALID_ARGUMENT \"settings.limit: must be a whole number, not negative\"\n"
        );
    }

    #[test]
    fn says_words() {
        let words = Instance::new::<words::Words>("{}").unwrap();
        assert_eq!(
            words.run(&Asked::chat(HELLO)),
            "start id=\"words\" name=\"m\"\ntext \"one \"\ntext \"two\"\nfinish stop\nusage output=2\n"
        );
    }
}
