use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;

/// Which versions of state machines the store has, by their hashes.
#[derive(Default)]
pub(super) struct KeptVersions {
    known: Mutex<HashMap<SmolStr, Version>>,
}

#[derive(Default)]
struct Version {
    is_kept: bool,
    /// Held by each start that counts on what is known here, until it is kept.
    starts: Arc<()>,
}

/// The version of an execution whose start is not kept yet.
pub(super) struct Starting {
    hash: SmolStr,
    /// Whether the start brings the version along.
    pub(super) brings: bool,
    _holds: Arc<()>,
}

impl KeptVersions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SmolStr, Version>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An execution of this version starts. The version stands before its first execution, in the same commit: until that is
    /// done, others bring it along, too.
    pub(super) fn start(&self, hash: &SmolStr) -> Starting {
        let mut known = self.lock();
        let version = known.entry(hash.clone()).or_default();
        Starting {
            hash: hash.clone(),
            brings: !version.is_kept,
            _holds: version.starts.clone(),
        }
    }

    /// A start is kept, and its version with it.
    pub(super) fn started(&self, starting: Starting) {
        self.add(starting.hash.clone());
    }

    /// The store has this version.
    pub(super) fn add(&self, hash: SmolStr) {
        self.lock().entry(hash).or_default().is_kept = true;
    }

    /// From now on starts bring this version along, as if the store did not have it. `false` when one that is not kept yet
    /// counts on the store.
    pub(super) fn begin_deletion(&self, hash: &str) -> bool {
        let mut known = self.lock();
        let version = known.entry(hash.into()).or_default();
        let is_free = Arc::strong_count(&version.starts) == 1;
        version.is_kept &= !is_free;
        is_free
    }

    /// Submits the deletion of a version, unless an execution of it was started since [`begin_deletion`](Self::begin_deletion).
    pub(super) fn delete<T>(&self, hash: &str, submit: impl FnOnce() -> T) -> Option<T> {
        let mut known = self.lock();
        let version = known.entry(hash.into()).or_default();
        if version.is_kept || Arc::strong_count(&version.starts) > 1 {
            return None;
        }
        // A start after this one brings the version along, behind the deletion.
        let submitted = submit();
        known.remove(hash);
        Some(submitted)
    }
}
