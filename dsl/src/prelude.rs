//! What a module with workflows needs: `use stepwright::prelude::*;`.

#[doc(no_inline)]
pub use crate::{
    Definition, ErrorOutput, Payload, Task, TaskContext, TaskError, Workflow, task, workflow,
};
