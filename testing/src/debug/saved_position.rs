//! Copies of earlier positions, with which a debugger steps backwards.

use super::position::Position;
use super::session::Session;

/// A position with the execution as it is there. Restoring it goes back to the position.
#[derive(Clone, Debug)]
pub(super) struct SavedPosition {
    pub(super) session: Session,
    pub(super) position: Position,
}

impl SavedPosition {
    pub(super) fn of(session: Session) -> Self {
        let position = session.position();
        Self { session, position }
    }
}
