//! The scripts of the stores, one module for each.

mod api;
mod branches;
mod closed;
mod distributed;
mod handlers;
mod nested;
mod values;
mod waits;

use crate::golden::script::{Script, Session};

/// A store: its name, and how it is written and read.
pub(crate) struct GoldenStore {
    pub(crate) name: &'static str,
    pub(crate) writing: Vec<Session>,
    /// The generator adds the tokens.
    pub(crate) script: Script,
}

pub(crate) fn all() -> Vec<GoldenStore> {
    vec![
        api::store(),
        branches::store(),
        closed::store(),
        distributed::store(),
        handlers::store(),
        nested::store(),
        values::store(),
        waits::store(),
    ]
}
