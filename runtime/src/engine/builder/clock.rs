//! Settings of time and randomness, and the connections of the test kit.

use std::sync::Arc;

use super::EngineBuilder;
use crate::clock::Clock;
use crate::engine::dispatch::test_case_source::TestCases;
use crate::engine::observer::{CreateObserver, Observer};

/// # Time and randomness
impl EngineBuilder {
    /// Runs on a clock that the program shares, with its tasks for example: a task that calls an
    /// external service can then hold virtual time until the response arrives.
    ///
    /// ```
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::clock::{Clock, VIRTUAL_START};
    ///
    /// let clock = Clock::virtual_from(VIRTUAL_START);
    /// let engine = Engine::builder().state(clock.clone()).clock(clock).build()?;
    /// # Ok::<(), stepwright_runtime::BuildError>(())
    /// ```
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the seed of names, jitter and random functions. By default it is 0 on virtual time, and
    /// random on real time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the test cases that single starts choose.
    pub(crate) fn test_case_files(mut self, cases: Arc<dyn TestCases>) -> Self {
        self.test_cases = Some(cases);
        self
    }

    /// Sets the observer of executions. It replaces the one that
    /// [`create_observer`](Self::create_observer) would create.
    pub(crate) fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets a function that creates the observer when the engine is built, because it needs the
    /// compiled state machines. `replaces`: it replaces an earlier function.
    pub(crate) fn create_observer(mut self, replaces: bool, create: CreateObserver) -> Self {
        if replaces || self.create_observer.is_none() {
            self.create_observer = Some(create);
        }
        self
    }

    /// Writes each parked execution to bytes and reads it again, as a durable engine does after a
    /// restart. For tests of this crate: it must not change any result.
    #[doc(hidden)]
    pub fn roundtrip_on_idle(mut self) -> Self {
        self.roundtrip_on_idle = true;
        self
    }
}
