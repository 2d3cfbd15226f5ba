//! A small strict JSON reader and writer, without dependencies. Members keep their order, numbers
//! keep their text. Threads: values are plain data.

use std::borrow::Cow;

const MAX_DEPTH: usize = 128;

/// A parsed text. Looking up what is not there gives `Value::Missing`:
/// `root.get("choices").at(0).get("text").str()`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Missing,
    Null,
    Bool(bool),
    /// As it stood.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

const MISSING: &Value<'static> = &Value::Missing;

impl<'a> Value<'a> {
    /// Strict RFC 8259, in UTF-8, with one value. The error says what is wrong. Half surrogate
    /// pairs read as U+FFFD.
    pub fn parse(text: &'a [u8]) -> Result<Value<'a>, String> {
        let text = std::str::from_utf8(text).map_err(|_| "the text is not UTF-8".to_string())?;
        let mut parser = Parser { text, at: 0 };
        parser.space();
        let value = parser.value(0).map_err(str::to_string)?;
        parser.space();
        if parser.at == text.len() {
            Ok(value)
        } else {
            Err("there is more after the value".to_string())
        }
    }

    /// The member of that name (the first, if several).
    pub fn get(&self, name: &str) -> &Value<'a> {
        match self {
            Value::Object(members) => {
                members.iter().find(|(key, _)| key == name).map_or(MISSING, |(_, value)| value)
            }
            _ => MISSING,
        }
    }
    pub fn at(&self, index: usize) -> &Value<'a> {
        self.items().get(index).unwrap_or(MISSING)
    }
    /// The elements of an array; of anything else, none.
    pub fn items(&self) -> &[Value<'a>] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }
    pub fn str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
    /// A whole number that fits; 3.0 and 3e2 are not written as one.
    pub fn u64(&self) -> Option<u64> {
        match self {
            Value::Number(text) if !text.starts_with('-') => text.parse().ok(),
            _ => None,
        }
    }
    pub fn f64(&self) -> Option<f64> {
        match self {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }
    pub fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }
    pub fn exists(&self) -> bool {
        *self != Value::Missing
    }
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

type Parsed<T> = Result<T, &'static str>;

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }
    fn value(&mut self, depth: usize) -> Parsed<Value<'a>> {
        match self.peek() {
            None => Err("a value is missing"),
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err("it is nested too deeply"),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string().map(Value::String),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(_) => self.number(),
        }
    }
    fn object(&mut self, depth: usize) -> Parsed<Value<'a>> {
        let mut members = Vec::new();
        self.at += 1;
        self.space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err("a member's name is missing");
            }
            let key = self.string()?;
            self.space();
            if !self.take(b':') {
                return Err("a colon is missing");
            }
            self.space();
            members.push((key, self.value(depth)?));
            self.space();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err("a comma or a brace is missing");
            }
            self.space();
        }
    }
    fn array(&mut self, depth: usize) -> Parsed<Value<'a>> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err("a comma or a bracket is missing");
            }
            self.space();
        }
    }
    fn string(&mut self) -> Parsed<Cow<'a, str>> {
        self.at += 1;
        let mut out: Option<String> = None;
        loop {
            let rest = &self.text[self.at..];
            let size = rest
                .bytes()
                .position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20)
                .unwrap_or(rest.len());
            let plain = &rest[..size];
            self.at += size;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match out {
                        Some(text) => Cow::Owned(text + plain),
                        None => Cow::Borrowed(plain),
                    });
                }
                Some(b'\\') => {
                    self.at += 1;
                    let text = out.get_or_insert_with(String::new);
                    text.push_str(plain);
                    let character = self.escape()?;
                    out.get_or_insert_with(String::new).push(character);
                }
                _ => return Err("a string has no end or holds a control character"),
            }
        }
    }
    /// What stands after a backslash.
    fn escape(&mut self) -> Parsed<char> {
        let kind = self.peek().ok_or("a string has no end")?;
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\' | b'/' => kind as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex4().ok_or("\\u without four hexadecimal digits")?;
                self.character(unit)
            }
            _ => return Err("an unknown escape"),
        })
    }
    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
    fn character(&mut self, unit: u32) -> char {
        if (0xD800..0xDC00).contains(&unit) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            if let Some(low @ 0xDC00..=0xDFFF) = self.hex4() {
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
            self.at = before;
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }
    fn number(&mut self) -> Parsed<Value<'a>> {
        let from = self.at;
        self.take(b'-');
        let whole = self.at;
        match self.digits() {
            0 if self.at == from => return Err("no value begins like this"),
            0 => return Err("a number without digits"),
            1 => {}
            _ if self.text.as_bytes()[whole] == b'0' => return Err("a number begins with 0"),
            _ => {}
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err("a number ends with its point");
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err("an exponent without digits");
            }
        }
        Ok(Value::Number(&self.text[from..self.at]))
    }
    fn literal(&mut self, word: &str, value: Value<'a>) -> Parsed<Value<'a>> {
        if !self.text[self.at..].starts_with(word) {
            return Err("no value begins like this");
        }
        self.at += word.len();
        Ok(value)
    }
}

/// Appends `text` as a JSON string with its quotes; what is not ASCII stays as it is.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Writes an object or array piece by piece; the commas are its business.
///
/// ```
/// let mut json = sluice_plugin::json::Writer::new();
/// json.begin_object().key("n").number(1).end_object();
/// assert_eq!(json.finish(), r#"{"n":1}"#);
/// ```
#[derive(Default)]
pub struct Writer {
    out: String,
    comma: bool,
}

impl Writer {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn begin_object(&mut self) -> &mut Self {
        self.open('{')
    }
    pub fn end_object(&mut self) -> &mut Self {
        self.close('}')
    }
    pub fn begin_array(&mut self) -> &mut Self {
        self.open('[')
    }
    pub fn end_array(&mut self) -> &mut Self {
        self.close(']')
    }
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.string(name);
        self.out.push(':');
        self.comma = false;
        self
    }
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        quote(&mut self.out, text);
        self
    }
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_string())
    }
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }
    /// `json` must be JSON already.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.push_str(json);
        self
    }
    pub fn finish(self) -> String {
        self.out
    }

    fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.out.push(bracket);
        self.comma = false;
        self
    }
    fn close(&mut self, bracket: char) -> &mut Self {
        self.out.push(bracket);
        self.comma = true;
        self
    }
    fn separate(&mut self) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_json() {
        let text =
            br#" {"a": [1, -2.5e3, true, null], "b": "x\n\u00e9\ud83d\ude00\ud800", "a": 0} "#;
        let value = Value::parse(text).unwrap();
        assert_eq!(value.get("a").at(0).u64(), Some(1));
        assert_eq!(*value.get("a").at(1), Value::Number("-2.5e3"));
        assert_eq!(value.get("a").at(2).bool(), Some(true));
        assert_eq!(value.get("b").str(), Some("x\né😀\u{fffd}"));
        assert!(!value.get("c").at(7).get("d").exists());
    }

    #[test]
    fn refuses_what_is_not() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "01",
            "1.",
            "1e",
            "-",
            "\"\u{1}\"",
            "\"\\x\"",
            "tru",
            "1 2",
            "{1:2}",
            "\"\\u12\"",
            "nul",
            "+1",
        ] {
            assert!(Value::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Value::parse(b"\"\xff\"").is_err());
        assert!(Value::parse("[".repeat(129).as_bytes()).is_err());
        assert!(Value::parse(("[".repeat(128) + &"]".repeat(128)).as_bytes()).is_ok());
    }

    #[test]
    fn writes() {
        let mut json = Writer::new();
        json.begin_object().key("a\"").string("\u{1}\n<é>").key("b").begin_array();
        json.number(7).bool(true).raw("null").end_array().end_object();
        assert_eq!(json.finish(), "{\"a\\\"\":\"\\u0001\\n<é>\",\"b\":[7,true,null]}");
    }
}
