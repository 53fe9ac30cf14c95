//! What a module with workflows needs: `use stepwright::prelude::*;`.

#[doc(no_inline)]
pub use crate::{
    Batch, Definition, ErrorOutput, MapResults, Payload, Task, TaskContext, TaskError, Workflow,
    asl_file, task, workflow,
};
