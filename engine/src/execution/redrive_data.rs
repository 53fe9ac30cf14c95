//! The data that a failed execution retains in memory, so that it can be redriven.

use std::sync::Arc;

use stepwright_interpreter::execution::ResumePoint;

use crate::journaled_execution::JournalPosition;
use crate::task::{LinkedProgram, TaskSource};

/// The data for a redrive of an execution that did not succeed.
#[derive(Clone)]
pub(crate) struct RedriveData {
    pub(crate) program: Arc<LinkedProgram>,
    pub(crate) source: Option<Arc<dyn TaskSource>>,
    pub(crate) resume: ResumePoint,
    /// Its position in the store, when it is durable.
    pub(crate) place: Option<JournalPosition>,
}
