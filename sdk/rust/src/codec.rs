//! The face of "sluice.codec/1": requests into HTTP, answers into chunks, no I/O.
//! Threads: `encode` and `open` are called from any thread, several at a time; the functions of one
//! decoder never overlap. None of them waits.
use crate::abi::{self, sluice_codec, sluice_error, sluice_http_out, sluice_instance, sluice_kv};
use crate::abi::{sluice_request, sluice_sink, sluice_status, sluice_str};
use crate::component::object;
use crate::core::{bytes, caught, guard, lend, lend_bytes, text, Answer, Error, Request, Sink};
use std::borrow::Cow;
use std::ffi::c_void;
use std::marker::PhantomData;

/// How the host cuts a 2xx body into frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum Framing {
    #[default]
    Whole = abi::FRAME_WHOLE,
    Sse = abi::FRAME_SSE,
    Lines = abi::FRAME_LINES,
    Raw = abi::FRAME_RAW,
    /// Messages of application/vnd.amazon.eventstream.
    Events = abi::FRAME_EVENTS,
}

/// What an answer loses with a field of the request that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Dropped {
    /// Nothing that it says: a hint, a label, a wish for speed.
    Hint = abi::DROPPED_HINT,
    /// It may say something else than what was asked for.
    Meaning = abi::DROPPED_MEANING,
}

enum Field<'a> {
    Plain(Cow<'a, str>, Cow<'a, str>),
    /// name, prefix, which secret
    Secret(Cow<'a, str>, Cow<'a, str>, Cow<'a, str>),
}

/// The HTTP request that a codec makes.
pub struct HttpRequest<'a> {
    method: &'static str,
    path: Cow<'a, str>,
    fields: Vec<Field<'a>>,
    body: Option<Cow<'a, [u8]>>,
    framing: Framing,
    /// scheme, params
    signing: Option<(Cow<'a, str>, Cow<'a, str>)>,
    dropped: Vec<(Dropped, Cow<'a, str>)>,
}

impl<'a> HttpRequest<'a> {
    /// `path` is below the provider's base URL and begins with '/'.
    pub fn get(path: impl Into<Cow<'a, str>>) -> Self {
        HttpRequest {
            method: "GET",
            path: path.into(),
            fields: Vec::new(),
            body: None,
            framing: Framing::Whole,
            signing: None,
            dropped: Vec::new(),
        }
    }
    pub fn post(path: impl Into<Cow<'a, str>>) -> Self {
        HttpRequest { method: "POST", ..Self::get(path) }
    }
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.fields.push(Field::Plain(name.into(), value.into()));
        self
    }
    /// A header of prefix + secret, which the plugin never sees. "key": the provider's key. A
    /// provider without keys sends no such header.
    pub fn secret_header(
        mut self,
        name: impl Into<Cow<'a, str>>,
        prefix: impl Into<Cow<'a, str>>,
        secret: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.fields.push(Field::Secret(name.into(), prefix.into(), secret.into()));
        self
    }
    pub fn bearer(self) -> Self {
        self.secret_header("Authorization", "Bearer ", "key")
    }
    /// A JSON body. The request's own is sent without a copy.
    pub fn json(self, body: impl Into<Cow<'a, [u8]>>) -> Self {
        let mut made = self.header("Content-Type", "application/json");
        made.body = Some(body.into());
        made
    }
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// The host signs the request with the provider's key; not beside `secret_header`. `params`: a
    /// JSON object. plugin.h tells the schemes and what they need.
    pub fn sign(
        mut self,
        scheme: impl Into<Cow<'a, str>>,
        params: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.signing = Some((scheme.into(), params.into()));
        self
    }
    /// Tells of a field of the request ("seed") that the upstream cannot express and that is left
    /// out.
    pub fn dropped(mut self, field: impl Into<Cow<'a, str>>, loses: Dropped) -> Self {
        self.dropped.push((loses, field.into()));
        self
    }

    /// # Safety
    /// `out` is the host's.
    unsafe fn send(&self, out: *mut sluice_http_out) {
        unsafe {
            ((*out).start)(out, lend(self.method), lend(&self.path));
            for field in &self.fields {
                match field {
                    Field::Plain(name, value) => ((*out).header)(out, lend(name), lend(value)),
                    Field::Secret(name, prefix, secret) => {
                        ((*out).secret_header)(out, lend(name), lend(prefix), lend(secret));
                    }
                }
            }
            if let Some(body) = &self.body {
                ((*out).body)(out, lend_bytes(body));
            }
            if let Some((scheme, params)) = &self.signing {
                ((*out).sign)(out, lend(scheme), lend(params));
            }
            for (loses, field) in &self.dropped {
                ((*out).dropped)(out, *loses as u32, lend(field));
            }
            (*out).framing = self.framing as u32;
        }
    }
}

/// The head of an answer.
pub struct Response<'a> {
    pub status: u32,
    headers: &'a [sluice_kv],
}

impl<'a> Response<'a> {
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
    /// The first header of that name, ASCII case aside.
    pub fn header(&self, name: &str) -> Option<Cow<'a, str>> {
        // SAFETY: the headers are the host's, lent as long as 'a.
        self.headers
            .iter()
            .find(|field| unsafe { bytes(field.key) }.eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| unsafe { text(field.value) })
    }
}

/// What a Retry-After of whole seconds means, at least 1 and at most a day; 0: nothing was said.
pub fn retry_after_ms(response: &Response) -> u32 {
    const DAY: u64 = 24 * 60 * 60;
    let value = response.header("retry-after").unwrap_or_default();
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let ms = value.parse().unwrap_or(DAY).min(DAY) * 1000;
    (ms as u32).max(1)
}

/// Turns one answer's frames into chunks. Nothing follows an `Err`.
pub trait Decoder: Send {
    /// One event (`event` is its name), line, piece or whole body, as encode() asked. A body that is
    /// not 2xx comes whole; the error that it means is to be given back.
    fn frame(&mut self, event: &str, data: &[u8], sink: &mut Sink) -> Result<(), Error>;
    /// The body ended in order. An error: something is missing.
    fn end(&mut self, sink: &mut Sink) -> Result<(), Error>;
}

pub trait Codec: Send + Sync + 'static {
    fn encode<'a>(&self, request: &'a Request<'a>) -> Result<HttpRequest<'a>, Error>;
    fn open(&self, request: &Request, response: &Response) -> Result<Box<dyn Decoder>, Error>;
}

pub(crate) struct Table<T>(PhantomData<T>);

impl<T: Codec> Table<T> {
    pub const TABLE: sluice_codec = sluice_codec {
        struct_size: abi::size_of_table::<sluice_codec>(),
        reserved: 0,
        encode: Self::encode,
        open: Self::open,
        frame,
        end,
        close,
    };

    unsafe extern "C" fn encode(
        this: *const sluice_instance,
        request: *const sluice_request,
        out: *mut sluice_http_out,
        err: *mut sluice_error,
    ) -> sluice_status {
        unsafe {
            guard(err, || {
                let request = Request::from_c(request);
                object::<T>(this).encode(&request)?.send(out);
                Ok(())
            })
        }
    }
    unsafe extern "C" fn open(
        this: *const sluice_instance,
        request: *const sluice_request,
        status: u32,
        headers: *const sluice_kv,
        count: usize,
        decoder: *mut *mut c_void,
        err: *mut sluice_error,
    ) -> sluice_status {
        unsafe {
            guard(err, || {
                let headers = match count {
                    0 => &[],
                    _ => std::slice::from_raw_parts(headers, count),
                };
                let response = Response { status, headers };
                let made = object::<T>(this).open(&Request::from_c(request), &response)?;
                *decoder = Box::into_raw(Box::new(Opened { decoder: made, left: false })).cast();
                Ok(())
            })
        }
    }
}

struct Opened {
    decoder: Box<dyn Decoder>,
    /// Nobody reads any more; what is still pushed is dropped.
    left: bool,
}

/// # Safety
/// As frame() and end() of the ABI.
unsafe fn step(
    opened: *mut c_void,
    sink: *mut sluice_sink,
    err: *mut sluice_error,
    work: impl FnOnce(&mut dyn Decoder, &mut Sink) -> Result<(), Error>,
) -> sluice_status {
    unsafe {
        guard(err, || {
            let opened = &mut *opened.cast::<Opened>();
            let mut sink = Sink::from_c(sink, opened.left);
            let result = work(&mut *opened.decoder, &mut sink);
            opened.left = sink.answered() == Answer::Cancelled;
            result
        })
    }
}

unsafe extern "C" fn frame(
    opened: *mut c_void,
    event: sluice_str,
    data: sluice_str,
    sink: *mut sluice_sink,
    err: *mut sluice_error,
) -> sluice_status {
    unsafe {
        step(opened, sink, err, |decoder, sink| decoder.frame(&text(event), bytes(data), sink))
    }
}
unsafe extern "C" fn end(
    opened: *mut c_void,
    sink: *mut sluice_sink,
    err: *mut sluice_error,
) -> sluice_status {
    unsafe { step(opened, sink, err, |decoder, sink| decoder.end(sink)) }
}
unsafe extern "C" fn close(decoder: *mut c_void) {
    let _ = caught(|| {
        drop(unsafe { Box::from_raw(decoder.cast::<Opened>()) });
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::{Component, Face, Setup};
    use crate::core::Op;
    use crate::testing::{Asked, Instance};
    use std::ffi::CStr;

    /// Signs, leaves out and counts.
    struct Signed;

    impl Component for Signed {
        const ID: &'static CStr = c"org.example.signed";
        const DESCRIPTION: &'static CStr = c"signs";
        const FACES: &'static [Face<Self>] = &[Face::codec()];
        fn create(_: &Setup) -> Result<Self, Error> {
            Ok(Signed)
        }
    }
    impl Codec for Signed {
        fn encode<'a>(&self, request: &'a Request<'a>) -> Result<HttpRequest<'a>, Error> {
            let path = if request.op == Op::Count { "/count" } else { "/chat" };
            Ok(HttpRequest::post(path)
                .sign("aws.sigv4", r#"{"service":"bedrock"}"#)
                .dropped("seed", Dropped::Hint)
                .dropped("logprobs", Dropped::Meaning)
                .framing(Framing::Events))
        }
        fn open(&self, _: &Request, _: &Response) -> Result<Box<dyn Decoder>, Error> {
            Ok(Box::new(Counted))
        }
    }
    struct Counted;
    impl Decoder for Counted {
        fn frame(&mut self, _: &str, data: &[u8], sink: &mut Sink) -> Result<(), Error> {
            sink.input_tokens(data.len() as u64);
            Ok(())
        }
        fn end(&mut self, _: &mut Sink) -> Result<(), Error> {
            Ok(())
        }
    }

    #[test]
    fn tells_how_to_sign_and_what_is_left_out() {
        let instance = Instance::new::<Signed>("{}").unwrap();
        let told = "sign aws.sigv4 {\"service\":\"bedrock\"}\ndropped hint seed\n\
                    dropped meaning logprobs\n\n";
        assert_eq!(instance.encode(&Asked::chat("{}")), format!("POST /chat\n{told}"));
        assert_eq!(instance.encode(&Asked::count("{}")), format!("POST /count\n{told}"));
    }

    #[test]
    fn counts_tokens() {
        let instance = Instance::new::<Signed>("{}").unwrap();
        let frames = [(String::new(), b"twelve bytes".to_vec())];
        assert_eq!(
            instance.decode(&Asked::count("{}"), 200, &[], &frames),
            "json {\"input_tokens\":12}\n"
        );
    }
}
