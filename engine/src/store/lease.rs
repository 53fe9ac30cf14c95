//! How long an engine may act for a store that another engine can take over.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::StoreError;
use crate::clock::{Timestamp, system_time};

/// The time for which an engine trusts that it is the only one of its store.
///
/// A store that several processes can write to has one engine at a time. It renews a lease, and
/// another process takes the store over when the lease has ended. The store itself must refuse
/// commits of an engine that was replaced. The lease is for what a store cannot refuse: the engine
/// calls a task, answers a caller and hands out an activity task only while its lease
/// [is trusted](Self::is_trusted), so an engine that was stopped for a while does nothing before it
/// has asked again.
///
/// Clones share the lease.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use std::time::Duration;
/// use stepwright_runtime::store::StoreLease;
///
/// let lease = StoreLease::new();
/// assert!(!lease.is_trusted());
/// let asked = lease.ask();
/// // Now the store is asked for 5 seconds, and grants them.
/// lease.renew(asked, Duration::from_secs(5));
/// assert!(lease.is_trusted());
/// ```
#[derive(Clone, Default)]
pub struct StoreLease {
    state: Arc<LeaseState>,
}

#[derive(Default)]
struct LeaseState {
    /// A [`system_time`] in microseconds, which also counts the time in which the machine is
    /// suspended.
    trusted_until: AtomicI64,
    /// How often the store was taken over.
    epoch: AtomicU64,
    /// The number of the last commit.
    commit: AtomicU64,
    lost: Mutex<Option<StoreError>>,
    changed: Notify,
}

/// When a lease was asked for.
#[derive(Clone, Copy, Debug)]
pub struct LeaseRequest {
    asked: Timestamp,
}

impl StoreLease {
    /// Creates a lease that is not trusted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the time at which the store is asked for the lease. The store's own time begins
    /// later, so the engine's trust ends first.
    #[must_use]
    pub fn ask(&self) -> LeaseRequest {
        LeaseRequest {
            asked: system_time(),
        }
    }

    /// Trusts the lease for this time after the request. The time must be a little shorter than
    /// that in the store, because no two clocks have the same speed.
    pub fn renew(&self, request: LeaseRequest, time: Duration) {
        let until = (request.asked + time).unix_micros();
        let lost = self.lost();
        if lost.is_none() {
            self.state.trusted_until.store(until, Ordering::Release);
        }
        drop(lost);
        self.state.changed.notify_waiters();
    }

    /// Notes the number of the last commit, and how often the store was taken over before it, for
    /// the [statistics](crate::Engine::statistics).
    pub fn committed(&self, epoch: u64, commit: u64) {
        self.state.epoch.store(epoch, Ordering::Relaxed);
        self.state.commit.store(commit, Ordering::Relaxed);
    }

    /// Returns the numbers of [`committed`](Self::committed).
    pub(crate) fn last_commit(&self) -> (u64, u64) {
        let state = &self.state;
        (
            state.epoch.load(Ordering::Relaxed),
            state.commit.load(Ordering::Relaxed),
        )
    }

    /// Ends the lease for ever: another engine has the store.
    pub fn lose(&self, error: StoreError) {
        let mut lost = self.lost();
        if lost.is_none() {
            *lost = Some(error);
        }
        let now = system_time().unix_micros();
        self.state.trusted_until.fetch_min(now, Ordering::AcqRel);
        drop(lost);
        self.state.changed.notify_waiters();
    }

    /// Whether no other engine can have the store now.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        system_time().unix_micros() < self.state.trusted_until.load(Ordering::Acquire)
    }

    /// Returns why the lease is not trusted, and for how long it has not been.
    pub(crate) fn outage(&self) -> Option<(StoreError, Duration)> {
        let until = self.state.trusted_until.load(Ordering::Acquire);
        let micros = system_time().unix_micros().saturating_sub(until);
        let micros = u64::try_from(micros).ok()?;
        let lost = self.lost().clone();
        let error = lost.unwrap_or_else(|| StoreError::Io {
            path: None,
            doing: "renew its lease".to_owned(),
            why: "it does not answer, so another engine may take over".to_owned(),
        });
        Some((error, Duration::from_micros(micros)))
    }

    /// Waits until the lease is trusted.
    ///
    /// # Errors
    ///
    /// The error with which it was [lost](Self::lose).
    pub async fn trusted(&self) -> Result<(), StoreError> {
        let trusted = || self.is_trusted().then_some(Ok(()));
        self.until(|| self.lost().clone().map(Err).or_else(trusted))
            .await
    }

    /// Waits until the lease is lost, and returns why.
    pub async fn ended(&self) -> StoreError {
        self.until(|| self.lost().clone()).await
    }

    /// Waits for a value that is there after a change.
    async fn until<T>(&self, ready: impl Fn() -> Option<T>) -> T {
        loop {
            let mut changed = pin!(self.state.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            if let Some(ready) = ready() {
                return ready;
            }
            changed.await;
        }
    }

    fn lost(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.state
            .lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for StoreLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLease")
            .field("is_trusted", &self.is_trusted())
            .finish_non_exhaustive()
    }
}
