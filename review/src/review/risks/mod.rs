//! The risks of a changed definition, a file for each source of risks.

mod cost;
mod diagnostics;
mod handlers;
mod permissions;
mod properties;
mod rehearsal;
mod running;

pub(super) use self::cost::cost;
pub(super) use self::diagnostics::diagnostics;
pub(super) use self::handlers::handlers;
pub use self::permissions::PermissionChange;
pub(super) use self::permissions::permissions;
pub(super) use self::properties::{of_started, properties};
pub(super) use self::rehearsal::rehearsal;
pub(super) use self::running::running;
