//! The conditions with which a list of executions is read from a store.

use super::{ListPosition, StoredExecution, StoredListing, StoredOrigin};
use crate::Status;
use crate::clock::Timestamp;

/// Selects executions for [`StoreReader::list`](super::StoreReader::list); by default all that are
/// not children of a Map Run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreFilter {
    /// Only the children of this Map Run, by its ARN.
    pub map_run: Option<String>,
    /// Only executions of this state machine, by its name.
    pub machine: Option<String>,
    /// Only executions of this name.
    pub name: Option<String>,
    /// Only executions whose names contain this text.
    pub name_part: Option<String>,
    /// Only executions that started at this time, or later.
    pub started_from: Option<Timestamp>,
    /// Only executions with this status.
    pub status: Option<Status>,
    /// Only executions that have failed, timed out or were aborted.
    pub is_failed: bool,
    /// Only executions that were started by this version, by its ARN.
    pub version: Option<String>,
    /// Only executions that were started by this alias, by its ARN.
    pub alias: Option<String>,
    /// Only executions that were redriven, or only those that were not.
    pub is_redriven: Option<bool>,
    /// Only executions after this position: the position of the last execution of the previous
    /// page.
    pub after: Option<ListPosition>,
    /// The maximum number of executions.
    pub limit: Option<usize>,
}

impl StoreFilter {
    /// Whether an execution passes the filter, apart from its limit.
    pub(crate) fn passes(&self, execution: &StoredExecution) -> bool {
        let map_run = execution.child_of.as_ref().map(|child| &child.map_run);
        let is_of = |machine: &String| **machine == *execution.machine;
        let is_called = |name: &String| **name == *execution.name;
        let has_part = |part: &String| execution.name.contains(part.as_str());
        self.map_run.as_ref() == map_run
            && self.machine.as_ref().is_none_or(is_of)
            && self.name.as_ref().is_none_or(is_called)
            && self.name_part.as_ref().is_none_or(has_part)
            && self
                .started_from
                .is_none_or(|from| execution.started >= from)
            && (!self.is_failed || is_failed(execution.status))
            && self.status.is_none_or(|status| status == execution.status)
            && self.after.is_none_or(|after| execution.position() < after)
            && self.passes_listing(&execution.listing)
    }

    fn passes_listing(&self, listing: &StoredListing) -> bool {
        let origin = listing.origin.as_deref();
        let is_redriven = listing.redrive_count > 0;
        self.is_redriven.is_none_or(|wanted| wanted == is_redriven) && self.passes_origin(origin)
    }

    fn passes_origin(&self, origin: Option<&StoredOrigin>) -> bool {
        let version = origin.and_then(|origin| origin.version.as_deref());
        let alias = origin.and_then(|origin| origin.alias.as_deref());
        let is_version = |wanted: &String| version == Some(wanted);
        let is_alias = |wanted: &String| alias == Some(wanted);
        self.version.as_ref().is_none_or(is_version) && self.alias.as_ref().is_none_or(is_alias)
    }
}

/// Whether an execution with this status has ended, and not succeeded.
pub(crate) fn is_failed(status: Status) -> bool {
    !matches!(status, Status::Running | Status::Succeeded)
}
