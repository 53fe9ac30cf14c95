//! Histories of executions: their events, with AWS's names, order and ids.
//!
//! An execution stores 40 bytes for each event and shares the values. [`History::to_json`] formats
//! them as `GetExecutionHistory` does, on demand.

pub use stepwright_interpreter::history::{
    Event, EventGroup, EventKind, History, HistoryPage, HistoryQuery, InvalidPageToken,
};
