//! sluice/plugin.h, ABI 0.2, by hand. The names and the rules are those of the header, which is the
//! reference. The layout is asserted below. Plain data; who may call what stands in the header.
#![allow(non_camel_case_types)]

use std::ffi::{c_char, c_void};
use std::mem::{offset_of, size_of};

pub const ABI_MAJOR: u32 = 0;
pub const ABI_MINOR: u32 = 2;
pub const ABI_VERSION: u32 = (ABI_MAJOR << 16) | ABI_MINOR;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_str {
    pub ptr: *const c_char,
    pub len: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_kv {
    pub key: sluice_str,
    pub value: sluice_str,
}

pub type sluice_status = i32;
pub const OK: sluice_status = 0;
pub const CANCELLED: sluice_status = 1;
pub const UNKNOWN: sluice_status = 2;
pub const INVALID_ARGUMENT: sluice_status = 3;
pub const DEADLINE_EXCEEDED: sluice_status = 4;
pub const NOT_FOUND: sluice_status = 5;
pub const PERMISSION_DENIED: sluice_status = 7;
pub const RESOURCE_EXHAUSTED: sluice_status = 8;
pub const FAILED_PRECONDITION: sluice_status = 9;
pub const UNIMPLEMENTED: sluice_status = 12;
pub const INTERNAL: sluice_status = 13;
pub const UNAVAILABLE: sluice_status = 14;
pub const UNAUTHENTICATED: sluice_status = 16;
pub const PAUSE: sluice_status = 100;

#[repr(C)]
pub struct sluice_error {
    pub struct_size: u32,
    pub code: sluice_status,
    pub reason: u32,
    pub retryable: u32,
    pub retry_after_ms: u32,
    pub http_status: u32,
    pub message: [c_char; 1000],
    pub type_: [c_char; 64],
    pub symbol: [c_char; 64],
    pub param: [c_char; 128],
}

pub const OP_CHAT: u32 = 1;
pub const OP_CONTEXT: u32 = 2;
pub const OP_SEARCH: u32 = 3;
pub const OP_EMBED: u32 = 4;
pub const OP_MODELS: u32 = 5;
pub const OP_COUNT: u32 = 6;
pub const REQ_STREAM: u32 = 1;

#[repr(C)]
pub struct sluice_request {
    pub struct_size: u32,
    pub op: u32,
    pub flags: u32,
    pub reserved: u32,
    pub id: u64,
    pub deadline_ns: i64,
    pub model: sluice_str,
    pub dialect: sluice_str,
    pub body: sluice_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct sluice_usage {
    pub struct_size: u32,
    pub reserved: u32,
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub output: u64,
    pub reasoning: u64,
}

pub const CHUNK_START: u32 = 1;
pub const CHUNK_TEXT: u32 = 2;
pub const CHUNK_REASONING: u32 = 3;
pub const CHUNK_REFUSAL: u32 = 4;
pub const CHUNK_TOOL_CALL: u32 = 5;
pub const CHUNK_FINISH: u32 = 6;
pub const CHUNK_USAGE: u32 = 7;
pub const CHUNK_ITEM: u32 = 8;
pub const CHUNK_MESSAGE: u32 = 9;
pub const CHUNK_JSON: u32 = 10;

#[repr(C)]
pub struct sluice_chunk {
    pub struct_size: u32,
    pub type_: u32,
    pub choice: u32,
    pub index: u32,
    pub text: sluice_str,
    pub name: sluice_str,
    pub ref_: sluice_str,
    pub score: f64,
    pub usage: *const sluice_usage,
    pub extra: sluice_str,
}

#[repr(C)]
pub struct sluice_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub host_data: *mut c_void,
    pub push: unsafe extern "C" fn(*mut sluice_sink, *const sluice_chunk) -> sluice_status,
    pub finish: unsafe extern "C" fn(*mut sluice_sink, *const sluice_error),
}

#[repr(C)]
pub struct sluice_host {
    pub struct_size: u32,
    pub abi_version: u32,
    pub host_data: *mut c_void,
    pub name: *const c_char,
    pub version: *const c_char,
    pub get_extension: unsafe extern "C" fn(*const sluice_host, *const c_char) -> *const c_void,
    pub log: unsafe extern "C" fn(*const sluice_host, i32, sluice_str),
}

#[repr(C)]
pub struct sluice_host_clock {
    pub struct_size: u32,
    pub reserved: u32,
    pub monotonic_ns: unsafe extern "C" fn(*const sluice_host) -> i64,
    pub unix_ms: unsafe extern "C" fn(*const sluice_host) -> i64,
}

#[repr(C)]
pub struct sluice_instance {
    pub struct_size: u32,
    pub reserved: u32,
    pub plugin_data: *mut c_void,
    pub get_extension: unsafe extern "C" fn(*const sluice_instance, *const c_char) -> *const c_void,
    pub retire: Option<unsafe extern "C" fn(*const sluice_instance)>,
    pub destroy: unsafe extern "C" fn(*const sluice_instance),
}

pub const FRAME_WHOLE: u32 = 0;
pub const FRAME_SSE: u32 = 1;
pub const FRAME_LINES: u32 = 2;
pub const FRAME_RAW: u32 = 3;
pub const FRAME_EVENTS: u32 = 4;

pub const DROPPED_HINT: u32 = 0;
pub const DROPPED_MEANING: u32 = 1;

#[repr(C)]
pub struct sluice_http_out {
    pub struct_size: u32,
    pub framing: u32,
    pub host_data: *mut c_void,
    pub start: unsafe extern "C" fn(*mut sluice_http_out, sluice_str, sluice_str),
    pub header: unsafe extern "C" fn(*mut sluice_http_out, sluice_str, sluice_str),
    pub secret_header:
        unsafe extern "C" fn(*mut sluice_http_out, sluice_str, sluice_str, sluice_str),
    pub body: unsafe extern "C" fn(*mut sluice_http_out, sluice_str),
    pub sign: unsafe extern "C" fn(*mut sluice_http_out, sluice_str, sluice_str),
    pub dropped: unsafe extern "C" fn(*mut sluice_http_out, u32, sluice_str),
}

#[repr(C)]
pub struct sluice_codec {
    pub struct_size: u32,
    pub reserved: u32,
    pub encode: unsafe extern "C" fn(
        *const sluice_instance,
        *const sluice_request,
        *mut sluice_http_out,
        *mut sluice_error,
    ) -> sluice_status,
    pub open: unsafe extern "C" fn(
        *const sluice_instance,
        *const sluice_request,
        u32,
        *const sluice_kv,
        usize,
        *mut *mut c_void,
        *mut sluice_error,
    ) -> sluice_status,
    pub frame: unsafe extern "C" fn(
        *mut c_void,
        sluice_str,
        sluice_str,
        *mut sluice_sink,
        *mut sluice_error,
    ) -> sluice_status,
    pub end:
        unsafe extern "C" fn(*mut c_void, *mut sluice_sink, *mut sluice_error) -> sluice_status,
    pub close: unsafe extern "C" fn(*mut c_void),
}

pub const DIRECT_BLOCKING: u32 = 1;

#[repr(C)]
pub struct sluice_direct {
    pub struct_size: u32,
    pub flags: u32,
    pub start: unsafe extern "C" fn(
        *const sluice_instance,
        *const sluice_request,
        *mut sluice_sink,
        *mut *mut c_void,
        *mut sluice_error,
    ) -> sluice_status,
    pub resume: Option<unsafe extern "C" fn(*mut c_void)>,
    pub cancel: Option<unsafe extern "C" fn(*mut c_void)>,
    pub release: Option<unsafe extern "C" fn(*mut c_void)>,
}

#[repr(C)]
pub struct sluice_memory {
    pub struct_size: u32,
    pub reserved: u32,
    pub remember: unsafe extern "C" fn(
        *const sluice_instance,
        sluice_str,
        *mut sluice_error,
    ) -> sluice_status,
}

pub const CAND_HEALTHY: u32 = 1;
pub const CAND_LOCAL: u32 = 2;

#[repr(C)]
pub struct sluice_candidate {
    pub struct_size: u32,
    pub flags: u32,
    pub target: sluice_str,
    pub model: sluice_str,
    pub inflight: u32,
    pub weight: u32,
    pub latency_us: u32,
    pub error_ppm: u32,
    pub price_in: f64,
    pub price_out: f64,
    pub labels: sluice_str,
}

#[repr(C)]
pub struct sluice_outcome {
    pub struct_size: u32,
    pub status: sluice_status,
    pub first_us: u64,
    pub total_us: u64,
    pub usage: *const sluice_usage,
}

#[repr(C)]
pub struct sluice_strategy {
    pub struct_size: u32,
    pub reserved: u32,
    pub rank: unsafe extern "C" fn(
        *const sluice_instance,
        *const sluice_request,
        *const *const sluice_candidate,
        usize,
        *mut u32,
        *mut usize,
        *mut sluice_error,
    ) -> sluice_status,
    pub observe: Option<
        unsafe extern "C" fn(
            *const sluice_instance,
            *const sluice_candidate,
            *const sluice_outcome,
        ),
    >,
}

pub const KIND_PROVIDER: u32 = 1;
pub const KIND_STRATEGY: u32 = 2;
pub const KIND_CONTEXT: u32 = 3;
pub const KIND_SEARCH: u32 = 4;

#[repr(C)]
pub struct sluice_component {
    pub struct_size: u32,
    pub kind: u32,
    pub id: *const c_char,
    pub description: *const c_char,
    pub config_schema: *const c_char,
    pub requires_ext: *const *const c_char,
    pub dialects: *const *const c_char,
    pub create: unsafe extern "C" fn(
        *const sluice_component,
        *const sluice_host,
        sluice_str,
        sluice_str,
        *mut sluice_error,
    ) -> *const sluice_instance,
}
// SAFETY: constant; its pointers lead to constants.
unsafe impl Sync for sluice_component {}

pub const LIB_MAY_UNLOAD: u32 = 1;

#[repr(C)]
pub struct sluice_library {
    pub struct_size: u32,
    pub abi_version: u32,
    pub flags: u32,
    pub n_components: u32,
    pub vendor: *const c_char,
    pub version: *const c_char,
    pub license: *const c_char,
    pub components: *const *const sluice_component,
    pub init: Option<
        unsafe extern "C" fn(*const sluice_host, *const c_char, *mut sluice_error) -> sluice_status,
    >,
    pub deinit: Option<unsafe extern "C" fn()>,
}
// SAFETY: constant; its pointers lead to constants.
unsafe impl Sync for sluice_library {}

/// `struct_size` of a table of ours.
pub const fn size_of_table<T>() -> u32 {
    size_of::<T>() as u32
}

macro_rules! layout {
    ($type:ident, $size:expr $(, $field:ident at $offset:expr)*) => {
        const _: () = assert!(size_of::<$type>() == $size);
        $(const _: () = assert!(offset_of!($type, $field) == $offset);)*
    };
}
// On every 64-bit Linux; a plugin for another machine would have to say so here.
layout!(sluice_str, 16, len at 8);
layout!(sluice_kv, 32, value at 16);
layout!(sluice_error, 1280, http_status at 20, message at 24, type_ at 1024, param at 1152);
layout!(sluice_request, 80, id at 16, deadline_ns at 24, model at 32, body at 64);
layout!(sluice_usage, 48, input at 8, reasoning at 40);
layout!(sluice_chunk, 96, text at 16, ref_ at 48, score at 64, usage at 72, extra at 80);
layout!(sluice_sink, 32, push at 16, finish at 24);
layout!(sluice_host, 48, name at 16, get_extension at 32, log at 40);
layout!(sluice_host_clock, 24, unix_ms at 16);
layout!(sluice_instance, 40, plugin_data at 8, get_extension at 16, destroy at 32);
layout!(sluice_http_out, 64, framing at 4, start at 16, body at 40, sign at 48, dropped at 56);
layout!(sluice_codec, 48, encode at 8, close at 40);
layout!(sluice_direct, 40, start at 8, release at 32);
layout!(sluice_memory, 16, remember at 8);
layout!(sluice_candidate, 88, target at 8, inflight at 40, price_in at 56, labels at 72);
layout!(sluice_outcome, 32, first_us at 8, usage at 24);
layout!(sluice_strategy, 24, rank at 8, observe at 16);
layout!(sluice_component, 56, id at 8, config_schema at 24, create at 48);
layout!(sluice_library, 64, n_components at 12, vendor at 16, components at 40, deinit at 56);
