//! What codecs have in common: chat requests, refusals, lists of models. Pure functions.
use crate::codec::{retry_after_ms, Decoder, Response};
use crate::core::{Error, Request, Sink};
use crate::json::{Value, Writer};

/// A request's body, which must be a JSON object.
pub fn body<'a>(request: &'a Request) -> Result<Value<'a>, Error> {
    match Value::parse(request.body) {
        Ok(body) if body.is_object() => Ok(body),
        _ => Err(Error::bad_request("the request is not a JSON object")),
    }
}

/// The messages of a chat request.
pub fn messages<'a, 'b>(asked: &'b Value<'a>) -> Result<&'b [Value<'a>], Error> {
    match asked.get("messages") {
        Value::Array(messages) => Ok(messages),
        _ => Err(Error::bad_request("messages must be an array")),
    }
}

/// The most tokens that an answer may have, if the request says.
pub fn max_tokens(asked: &Value) -> Option<u64> {
    asked.get("max_completion_tokens").u64().or(asked.get("max_tokens").u64())
}

/// A message's text: its content, or the text parts of that joined.
pub fn text_of(message: &Value) -> String {
    let content = message.get("content");
    let parts = content.items().iter().filter(|part| part.get("type").str() == Some("text"));
    let texts = parts.filter_map(|part| part.get("text").str());
    content.str().into_iter().chain(texts).collect()
}

/// The answer to `Op::Models`, for `Sink::json`.
pub fn model_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut list = Writer::new();
    list.begin_object().key("object").string("list").key("data").begin_array();
    for name in names {
        list.begin_object().key("id").string(name).key("object").string("model").end_object();
    }
    list.end_array().end_object();
    list.finish()
}

/// What a body says of a refusal: {"error": {"message", "type", "code", "param"}}, {"error": "..."},
/// {"message": "..."} or {"detail": "..."}. `status`: 0 inside an answer that began with 200.
pub fn refusal(status: u32, retry_after_ms: u32, said: &Value) -> Error {
    let error = said.get("error");
    let from = if error.is_object() { error } else { said };
    let text = |name: &str| from.get(name).str().unwrap_or_default().to_string();
    let message = error.str().or(from.get("message").str()).or(said.get("detail").str());
    let out = Error::of_status(status, retry_after_ms, message.unwrap_or_default());
    Error { type_: text("type"), symbol: text("code"), param: text("param"), ..out }
}

/// The decoder of an answer that is not 2xx.
pub fn refused(response: &Response) -> Box<dyn Decoder> {
    Box::new(Refused { status: response.status, retry_after_ms: retry_after_ms(response) })
}

struct Refused {
    status: u32,
    retry_after_ms: u32,
}

impl Decoder for Refused {
    fn frame(&mut self, _event: &str, data: &[u8], _sink: &mut Sink) -> Result<(), Error> {
        let said = Value::parse(data).unwrap_or(Value::Missing);
        Err(refusal(self.status, self.retry_after_ms, &said))
    }
    fn end(&mut self, _sink: &mut Sink) -> Result<(), Error> {
        Err(refusal(self.status, self.retry_after_ms, &Value::Missing))
    }
}
