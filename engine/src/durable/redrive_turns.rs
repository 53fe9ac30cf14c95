//! Locks with which concurrent redrives of one execution run one after the other.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::Mutex;

/// How many redrives are prepared at the same time, at most.
const TURNS: usize = 16;

/// Makes concurrent redrives of one execution wait for each other until it is in memory. Without
/// that, a redrive could continue what it had read before another redrive ran and ended.
#[derive(Debug, Default)]
pub(crate) struct RedriveTurns {
    turns: [Mutex<()>; TURNS],
    hasher: RandomState,
}

impl RedriveTurns {
    /// Returns the mutex of an execution, which others may share.
    pub(crate) fn of(&self, execution: &str) -> &Mutex<()> {
        let hash = self.hasher.hash_one(execution);
        &self.turns[hash as usize % TURNS]
    }
}
