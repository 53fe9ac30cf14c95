//! The settings of an engine that belong to the test kit.

use std::path::PathBuf;
use std::sync::Arc;

use super::measure::{Measure, folder};
use super::{MockCase, MockConfig, MockConfigError};
use crate::clock::{Clock, Timestamp, VIRTUAL_START};
use crate::engine::{EngineBuilder, ObservedMachine, Observer, TestCases};
use crate::task::{DefinedState, TaskSource};

/// # Tests
impl EngineBuilder {
    /// Runs on virtual time, which begins at 2026-01-01T00:00:00Z: waits, retries and timeouts take
    /// no real time, and all runs are identical. Also calls
    /// [`coverage_from_environment`](Self::coverage_from_environment), because tests use virtual
    /// time.
    pub fn virtual_time(self) -> Self {
        self.virtual_time_from(VIRTUAL_START)
    }

    /// Runs on virtual time that begins at `start`; see [`virtual_time`](Self::virtual_time).
    pub fn virtual_time_from(self, start: Timestamp) -> Self {
        self.clock(Clock::virtual_from(start))
            .coverage_from_environment()
    }

    /// Sets the mock file for [`StartOptions::test_case`](crate::StartOptions::test_case). A
    /// [store](Self::store) stores only the names of the test cases: the next process must have a
    /// file that contains them.
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
    pub fn test_cases(self, mocks: MockConfig) -> Self {
        self.test_case_files(Arc::new(mocks))
    }

    /// Writes the coverage of executions into a directory, for a
    /// [`SuiteCoverage`](crate::testing::SuiteCoverage), instead of the directory in the
    /// environment variable `STEPWRIGHT_COVERAGE`. An engine without [history](Self::history)
    /// records no coverage.
    pub fn coverage(self, folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        self.create_observer(
            true,
            Box::new(move |machines| measure(Some(folder), machines)),
        )
    }

    /// Writes the coverage of executions into the directory in the environment variable
    /// `STEPWRIGHT_COVERAGE`, if it is set, unless [`coverage`](Self::coverage) sets another
    /// directory. Engines on [virtual time](Self::virtual_time) do this; call it for a test on real
    /// time.
    pub fn coverage_from_environment(self) -> Self {
        self.create_observer(false, Box::new(|machines| measure(folder()?, machines)))
    }
}

/// Creates the observer that writes coverage to a directory.
fn measure(
    folder: Option<PathBuf>,
    machines: &[ObservedMachine<'_>],
) -> Result<Option<Arc<dyn Observer>>, String> {
    let Some(folder) = folder else {
        return Ok(None);
    };
    let measure = Measure::to(&folder)?;
    for machine in machines {
        measure.machine(machine)?;
    }
    Ok(Some(Arc::new(measure)))
}

impl TestCases for MockConfig {
    fn case(&self, machine: &str, case: &str) -> Result<Arc<dyn TaskSource>, String> {
        let found: Result<MockCase, MockConfigError> = Self::case(self, machine, case);
        found
            .map(TaskSource::into_shared)
            .map_err(|error| error.to_string())
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        Self::may_answer(self, state)
    }
}
