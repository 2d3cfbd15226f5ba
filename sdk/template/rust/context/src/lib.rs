//! @NAME@: a context source that remembers what was asked and answered, and tells it again when it
//! is asked about. Change it to yours.
use sluice_plugin::json::Value;
use sluice_plugin::{chat, plugin, Component, Error, Face, Item, ItemSource, Kind, Memory, Setup};
use std::collections::VecDeque;
use std::ffi::CStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(test)]
mod tests;

struct Memo {
    scope: String,
    asked: String,
    answered: String,
}

struct @CLASS@Context {
    keep: usize,
    memos: Mutex<VecDeque<Memo>>, // the newest first
}

impl Component for @CLASS@Context {
    const ID: &'static CStr = c"@ID@";
    const DESCRIPTION: &'static CStr = c"Remembers what was asked and answered";
    const KIND: Kind = Kind::Context;
    const CONFIG_SCHEMA: Option<&'static CStr> = Some(
        cr#"{
          "$schema": "http://json-schema.org/draft-07/schema#",
          "type": "object", "additionalProperties": false,
          "properties": {
            "keep": {"type": "integer", "minimum": 1, "default": 1000,
                     "description": "How many exchanges are kept; the oldest go first"}}}"#,
    );
    const FACES: &'static [Face<Self>] = &[Face::context(), Face::memory()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        let keep = setup.whole("keep", 1000)? as usize;
        Ok(@CLASS@Context { keep, memos: Mutex::default() })
    }
}

impl @CLASS@Context {
    fn memos(&self) -> MutexGuard<'_, VecDeque<Memo>> {
        self.memos.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ItemSource for @CLASS@Context {
    fn find(&self, query: &str, limit: usize, body: &Value) -> Result<Vec<Item>, Error> {
        let scope = body.get("scope").str().unwrap_or_default();
        let memos = self.memos();
        let found = memos.iter().filter(|memo| memo.scope == scope && memo.asked.contains(query));
        let item = |memo: &Memo| Item {
            text: memo.answered.clone(),
            title: memo.asked.clone(),
            uri: String::new(),
            score: 1.0,
        };
        Ok(found.take(limit).map(item).collect())
    }
}

impl Memory for @CLASS@Context {
    fn remember(&self, exchange: &[u8]) -> Result<(), Error> {
        let exchange = Value::parse(exchange).map_err(Error::bad_request)?;
        let scope = exchange.get("scope").str().ok_or_else(|| Error::bad_request("no scope"))?;
        let answer = exchange.get("answer").get("message");
        if !answer.is_object() {
            return Err(Error::bad_request("the exchange has no answer"));
        }
        let questions = chat::messages(&exchange)?.iter().rev();
        let mut questions = questions.filter(|message| message.get("role").str() == Some("user"));
        let memo = Memo {
            scope: scope.to_string(),
            asked: questions.next().map(chat::text_of).unwrap_or_default(),
            answered: chat::text_of(answer),
        };
        let mut memos = self.memos();
        memos.push_front(memo);
        memos.truncate(self.keep);
        Ok(())
    }
}

plugin!(
    vendor: c"Example",
    version: c"0.1.0",
    license: c"Apache-2.0",
    may_unload: true,
    components: [@CLASS@Context],
);
