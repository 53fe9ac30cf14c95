//! The analysis of a workflow's states, variables and error names. The validator, `workflow!` and
//! the typed builder share it, so that all three report the same.
//!
//! It is public for the packages of this project only. Its API changes without notice.

mod assignment;
mod control_flow;
mod handlers;
mod names;
mod numbers;

pub(crate) use numbers::percentage_problem;

pub use assignment::{BodyStart, TransitionSet, UnassignedPath, VariableFlow, VariableUse};
pub use control_flow::{ControlFlow, components};
pub use handlers::{HandlerKind, HandlerProblem, HandlerWords, check_handlers, unknown_error};
pub use names::{NameKind, NameProblem, check_names};
pub use numbers::{
    FieldWords, as_float, asl_field, backoff_problem, heartbeat_problem, max_delay_problem,
    seconds_problem, whole_number_problem,
};
