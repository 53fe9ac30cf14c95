//! Tracks the stored versions: none is deleted while an execution of it starts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

/// The versions of state machines that the store has, by their hashes.
#[derive(Default)]
pub(crate) struct StoredVersions {
    known: Mutex<HashMap<SmolStr, VersionState>>,
}

#[derive(Default)]
struct VersionState {
    is_stored: bool,
    /// Cloned by each start that relies on this entry, until the start is committed.
    starts: Arc<()>,
}

/// The version of an execution whose start is not committed yet.
pub(crate) struct UncommittedStart {
    hash: SmolStr,
    /// Whether the start writes the version, too.
    pub(crate) writes_version: bool,
    _holds: Arc<()>,
}

impl StoredVersions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SmolStr, VersionState>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the start of an execution of this version. The version is written before its first
    /// execution, in the same commit. Until that commit is done, other starts write the version,
    /// too.
    pub(crate) fn start(&self, hash: &SmolStr) -> UncommittedStart {
        let mut known = self.lock();
        let version = known.entry(hash.clone()).or_default();
        UncommittedStart {
            hash: hash.clone(),
            writes_version: !version.is_stored,
            _holds: version.starts.clone(),
        }
    }

    /// Records that a start and its version are committed.
    pub(crate) fn started(&self, starting: UncommittedStart) {
        self.add(starting.hash.clone());
    }

    /// Records that the store has this version.
    pub(crate) fn add(&self, hash: SmolStr) {
        self.lock().entry(hash).or_default().is_stored = true;
    }

    /// Makes later starts write this version again, as if the store did not have it. Returns
    /// `false` when a start that is not committed yet relies on the store's version.
    pub(crate) fn begin_deletion(&self, hash: &str) -> bool {
        let mut known = self.lock();
        let version = known.entry(hash.into()).or_default();
        let is_free = Arc::strong_count(&version.starts) == 1;
        version.is_stored &= !is_free;
        is_free
    }

    /// Submits the deletion of a version, unless an execution of it was started since
    /// [`begin_deletion`](Self::begin_deletion).
    pub(crate) fn delete<T>(&self, hash: &str, submit: impl FnOnce() -> T) -> Option<T> {
        let mut known = self.lock();
        let version = known.entry(hash.into()).or_default();
        if version.is_stored || Arc::strong_count(&version.starts) > 1 {
            return None;
        }
        // A later start writes the version again, after the deletion.
        let submitted = submit();
        known.remove(hash);
        Some(submitted)
    }
}
