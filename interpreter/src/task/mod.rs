//! Tasks: the calls that an execution makes.

mod defined_state;
pub mod envelope;
mod event;
mod failure;
mod nested_result;
mod nested_start;
mod resource;
mod trace_context;

pub use self::defined_state::{DefinedState, DefinedTask};
pub use self::envelope::Invocation;
pub use self::event::{TaskEnd, TaskEvent, TaskTimes};
pub use self::failure::{TaskFailure, TaskResult};
pub use self::nested_result::{NestedEnd, nested_result, start_response};
pub use self::nested_start::{Integration, NestedStart};
pub use self::resource::{IntegrationPattern, Resource, ResourceKind};
pub use self::trace_context::TraceContext;
pub use crate::execution::tasks::called_task::TaskCall;
