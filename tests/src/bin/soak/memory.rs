//! The memory of the process.

use std::alloc::System;
use std::fmt;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MIB: f64 = 1_048_576.0;

/// In MiB.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// Allocated and not freed.
    pub(crate) allocated: f64,
    /// The resident memory; `None` if the system does not report it.
    resident: Option<f64>,
}

impl Memory {
    pub(crate) fn now() -> Memory {
        let counted = ALLOCATOR.stats();
        // The counters wrap around, but their difference does not.
        let allocated = counted
            .bytes_allocated
            .wrapping_sub(counted.bytes_deallocated);
        Memory {
            allocated: allocated as f64 / MIB,
            resident: resident(),
        }
    }
}

fn resident() -> Option<f64> {
    const PAGE: f64 = 4_096.0;
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE / MIB)
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.1} MiB allocated", self.allocated)?;
        match self.resident {
            Some(resident) => write!(f, "  {resident:>7.1} MiB resident"),
            None => Ok(()),
        }
    }
}
