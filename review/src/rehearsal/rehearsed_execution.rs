//! One execution after its rehearsal.

use stepwright_history::runtime_support::CallKey;
use stepwright_interpreter::execution::{Outcome, Wait};
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;

use super::answers::{AnswerMatch, RecordedAnswers};

/// One call of the run, with the recorded answer that it received.
#[derive(Clone, Debug)]
pub(super) struct RehearsedCall {
    pub(super) key: CallKey,
    /// The number of earlier calls of the same state in the same scope.
    pub(super) number: usize,
    pub(super) resource: String,
    pub(super) target: Option<String>,
    pub(super) arguments: Value,
    pub(super) answer: Option<AnswerMatch>,
    /// Whether the recorded attempt timed out, and the new call has no timeout.
    pub(super) lacks_timeout: bool,
}

/// The execution itself, or a child of one of its Map Runs, after the run.
pub(super) struct RehearsedExecution {
    pub(super) history: History,
    pub(super) outcome: Option<Outcome>,
    pub(super) waits: Vec<Wait>,
    pub(super) calls: Vec<RehearsedCall>,
    pub(super) answers: RecordedAnswers,
    /// The recorded child that it replays; `None` for the execution itself.
    pub(super) child: Option<usize>,
}
