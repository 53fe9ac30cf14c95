//! Whole executions, on virtual time by default.

mod activity;
#[cfg(feature = "argument-checks")]
mod argument_checks;
mod arguments;
mod catch;
mod clock;
mod concurrency_limits;
mod context;
mod depth;
mod events;
mod executions;
mod fallback_tasks;
mod in_place;
mod jobs;
mod limits;
mod map;
mod nested;
mod panics;
mod parallel;
mod parked;
mod redrive;
mod restart;
mod retry;
mod runtimes;
mod status_listener;
mod support;
mod timeout;
mod timer_order;
mod token;
mod wait;
mod waits;
