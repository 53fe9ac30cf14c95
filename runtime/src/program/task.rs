use super::io::Numeric;
use crate::query::Expr;
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
    /// Who answers; an engine fills it in.
    pub(crate) handler: Resolution,
}
