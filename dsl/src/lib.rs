//! AWS Step Functions workflows as type-checked Rust.

extern crate self as stepwright;

#[doc(hidden)]
pub mod __;
mod check;
pub mod expr;
pub mod flow;
mod lower;
pub mod shape;
pub mod task;
pub mod workflow;

pub use crate::shape::Payload;
pub use crate::task::{
    Address, Deploy, ErrorOutput, ErrorVariant, Handler, NoError, Task, TaskContext, TaskError,
};
pub use crate::workflow::{Binder, Definition, Fault, Faults, Workflow};
#[doc(inline)]
pub use stepwright_asl as asl;
pub use stepwright_asl::model::MachineType;
pub use stepwright_asl::model::QueryLanguage;
#[doc(inline)]
pub use stepwright_macros::{Payload, TaskError, task, workflow};
