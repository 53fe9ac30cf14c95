//! Settings of time and randomness, and of tests.

use std::path::PathBuf;
use std::sync::Arc;

use super::{BuiltEngine, EngineBuilder, MeasuresCoverage};
use crate::clock::{Clock, Timestamp, VIRTUAL_START};
use crate::dispatch::test_case_source::TestCases;
use crate::observer::{CreateObserver, Observer};

/// # Time and randomness
impl<E: BuiltEngine> EngineBuilder<E> {
    /// Runs on a clock that the program shares, with its tasks for example: a task that calls an
    /// external service can then hold virtual time until the response arrives.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
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

    /// Runs on virtual time, which begins at 2026-01-01T00:00:00Z: waits, retries and timeouts take
    /// no real time, and all runs are identical. An engine that [measures
    /// coverage](MeasuresCoverage) then also calls
    /// [`coverage_from_environment`](Self::coverage_from_environment), because tests use virtual
    /// time.
    pub fn virtual_time(self) -> Self {
        self.virtual_time_from(VIRTUAL_START)
    }

    /// Runs on virtual time that begins at `start`; see [`virtual_time`](Self::virtual_time).
    pub fn virtual_time_from(self, start: Timestamp) -> Self {
        let builder = self.clock(Clock::virtual_from(start));
        match E::observer_of_tests() {
            Some(create) => builder.create_observer(false, create),
            None => builder,
        }
    }

    /// Sets the test cases for [`StartOptions::test_case`](crate::StartOptions::test_case). A
    /// [store](Self::store) stores only their names: the next process must have them, too.
    pub fn test_cases(mut self, cases: impl TestCases + 'static) -> Self {
        self.test_cases = Some(Arc::new(cases));
        self
    }

    /// Writes the coverage of executions into a directory instead of that in the environment
    /// variable `STEPWRIGHT_COVERAGE`. An engine without [history](Self::history) records no
    /// coverage.
    pub fn coverage(self, folder: impl Into<PathBuf>) -> Self
    where
        E: MeasuresCoverage,
    {
        self.create_observer(true, E::coverage_observer(Some(folder.into())))
    }

    /// Writes the coverage of executions into the directory in the environment variable
    /// `STEPWRIGHT_COVERAGE`, if it is set, unless [`coverage`](Self::coverage) sets another
    /// directory. Engines on [virtual time](Self::virtual_time) do this; call it for a test on real
    /// time.
    pub fn coverage_from_environment(self) -> Self
    where
        E: MeasuresCoverage,
    {
        self.create_observer(false, E::coverage_observer(None))
    }

    /// Sets the observer of executions. It replaces the one that
    /// [`create_observer`](Self::create_observer) would create.
    #[doc(hidden)]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets a function that creates the observer when the engine is built, because it needs the
    /// compiled state machines. `replaces`: it replaces an earlier function.
    #[doc(hidden)]
    pub fn create_observer(mut self, replaces: bool, create: CreateObserver) -> Self {
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
