//! The states, a file for each type.

mod arguments;
mod children;
pub(super) mod choice;
pub(super) mod distributed;
mod fail;
mod map;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;
