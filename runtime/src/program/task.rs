use std::sync::Arc;

use stepwright::flow::AnswerType;

use super::io::Numeric;
use crate::query::Expr;
use crate::statistics::TaskMeter;
use crate::task::Resource;
use crate::task::handler::Resolution;

/// A Task state.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) resource: Resource,
    pub(crate) timeout: Numeric,
    pub(crate) heartbeat: Numeric,
    /// The parameters whose members must be lists, each by its name.
    pub(crate) lists_by_name: &'static [&'static str],
    /// `Credentials`: an object with a `RoleArn`.
    pub(crate) credentials: Option<Expr>,
    /// The executor of the task; an engine sets it.
    pub(crate) handler: Resolution,
    /// The type of the answer to its token; an engine sets it.
    pub(crate) answer: Option<AnswerType>,
    /// Counts its tasks; an engine sets it.
    pub(crate) meter: Option<Arc<TaskMeter>>,
}

impl Task {
    /// Returns whether only its parameters are computed.
    pub(crate) fn is_plain(&self) -> bool {
        let numbers = [&self.timeout, &self.heartbeat];
        let are_absent = numbers
            .iter()
            .all(|number| matches!(number, Numeric::Absent));
        are_absent && self.credentials.is_none()
    }
}
