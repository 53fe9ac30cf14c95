use std::sync::Arc;

use super::journaled::Place;
use crate::interpret::Resume;
use crate::program::Program;
use crate::task::TaskSource;

/// The data for a redrive of an execution that did not succeed.
#[derive(Clone)]
pub(super) struct Redrivable {
    pub(super) program: Arc<Program>,
    pub(super) source: Option<Arc<dyn TaskSource>>,
    pub(super) resume: Resume,
    /// Its position in the store, when it is durable.
    pub(super) place: Option<Place>,
}
