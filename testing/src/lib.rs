//! Tools for tests of workflows: mocks of tasks, assertions on executions, coverage, replay of
//! recorded histories, a debugger, tests of single states, properties over all paths.
//!
//! A program uses it as `stepwright_runtime::testing`, with the feature `testing` of
//! `stepwright-runtime`. What needs the types of a workflow or a task is in the module `typed`,
//! which the feature `typed` adds; commands and servers do without.
//!
//! Engines write the coverage of a whole suite to a folder:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::json;
//! use stepwright_runtime::testing::SuiteCoverage;
//! use stepwright_runtime::{Engine, MachineType, StartOptions};
//!
//! let folder = std::env::temp_dir().join(format!("stepwright-coverage-{}", std::process::id()));
//! let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
//! let engine = Engine::builder()
//!     .register_json("greet", text, MachineType::Standard)
//!     .coverage(&folder)
//!     .build()?;
//! engine.execute_machine("greet", json!({}), StartOptions::new()).await?;
//!
//! let suite = SuiteCoverage::read(&folder)?;
//! assert_eq!(suite.workflows()[0].name, "greet");
//! assert_eq!(suite.percent(), 100.0);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok(()) }
//! ```

pub mod debug;
mod generated_test;
mod matcher;
mod measure;
mod mock;
mod mock_config;
mod mocked_call;
mod mocks;
mod record;
mod replay;
mod rule;
#[cfg(feature = "store")]
pub mod store;
pub mod test_state;
pub mod test_tasks;
mod token;
#[cfg(feature = "typed")]
mod typed;

pub use self::generated_test::{GeneratedTest, TestGenerationError};
#[doc(hidden)]
pub use self::measure::coverage_observer;
pub use self::mock::{AnyOutput, Mock};
pub use self::mock_config::{MockCase, MockConfig, MockConfigError};
pub use self::mocked_call::MockedCall;
pub use self::mocks::Mocks;
pub use self::replay::{FirstDifference, Replay, ReplayError, replay};
#[cfg(feature = "typed")]
pub use self::typed::{EndedExecution, Expect, expect, properties, workflow_coverage};
pub use stepwright_history::coverage::{
    Coverage, CoveredCatcher, CoveredRetrier, CoveredState, CoveredTransition, MeasuredWorkflow,
    SuiteCoverage, SuiteCoverageError,
};
pub use stepwright_history::{RecordedHistory, RecordedHistoryError, overlay, timeline_overlay};
