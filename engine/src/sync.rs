//! The mutex of the types that have model tests. With `--cfg shuttle` it is shuttle's, which lets
//! other threads run at each lock: the tests then try many orders of their threads
//! (`.ci/nightly models`).

#[cfg(all(test, shuttle))]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(all(test, shuttle)))]
pub(crate) use std::sync::{Mutex, MutexGuard};

/// The number of random orders that a model test tries: that of `STEPWRIGHT_TEST_ORDERS`, or
/// 20,000.
#[cfg(all(test, shuttle))]
pub(crate) fn orders() -> usize {
    let orders = std::env::var("STEPWRIGHT_TEST_ORDERS");
    orders.map_or(20_000, |orders| orders.parse().expect("it is a number"))
}
