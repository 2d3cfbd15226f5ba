//! For tests of plugins, without a host: an instance that is driven through its C tables, what came
//! of it in lines, and the replay of recorded exchanges.
//!
//! A transcript holds `=== request` and a request's body (none: the list of models is asked for),
//! `=== answer` and an HTTP answer, `=== chunks` and what must come of it, a line a chunk.
//! Threads: all of it belongs to the test's.
use crate::abi::{
    self, sluice_candidate, sluice_error, sluice_host, sluice_http_out, sluice_instance, sluice_kv,
    sluice_memory, sluice_strategy,
};
use crate::abi::{
    sluice_chunk, sluice_codec, sluice_direct, sluice_request, sluice_sink, sluice_str,
};
use crate::component::{component_table, Component};
use crate::core::{empty_error, lend, lend_bytes, text};
use crate::json::{quote, Value};
use std::ffi::{c_char, c_void, CStr};

unsafe extern "C" fn no_extension(_: *const sluice_host, _: *const c_char) -> *const c_void {
    std::ptr::null()
}
unsafe extern "C" fn no_log(_: *const sluice_host, _: i32, _: sluice_str) {}

struct TestHost(sluice_host);
// SAFETY: constant.
unsafe impl Sync for TestHost {}
static HOST: TestHost = TestHost(sluice_host {
    struct_size: abi::size_of_table::<sluice_host>(),
    abi_version: abi::ABI_VERSION,
    host_data: std::ptr::null_mut(),
    name: c"test".as_ptr(),
    version: c"0".as_ptr(),
    get_extension: no_extension,
    log: no_log,
});

fn field(line: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        line.push_str(&format!(" {name}="));
        quote(line, value);
    }
}
fn number(line: &mut String, name: &str, value: u64) {
    if value != 0 {
        line.push_str(&format!(" {name}={value}"));
    }
}

fn status_name(status: abi::sluice_status) -> String {
    let name = match status {
        abi::CANCELLED => "CANCELLED",
        abi::INVALID_ARGUMENT => "INVALID_ARGUMENT",
        abi::DEADLINE_EXCEEDED => "DEADLINE_EXCEEDED",
        abi::NOT_FOUND => "NOT_FOUND",
        abi::PERMISSION_DENIED => "PERMISSION_DENIED",
        abi::RESOURCE_EXHAUSTED => "RESOURCE_EXHAUSTED",
        abi::FAILED_PRECONDITION => "FAILED_PRECONDITION",
        abi::UNIMPLEMENTED => "UNIMPLEMENTED",
        abi::INTERNAL => "INTERNAL",
        abi::UNAVAILABLE => "UNAVAILABLE",
        abi::UNAUTHENTICATED => "UNAUTHENTICATED",
        abi::UNKNOWN => "UNKNOWN",
        other => return other.to_string(),
    };
    name.to_string()
}

/// An error in one line, without what is zero or empty:
/// `error RESOURCE_EXHAUSTED reason=RATE_LIMIT retryable http=429 after_ms=1500 "Slow down"`
fn describe_error(error: &sluice_error) -> String {
    const REASONS: [&str; 9] = [
        "NONE",
        "RATE_LIMIT",
        "QUOTA",
        "KEY",
        "CONTEXT_LENGTH",
        "CONTENT_FILTER",
        "MODEL_NOT_FOUND",
        "OVERLOADED",
        "BAD_REQUEST",
    ];
    // SAFETY: the texts are NUL-terminated.
    let text = |from: &[c_char]| unsafe { CStr::from_ptr(from.as_ptr()) }.to_string_lossy();
    let mut line = format!("error {}", status_name(error.code));
    if error.reason != 0 {
        line.push_str(&format!(" reason={}", REASONS.get(error.reason as usize).unwrap_or(&"?")));
    }
    if error.retryable != 0 {
        line.push_str(" retryable");
    }
    number(&mut line, "http", error.http_status.into());
    number(&mut line, "after_ms", error.retry_after_ms.into());
    field(&mut line, "type", &text(&error.type_));
    field(&mut line, "symbol", &text(&error.symbol));
    field(&mut line, "param", &text(&error.param));
    line.push(' ');
    quote(&mut line, &text(&error.message));
    line + "\n"
}

/// A chunk in one line: its kind, \[choice\] if that is not 0, its fields, its text.
fn describe_chunk(chunk: &sluice_chunk) -> String {
    const KINDS: [&str; 11] = [
        "?",
        "start",
        "text",
        "reasoning",
        "refusal",
        "tool_call",
        "finish",
        "usage",
        "item",
        "message",
        "json",
    ];
    // SAFETY: the chunk's texts are lent for this call.
    let read = |from| unsafe { text(from) };
    let mut line = KINDS.get(chunk.type_ as usize).unwrap_or(&"?").to_string();
    if chunk.choice != 0 {
        line.push_str(&format!("[{}]", chunk.choice));
    }
    // SAFETY: as above.
    match (chunk.type_, unsafe { chunk.usage.as_ref() }) {
        (abi::CHUNK_FINISH, _) => return format!("{line} {}\n", read(chunk.name)),
        (abi::CHUNK_USAGE, Some(usage)) => {
            number(&mut line, "input", usage.input);
            number(&mut line, "cache_read", usage.cache_read);
            number(&mut line, "cache_write", usage.cache_write);
            number(&mut line, "output", usage.output);
            number(&mut line, "reasoning", usage.reasoning);
            return line + "\n";
        }
        (abi::CHUNK_TOOL_CALL, _) => line.push_str(&format!(" index={}", chunk.index)),
        _ => {}
    }
    field(&mut line, "id", &read(chunk.ref_));
    field(&mut line, "name", &read(chunk.name));
    if chunk.text.len != 0 {
        line.push(' ');
        quote(&mut line, &read(chunk.text));
    }
    if chunk.extra.len != 0 {
        line.push_str(&format!(" {}", read(chunk.extra)));
    }
    line + "\n"
}

unsafe extern "C" fn push(sink: *mut sluice_sink, chunk: *const sluice_chunk) -> i32 {
    unsafe { (*(*sink).host_data.cast::<String>()).push_str(&describe_chunk(&*chunk)) };
    abi::OK
}
unsafe extern "C" fn finish(sink: *mut sluice_sink, error: *const sluice_error) {
    if let Some(error) = unsafe { error.as_ref() } {
        unsafe { (*(*sink).host_data.cast::<String>()).push_str(&describe_error(error)) };
    }
}
fn sink_into(log: &mut String) -> sluice_sink {
    let host_data = std::ptr::from_mut(log).cast();
    sluice_sink {
        struct_size: abi::size_of_table::<sluice_sink>(),
        reserved: 0,
        host_data,
        push,
        finish,
    }
}

// The request that encode() wrote, as text: its line, its headers, how it is to be signed and what
// was dropped, an empty line, its body.
unsafe extern "C" fn http_start(out: *mut sluice_http_out, method: sluice_str, path: sluice_str) {
    let line = unsafe { format!("{} {}\n", text(method), text(path)) };
    unsafe { (*(*out).host_data.cast::<(String, String)>()).0 = line };
}
unsafe extern "C" fn http_header(out: *mut sluice_http_out, name: sluice_str, value: sluice_str) {
    let line = unsafe { format!("{}: {}\n", text(name), text(value)) };
    unsafe { (*(*out).host_data.cast::<(String, String)>()).0.push_str(&line) };
}
unsafe extern "C" fn http_secret_header(
    out: *mut sluice_http_out,
    name: sluice_str,
    prefix: sluice_str,
    secret: sluice_str,
) {
    let line = unsafe { format!("{}: {}<{}>\n", text(name), text(prefix), text(secret)) };
    unsafe { (*(*out).host_data.cast::<(String, String)>()).0.push_str(&line) };
}
unsafe extern "C" fn http_body(out: *mut sluice_http_out, bytes: sluice_str) {
    unsafe { (*(*out).host_data.cast::<(String, String)>()).1.push_str(&text(bytes)) };
}

unsafe extern "C" fn http_sign(out: *mut sluice_http_out, scheme: sluice_str, params: sluice_str) {
    let line = unsafe { format!("sign {} {}\n", text(scheme), text(params)) };
    unsafe { (*(*out).host_data.cast::<(String, String)>()).0.push_str(&line) };
}
unsafe extern "C" fn http_dropped(out: *mut sluice_http_out, weight: u32, field: sluice_str) {
    let loses = if weight == abi::DROPPED_HINT { "hint" } else { "meaning" };
    let line = unsafe { format!("dropped {loses} {}\n", text(field)) };
    unsafe { (*(*out).host_data.cast::<(String, String)>()).0.push_str(&line) };
}

/// A request of any operation; `model` and `stream` as the body says.
pub struct Asked {
    op: u32,
    body: String,
    model: String,
    stream: bool,
}

impl Asked {
    pub fn chat(body: &str) -> Self {
        Self::new(abi::OP_CHAT, body)
    }
    pub fn models() -> Self {
        Self::new(abi::OP_MODELS, "")
    }
    /// How many tokens a chat request is.
    pub fn count(body: &str) -> Self {
        Self::new(abi::OP_COUNT, body)
    }
    pub fn new(op: u32, body: &str) -> Self {
        let parsed = Value::parse(body.as_bytes()).unwrap_or(Value::Missing);
        Asked {
            op,
            model: parsed.get("model").str().unwrap_or("m").to_string(),
            stream: parsed.get("stream").bool().unwrap_or(false),
            body: body.to_string(),
        }
    }
    fn to_c(&self) -> sluice_request {
        sluice_request {
            struct_size: abi::size_of_table::<sluice_request>(),
            op: self.op,
            flags: if self.stream { abi::REQ_STREAM } else { 0 },
            reserved: 0,
            id: 1,
            deadline_ns: 0,
            model: lend(&self.model),
            dialect: lend("sluice.chat/1"),
            body: lend(&self.body),
        }
    }
}

/// One configured use of a component.
pub struct Instance(*const sluice_instance);

impl Drop for Instance {
    fn drop(&mut self) {
        unsafe { ((*self.0).destroy)(self.0) }
    }
}

impl Instance {
    /// `Err`: the line of the error that create() gave.
    pub fn new<T: Component>(config: &str) -> Result<Self, String> {
        let table = component_table::<T>();
        let mut error = empty_error();
        let made =
            unsafe { (table.create)(&table, &HOST.0, lend("test"), lend(config), &mut error) };
        if made.is_null() {
            return Err(describe_error(&error));
        }
        Ok(Instance(made))
    }

    fn face<Table>(&self, id: &CStr) -> &Table {
        let table = unsafe { ((*self.0).get_extension)(self.0, id.as_ptr()) };
        unsafe { table.cast::<Table>().as_ref() }.expect("the component has no such face")
    }

    fn encoded(&self, asked: &Asked) -> (String, u32) {
        let mut parts = (String::new(), String::new());
        let mut out = sluice_http_out {
            struct_size: abi::size_of_table::<sluice_http_out>(),
            framing: 0,
            host_data: std::ptr::from_mut(&mut parts).cast(),
            start: http_start,
            header: http_header,
            secret_header: http_secret_header,
            body: http_body,
            sign: http_sign,
            dropped: http_dropped,
        };
        let codec: &sluice_codec = self.face(c"sluice.codec/1");
        let mut error = empty_error();
        let status = unsafe { (codec.encode)(self.0, &asked.to_c(), &mut out, &mut error) };
        if status != abi::OK {
            return (describe_error(&error), 0);
        }
        (format!("{}\n{}", parts.0, parts.1), out.framing)
    }
    /// What the codec sends: line, headers, `sign SCHEME PARAMS`, `dropped hint|meaning FIELD`, an
    /// empty line, body; or the line of its error.
    pub fn encode(&self, asked: &Asked) -> String {
        self.encoded(asked).0
    }

    /// What comes of an answer in frames of (event, data): a line a chunk.
    pub fn decode(
        &self,
        asked: &Asked,
        status: u32,
        headers: &[(&str, &str)],
        frames: &[(String, Vec<u8>)],
    ) -> String {
        let codec: &sluice_codec = self.face(c"sluice.codec/1");
        let headers: Vec<sluice_kv> = headers
            .iter()
            .map(|(key, value)| sluice_kv { key: lend(key), value: lend(value) })
            .collect();
        let mut log = String::new();
        let mut sink = sink_into(&mut log);
        let mut error = empty_error();
        let mut decoder = std::ptr::null_mut();
        unsafe {
            let (first, count) = (headers.as_ptr(), headers.len());
            let request = asked.to_c();
            let opened =
                (codec.open)(self.0, &request, status, first, count, &mut decoder, &mut error);
            if opened != abi::OK {
                return describe_error(&error);
            }
            let mut failed = frames.iter().any(|(event, data)| {
                let (event, data) = (lend(event), lend_bytes(data));
                (codec.frame)(decoder, event, data, &mut sink, &mut error) != abi::OK
            });
            failed = failed || (codec.end)(decoder, &mut sink, &mut error) != abi::OK;
            (codec.close)(decoder);
            if failed {
                log.push_str(&describe_error(&error));
            }
        }
        log
    }

    /// What a direct component, or a source of items, answers: a line a chunk.
    pub fn run(&self, asked: &Asked) -> String {
        let direct: &sluice_direct = self.face(c"sluice.direct/1");
        let mut log = String::new();
        let mut sink = sink_into(&mut log);
        let mut error = empty_error();
        let mut call = std::ptr::null_mut();
        unsafe {
            let request = asked.to_c();
            if (direct.start)(self.0, &request, &mut sink, &mut call, &mut error) != abi::OK {
                return describe_error(&error);
            }
            if let Some(release) = direct.release {
                release(call);
            }
        }
        log
    }

    /// The targets that a strategy ranks, the best first: "a b c"; or the line of its error.
    pub fn rank(&self, candidates: &[sluice_candidate]) -> String {
        let strategy: &sluice_strategy = self.face(c"sluice.strategy/1");
        let all: Vec<*const sluice_candidate> = candidates.iter().map(std::ptr::from_ref).collect();
        let (mut order, mut count) = (vec![0u32; all.len()], 0);
        let mut error = empty_error();
        let request = Asked::chat("{}");
        let status = unsafe {
            let (request, order) = (request.to_c(), order.as_mut_ptr());
            let first = all.as_ptr();
            (strategy.rank)(self.0, &request, first, all.len(), order, &mut count, &mut error)
        };
        if status != abi::OK {
            return describe_error(&error);
        }
        // SAFETY: candidate() lends for ever.
        let name = |index: &u32| unsafe { text(candidates[*index as usize].target) };
        order[..count].iter().map(name).collect::<Vec<_>>().join(" ")
    }

    /// Empty, or the line of the error.
    pub fn remember(&self, exchange: &str) -> String {
        let memory: &sluice_memory = self.face(c"sluice.memory/1");
        let mut error = empty_error();
        match unsafe { (memory.remember)(self.0, lend(exchange), &mut error) } {
            abi::OK => String::new(),
            _ => describe_error(&error),
        }
    }

    /// Panics unless a transcript's answer becomes its chunks: whole, cut at every byte, and with an
    /// error if it ends early.
    pub fn replay(&self, transcript: &str) {
        let transcript = Transcript::parse(transcript);
        let framing = self.encoded(&transcript.asked).1;
        let framing = if (200..300).contains(&transcript.status) { framing } else { 0 };
        let replay = |frames: &[(String, Vec<u8>)]| {
            self.decode(&transcript.asked, transcript.status, &transcript.headers, frames)
        };
        let all = cut(framing, &[transcript.body]);
        assert_eq!(replay(&all), transcript.chunks);
        for at in 0..=transcript.body.len() {
            let (head, tail) = transcript.body.split_at(at);
            assert_eq!(replay(&cut(framing, &[head, tail])), transcript.chunks, "cut at byte {at}");
        }
        for count in 0..all.len() {
            let log = replay(&all[..count]);
            let whole = log.lines().any(|line| line.starts_with("finish"));
            assert!(whole || log.contains("error "), "ended after {count} frames:\n{log}");
        }
    }
}

/// A healthy candidate of which nothing else is known.
pub fn candidate(target: &'static str) -> sluice_candidate {
    sluice_candidate {
        struct_size: abi::size_of_table::<sluice_candidate>(),
        flags: abi::CAND_HEALTHY,
        target: lend(target),
        model: lend("m"),
        inflight: 0,
        weight: 1,
        latency_us: 0,
        error_ppm: 0,
        price_in: 0.0,
        price_out: 0.0,
        labels: lend("{}"),
    }
}

struct Transcript<'a> {
    asked: Asked,
    status: u32,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a [u8],
    chunks: &'a str,
}

impl<'a> Transcript<'a> {
    fn parse(text: &'a str) -> Self {
        let (request, rest) = text.split_once("=== answer\n").expect("=== answer");
        let request = request.strip_prefix("=== request\n").expect("=== request");
        let (answer, chunks) = rest.split_once("=== chunks\n").expect("=== chunks");
        // The head may end its lines with CRLF, as recorders write them.
        let blank = ["\n\n", "\n\r\n"].into_iter().filter(|blank| answer.contains(blank));
        let blank = blank.min_by_key(|blank| answer.find(blank));
        let blank = blank.expect("an empty line behind the headers");
        let (head, body) = answer.split_once(blank).expect("an empty line behind the headers");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        Transcript {
            asked: if request.is_empty() { Asked::models() } else { Asked::chat(request) },
            status: status.parse().expect("a status"),
            headers: lines.filter_map(|line| line.split_once(": ")).collect(),
            body: body.as_bytes(),
            chunks,
        }
    }
}

/// Cuts a body that comes in pieces into frames, as the host does.
fn cut(framing: u32, pieces: &[&[u8]]) -> Vec<(String, Vec<u8>)> {
    let frame = |data: &[u8]| (String::new(), data.to_vec());
    if framing == abi::FRAME_RAW {
        return pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| frame(piece)).collect();
    }
    let body = pieces.concat();
    let lines = || body.split(|byte| *byte == b'\n');
    match framing {
        abi::FRAME_LINES => lines().filter(|line| !line.is_empty()).map(frame).collect(),
        // Messages of an event stream are written as server-sent events.
        abi::FRAME_SSE | abi::FRAME_EVENTS => {
            let (mut frames, mut event, mut data) = (Vec::new(), String::new(), None);
            for line in lines() {
                if let Some(value) = line.strip_prefix(b"event: ") {
                    event = String::from_utf8_lossy(value).into_owned();
                } else if let Some(value) = line.strip_prefix(b"data: ") {
                    let open: &mut Vec<u8> = data.get_or_insert_with(Vec::new);
                    if !open.is_empty() {
                        open.push(b'\n');
                    }
                    open.extend_from_slice(value);
                } else if line.is_empty() {
                    let event = std::mem::take(&mut event);
                    frames.extend(data.take().map(|data| (event, data)));
                }
            }
            frames
        }
        _ if body.is_empty() => Vec::new(),
        _ => vec![frame(&body)],
    }
}
