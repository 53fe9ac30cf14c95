use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use stepwright_runtime::clock::Timestamp;

/// How many redrives are retained.
const MOST: usize = 1_000;

/// The redrives with a client token, so that a repeated request returns the same redrive.
#[derive(Debug, Default)]
pub(crate) struct Redrives {
    last: Mutex<VecDeque<Redrive>>,
}

#[derive(Debug)]
struct Redrive {
    execution: String,
    token: String,
    date: Timestamp,
}

impl Redrives {
    /// Returns when an execution was redriven with this token.
    pub(crate) fn of(&self, execution: &str, token: Option<&str>) -> Option<Timestamp> {
        let token = token?;
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest = last.iter().rev();
        let found = newest.find(|one| one.execution == execution)?;
        (found.token == token).then_some(found.date)
    }

    pub(crate) fn add(&self, execution: &str, token: &str, date: Timestamp) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.push_back(Redrive {
            execution: execution.to_owned(),
            token: token.to_owned(),
            date,
        });
        if last.len() > MOST {
            last.pop_front();
        }
    }
}
