use std::sync::Arc;

use crate::interpret::Resume;
use crate::program::Program;
use crate::task::TaskSource;

/// What an execution that did not succeed leaves behind, to be redriven.
#[derive(Clone)]
pub(super) struct Redrivable {
    pub(super) program: Arc<Program>,
    pub(super) source: Option<Arc<dyn TaskSource>>,
    pub(super) resume: Resume,
    /// Its key and the number of its next record, when it is durable.
    pub(super) journaled: Option<(u64, u32)>,
}
