//! The coverage of a workflow that is declared in Rust, without a run.

use stepwright::Workflow;
use stepwright_history::coverage::Coverage;

/// Creates a [`Coverage`] of a workflow without any run.
///
/// ```
/// use stepwright::prelude::*;
/// use stepwright_runtime::testing::workflow_coverage;
///
/// workflow! { pub workflow Greeting(name: String) -> String { succeed Greet { name } } }
///
/// assert_eq!(workflow_coverage::<Greeting>().missing(), ["state `Greet`"]);
/// ```
pub fn workflow_coverage<W: Workflow>() -> Coverage {
    Coverage::of(W::definition().machine())
}
