//! What needs the types of a program: assertions with its tasks, mocks of its functions, and
//! exploration with values of its types.

mod expect;
mod explore;
#[cfg(feature = "report")]
mod failure_report;
pub mod properties;
mod sample;
mod tasks;
mod workflow_coverage;

pub use self::expect::{EndedExecution, Expect, expect};
pub use self::explore::{
    ANY_OTHER_ERROR, Bounds, Decision, Exploration, HiddenFailure, Outcome, StuckExecution,
    UncaughtError, explore, explore_built, explore_workflow,
};
pub use self::workflow_coverage::workflow_coverage;
