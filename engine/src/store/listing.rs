//! The columns, positions and merged ranges with which stores list executions.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::clock::Timestamp;

/// Columns of an execution that are used only by lists, so that a list reads no records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredListing {
    /// The ARNs of its start; `None` when the start named only the ARN of its state machine.
    pub origin: Option<Arc<StoredOrigin>>,
    /// The number of its redrives.
    pub redrive_count: u32,
    /// The time of its last redrive.
    pub redriven: Option<Timestamp>,
    /// The number of items in its input, if it is a child of a Map Run that batches items.
    pub items: Option<u32>,
}

/// The ARNs of an execution's start, as lists show them. Many executions have the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StoredOrigin {
    /// The state machine's ARN, if it does not follow from that of the execution.
    pub machine: Option<Arc<str>>,
    /// The ARN of the state machine's version.
    pub version: Option<Arc<str>>,
    /// The ARN of the alias that chose the version.
    pub alias: Option<Arc<str>>,
}

/// A position in a list of executions. Lists begin with the largest position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListPosition {
    /// The microseconds of the execution's start since 1970; the number of a child in a list of a
    /// Map Run's children.
    pub order: i64,
    /// The execution's key.
    pub key: u64,
}

/// The rows of one or more index ranges, in the order of a list.
#[derive(Debug)]
pub(crate) struct RangeRows<T> {
    pub(crate) rows: Vec<(ListPosition, T)>,
    /// The position of the last row that was read, if more rows may follow.
    pub(crate) end: Option<ListPosition>,
}

impl<T> RangeRows<T> {
    /// Merges ranges. Rows after the end of one of them are dropped, because that range may have
    /// more rows before them.
    pub(crate) fn merge<E>(ranges: impl Iterator<Item = Result<Self, E>>) -> Result<Self, E> {
        let mut all = Self {
            rows: Vec::new(),
            end: None,
        };
        let mut count = 0;
        for range in ranges {
            let Self { rows, end } = range?;
            all.rows.extend(rows);
            all.end = all.end.max(end);
            count += 1;
        }
        if count > 1 {
            let end = all.end;
            all.rows
                .retain(|(position, _)| end.is_none_or(|end| *position >= end));
            all.rows
                .sort_unstable_by_key(|(position, _)| Reverse(*position));
        }
        Ok(all)
    }

    /// Returns at most this number of rows, and the position after which the next page begins.
    pub(crate) fn cut(mut self, limit: usize) -> (Vec<(ListPosition, T)>, Option<ListPosition>) {
        let is_more = self.rows.len() > limit;
        self.rows.truncate(limit);
        let last = self.rows.last().map(|(position, _)| *position);
        let next = if is_more { last } else { self.end };
        (self.rows, next)
    }
}
