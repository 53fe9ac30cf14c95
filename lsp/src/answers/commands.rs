//! Commands that the server executes for a client.

use gen_lsp_types::{ExecuteCommandParams, Uri, WorkspaceEdit};
use serde_json::{Value, json};
use stepwright_diagram::Diagram;
use stepwright_editor::Operation;

use super::{extraction, workspace_edit};
use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

/// Returns the picture of a definition, and where its states are.
pub(crate) const PICTURE: &str = "stepwright.picture";

/// Returns the edits of an operation on a definition.
pub(crate) const OPERATION: &str = "stepwright.operation";

pub(crate) fn execute(
    session: &mut Session,
    parameters: ExecuteCommandParams,
) -> Result<Option<Value>, Refusal> {
    let arguments = parameters.arguments.unwrap_or_default();
    let argument = arguments.first().cloned().unwrap_or_default();
    match parameters.command.as_str() {
        PICTURE => picture(session, &argument).map(Some),
        OPERATION => {
            let edit = serde_json::to_value(operation(session, &argument)?);
            edit.map(Some)
                .map_err(|error| Refusal::failed(error.to_string()))
        }
        other => Err(Refusal::failed(format!(
            "the server has no command `{other}`; it has `{PICTURE}` and `{OPERATION}`"
        ))),
    }
}

/// The document and the index of the definition that an argument names.
fn named<'s>(session: &'s Session, argument: &Value) -> Result<(&'s OpenDocument, usize), Refusal> {
    let uri = argument["uri"]
        .as_str()
        .ok_or_else(|| Refusal::failed("the first argument is an object with the member `uri`"))?;
    let open = session.document(&Uri(uri.to_owned()))?;
    let definition = argument["definition"].as_u64().unwrap_or(0);
    Ok((open, usize::try_from(definition).unwrap_or(usize::MAX)))
}

/// `{"uri", "definition"?}` gives
/// `{"svg", "name", "isStale", "hasFaults", "version", "states": [{"name", "pointer", "range"}]}`.
/// With faults, the picture shows the part of the text that could be read.
fn picture(session: &Session, argument: &Value) -> Result<Value, Refusal> {
    let (open, index) = named(session, argument)?;
    let Some(definition) = open.document().definitions().get(index) else {
        return Err(Refusal::failed("the document has no such definition"));
    };
    let graph = definition.graph();
    let states = graph.states().iter().filter_map(|state| {
        let pointer = state.pointer.to_string();
        let range = open.range(definition.member(&pointer)?);
        Some(json!({"name": state.name, "pointer": pointer, "range": range}))
    });
    let states: Vec<Value> = states.collect();
    Ok(json!({
        "svg": Diagram::of(definition.json()).to_svg(),
        "name": definition.name(),
        "isStale": definition.is_stale(),
        "hasFaults": !open.document().faults().is_empty(),
        "version": open.version(),
        "states": states,
    }))
}

/// The document that an argument names, if it still has the version that the argument names.
pub(super) fn current<'s>(
    session: &'s Session,
    argument: &Value,
) -> Result<&'s OpenDocument, Refusal> {
    let (open, _) = named(session, argument)?;
    let version = argument["version"].as_i64();
    if version.is_some_and(|version| version != i64::from(open.version())) {
        return Err(Refusal::failed(
            "the text has changed since the operation was made",
        ));
    }
    Ok(open)
}

/// The edit of `{"uri", "definition"?, "version"?, "operation"}`.
pub(super) fn operation(session: &Session, argument: &Value) -> Result<WorkspaceEdit, Refusal> {
    let (_, index) = named(session, argument)?;
    let open = current(session, argument)?;
    let operation: Operation = serde_json::from_value(argument["operation"].clone())
        .map_err(|error| Refusal::failed(format!("the operation cannot be read: {error}")))?;
    operation_edit(session, open, index, &operation)
}

/// The edits of an operation. States that are extracted are in a new file.
pub(super) fn operation_edit(
    session: &Session,
    open: &OpenDocument,
    definition: usize,
    operation: &Operation,
) -> Result<WorkspaceEdit, Refusal> {
    if let Operation::ExtractStates { name, .. } = operation {
        return extraction::edit(session, open, definition, operation, name);
    }
    let edits = open.document().edits(definition, operation);
    let edits = edits.map_err(|error| Refusal::failed(error.to_string()))?;
    Ok(workspace_edit(session, open, edits))
}
