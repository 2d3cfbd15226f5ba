//! talk: two providers in Rust. `talk-rust`, here, translates for an upstream with a wire format of
//! its own, which ../README.md describes; `words-rust`, in words.rs, needs no upstream.
use sluice_plugin::json::{Value, Writer};
use sluice_plugin::{abi, plugin, retry_after_ms, Codec, Component, Decoder, Error, Face, Framing};
use sluice_plugin::{HttpRequest, Op, Request, Response, Setup, Sink, Usage};
use std::ffi::CStr;

mod words;

struct Talk {
    limit: u64,
}

impl Component for Talk {
    const ID: &'static CStr = c"com.example.talk-rust";
    const DESCRIPTION: &'static CStr = c"An upstream with a wire format of its own, in Rust";
    const CONFIG_SCHEMA: Option<&'static CStr> = Some(
        c"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\
          \"limit\":{\"type\":\"integer\",\"minimum\":1,\"default\":1024,\
          \"description\":\"The most tokens of an answer, unless the request says\"}}}",
    );
    const FACES: &'static [Face<Self>] = &[Face::codec()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        let settings = setup.config()?;
        let limit = match settings.get("limit") {
            Value::Missing => 1024,
            limit => limit.u64().ok_or_else(|| {
                let what = "settings.limit: must be a whole number, not negative";
                Error::new(abi::INVALID_ARGUMENT, what)
            })?,
        };
        Ok(Talk { limit })
    }
}

/// The messages of a chat request.
fn messages<'a, 'b>(asked: &'b Value<'a>) -> Result<&'b [Value<'a>], Error> {
    match asked.get("messages") {
        Value::Array(messages) => Ok(messages),
        _ => Err(Error::bad_request("messages must be an array")),
    }
}

/// A message's text: its content, or the text parts of that joined.
fn text_of(message: &Value) -> String {
    let content = message.get("content");
    let parts = content.items().iter().filter(|part| part.get("type").str() == Some("text"));
    let texts = parts.filter_map(|part| part.get("text").str());
    content.str().into_iter().chain(texts).collect()
}

impl Talk {
    fn body(&self, request: &Request) -> Result<String, Error> {
        let asked = Value::parse(request.body).unwrap_or(Value::Missing);
        if !asked.is_object() {
            return Err(Error::bad_request("the request is not a JSON object"));
        }
        let limit = asked.get("max_completion_tokens").u64();
        let limit = limit.or(asked.get("max_tokens").u64()).unwrap_or(self.limit);
        let mut body = Writer::new();
        body.begin_object().key("model").string(&request.model);
        body.key("stream").bool(request.stream).key("limit").number(limit);
        body.key("turns").begin_array();
        for message in messages(&asked)? {
            let role = message.get("role").str().unwrap_or_default();
            body.begin_object().key("who").string(role);
            body.key("says").string(&text_of(message)).end_object();
        }
        body.end_array().end_object();
        Ok(body.finish())
    }
}

impl Codec for Talk {
    fn encode<'a>(&self, request: &'a Request<'a>) -> Result<HttpRequest<'a>, Error> {
        match request.op {
            Op::Chat => {
                let framing = if request.stream { Framing::Lines } else { Framing::Whole };
                Ok(HttpRequest::post("/v1/talk")
                    .secret_header("X-Key", "", "key")
                    .json(self.body(request)?.into_bytes())
                    .framing(framing))
            }
            Op::Models => Ok(HttpRequest::get("/v1/models").secret_header("X-Key", "", "key")),
            _ => Err(Error::unimplemented()),
        }
    }

    fn open(&self, request: &Request, response: &Response) -> Result<Box<dyn Decoder>, Error> {
        if !response.ok() {
            let retry_after_ms = retry_after_ms(response);
            return Ok(Box::new(Refusal { status: response.status, retry_after_ms }));
        }
        Ok(Box::new(Answer { models: request.op == Op::Models, complete: false }))
    }
}

/// An answer that is not 2xx.
struct Refusal {
    status: u32,
    retry_after_ms: u32,
}

/// {"error", "type"}
fn refusal(status: u32, retry_after_ms: u32, said: &Value) -> Error {
    let message = said.get("error").str().unwrap_or_default();
    let error = Error::of_status(status, retry_after_ms, message);
    Error { type_: said.get("type").str().unwrap_or_default().to_string(), ..error }
}

impl Decoder for Refusal {
    fn frame(&mut self, _event: &str, data: &[u8], _sink: &mut Sink) -> Result<(), Error> {
        let said = Value::parse(data).unwrap_or(Value::Missing);
        Err(refusal(self.status, self.retry_after_ms, &said))
    }
    fn end(&mut self, _sink: &mut Sink) -> Result<(), Error> {
        Err(refusal(self.status, self.retry_after_ms, &Value::Missing))
    }
}

/// A line at a time when streamed, else one object with the same members.
struct Answer {
    models: bool,
    complete: bool,
}

impl Answer {
    fn push_models(&mut self, said: &Value, sink: &mut Sink) {
        let mut list = Writer::new();
        list.begin_object().key("object").string("list").key("data").begin_array();
        for name in said.get("models").items().iter().filter_map(Value::str) {
            list.begin_object().key("id").string(name).key("object").string("model").end_object();
        }
        list.end_array().end_object();
        sink.json(&list.finish());
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
            return Err(refusal(0, 0, &said));
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
