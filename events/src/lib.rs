//! Events of EventBridge, and what they start: patterns, rules, and the inputs of targets.
//!
//! ```
//! use stepwright_asl::json::Json;
//! use stepwright_events::pattern::EventPattern;
//!
//! let pattern: EventPattern = r#"{"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}"#.parse()?;
//! let event: Json = r#"{"source": "shop", "detail": {"total": 250}}"#.parse()?;
//! assert!(pattern.matches(&event));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | content |
//! |---|---|
//! | [`pattern`] | which events a rule matches |
//! | [`target_input`] | what an execution gets of an event |
//! | [`event`], [`rule`] | an event of a bus; a rule with its targets |
//! | [`bus`] | the rules of all buses, and what an event starts |
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl` only, for its JSON.
//! - It has no I/O, no thread and no clock. It starts nothing: a server or a program does, with
//!   [`EventBuses::starts`](bus::EventBuses::starts).

pub mod bus;
pub mod event;
pub mod pattern;
pub mod rule;
pub mod target_input;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
