//! The mutex of the types that have model tests. With `--cfg shuttle` it is shuttle's, which lets
//! other threads run at each lock: the tests then try many orders of their threads
//! (`.ci/nightly models`).

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(all(test, shuttle)))]
pub(crate) use std::sync::{Mutex, MutexGuard};
