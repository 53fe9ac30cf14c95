//! Reviews changes of AWS Step Functions definitions before they are deployed.
//!
//! # What to use
//!
//! | you want | use |
//! |---|---|
//! | to run recorded executions through a new definition | [`rehearsal::Rehearsal`] |
//! | everything that a change affects, sorted by risk | [`review::Review`] |
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl`, `stepwright-diagram`, `stepwright-explore`,
//!   `stepwright-history`, `stepwright-interpreter` and `stepwright-tools`. It compiles no macros.
//! - It knows no engine, store, file, client of AWS or version control: the caller reads
//!   definitions and histories, and writes the reports.
//! - A rehearsal runs executions as plain data on virtual time. It calls no task.
//! - Reports mask what the redaction of a history masks.

#[doc(hidden)]
mod markdown_text;
mod page;
pub mod rehearsal;
mod renamed_states;
pub mod review;

/// The README's example compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
