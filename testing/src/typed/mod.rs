//! What needs the types of a program: assertions with its tasks, mocks of its functions, and
//! properties over all paths with values of its types.

mod declarations;
mod expect;
#[cfg(feature = "report")]
mod failure_report;
pub mod properties;
mod sample;
mod tasks;
mod workflow_coverage;

pub use self::expect::{EndedExecution, Expect, expect};
pub use self::workflow_coverage::workflow_coverage;
