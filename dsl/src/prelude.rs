//! The imports of a module with workflows: `use stepwright::prelude::*;`.

#[doc(no_inline)]
pub use crate::{
    Batch, Definition, ErrorOutput, MapResults, Payload, Task, TaskContext, TaskError, Workflow,
};
#[doc(no_inline)]
pub use serde_json::json;
// Only the macros: the modules `task` and `workflow` of this crate would clash with the runtime's.
#[cfg(feature = "macros")]
#[doc(no_inline)]
pub use stepwright_macros::{asl_file, expression, task, workflow};
