//! Patterns as async functions, with the data and the tasks of the files next to this folder.
//!
//! `examples/tests/patterns/functions.rs` compares both versions: their states, and their
//! executions.

pub mod fan_out;
pub mod human_approval;
pub mod polling_loop;
pub mod saga;

use stepwright::Definition;

/// The definition of each function here, in the order of the files.
pub fn definitions() -> Vec<Definition> {
    vec![
        fan_out::NewsletterIssue::definition(),
        human_approval::ExpenseApproval::definition(),
        polling_loop::Transcription::definition(),
        saga::TripBooking::definition(),
    ]
}
