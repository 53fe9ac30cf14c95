//! Settings of tests: time, mocks and coverage.

use std::path::PathBuf;
use std::sync::Arc;

use super::EngineBuilder;
use crate::clock::{Clock, Timestamp, VIRTUAL_START};
use crate::engine::observer::Observer;
use crate::testing::MockConfig;

/// # Tests
impl EngineBuilder {
    /// Runs on virtual time, which begins at 2026-01-01T00:00:00Z: waits, retries and timeouts take no real time, and all runs are
    /// identical.
    pub fn virtual_time(self) -> Self {
        self.virtual_time_from(VIRTUAL_START)
    }

    /// Runs on virtual time that begins at `start`.
    pub fn virtual_time_from(self, start: Timestamp) -> Self {
        self.clock(Clock::virtual_from(start))
    }

    /// Runs on a clock that the program shares, with its tasks for example: a task that calls an external service can then hold virtual time
    /// until the response arrives.
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

    /// Sets the seed of names, jitter and random functions. By default it is 0 on virtual time, and random on real time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the mock file for [`StartOptions::test_case`](crate::StartOptions::test_case). A [store](Self::store) stores only the names of the
    /// test cases: the next process must have a file that contains them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::testing::MockConfig;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let mocks = MockConfig::parse(r#"{
    ///     "StateMachines": {"Orders": {"TestCases": {"Paid": {"Charge": "Paid"}}}},
    ///     "MockedResponses": {"Paid": {"0": {"Return": {"id": "ch-1"}}}}
    /// }"#)?;
    /// let text = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
    ///     "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge"}}}"#;
    /// let engine = Engine::builder().register_json("Orders", text, MachineType::Standard).test_cases(mocks).build()?;
    /// let run = engine.start_machine("Orders", json!({}), StartOptions::new().test_case("Paid")).await?;
    /// assert_eq!(run.await?.to_text(), r#"{"id":"ch-1"}"#);
    /// # Ok(()) }
    /// ```
    pub fn test_cases(mut self, mocks: MockConfig) -> Self {
        self.test_cases = Some(mocks);
        self
    }

    /// Writes the coverage of executions into a directory, for a [`SuiteCoverage`](crate::testing::SuiteCoverage), instead of the directory in
    /// the environment variable `STEPWRIGHT_COVERAGE`. An engine without either, or without [history](Self::history), records no coverage.
    pub fn coverage(mut self, folder: impl Into<PathBuf>) -> Self {
        self.coverage = Some(folder.into());
        self
    }

    /// Sets the observer of executions, instead of the one that measures coverage.
    pub(crate) fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Writes each parked execution to bytes and reads it again, as a durable engine does after a restart. For tests of this crate: it must not
    /// change any result.
    #[doc(hidden)]
    pub fn roundtrip_on_idle(mut self) -> Self {
        self.roundtrip_on_idle = true;
        self
    }
}
