use super::StoredExecution;
use crate::Status;
use crate::clock::Timestamp;

/// Which executions [`StoreReader::list`](super::StoreReader::list) gives; by default all that are no children of a Map Run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreFilter {
    /// The children of a Map Run, by its ARN, in place of those that are none.
    pub map_run: Option<String>,
    /// Those of one state machine, by its name.
    pub machine: Option<String>,
    /// Those of one name.
    pub name: Option<String>,
    /// Those that stand so.
    pub status: Option<Status>,
    /// Those behind this place in the list: the start and the ARN of the last execution of the page before.
    pub after: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: Option<usize>,
}

impl StoreFilter {
    /// Whether the filter lets an execution pass, its limit aside.
    pub(super) fn passes(&self, execution: &StoredExecution) -> bool {
        let map_run = execution.child_of.as_ref().map(|child| &child.map_run);
        let is_of = |machine: &String| **machine == *execution.machine;
        let is_called = |name: &String| **name == *execution.name;
        let is_behind = |(started, arn): &(Timestamp, String)| {
            (execution.started, &*execution.arn) < (*started, &**arn)
        };
        self.map_run.as_ref() == map_run
            && self.machine.as_ref().is_none_or(is_of)
            && self.name.as_ref().is_none_or(is_called)
            && self.status.is_none_or(|status| status == execution.status)
            && self.after.as_ref().is_none_or(is_behind)
    }
}
