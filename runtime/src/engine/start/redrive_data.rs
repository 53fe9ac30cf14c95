use std::sync::Arc;

use stepwright_interpreter::execution::ResumePoint;

use crate::engine::journaled_execution::JournalPosition;
use crate::task::{LinkedProgram, TaskSource};

/// The data for a redrive of an execution that did not succeed.
#[derive(Clone)]
pub(in crate::engine) struct RedriveData {
    pub(in crate::engine) program: Arc<LinkedProgram>,
    pub(in crate::engine) source: Option<Arc<dyn TaskSource>>,
    pub(in crate::engine) resume: ResumePoint,
    /// Its position in the store, when it is durable.
    pub(in crate::engine) place: Option<JournalPosition>,
}
