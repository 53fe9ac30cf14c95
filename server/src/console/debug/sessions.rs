//! The open debuggers of a server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::session::DebugSession;

/// The most debuggers of a server. A further one replaces the one whose last request is the oldest.
pub(super) const MOST_SESSIONS: usize = 20;

/// The open debuggers of a server, the one with the oldest request first. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct DebugSessions(Arc<Mutex<VecDeque<Arc<DebugSession>>>>);

impl DebugSessions {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<DebugSession>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a debugger. Returns `false` if there are too many, and requests use all of them.
    pub(super) fn insert(&self, session: DebugSession) -> bool {
        let mut sessions = self.lock();
        if sessions.len() >= MOST_SESSIONS {
            // A request holds a clone of its session.
            let is_idle = |session: &Arc<DebugSession>| Arc::strong_count(session) == 1;
            let Some(oldest) = sessions.iter().position(is_idle) else {
                return false;
            };
            sessions.remove(oldest);
        }
        sessions.push_back(Arc::new(session));
        true
    }

    /// Returns the debugger with an id, which becomes the newest.
    pub(super) fn find(&self, id: &str) -> Option<Arc<DebugSession>> {
        let mut sessions = self.lock();
        let index = sessions.iter().position(|session| session.id == id)?;
        let session = sessions.remove(index)?;
        sessions.push_back(session.clone());
        Some(session)
    }

    /// Removes a debugger.
    pub(super) fn remove(&self, id: &str) {
        self.lock().retain(|session| session.id != id);
    }
}
