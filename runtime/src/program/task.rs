use super::io::Numeric;
use crate::query::Expr;
use crate::task::Resource;

/// A Task state.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) resource: Resource,
    pub(crate) timeout: Numeric,
    pub(crate) heartbeat: Numeric,
    /// `Credentials`: an object with a `RoleArn`.
    pub(crate) credentials: Option<Expr>,
}
