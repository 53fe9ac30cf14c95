use std::sync::Arc;

use super::journaled::Place;
use crate::interpret::Resume;
use crate::program::Program;
use crate::task::TaskSource;

/// What an execution that did not succeed leaves behind, to be redriven.
#[derive(Clone)]
pub(super) struct Redrivable {
    pub(super) program: Arc<Program>,
    pub(super) source: Option<Arc<dyn TaskSource>>,
    pub(super) resume: Resume,
    /// Where it is in the store, when it is durable.
    pub(super) place: Option<Place>,
}
