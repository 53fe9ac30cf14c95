//! Whole executions, on virtual time by default.

// `unwrap` in a test is an assertion, in its helpers too.
#![allow(clippy::unwrap_used)]

mod activity;
mod arguments;
mod cancelled;
mod catch;
mod clock;
mod context;
mod depth;
mod events;
mod in_place;
mod limits;
mod map;
mod moments;
mod nested;
mod order;
mod panics;
mod parallel;
mod places;
mod redrive;
mod resting;
mod retry;
mod running;
mod runtimes;
mod support;
mod timeout;
mod token;
mod typed;
mod wait;
