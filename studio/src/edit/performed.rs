//! The effect of an action on a file: edits of a definition, a new selection, and a new file.

use serde::Serialize;
use stepwright_asl::json::escape;
use stepwright_editor::{Definition, Document, Operation, TextEdit};

use crate::edit::action_error::ActionError;
use crate::edit::rounds::Rounds;

/// The effect of an action.
#[derive(Debug, Default)]
pub(crate) struct Performed {
    pub(crate) rounds: Rounds,
    pub(crate) select: Vec<String>,
    pub(crate) extracted: Option<NewFile>,
}

/// The file of a new state machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewFile {
    /// Its name, without a folder.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The `DefinitionSubstitutions` that its state machine needs in the template:
    /// `Table: !Ref Table`. After a semicolon, that of the caller for the ARN of the new machine.
    pub needs: String,
}

pub(crate) fn of_round(edits: Vec<TextEdit>) -> Performed {
    Performed {
        rounds: vec![edits],
        ..Performed::default()
    }
}

pub(crate) fn of(document: &Document, definition: usize) -> Result<&Definition, ActionError> {
    let found = document.definitions().get(definition);
    let found = found.ok_or_else(|| ActionError::new("there is no definition in the text"))?;
    if found.is_stale() {
        return Err(ActionError::new(
            "the text cannot be read; correct the marked fault in it first",
        ));
    }
    Ok(found)
}

pub(crate) fn edits(
    document: &Document,
    definition: usize,
    operation: &Operation,
) -> Result<Vec<TextEdit>, ActionError> {
    of(document, definition)?;
    Ok(document.edits(definition, operation)?)
}

/// The pointer to a state in the body of a transition.
pub(crate) fn in_body(definition: &Definition, transition: &str, name: &str) -> String {
    let graph = definition.graph();
    let start = transition.strip_suffix("/StartAt");
    let bodies = graph.containers();
    let body = bodies
        .iter()
        .find(|body| start.is_some_and(|start| body.pointer.to_string() == start));
    let source = || {
        let state = graph.state_at(transition)?;
        bodies.get(graph.states()[state].container)
    };
    let body = body.or_else(source).map(|body| body.pointer.to_string());
    format!("{}/States/{}", body.unwrap_or_default(), escape(name))
}
