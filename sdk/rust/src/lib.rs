//! Sluice plugins in Rust. A component is a type that implements [`Component`] and the traits of
//! its faces ([`Codec`], [`Direct`], [`Strategy`], [`ItemSource`], [`Memory`]); a library is one
//! line of [`plugin!`]:
//!
//! ```ignore
//! impl Component for Acme {
//!     const ID: &'static CStr = c"com.acme.chat";
//!     const DESCRIPTION: &'static CStr = c"Acme's chat API";
//!     const FACES: &'static [Face<Self>] = &[Face::codec()];
//!     fn create(setup: &Setup) -> Result<Self, Error> { Ok(Acme) }
//! }
//! plugin!(vendor: c"Acme", version: c"1.0.0", license: c"MIT", components: [Acme]);
//! ```
//!
//! Every call from the host passes a guard that turns an `Err` into a `sluice_error` and a panic
//! into `INTERNAL`, so leave `panic = "unwind"`. The crate is no part of the ABI: plugins built with
//! different versions of it live side by side.
pub mod abi;
pub mod chat;
mod codec;
mod component;
mod core;
mod direct;
pub mod json;
mod strategy;
pub mod testing;

pub use codec::{retry_after_ms, Codec, Decoder, Dropped, Framing, HttpRequest, Response};
#[doc(hidden)]
pub use component::component_table;
pub use component::{Component, Face, Kind, Setup};
pub use core::{serves, Answer, Clock, Error, Host, Op, Reason, Request, Sink, Usage};
pub use direct::{Direct, Item, ItemSource, Steps};
pub use strategy::{Candidate, Memory, Outcome, Strategy};
