//! Stores that fail: executions continue without a restart, with the same results, and each task
//! runs once.
//!
//! What can fail at the boundaries of the store trait:
//!
//! | boundary | fault | what the engine does | test |
//! |---|---|---|---|
//! | `Store::commit` | an error, and nothing is applied | repeats the step; a start, a redrive or a deletion fails without effect | `memory` |
//! | `Store::commit` | an error, but everything is applied | reads the store, and continues | `memory` |
//! | `Store::commit` | the same, and the store cannot be read for a while | reads until the outcome is known | `memory` |
//! | `Store::commit` | a lock, or no space, for several attempts | repeats the step until it succeeds | `memory`, `sqlite` |
//! | `Store::commit` | a permanent error, or a panic | ends the journal; executions are suspended | `durable::restart`, `journal::tests` |
//! | `Store::check`, `Store::probe` | the file was replaced; still no space | ends the journal; waits | `store::replaced`, `journal::tests::outage` |
//! | `Store::size` | no number | reports no number | `statistics` |
//! | `Store::reader` | an error when a reader is opened | repeats it | `memory` |
//! | each method of `StoreReader` | a transient error | repeats the read | `memory` |
//! | `StoreReader::execution` | transient errors for more than three seconds | executions that continue wait until the store can be read | `continuation` |
//! | `StoreReader::records` | other bytes than were written | puts the execution into quarantine | `memory`, `durable::quarantine` |
//! | a row of each table | a value of another type, or none | skips the row, and puts its execution into quarantine | `sqlite` |
//! | the log of the file | torn, lost, of another session | keeps the commits before the damage, or refuses the store | `store::torn_log`, `store::continuity` |
//!
//! `cargo test` injects each fault at one to three points of each workflow.
//! `STEPWRIGHT_TEST_FAULTS=200` injects it at each of the first 200 commits and reads
//! (`.ci/nightly faults`).

mod continuation;
mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
pub(crate) mod store;
mod workflows;

/// Returns the numbers, from 1 to `total`, at which a fault is injected: `few` of them, unless the
/// environment variable has a number.
fn points(total: u64, few: u64) -> Vec<u64> {
    let most = std::env::var("STEPWRIGHT_TEST_FAULTS").ok();
    match most.map(|most| most.parse::<u64>().expect("a number of faults")) {
        Some(most) => (1..=total.min(most)).collect(),
        None if total <= few => (1..=total).collect(),
        None if few == 1 => vec![total.div_ceil(2)],
        None => (0..few)
            .map(|at| 1 + at * (total - 1) / (few - 1))
            .collect(),
    }
}
