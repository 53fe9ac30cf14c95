//! Operations on a whole store: check, compact, recover, restore, salvage.

mod aside;
mod check;
pub(super) mod compact;
pub(super) mod integrity;
pub(super) mod recover;
pub(super) mod restore;
mod salvage;
