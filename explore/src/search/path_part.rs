//! The parts of the explored definition that a path reaches, as its events show them.

use smol_str::SmolStr;
use stepwright_interpreter::execution::FailureHandler;
use stepwright_interpreter::history::{Event, EventGroup, EventKind};
use stepwright_interpreter::program::StateIx;

/// A part of the explored definition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum PathPart {
    State(SmolStr),
    /// The state that was left without a failure, and the next one.
    Transition(SmolStr, SmolStr),
    Handler(StateIx, FailureHandler),
}

/// Reads the states and transitions from the events of one step: a state is left and the next one
/// is entered in the same step, and so are the failure of a state and the transition of its
/// catcher.
#[derive(Debug, Default)]
pub(super) struct TransitionReader {
    /// The states that failed since their last attempt, with the containers around them.
    failed: Vec<(Vec<String>, SmolStr)>,
    /// The states that were left.
    left: Vec<(Vec<String>, SmolStr)>,
}

impl TransitionReader {
    /// Returns the parts that an event reaches.
    pub(super) fn next(&mut self, event: &Event, scope: &[String]) -> Vec<PathPart> {
        let name = SmolStr::new(event.state_name().unwrap_or_default());
        let is_visit = |(around, state): &(Vec<String>, SmolStr)| around == scope && *state == name;
        match event.kind().group() {
            EventGroup::Entered => {
                let left = self.left.iter().position(|(around, _)| around == scope);
                let left = left.map(|at| self.left.swap_remove(at).1);
                let transition = left.map(|left| PathPart::Transition(left, name.clone()));
                return transition
                    .into_iter()
                    .chain([PathPart::State(name)])
                    .collect();
            }
            EventGroup::Exited => match self.failed.iter().position(is_visit) {
                Some(at) => drop(self.failed.swap_remove(at)),
                None => self.left.push((scope.to_vec(), name)),
            },
            _ if is_failure(event.kind()) => self.failed.push((scope.to_vec(), name)),
            EventGroup::Scheduled | EventGroup::Container => {
                self.failed.retain(|visit| !is_visit(visit));
            }
            _ => {}
        }
        Vec::new()
    }
}

/// Returns whether an event shows that a state failed. A retrier or a catcher may handle that.
fn is_failure(kind: EventKind) -> bool {
    matches!(kind.group(), EventGroup::Failed | EventGroup::Evaluation)
        || matches!(
            kind,
            EventKind::MapStateFailed | EventKind::ParallelStateFailed
        )
}
