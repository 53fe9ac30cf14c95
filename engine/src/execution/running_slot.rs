//! The position of an execution in the table of running executions, in four bytes.

use std::num::NonZeroU32;

use crate::thread_shard::SHARDS;

/// The slot of a running execution, as one number to save memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningSlot(NonZeroU32);

impl RunningSlot {
    /// A shard has a capacity of 268 million.
    pub(crate) fn new(shard: usize, slot: usize) -> Self {
        let number = u32::try_from(slot * SHARDS + shard + 1).ok();
        Self(number.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX))
    }

    pub(crate) fn shard(self) -> usize {
        (self.0.get() - 1) as usize % SHARDS
    }

    pub(crate) fn slot(self) -> usize {
        (self.0.get() - 1) as usize / SHARDS
    }
}
