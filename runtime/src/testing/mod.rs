//! Tools for tests of workflows: mocks of tasks, assertions on executions, coverage, replay of
//! recorded histories, exploration of all outcomes, properties over all paths.

mod engine_builder;
mod expect;
mod explore;
#[cfg(feature = "report")]
mod failure_report;
mod generated_test;
mod matcher;
mod measure;
mod mock;
mod mock_config;
mod mocked_call;
mod mocks;
pub mod properties;
mod record;
mod replay;
mod rule;
mod sample;
mod token;
mod workflow_coverage;

pub use self::expect::{EndedExecution, Expect, expect};
pub use self::explore::{
    ANY_OTHER_ERROR, Bounds, Decision, Exploration, HiddenFailure, Outcome, StuckExecution,
    UncaughtError, explore, explore_built, explore_workflow,
};
pub use self::generated_test::{GeneratedTest, TestGenerationError};
pub use self::mock::{AnyOutput, Mock};
pub use self::mock_config::{MockCase, MockConfig, MockConfigError};
pub use self::mocked_call::MockedCall;
pub use self::mocks::Mocks;
pub use self::replay::{FirstDifference, Replay, ReplayError, replay};
pub use self::workflow_coverage::workflow_coverage;
pub use stepwright_history::coverage::{
    Coverage, CoveredCatcher, CoveredRetrier, CoveredState, CoveredTransition, MeasuredWorkflow,
    SuiteCoverage, SuiteCoverageError,
};
pub use stepwright_history::{RecordedHistory, RecordedHistoryError, overlay, timeline_overlay};
