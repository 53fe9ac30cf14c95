//! Whole executions, on virtual time by default.

// `unwrap` in a test is an assertion, in its helpers too.
#![allow(clippy::unwrap_used)]

mod activity;
mod arguments;
mod cancelled;
mod catch;
mod clock;
mod concurrency_limits;
mod context;
mod depth;
mod events;
mod executions;
mod executors;
mod in_place;
mod limits;
mod map;
mod nested;
mod panics;
mod parallel;
mod parked;
mod redrive;
mod retry;
mod runtimes;
mod support;
mod timeout;
mod timer_order;
mod token;
mod typed;
mod wait;
