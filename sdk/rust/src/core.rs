//! What every face shares: errors, the request, the host, the sink.
use crate::abi::{self, sluice_chunk, sluice_error, sluice_request, sluice_sink, sluice_str};
use std::any::Any;
use std::borrow::Cow;
use std::ffi::{c_char, CStr};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What a refusal means for the choice of the next candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum Reason {
    #[default]
    None = 0,
    RateLimit = 1,
    Quota = 2,
    Key = 3,
    ContextLength = 4,
    ContentFilter = 5,
    ModelNotFound = 6,
    Overloaded = 7,
    BadRequest = 8,
}

/// Why a call failed. Texts are for the client and never hold a secret.
#[derive(Debug, Clone, Default)]
pub struct Error {
    /// One of `abi`'s statuses, not `OK`.
    pub code: abi::sluice_status,
    pub reason: Reason,
    /// Another try, or another candidate, may succeed.
    pub retryable: bool,
    /// 0: unknown.
    pub retry_after_ms: u32,
    /// The upstream's; 0: none.
    pub http_status: u32,
    pub message: String,
    /// error.type, error.code and error.param of the upstream.
    pub type_: String,
    pub symbol: String,
    pub param: String,
}

impl Error {
    pub fn new(code: abi::sluice_status, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), ..Error::default() }
    }
    /// The client's fault; no other candidate would take it.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Error::new(abi::INVALID_ARGUMENT, message).with(Reason::BadRequest)
    }
    /// The upstream's fault; another try may succeed.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Error { retryable: true, ..Error::new(abi::UNAVAILABLE, message) }
    }
    /// What an answer's status stands for. `status`: 0 for an error inside an answer that began with
    /// 200. An empty message is replaced by a sentence about the status.
    pub fn of_status(status: u32, retry_after_ms: u32, message: impl Into<String>) -> Self {
        let (code, reason) = match status {
            0 | 409 | 425 => (abi::UNAVAILABLE, Reason::None),
            401 => (abi::UNAUTHENTICATED, Reason::Key),
            402 => (abi::RESOURCE_EXHAUSTED, Reason::Quota),
            403 => (abi::PERMISSION_DENIED, Reason::Key),
            404 => (abi::NOT_FOUND, Reason::None), // perhaps the path: base_url is at fault
            408 => (abi::DEADLINE_EXCEEDED, Reason::None),
            429 => (abi::RESOURCE_EXHAUSTED, Reason::RateLimit),
            400..=499 => (abi::INVALID_ARGUMENT, Reason::BadRequest),
            500.. => (abi::UNAVAILABLE, Reason::Overloaded),
            _ => (abi::FAILED_PRECONDITION, Reason::None),
        };
        let mut error = Error::new(code, message).with(reason);
        if error.message.is_empty() {
            error.message = format!("HTTP {status} without a word of why");
        }
        error.retryable =
            !matches!(code, abi::NOT_FOUND | abi::INVALID_ARGUMENT | abi::FAILED_PRECONDITION);
        error.retry_after_ms = retry_after_ms;
        error.http_status = status;
        error
    }
    /// For the operations that a component does not serve.
    pub fn unimplemented() -> Self {
        Error::new(abi::UNIMPLEMENTED, "this component does not serve this operation")
    }
    pub fn with(self, reason: Reason) -> Self {
        Error { reason, ..self }
    }

    pub(crate) fn cancelled() -> Self {
        Error::new(abi::CANCELLED, "cancelled")
    }
    pub(crate) fn fill(&self, to: &mut sluice_error) -> abi::sluice_status {
        to.code = if self.code == abi::OK { abi::UNKNOWN } else { self.code };
        to.reason = self.reason as u32;
        to.retryable = u32::from(self.retryable);
        to.retry_after_ms = self.retry_after_ms;
        to.http_status = self.http_status;
        copy_text(&mut to.message, &self.message);
        copy_text(&mut to.type_, &self.type_);
        copy_text(&mut to.symbol, &self.symbol);
        copy_text(&mut to.param, &self.param);
        to.code
    }
    pub(crate) fn to_c(&self) -> sluice_error {
        let mut out = empty_error();
        self.fill(&mut out);
        out
    }
}

pub(crate) fn empty_error() -> sluice_error {
    sluice_error {
        struct_size: abi::size_of_table::<sluice_error>(),
        code: abi::OK,
        reason: 0,
        retryable: 0,
        retry_after_ms: 0,
        http_status: 0,
        message: [0; 1000],
        type_: [0; 64],
        symbol: [0; 64],
        param: [0; 128],
    }
}

/// Copies what fits, never half a character; NUL inside becomes a space.
fn copy_text(to: &mut [c_char], from: &str) {
    let mut size = from.len().min(to.len() - 1);
    while !from.is_char_boundary(size) {
        size -= 1;
    }
    for (place, byte) in to.iter_mut().zip(&from.as_bytes()[..size]) {
        *place = if *byte == 0 { b' ' } else { *byte } as c_char;
    }
    to[size] = 0;
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the plugin panicked: {}", text.unwrap_or("without a word"))
}

/// Every call from the host passes here: no panic leaves it.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result,
        Err(panic) => {
            let error = Error::new(abi::INTERNAL, panic_text(&*panic));
            // What was thrown may panic once more when it is dropped.
            std::mem::forget(panic);
            Err(error)
        }
    }
}
/// The same, with the status and *err that the host wants.
///
/// # Safety
/// `err` is the host's, as the ABI says.
pub(crate) unsafe fn guard(
    err: *mut sluice_error,
    work: impl FnOnce() -> Result<(), Error>,
) -> abi::sluice_status {
    match caught(work) {
        Ok(()) => abi::OK,
        Err(error) => error.fill(unsafe { &mut *err }),
    }
}

/// # Safety
/// `text` is the other side's and lives as long as 'a.
pub(crate) unsafe fn bytes<'a>(text: sluice_str) -> &'a [u8] {
    if text.ptr.is_null() || text.len == 0 {
        return &[];
    }
    unsafe { std::slice::from_raw_parts(text.ptr.cast(), text.len) }
}
/// # Safety
/// As bytes().
pub(crate) unsafe fn text<'a>(text: sluice_str) -> Cow<'a, str> {
    String::from_utf8_lossy(unsafe { bytes(text) })
}
pub(crate) fn lend(text: &str) -> sluice_str {
    lend_bytes(text.as_bytes())
}
pub(crate) fn lend_bytes(bytes: &[u8]) -> sluice_str {
    sluice_str { ptr: bytes.as_ptr().cast(), len: bytes.len() }
}

/// Whether a host of that ABI version can use what was built with this crate: while the major is 0
/// a minor may change anything.
pub fn serves(host_abi: u32) -> bool {
    host_abi >> 16 == abi::ABI_MAJOR && (abi::ABI_MAJOR != 0 || host_abi == abi::ABI_VERSION)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Chat,
    Context,
    Search,
    Embed,
    Models,
    /// How many tokens a chat request is; see [`Sink::input_tokens`].
    Count,
    /// A newer host's.
    Unknown(u32),
}

/// What is asked. Lent until the call returns: what is needed longer is to be copied.
pub struct Request<'a> {
    pub op: Op,
    pub stream: bool,
    /// For logs.
    pub id: u64,
    /// On the host's monotonic clock; 0: none.
    pub deadline_ns: i64,
    pub model: Cow<'a, str>,
    pub dialect: Cow<'a, str>,
    /// JSON.
    pub body: &'a [u8],
}

impl Request<'_> {
    /// # Safety
    /// `from` is the host's and lives as long as the result.
    pub(crate) unsafe fn from_c<'a>(from: *const sluice_request) -> Request<'a> {
        let from = unsafe { &*from };
        Request {
            op: match from.op {
                abi::OP_CHAT => Op::Chat,
                abi::OP_CONTEXT => Op::Context,
                abi::OP_SEARCH => Op::Search,
                abi::OP_EMBED => Op::Embed,
                abi::OP_MODELS => Op::Models,
                abi::OP_COUNT => Op::Count,
                other => Op::Unknown(other),
            },
            stream: from.flags & abi::REQ_STREAM != 0,
            id: from.id,
            deadline_ns: from.deadline_ns,
            model: unsafe { text(from.model) },
            dialect: unsafe { text(from.dialect) },
            body: unsafe { bytes(from.body) },
        }
    }
}

/// The host: its log and its tables. May be kept as long as the component lives.
#[derive(Clone, Copy)]
pub struct Host(*const abi::sluice_host);
// SAFETY: the functions of the host's table are thread-safe.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Host {
    /// # Safety
    /// `host` is what create() was given.
    pub(crate) unsafe fn from_c(host: *const abi::sluice_host) -> Self {
        Host(host)
    }
    pub fn debug(&self, message: &str) {
        self.log(0, message)
    }
    pub fn info(&self, message: &str) {
        self.log(1, message)
    }
    pub fn warning(&self, message: &str) {
        self.log(2, message)
    }
    pub fn error(&self, message: &str) {
        self.log(3, message)
    }
    /// The host's clock, if it has one; tests turn it by hand.
    pub fn clock(&self) -> Option<Clock> {
        let id: &CStr = c"sluice.host.clock/1";
        // SAFETY: the table lives as long as the host's.
        let table = unsafe { ((*self.0).get_extension)(self.0, id.as_ptr()) };
        (!table.is_null()).then_some(Clock { host: *self, table: table.cast() })
    }
    fn log(&self, level: i32, message: &str) {
        // SAFETY: the host's table lives until destroy() has returned.
        unsafe { ((*self.0).log)(self.0, level, lend(message)) }
    }
}

#[derive(Clone, Copy)]
pub struct Clock {
    host: Host,
    table: *const abi::sluice_host_clock,
}
// SAFETY: as Host.
unsafe impl Send for Clock {}
unsafe impl Sync for Clock {}

impl Clock {
    /// The clock of `Request::deadline_ns`.
    pub fn monotonic_ns(&self) -> i64 {
        // SAFETY: the table lives as long as the host's.
        unsafe { ((*self.table).monotonic_ns)(self.host.0) }
    }
    /// Milliseconds since 1970, UTC.
    pub fn unix_ms(&self) -> i64 {
        // SAFETY: as above.
        unsafe { ((*self.table).unix_ms)(self.host.0) }
    }
}

/// What a push was answered. A codec may ignore it; the steps of a `Direct` may, too: their caller
/// heeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Go,
    Pause,
    Cancelled,
}

/// Tokens, in buckets that do not overlap; totals so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub output: u64,
    pub reasoning: u64,
}

/// Where answers go, one function a kind of chunk; the host copies.
pub struct Sink<'a> {
    sink: &'a mut sluice_sink,
    worst: Answer,
}

impl<'a> Sink<'a> {
    /// # Safety
    /// `sink` is the host's and may be pushed to as long as 'a. `left`: nobody reads any more.
    pub(crate) unsafe fn from_c(sink: *mut sluice_sink, left: bool) -> Sink<'a> {
        let worst = if left { Answer::Cancelled } else { Answer::Go };
        Sink { sink: unsafe { &mut *sink }, worst }
    }
    /// The weightiest answer so far.
    pub(crate) fn answered(&self) -> Answer {
        self.worst
    }

    /// The upstream's id of the answer, and its model.
    pub fn start(&mut self, id: &str, model: &str) -> Answer {
        self.push(&sluice_chunk { ref_: lend(id), name: lend(model), ..chunk(abi::CHUNK_START) })
    }
    pub fn text(&mut self, delta: &str) -> Answer {
        self.push(&sluice_chunk { text: lend(delta), ..chunk(abi::CHUNK_TEXT) })
    }
    pub fn reasoning(&mut self, delta: &str) -> Answer {
        self.push(&sluice_chunk { text: lend(delta), ..chunk(abi::CHUNK_REASONING) })
    }
    pub fn refusal(&mut self, delta: &str) -> Answer {
        self.push(&sluice_chunk { text: lend(delta), ..chunk(abi::CHUNK_REFUSAL) })
    }
    /// `id` and `name` the first time, empty afterwards.
    pub fn tool_call(&mut self, index: u32, id: &str, name: &str, arguments: &str) -> Answer {
        self.push(&sluice_chunk {
            index,
            ref_: lend(id),
            name: lend(name),
            text: lend(arguments),
            ..chunk(abi::CHUNK_TOOL_CALL)
        })
    }
    /// stop, length, tool_calls or content_filter.
    pub fn finish(&mut self, reason: &str) -> Answer {
        self.push(&sluice_chunk { name: lend(reason), ..chunk(abi::CHUNK_FINISH) })
    }
    pub fn usage(&mut self, usage: Usage) -> Answer {
        let usage = abi::sluice_usage {
            struct_size: abi::size_of_table::<abi::sluice_usage>(),
            reserved: 0,
            input: usage.input,
            cache_read: usage.cache_read,
            cache_write: usage.cache_write,
            output: usage.output,
            reasoning: usage.reasoning,
        };
        self.push(&sluice_chunk { usage: &usage, ..chunk(abi::CHUNK_USAGE) })
    }
    pub fn item(&mut self, text: &str, title: &str, uri: &str, score: f64) -> Answer {
        self.push(&sluice_chunk {
            text: lend(text),
            name: lend(title),
            ref_: lend(uri),
            score,
            ..chunk(abi::CHUNK_ITEM)
        })
    }
    /// A message to put before the request's own, as JSON.
    pub fn message(&mut self, json: &str) -> Answer {
        self.push(&sluice_chunk { extra: lend(json), ..chunk(abi::CHUNK_MESSAGE) })
    }
    /// The whole answer of an operation that has no smaller pieces.
    pub fn json(&mut self, answer: &str) -> Answer {
        self.push(&sluice_chunk { extra: lend(answer), ..chunk(abi::CHUNK_JSON) })
    }
    /// The answer to `Op::Count`.
    pub fn input_tokens(&mut self, count: u64) -> Answer {
        self.json(&format!("{{\"input_tokens\":{count}}}"))
    }
    /// Any chunk; see [`chunk`](Sink::chunk) for an empty one. Dropped once nobody reads any more.
    pub fn push(&mut self, chunk: &sluice_chunk) -> Answer {
        if self.worst == Answer::Cancelled {
            return self.worst;
        }
        // SAFETY: the sink is the host's, the chunk is lent for the call.
        let answer = match unsafe { (self.sink.push)(self.sink, chunk) } {
            abi::CANCELLED => Answer::Cancelled,
            abi::PAUSE => Answer::Pause,
            _ => Answer::Go,
        };
        if answer == Answer::Cancelled || self.worst == Answer::Go {
            self.worst = answer;
        }
        answer
    }
    /// A chunk of a type, otherwise empty.
    pub fn chunk(type_: u32) -> sluice_chunk {
        chunk(type_)
    }
}

fn chunk(type_: u32) -> sluice_chunk {
    let nothing = sluice_str { ptr: std::ptr::null(), len: 0 };
    sluice_chunk {
        struct_size: abi::size_of_table::<sluice_chunk>(),
        type_,
        choice: 0,
        index: 0,
        text: nothing,
        name: nothing,
        ref_: nothing,
        score: 0.0,
        usage: std::ptr::null(),
        extra: nothing,
    }
}
