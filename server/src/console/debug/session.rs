//! One debugger.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stepwright_engine::value::Value;
use stepwright_testing::debug::PositionKind;

use super::frame::Frame;

/// The most executions that a debugger steps into, one from the other.
pub(super) const MOST_FRAMES: usize = 20;

/// One debugger, which several requests may use.
pub(super) struct DebugSession {
    /// Its random id.
    pub(super) id: String,
    state: Mutex<SessionState>,
}

impl DebugSession {
    /// Creates a debugger of an execution.
    pub(super) fn new(first: Frame) -> Self {
        Self {
            id: uuid::Uuid::new_v4().simple().to_string(),
            state: Mutex::new(SessionState {
                first,
                inner: Vec::new(),
                changes: 0,
                feedback: None,
                drafts: BTreeMap::new(),
                evaluation: None,
                command: None,
            }),
        }
    }

    /// Waits for the request that uses the debugger now. Call it on a thread for blocking work: a
    /// request may take 10,000 steps.
    pub(super) fn lock(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The executions of a debugger, and what its page shows in addition to them.
pub(super) struct SessionState {
    first: Frame,
    /// The executions that a state of the previous one starts.
    inner: Vec<Frame>,
    /// How many times the position changed. A form contains the number, so that it never applies to
    /// a later position.
    pub(super) changes: u64,
    /// The result of the last form.
    pub(super) feedback: Option<Feedback>,
    /// The fields of the last form, if it failed.
    pub(super) drafts: BTreeMap<String, String>,
    pub(super) evaluation: Option<Evaluation>,
    /// The last form, whose button gets the focus.
    pub(super) command: Option<String>,
}

/// The result of a form.
pub(super) struct Feedback {
    pub(super) is_error: bool,
    pub(super) text: String,
}

/// An expression, with its result until the position changes.
pub(super) struct Evaluation {
    pub(super) expression: String,
    pub(super) result: Option<Result<Value, String>>,
}

impl SessionState {
    /// Returns the execution that the page shows: the innermost one.
    pub(super) fn frame(&self) -> &Frame {
        self.inner.last().unwrap_or(&self.first)
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame {
        self.inner.last_mut().unwrap_or(&mut self.first)
    }

    /// Returns all executions, the first one first.
    pub(super) fn frames(&self) -> impl Iterator<Item = &Frame> {
        std::iter::once(&self.first).chain(&self.inner)
    }

    /// Whether the innermost execution was started by another one.
    pub(super) fn is_nested(&self) -> bool {
        !self.inner.is_empty()
    }

    /// Steps into an execution that the current one starts.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub(super) fn enter(&mut self, frame: Frame) -> Result<(), String> {
        if self.inner.len() >= MOST_FRAMES {
            return Err(format!(
                "the debugger is in {MOST_FRAMES} nested executions, which is the limit; answer this call by hand"
            ));
        }
        self.inner.push(frame);
        self.moved();
        Ok(())
    }

    /// Leaves the innermost execution, unless it is the only one.
    pub(super) fn leave(&mut self) -> Option<Frame> {
        let left = self.inner.pop()?;
        self.moved();
        Some(left)
    }

    /// Counts a change of the position.
    pub(super) fn moved(&mut self) {
        self.changes += 1;
        if let Some(evaluation) = &mut self.evaluation {
            evaluation.result = None;
        }
    }

    /// Returns a field of the last form if it failed.
    pub(super) fn draft(&self, name: &str) -> Option<&str> {
        self.drafts.get(name).map(String::as_str)
    }

    /// Whether the innermost execution has ended.
    pub(super) fn has_ended(&self) -> bool {
        let position = self.frame().debugger.position();
        matches!(position.kind, PositionKind::Ended(_))
    }
}
