//! @NAME@: a provider for an upstream with a wire format of its own. Change it to yours.
use sluice_plugin::json::{Value, Writer};
use sluice_plugin::{chat, plugin, Codec, Component, Decoder, Error, Face, Framing, HttpRequest, Op};
use sluice_plugin::{Request, Response, Setup, Sink, Usage};
use std::ffi::CStr;

#[cfg(test)]
mod tests;

struct @CLASS@Provider {
    limit: u64,
}

impl Component for @CLASS@Provider {
    const ID: &'static CStr = c"@ID@";
    const DESCRIPTION: &'static CStr = c"Chats with an upstream of its own kind";
    const CONFIG_SCHEMA: Option<&'static CStr> = Some(
        cr#"{
          "$schema": "http://json-schema.org/draft-07/schema#",
          "type": "object", "additionalProperties": false,
          "properties": {
            "limit": {"type": "integer", "minimum": 1, "default": 1024,
                      "description": "The most tokens of an answer, unless the request says"}}}"#,
    );
    const FACES: &'static [Face<Self>] = &[Face::codec()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        Ok(@CLASS@Provider { limit: setup.whole("limit", 1024)? })
    }
}

impl Codec for @CLASS@Provider {
    fn encode<'a>(&self, request: &'a Request<'a>) -> Result<HttpRequest<'a>, Error> {
        match request.op {
            Op::Chat => {}
            Op::Models => {
                return Ok(HttpRequest::get("/v1/models").secret_header("X-Key", "", "key"))
            }
            _ => return Err(Error::unimplemented()),
        }
        let asked = chat::body(request)?;
        let mut body = Writer::new();
        body.begin_object().key("model").string(&request.model).key("stream").bool(request.stream);
        body.key("limit").number(chat::max_tokens(&asked).unwrap_or(self.limit));
        body.key("turns").begin_array();
        for message in chat::messages(&asked)? {
            body.begin_object().key("who").string(message.get("role").str().unwrap_or_default());
            body.key("says").string(&chat::text_of(message)).end_object();
        }
        body.end_array().end_object();
        Ok(HttpRequest::post("/v1/talk")
            .secret_header("X-Key", "", "key")
            .json(body.finish().into_bytes())
            .framing(if request.stream { Framing::Lines } else { Framing::Whole }))
    }

    fn open(&self, request: &Request, response: &Response) -> Result<Box<dyn Decoder>, Error> {
        if !response.ok() {
            return Ok(chat::refused(response));
        }
        Ok(Box::new(Answer { models: request.op == Op::Models, complete: false }))
    }
}

/// A line of JSON at a time when streamed, else one object with the same members:
///   {"id", "model"} {"text"} ... {"done", "tokens": {"prompt", "answer"}}, or {"error"}
/// The list of models is {"models": ["name", ...]}.
struct Answer {
    models: bool,
    complete: bool,
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
            self.complete = true;
            let names = said.get("models").items().iter().filter_map(Value::str);
            sink.json(&chat::model_list(names));
            return Ok(());
        }
        if let Some(id) = said.get("id").str() {
            sink.start(id, said.get("model").str().unwrap_or_default());
        }
        if let Some(delta) = said.get("text").str() {
            sink.text(delta);
        }
        if let (Some(why), false) = (said.get("done").str(), self.complete) {
            self.complete = true;
            sink.finish(if why == "length" { "length" } else { "stop" });
        }
        if let tokens @ Value::Object(_) = said.get("tokens") {
            let count = |name: &str| tokens.get(name).u64().unwrap_or(0);
            let (input, output) = (count("prompt"), count("answer"));
            sink.usage(Usage { input, output, ..Usage::default() });
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
    vendor: c"Example",
    version: c"0.1.0",
    license: c"Apache-2.0",
    may_unload: true,
    components: [@CLASS@Provider],
);
