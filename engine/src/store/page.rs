//! A page of a list of executions, with the position of the next page.

use super::{ListPosition, StoredExecution};

/// A page of a list of executions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredPage {
    /// The executions. There may be fewer than the filter's limit, or none, although more follow.
    pub executions: Vec<StoredExecution>,
    /// The position after which the next page begins; `None` at the end of the list.
    pub next: Option<ListPosition>,
}

impl StoredPage {
    /// Creates a page from up to `limit` + 1 executions; the additional one shows that more follow.
    pub(crate) fn cut(mut executions: Vec<StoredExecution>, limit: Option<usize>) -> Self {
        let limit = limit.unwrap_or(usize::MAX);
        let is_more = executions.len() > limit;
        executions.truncate(limit);
        let last = executions.last().filter(|_| is_more);
        Self {
            next: last.map(StoredExecution::position),
            executions,
        }
    }
}
