//! words: says the last message back, word by word, as fast as it is read.
use sluice_plugin::{chat, Component, Direct, Error, Face, Op, Request, Setup, Sink, Steps, Usage};
use std::ffi::CStr;

pub struct Words;

impl Component for Words {
    const ID: &'static CStr = c"com.example.words-rust";
    const DESCRIPTION: &'static CStr = c"Says the last message back, word by word, in Rust";
    const CONFIG_SCHEMA: Option<&'static CStr> =
        Some(cr#"{"type":"object","additionalProperties":false}"#);
    const FACES: &'static [Face<Self>] = &[Face::direct()];

    fn create(setup: &Setup) -> Result<Self, Error> {
        setup.config().map(|_| Words)
    }
}

impl Direct for Words {
    fn start(&self, request: &Request) -> Result<Box<dyn Steps>, Error> {
        if request.op != Op::Chat {
            return Err(Error::unimplemented());
        }
        let asked = chat::body(request)?;
        let text = chat::messages(&asked)?.last().map(chat::text_of).unwrap_or_default();
        let words: Vec<String> = text.split_inclusive(' ').map(str::to_string).collect();
        let said = words.len() as u64;
        let model = request.model.to_string();
        Ok(Box::new(Saying { model, words: words.into_iter(), said, next: Next::Begin }))
    }
}

enum Next {
    Begin,
    Speak,
    Finish,
    Tell,
}

struct Saying {
    model: String,
    words: std::vec::IntoIter<String>,
    said: u64,
    next: Next,
}

impl Steps for Saying {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, Error> {
        match self.next {
            Next::Begin => {
                sink.start("words", &self.model);
                self.next = Next::Speak;
            }
            Next::Speak => match self.words.next() {
                Some(word) => {
                    sink.text(&word);
                }
                None => self.next = Next::Finish,
            },
            Next::Finish => {
                sink.finish("stop");
                self.next = Next::Tell;
            }
            Next::Tell => {
                sink.usage(Usage { output: self.said, ..Usage::default() });
                return Ok(false);
            }
        }
        Ok(true)
    }
}
