//! The risks of a changed definition, a file for each source of risks.
//!
//! Properties of executions are checked by the caller, which adds those that no longer hold with
//! [`Review::risk`](super::Review::risk) and [`RiskKind::Property`](super::RiskKind::Property).

mod cost;
mod diagnostics;
mod handlers;
mod permissions;
mod rehearsal;
mod running;

pub(super) use self::cost::cost;
pub(super) use self::diagnostics::diagnostics;
pub(super) use self::handlers::handlers;
pub use self::permissions::PermissionChange;
pub(super) use self::permissions::permissions;
pub(super) use self::rehearsal::rehearsal;
pub(super) use self::running::running;
