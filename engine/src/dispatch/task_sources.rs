//! The task sources of an engine, and those of single starts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use stepwright_interpreter::ExecutionInfo;

use super::test_case_source::TestCases;
use crate::task::{DefinedState, TaskSource};

/// The task sources of an engine.
pub(crate) struct TaskSources {
    /// Consulted before the handlers.
    pub(crate) first: Vec<Arc<dyn TaskSource>>,
    /// Consulted after the handlers and the nested workflows.
    pub(crate) fallback: Vec<Arc<dyn TaskSource>>,
    /// A server of the API of this engine, which executes tasks that call the API.
    pub(crate) own_api: OnceLock<Arc<dyn TaskSource>>,
    /// The test cases that starts can choose.
    pub(crate) test_cases: Option<Arc<dyn TestCases>>,
    /// The hint for a task without a handler.
    pub(crate) missing_handler_hint: String,
    /// Sources of single starts that are notified when the engine's last handle is dropped.
    of_starts: Mutex<Vec<Arc<dyn TaskSource>>>,
    /// Whether there are any: most engines have none, and avoid the lock.
    has_any_of_starts: AtomicBool,
}

impl TaskSources {
    pub(crate) fn new(
        first: Vec<Arc<dyn TaskSource>>,
        fallback: Vec<Arc<dyn TaskSource>>,
        test_cases: Option<Arc<dyn TestCases>>,
        missing_handler_hint: String,
    ) -> Self {
        Self {
            first,
            fallback,
            own_api: OnceLock::new(),
            test_cases,
            missing_handler_hint,
            of_starts: Mutex::default(),
            has_any_of_starts: AtomicBool::new(false),
        }
    }

    /// Returns the engine's sources in the order in which it consults them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn TaskSource>> {
        self.first.iter().chain(&self.fallback)
    }

    /// Returns whether there is a source, and one that may answer each of these states.
    pub(crate) fn may_answer_all<'s>(
        &self,
        mut states: impl Iterator<Item = &'s DefinedState>,
    ) -> bool {
        let cases = self.test_cases.as_ref();
        let may_answer = |state| {
            self.all().any(|source| source.may_answer(state))
                || cases.is_some_and(|cases| cases.may_answer(state))
        };
        (cases.is_some() || self.all().next().is_some()) && states.all(may_answer)
    }

    /// Adds a source of a single start, which is notified when the engine's last handle is dropped.
    pub(crate) fn add_of_start(&self, source: Arc<dyn TaskSource>) {
        self.of_starts().push(source);
        self.has_any_of_starts.store(true, Ordering::Release);
    }

    /// Reports an event to the sources that are verified with the engine.
    pub(crate) fn notify(&self, message: impl FnOnce() -> String, is_failure: bool) {
        let of_starts = if self.has_any_of_starts.load(Ordering::Acquire) {
            self.of_starts().clone()
        } else {
            Vec::new()
        };
        let sources = self.all().chain(&of_starts);
        let mut judged = sources.filter(|source| source.is_finished_by_engine());
        if let Some(first) = judged.next() {
            let message = message();
            for source in std::iter::once(first).chain(judged) {
                source.log(&message, is_failure);
            }
        }
    }

    /// Notifies the sources that the engine's last handle was dropped.
    pub(crate) fn finish(&self) {
        let of_starts = std::mem::take(&mut *self.of_starts());
        for source in self.all().chain(&of_starts) {
            source.finish();
        }
    }

    /// Returns the token that a source chose for a task; `own` is the source of the execution.
    pub(crate) fn chosen_token(
        &self,
        about: &ExecutionInfo,
        state: &str,
        own: Option<&Arc<dyn TaskSource>>,
    ) -> Option<String> {
        let mut sources = own.into_iter().chain(self.all());
        sources.find_map(|source| source.token(about, state))
    }

    fn of_starts(&self) -> MutexGuard<'_, Vec<Arc<dyn TaskSource>>> {
        self.of_starts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
