//! The face of "sluice.direct/1": a component that answers by itself, step by step. Pausing,
//! resuming and cancelling are done here.
//! Threads: `start` is called from any thread, several at a time; the steps of one answer never
//! overlap, but may come from different threads.
use crate::abi::{self, sluice_direct, sluice_error, sluice_instance, sluice_request};
use crate::abi::{sluice_sink, sluice_status};
use crate::component::object;
use crate::core::{caught, Answer, Error, Op, Request, Sink};
use crate::json::Value;
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The answer, a piece a step.
pub trait Steps: Send {
    /// Pushes one chunk, or the few that belong together. `Ok(false)`: that was the last step. A
    /// pause takes hold between steps.
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
    sink: *mut sluice_sink,
    blocking: bool,
    state: Mutex<State>,
    woken: Condvar,
}

impl Call {
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
    /// Before a step, so that a resume() during its push is not lost. False: cancelled.
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
            let mut out = unsafe { Sink::from_c(sink, false) };
            let more = caught(|| unsafe { (*self.steps.get()).step(&mut out) });
            match (more, out.answered()) {
                (Err(error), _) => break Err(error),
                (_, Answer::Cancelled) => break Err(Error::cancelled()),
                (Ok(false), _) => break Ok(()),
                (Ok(true), Answer::Pause) if !self.pause() => return,
                _ => {}
            }
        };
        match outcome {
            Ok(()) => unsafe { ((*sink).finish)(sink, std::ptr::null()) },
            Err(error) => unsafe { ((*sink).finish)(sink, &error.to_c()) },
        }
    }
}

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
        let made = Box::into_raw(Box::new(Call {
            steps: UnsafeCell::new(steps),
            sink,
            blocking: S::BLOCKING,
            state: Mutex::default(),
            woken: Condvar::new(),
        }));
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
