//! The tool `edit`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright_asl::words::quoted;
use stepwright_editor::{Document, Operation, TextEdit};

use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::{AgentTool, Session};
use crate::definitions::input;
use crate::definitions::replace_file::replace_file;
use crate::definitions::rewrite::diff;

/// Changes a definition by operations.
pub(super) struct Edit;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditArguments {
    /// The file with the definition; the path begins at the working folder.
    file: String,
    /// The name of the state machine, if the file has several.
    #[serde(default)]
    machine: Option<String>,
    /// The operations, which are made one after the other, all or none. Examples:
    /// `{"operation": "renameState", "state": "/States/A", "name": "Charge"}`,
    /// `{"operation": "addState", "transition": "/States/A/Next", "name": "B", "state": {"Type": "Pass"}}`,
    /// `{"operation": "removeState", "state": "/States/A"}`,
    /// `{"operation": "retarget", "transition": "/States/A/Next", "target": "C"}`,
    /// `{"operation": "addCatcher", "state": "/States/A", "errors": ["States.ALL"], "target": "C"}`,
    /// `{"operation": "setField", "field": "/States/A/TimeoutSeconds", "value": 60}`,
    /// `{"operation": "removeField", "field": "/States/A/Comment"}`,
    /// `{"operation": "convertDefinition"}`. Pointers are of RFC 6901 and begin at the definition.
    #[schemars(length(min = 1))]
    operations: Vec<Value>,
    /// Write the file. Without it, the change is only shown.
    #[serde(default)]
    write: bool,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Edited {
    /// Whether the file was written.
    written: bool,
    /// The change as a unified diff; empty if nothing changes.
    diff: String,
}

impl AgentTool for Edit {
    type Arguments = EditArguments;
    type Outcome = Edited;

    const NAME: &'static str = "edit";
    const TITLE: &'static str = "Edit a definition";
    const DESCRIPTION: &'static str = "Changes a definition by operations on states, transitions and fields. Everything else in the file, also comments and layout, remains. A change that would break the other states is refused with a reason. Works for JSON, YAML and templates.";
    const IS_READ_ONLY: bool = false;

    async fn call(session: Session<'_>, arguments: EditArguments) -> Result<Edited, Refusal> {
        if arguments.write {
            session.folder.check_write()?;
        }
        let path = session.folder.find(&arguments.file)?;
        let read = || input::read(&path).map_err(Refusal::from);
        let old = read()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut document = Document::open(name.into_owned(), &old, 0);
        for (number, operation) in (1..).zip(&arguments.operations) {
            let refused =
                |reason: String| Refusal::new(format!("operation {number} is refused: {reason}"));
            let operation: Operation = serde_json::from_value(operation.clone())
                .map_err(|error| refused(error.to_string()))?;
            let index = definition(&document, arguments.machine.as_deref())?;
            let edits = document.edits(index, &operation);
            let edits = edits.map_err(|error| refused(error.to_string()))?;
            let text = TextEdit::apply(document.text(), &edits);
            document = document.with_text(&text, number);
        }
        let new = document.text();
        let is_changed = new != old;
        if arguments.write && is_changed {
            // Another program may have changed the file since.
            if read()? != old {
                return Err(Refusal::new(format!(
                    "`{}` has changed since the call began; call the tool again",
                    arguments.file
                )));
            }
            replace_file(&path, new)?;
        }
        Ok(Edited {
            written: arguments.write && is_changed,
            diff: if is_changed {
                diff(arguments.file.as_ref(), &old, new)
            } else {
                String::new()
            },
        })
    }
}

/// The position of a machine's definition.
fn definition(document: &Document, machine: Option<&str>) -> Result<usize, Refusal> {
    let definitions = document.definitions();
    let mut names = definitions.iter().map(|one| one.name());
    let found = match machine {
        Some(machine) => names.clone().position(|name| name == Some(machine)),
        None => (definitions.len() == 1).then_some(0),
    };
    found.ok_or_else(|| {
        let listed = quoted(names.by_ref().flatten());
        Refusal::new(match (definitions.is_empty(), machine) {
            (true, _) => "the file has no definition that can be read".to_owned(),
            (false, Some(machine)) => {
                format!("there is no state machine `{machine}`; the file has {listed}")
            }
            (false, None) => format!("name one state machine in `machine`: {listed}"),
        })
    })
}
