//! Reads the histories of executions of AWS Step Functions state machines: of executions on AWS,
//! and of those that `stepwright-runtime` runs.
//!
//! ```
//! use stepwright_history::RecordedHistory;
//!
//! // The response of GetExecutionHistory.
//! let history = RecordedHistory::parse(r#"{"events": [
//!     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
//!      "executionStartedEventDetails": {"input": "{}"}},
//!     {"timestamp": "2026-01-01T00:00:01Z", "type": "WaitStateEntered", "id": 2, "previousEventId": 0,
//!      "stateEnteredEventDetails": {"name": "Cool", "input": "{}"}}
//! ]}"#)?;
//! let timeline = history.timeline();
//! assert_eq!(timeline.title(), "execution in progress");
//! assert_eq!(timeline.visits()[0].state(), "Cool");
//! # Ok::<(), stepwright_history::RecordedHistoryError>(())
//! ```
//!
//! # What to use
//!
//! | you want | use |
//! |---|---|
//! | to read a history that the service or a program recorded | [`RecordedHistory`] |
//! | what happened, state by state | [`Timeline`](timeline::Timeline) |
//! | which expression produced which value | [`Timeline::explain`](timeline::Timeline::explain) |
//! | the states, transitions, retriers and catchers that executions covered | [`Coverage`](coverage::Coverage), [`SuiteCoverage`](coverage::SuiteCoverage) |
//! | what recorded executions are expected to cost | `Timeline::record_statistics`, with the feature `estimate` |
//! | a diagram of a definition with the statuses of an execution | [`fn@overlay`], [`RecordedHistory::overlay`] |
//! | an HTML page about one execution | `report::Report`, with the feature `report` |
//! | to replay a recorded history, or to generate a test from it | the crate `stepwright-runtime` |
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `estimate` | `Timeline::record_statistics`: statistics for `stepwright_tools::estimate` |
//! | `jsonata` (on unless `default-features = false`) | explains values of JSONata. Without it, they are unknown |
//! | `report` | `report`: HTML pages about executions. Needs Rust 1.95 |
//!
//! # Boundary
//!
//! - It depends on `stepwright-asl` and `stepwright-interpreter`, with the feature `report` on
//!   `stepwright-diagram`, and with the feature `estimate` on `stepwright-tools`. It compiles no
//!   macros.
//! - It never knows an engine, a store, a clock or a task handler. Replays and generated tests run
//!   executions, so they are in `stepwright-runtime`.
//! - A history of the interpreter and a recorded history have the same timeline, coverage and
//!   overlay.
//! - It writes only the file of a report and the file of coverage.
//! - The hidden module `runtime_support` has what `stepwright-runtime` and `stepwright-review`
//!   need, and nothing for users.

mod assigned_scopes;
mod container_ends;
pub mod coverage;
mod event_numbers;
mod event_scope;
mod json_difference;
mod numbered_visits;
mod overlay;
mod raw_event;
mod recorded;
mod recorded_attempts;
mod recorded_event;
mod recorded_kind;
mod recorded_placeholders;
#[cfg(feature = "report")]
pub mod report;
mod short_text;
#[cfg(feature = "estimate")]
mod statistics;
pub mod timeline;

pub use self::overlay::{overlay, timeline_overlay};
pub use self::recorded::{RecordedHistory, RecordedHistoryError};

/// What `stepwright-runtime` and `stepwright-review` need for replays, rehearsals and coverage.
#[doc(hidden)]
pub mod runtime_support {
    pub use crate::coverage::{CoverageFile, MeasuredDefinition};
    pub use crate::event_numbers::without_event_numbers;
    pub use crate::json_difference::{differences, line, walk};
    pub use crate::numbered_visits::{numbered_events, numbered_scope, without_visit};
    pub use crate::recorded_attempts::{
        AttemptEnd, CallKey, RecordedAttempt, RecordedAttempts, recorded_attempts, resource,
    };
    pub use crate::recorded_event::{RecordedEvent, recorded_events};
    pub use crate::recorded_kind::RecordedKind;
    pub use crate::recorded_placeholders::RecordedPlaceholders;
    pub use crate::short_text::short;
}
