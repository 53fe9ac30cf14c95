//! The names of states and the labels of maps.

use super::state::State;
use crate::workflow::{SourceLocation, WorkflowDiagnostic, WorkflowLocation};
use stepwright_asl::Diagnostic;
use stepwright_asl::analysis::{NameKind, NameProblem, check_names};

/// A state, and its name or its label.
pub(crate) struct NamedState<'f> {
    state: &'f str,
    place: Option<SourceLocation>,
    name: &'f str,
}

impl<'f> NamedState<'f> {
    pub(crate) fn of(state: &'f State, name: &'f str) -> NamedState<'f> {
        NamedState {
            state: &state.name,
            place: state.place,
            name,
        }
    }

    fn location(&self) -> WorkflowLocation {
        WorkflowLocation {
            state: Some(self.state.to_owned()),
            source: self.place,
        }
    }
}

/// The problems of the names of states, or of the labels of maps.
pub(crate) fn name_problems(
    kind: NameKind,
    states: &[NamedState<'_>],
) -> impl Iterator<Item = WorkflowDiagnostic> {
    let problems = check_names(kind, states.iter().map(|state| state.name));
    problems.into_iter().map(move |(index, problem)| {
        let NamedState { name, .. } = states[index];
        let message = problem.message(kind, name);
        let diagnostic = Diagnostic::error(states[index].location(), message);
        let diagnostic = diagnostic.with_code(problem.code(kind));
        match problem {
            NameProblem::Repeated { first } => diagnostic.with_related(
                states[first].location(),
                NameProblem::message_of_first(kind, name),
            ),
            NameProblem::Invalid(_) => diagnostic,
        }
    })
}
