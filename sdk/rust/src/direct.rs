//! The face of "sluice.direct/1": a component that answers by itself, step by step. Pausing,
//! resuming and cancelling are done here.
//! Threads: `start` is called from any thread, several at a time; the steps of one answer never
//! overlap, but may come from different threads.
use crate::abi::{
    self, sluice_chunk, sluice_direct, sluice_error, sluice_instance, sluice_request,
};
use crate::abi::{sluice_sink, sluice_status, sluice_str, sluice_usage};
use crate::component::object;
use crate::core::{bytes, caught, lend_bytes, Error, Op, Request, Sink};
use crate::json::Value;
use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The answer, a piece a step.
pub trait Steps: Send {
    /// Pushes a chunk or a few. `Ok(false)`: that was the last step, as is an error. A reader that
    /// pauses ends no step: what is pushed meanwhile is kept for it, or, with `BLOCKING`, the push
    /// waits. One that leaves ends them all, and the answer is cancelled.
    fn step(&mut self, sink: &mut Sink) -> Result<bool, Error>;
}

pub trait Direct: Send + Sync + 'static {
    /// A step may wait; then each answer is given a thread of the host's to do so.
    const BLOCKING: bool = false;
    /// Prepares an answer. Nothing is pushed before the first step. Copies what it needs of the
    /// request.
    fn start(&self, request: &Request) -> Result<Box<dyn Steps>, Error>;
}

/// A document or a hit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    pub text: String,
    pub title: String,
    pub uri: String,
    pub score: f64,
}

/// A context source or a search engine: items for a query, the best first.
pub trait ItemSource: Send + Sync + 'static {
    /// As `Direct::BLOCKING`.
    const BLOCKING: bool = false;
    /// `limit`: no more are wanted. `body`: the whole question, as sdk/schema/context.v1.json or
    /// search.v1.json has it.
    fn find(&self, query: &str, limit: usize, body: &Value) -> Result<Vec<Item>, Error>;
}

/// The operation that a component with an `ItemSource` serves.
fn items(
    op: Op,
    request: &Request,
    find: impl FnOnce(&str, usize, &Value) -> Result<Vec<Item>, Error>,
) -> Result<Box<dyn Steps>, Error> {
    if request.op != op {
        return Err(Error::unimplemented());
    }
    let body = Value::parse(request.body).map_err(Error::bad_request)?;
    let query = body.get("query").str().ok_or_else(|| Error::bad_request("there is no query"))?;
    let limit = body.get("limit").u64().map_or(usize::MAX, |limit| limit as usize);
    let mut found = find(query, limit, &body)?;
    found.truncate(limit);
    Ok(Box::new(Found(found.into_iter())))
}

struct Found(std::vec::IntoIter<Item>);

impl Steps for Found {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, Error> {
        if let Some(item) = self.0.next() {
            sink.item(&item.text, &item.title, &item.uri, item.score);
        }
        Ok(!self.0.as_slice().is_empty())
    }
}

/// A chunk with texts of its own.
struct Held {
    chunk: sluice_chunk,
    texts: [Vec<u8>; 4],
    usage: Option<sluice_usage>,
}

impl Held {
    /// # Safety
    /// The chunk is lent for this call.
    unsafe fn new(from: &sluice_chunk) -> Self {
        let own = |text: sluice_str| unsafe { bytes(text) }.to_vec();
        Held {
            chunk: sluice_chunk { ..*from },
            texts: [own(from.text), own(from.name), own(from.ref_), own(from.extra)],
            usage: unsafe { from.usage.as_ref() }.copied(),
        }
    }
    fn lend(&self) -> sluice_chunk {
        let [text, name, ref_, extra] = self.texts.each_ref().map(|text| lend_bytes(text));
        let usage = self.usage.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        sluice_chunk { text, name, ref_, extra, usage, ..self.chunk }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Reader {
    Reads,
    Pauses,
    Left,
}

/// What belongs to whoever runs the steps.
struct Flow {
    reader: Reader,
    held: VecDeque<Held>, // pushed in a pause
    ended: Option<Result<(), Error>>,
}

#[derive(Default)]
struct State {
    paused: bool,
    resumed: bool,
    cancelled: bool,
}

/// Runs the steps of one answer. Whoever calls start(), resume() or cancel() runs them, one caller
/// at a time; an answer that may block stays on the thread of start() and waits there.
struct Call {
    steps: UnsafeCell<Box<dyn Steps>>,
    flow: UnsafeCell<Flow>,
    sink: *mut sluice_sink,
    blocking: bool,
    state: Mutex<State>,
    woken: Condvar,
}

impl Call {
    /// To be given to release().
    fn new(steps: Box<dyn Steps>, blocking: bool, sink: *mut sluice_sink) -> *mut Self {
        let flow = Flow { reader: Reader::Reads, held: VecDeque::new(), ended: None };
        Box::into_raw(Box::new(Call {
            steps: UnsafeCell::new(steps),
            flow: UnsafeCell::new(flow),
            sink,
            blocking,
            state: Mutex::default(),
            woken: Condvar::new(),
        }))
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// True: this caller is to go on with the steps.
    fn wake(&self, cancel: bool) -> bool {
        let mut state = self.state();
        if cancel {
            state.cancelled = true;
        } else {
            state.resumed = true;
        }
        if !std::mem::take(&mut state.paused) {
            return false;
        }
        if self.blocking {
            self.woken.notify_one();
        }
        !self.blocking
    }
    /// Before a push, so that a resume() during it is not lost. False: cancelled.
    fn arm(&self) -> bool {
        let mut state = self.state();
        state.resumed = false;
        !state.cancelled
    }
    /// After a push that said PAUSE. True: go on at once.
    fn pause(&self) -> bool {
        let mut state = self.state();
        if state.resumed || state.cancelled {
            return true;
        }
        state.paused = true;
        if self.blocking {
            while state.paused {
                state = self.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        self.blocking
    }
    fn pass(&self, chunk: &sluice_chunk) -> Reader {
        match unsafe { ((*self.sink).push)(self.sink, chunk) } {
            abi::CANCELLED => {
                self.state().cancelled = true;
                Reader::Left
            }
            abi::PAUSE => Reader::Pauses,
            _ => Reader::Reads,
        }
    }
    /// What a step pushes.
    ///
    /// # Safety
    /// This thread runs the steps, and holds nothing of `flow`.
    unsafe fn take(&self, chunk: &sluice_chunk) -> sluice_status {
        let flow = unsafe { &mut *self.flow.get() };
        match flow.reader {
            Reader::Left => {}
            Reader::Pauses => flow.held.push_back(unsafe { Held::new(chunk) }),
            Reader::Reads if self.blocking && !self.arm() => flow.reader = Reader::Left,
            Reader::Reads => flow.reader = self.pass(chunk),
        }
        if self.blocking && flow.reader == Reader::Pauses {
            self.pause();
            flow.reader = if self.state().cancelled { Reader::Left } else { Reader::Reads };
        }
        match flow.reader {
            Reader::Left => abi::CANCELLED,
            Reader::Pauses => abi::PAUSE,
            Reader::Reads => abi::OK,
        }
    }
    /// Pushes what was held, one chunk at a time, or makes the next step.
    ///
    /// # Safety
    /// As take().
    unsafe fn step(&self) {
        let flow = unsafe { &mut *self.flow.get() };
        if let Some(held) = flow.held.pop_front() {
            flow.reader = self.pass(&held.lend());
            return;
        }
        let mut front = sluice_sink {
            struct_size: abi::size_of_table::<sluice_sink>(),
            reserved: 0,
            host_data: std::ptr::from_ref(self).cast_mut().cast(),
            push: take,
            finish: ignore,
        };
        let more = caught(|| {
            let mut out = unsafe { Sink::from_c(&mut front, false) };
            unsafe { (*self.steps.get()).step(&mut out) }
        });
        let flow = unsafe { &mut *self.flow.get() };
        flow.ended = match more {
            Ok(true) => None,
            Ok(false) => Some(Ok(())),
            Err(error) => Some(Err(error)),
        };
    }
    /// Ends with finish(), after which this may be gone, or with a pause.
    ///
    /// # Safety
    /// No other caller runs the steps, and finish() has not been called.
    unsafe fn run(&self) {
        let sink = self.sink;
        let outcome = loop {
            if !self.arm() {
                break Err(Error::cancelled());
            }
            unsafe { (*self.flow.get()).reader = Reader::Reads };
            unsafe { self.step() };
            if self.state().cancelled {
                break Err(Error::cancelled());
            }
            let flow = unsafe { &mut *self.flow.get() };
            if flow.held.is_empty() {
                if let Some(outcome) = flow.ended.take() {
                    break outcome;
                }
            }
            if flow.reader == Reader::Pauses && !self.pause() {
                return;
            }
        };
        match outcome {
            Ok(()) => unsafe { ((*sink).finish)(sink, std::ptr::null()) },
            Err(error) => unsafe { ((*sink).finish)(sink, &error.to_c()) },
        }
    }
}

unsafe extern "C" fn take(sink: *mut sluice_sink, chunk: *const sluice_chunk) -> sluice_status {
    unsafe { (*(*sink).host_data.cast::<Call>()).take(&*chunk) }
}
unsafe extern "C" fn ignore(_sink: *mut sluice_sink, _error: *const sluice_error) {}

/// What a direct table needs of a component: `Direct`, or an `ItemSource` of a kind.
pub(crate) trait Starts<T> {
    const BLOCKING: bool;
    fn start(object: &T, request: &Request) -> Result<Box<dyn Steps>, Error>;
}
pub(crate) struct AsDirect;
impl<T: Direct> Starts<T> for AsDirect {
    const BLOCKING: bool = T::BLOCKING;
    fn start(object: &T, request: &Request) -> Result<Box<dyn Steps>, Error> {
        object.start(request)
    }
}
pub(crate) struct AsContext;
impl<T: ItemSource> Starts<T> for AsContext {
    const BLOCKING: bool = T::BLOCKING;
    fn start(object: &T, request: &Request) -> Result<Box<dyn Steps>, Error> {
        items(Op::Context, request, |query, limit, body| object.find(query, limit, body))
    }
}
pub(crate) struct AsSearch;
impl<T: ItemSource> Starts<T> for AsSearch {
    const BLOCKING: bool = T::BLOCKING;
    fn start(object: &T, request: &Request) -> Result<Box<dyn Steps>, Error> {
        items(Op::Search, request, |query, limit, body| object.find(query, limit, body))
    }
}

pub(crate) struct Table<T, S>(PhantomData<(T, S)>);

impl<T: 'static, S: Starts<T>> Table<T, S> {
    pub const TABLE: sluice_direct = sluice_direct {
        struct_size: abi::size_of_table::<sluice_direct>(),
        flags: if S::BLOCKING { abi::DIRECT_BLOCKING } else { 0 },
        start: Self::start,
        resume: Some(resume),
        cancel: Some(cancel),
        release: Some(release),
    };

    unsafe extern "C" fn start(
        this: *const sluice_instance,
        request: *const sluice_request,
        sink: *mut sluice_sink,
        call: *mut *mut c_void,
        err: *mut sluice_error,
    ) -> sluice_status {
        let made = caught(|| unsafe { S::start(object::<T>(this), &Request::from_c(request)) });
        let steps = match made {
            Ok(steps) => steps,
            Err(error) => return error.fill(unsafe { &mut *err }),
        };
        let made = Call::new(steps, S::BLOCKING, sink);
        unsafe {
            *call = made.cast();
            (*made).run();
        }
        abi::OK
    }
}

unsafe extern "C" fn resume(call: *mut c_void) {
    unsafe { go_on(call, false) }
}
unsafe extern "C" fn cancel(call: *mut c_void) {
    unsafe { go_on(call, true) }
}
unsafe fn go_on(call: *mut c_void, cancel: bool) {
    unsafe {
        let call = &*call.cast::<Call>();
        if call.wake(cancel) {
            call.run();
        }
    }
}
unsafe extern "C" fn release(call: *mut c_void) {
    let _ = caught(|| {
        drop(unsafe { Box::from_raw(call.cast::<Call>()) });
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::text;

    /// Pushes three pieces of text in its only step, and then fails if it is told to.
    struct Burst {
        fails: bool,
    }
    impl Steps for Burst {
        fn step(&mut self, sink: &mut Sink) -> Result<bool, Error> {
            for text in ["a", "b", "c"] {
                sink.text(text);
            }
            if self.fails {
                return Err(Error::unavailable("half way"));
            }
            Ok(false)
        }
    }

    /// A reader: what it answers, then OK, and what it has seen.
    #[derive(Default)]
    struct Reading {
        answers: VecDeque<sluice_status>,
        seen: Mutex<String>,
    }
    impl Reading {
        fn sink(&mut self) -> sluice_sink {
            sluice_sink {
                struct_size: abi::size_of_table::<sluice_sink>(),
                reserved: 0,
                host_data: std::ptr::from_mut(self).cast(),
                push: see,
                finish: seen,
            }
        }
        fn seen(&self) -> String {
            self.seen.lock().unwrap().clone()
        }
    }
    unsafe extern "C" fn see(sink: *mut sluice_sink, chunk: *const sluice_chunk) -> sluice_status {
        let reading = unsafe { &mut *(*sink).host_data.cast::<Reading>() };
        reading.seen.lock().unwrap().push_str(&unsafe { text((*chunk).text) });
        reading.answers.pop_front().unwrap_or(abi::OK)
    }
    unsafe extern "C" fn seen(sink: *mut sluice_sink, error: *const sluice_error) {
        let reading = unsafe { &mut *(*sink).host_data.cast::<Reading>() };
        let code = unsafe { error.as_ref() }.map_or(abi::OK, |error| error.code);
        reading.seen.lock().unwrap().push_str(&format!("={code}"));
    }
    fn begin(reading: &mut Reading, sink: &mut sluice_sink, fails: bool) -> *mut c_void {
        *sink = reading.sink();
        let call = Call::new(Box::new(Burst { fails }), false, sink);
        unsafe { (*call).run() };
        call.cast()
    }

    #[test]
    fn what_a_step_pushes_in_a_pause_is_kept() {
        let answers = [abi::PAUSE, abi::OK, abi::PAUSE].into();
        let mut reading = Reading { answers, ..Reading::default() };
        let mut sink = reading.sink();
        let call = begin(&mut reading, &mut sink, true);
        assert_eq!(reading.seen(), "a");
        unsafe { resume(call) };
        // A pause behind the last chunk pauses nothing.
        assert_eq!(reading.seen(), format!("abc={}", abi::UNAVAILABLE));
        unsafe { release(call) };
    }

    #[test]
    fn what_is_kept_is_dropped_by_a_cancel() {
        let mut reading = Reading { answers: [abi::PAUSE].into(), ..Reading::default() };
        let mut sink = reading.sink();
        let call = begin(&mut reading, &mut sink, false);
        unsafe { cancel(call) };
        assert_eq!(reading.seen(), format!("a={}", abi::CANCELLED));
        unsafe { release(call) };
    }

    #[test]
    fn nothing_is_pushed_once_nobody_reads() {
        let mut reading = Reading { answers: [abi::CANCELLED].into(), ..Reading::default() };
        let mut sink = reading.sink();
        let call = begin(&mut reading, &mut sink, false);
        assert_eq!(reading.seen(), format!("a={}", abi::CANCELLED));
        unsafe { release(call) };
    }

    #[test]
    fn a_push_waits_in_a_pause_where_steps_may_block() {
        let mut reading = Reading { answers: [abi::PAUSE].into(), ..Reading::default() };
        let mut sink = reading.sink();
        let call = Call::new(Box::new(Burst { fails: false }), true, &mut sink);
        let at = call as usize;
        let runner = std::thread::spawn(move || unsafe { (*(at as *mut Call)).run() });
        while !unsafe { (*call).state().paused } {
            std::thread::yield_now();
        }
        assert_eq!(reading.seen(), "a");
        unsafe { resume(call.cast()) };
        runner.join().unwrap();
        assert_eq!(reading.seen(), format!("abc={}", abi::OK));
        unsafe { release(call.cast()) };
    }
}
