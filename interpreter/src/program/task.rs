//! The compiled form of a Task state: its resource, and the settings of its task.

use std::sync::Arc;

use super::AnswerType;
use super::io::Numeric;
use crate::query::Expr;
use crate::task::Resource;

/// A Task state.
#[derive(Debug)]
pub struct Task {
    /// The state's `Resource`.
    pub resource: Resource,
    pub(crate) timeout: Numeric,
    pub(crate) heartbeat: Numeric,
    /// The parameters whose members must be lists, each by its name.
    pub(crate) lists_by_name: &'static [&'static str],
    /// `Credentials`: an object with a `RoleArn`.
    pub(crate) credentials: Option<Expr>,
    /// The type of the answer to its token, if the program that registers the definition knows it.
    pub(crate) answer: Option<Arc<dyn AnswerType>>,
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
