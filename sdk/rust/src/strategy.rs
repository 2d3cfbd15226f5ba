//! The faces of "sluice.strategy/1", which ranks candidates, and of "sluice.memory/1", which
//! remembers what was said.
//! Threads: called from any thread, several at a time; `rank` and `observe` never wait.
use crate::abi::{self, sluice_candidate, sluice_error, sluice_instance, sluice_memory};
use crate::abi::{sluice_outcome, sluice_request, sluice_status, sluice_str, sluice_strategy};
use crate::component::object;
use crate::core::{bytes, caught, guard, text, Error, Request, Usage};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A target that may be tried. Lent until the call returns.
pub struct Candidate<'a>(&'a sluice_candidate);

impl Candidate<'_> {
    /// Its breaker is closed and no limit of it is reached.
    pub fn healthy(&self) -> bool {
        self.0.flags & abi::CAND_HEALTHY != 0
    }
    /// On this machine.
    pub fn local(&self) -> bool {
        self.0.flags & abi::CAND_LOCAL != 0
    }
    /// The provider's name, as configured.
    pub fn target(&self) -> Cow<'_, str> {
        // SAFETY: lent with the candidate.
        unsafe { text(self.0.target) }
    }
    pub fn model(&self) -> Cow<'_, str> {
        // SAFETY: as above.
        unsafe { text(self.0.model) }
    }
    /// Attempts under way.
    pub fn inflight(&self) -> u32 {
        self.0.inflight
    }
    pub fn weight(&self) -> u32 {
        self.0.weight
    }
    /// To the first content, moving average; 0: unknown.
    pub fn latency_us(&self) -> u32 {
        self.0.latency_us
    }
    /// Failures in a million tries, moving average.
    pub fn error_ppm(&self) -> u32 {
        self.0.error_ppm
    }
    /// USD per million tokens; 0: unknown.
    pub fn price_in(&self) -> f64 {
        self.0.price_in
    }
    pub fn price_out(&self) -> f64 {
        self.0.price_out
    }
    /// A JSON object, from the configuration.
    pub fn labels(&self) -> &[u8] {
        // SAFETY: as above.
        unsafe { bytes(self.0.labels) }
    }
}

/// What became of a try.
pub struct Outcome {
    pub status: sluice_status,
    /// To the first content, to the end.
    pub first_us: u64,
    pub total_us: u64,
    /// None: unknown.
    pub usage: Option<Usage>,
}

pub trait Strategy: Send + Sync + 'static {
    /// Indices of candidates, the best first; one left out is not tried.
    fn rank(&self, request: &Request, candidates: &[Candidate]) -> Result<Vec<usize>, Error>;
    /// For strategies that learn.
    fn observe(&self, _candidate: &Candidate, _outcome: &Outcome) {}
}

pub trait Memory: Send + Sync + 'static {
    /// exchange: sdk/schema/exchange.v1.json. May wait.
    fn remember(&self, exchange: &[u8]) -> Result<(), Error>;
}

pub(crate) struct StrategyTable<T>(PhantomData<T>);

impl<T: Strategy> StrategyTable<T> {
    pub const TABLE: sluice_strategy = sluice_strategy {
        struct_size: abi::size_of_table::<sluice_strategy>(),
        reserved: 0,
        rank: Self::rank,
        observe: Some(Self::observe),
    };

    unsafe extern "C" fn rank(
        this: *const sluice_instance,
        request: *const sluice_request,
        candidates: *const *const sluice_candidate,
        count: usize,
        order: *mut u32,
        ordered: *mut usize,
        err: *mut sluice_error,
    ) -> sluice_status {
        unsafe {
            guard(err, || {
                let of = |index: usize| Candidate(&**candidates.add(index));
                let all: Vec<Candidate> = (0..count).map(of).collect();
                let ranked = object::<T>(this).rank(&Request::from_c(request), &all)?;
                if ranked.len() > count || ranked.iter().any(|index| *index >= count) {
                    let what = "the strategy ranked what is no candidate";
                    return Err(Error::new(abi::INTERNAL, what));
                }
                for (place, index) in ranked.iter().enumerate() {
                    order.add(place).write(*index as u32);
                }
                *ordered = ranked.len();
                Ok(())
            })
        }
    }
    unsafe extern "C" fn observe(
        this: *const sluice_instance,
        candidate: *const sluice_candidate,
        outcome: *const sluice_outcome,
    ) {
        let _ = caught(|| unsafe {
            let outcome = &*outcome;
            let usage = outcome.usage.as_ref().map(|usage| Usage {
                input: usage.input,
                cache_read: usage.cache_read,
                cache_write: usage.cache_write,
                output: usage.output,
                reasoning: usage.reasoning,
            });
            let outcome = Outcome {
                status: outcome.status,
                first_us: outcome.first_us,
                total_us: outcome.total_us,
                usage,
            };
            object::<T>(this).observe(&Candidate(&*candidate), &outcome);
            Ok(())
        });
    }
}

pub(crate) struct MemoryTable<T>(PhantomData<T>);

impl<T: Memory> MemoryTable<T> {
    pub const TABLE: sluice_memory = sluice_memory {
        struct_size: abi::size_of_table::<sluice_memory>(),
        reserved: 0,
        remember: Self::remember,
    };

    unsafe extern "C" fn remember(
        this: *const sluice_instance,
        exchange: sluice_str,
        err: *mut sluice_error,
    ) -> sluice_status {
        unsafe { guard(err, || object::<T>(this).remember(bytes(exchange))) }
    }
}
