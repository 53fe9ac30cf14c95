//! Code lenses: commands of the client next to definitions and states.

use std::ops::Range;

use gen_lsp_types::{CodeLens, CodeLensParams, Command};
use serde_json::{Value, json};
use stepwright_editor::Definition;

use crate::open_document::OpenDocument;
use crate::refusal::Refusal;
use crate::session::Session;

/// The commands of a definition, with their titles.
const OF_DEFINITION: [(&str, &str); 4] = [
    ("stepwright.showPicture", "Picture"),
    ("stepwright.run", "Run"),
    ("stepwright.policy", "Policy"),
    ("stepwright.estimate", "Estimate"),
];

/// The command of a state.
const OF_STATE: (&str, &str) = ("stepwright.testState", "Test this state");

/// A lens executes a command of the client, so only those that the client names in
/// `initializationOptions.commands` are offered.
pub(crate) fn code_lenses(
    session: &mut Session,
    parameters: CodeLensParams,
) -> Result<Option<Vec<CodeLens>>, Refusal> {
    let open = session.document(&parameters.text_document.uri)?;
    let has = |command: &str| session.client.commands.iter().any(|one| one == command);
    let mut lenses = Vec::new();
    for (index, definition) in open.document().definitions().iter().enumerate() {
        let arguments = json!({
            "uri": open.uri.0,
            "definition": index,
            "name": definition.name(),
        });
        if let Some(range) = start_of(definition) {
            for (command, title) in OF_DEFINITION.iter().filter(|(command, _)| has(command)) {
                lenses.push(lens(open, range.clone(), title, command, arguments.clone()));
            }
        }
        if !has(OF_STATE.0) {
            continue;
        }
        for state in definition.graph().states() {
            let pointer = state.pointer.to_string();
            let Some(range) = definition.key_range(&pointer) else {
                continue;
            };
            let mut arguments = arguments.clone();
            arguments["pointer"] = pointer.into();
            arguments["state"] = state.name.into();
            lenses.push(lens(open, range, OF_STATE.1, OF_STATE.0, arguments));
        }
    }
    Ok(Some(lenses))
}

/// The place of the lenses of a definition: its first field.
fn start_of(definition: &Definition) -> Option<Range<usize>> {
    let range = definition.range("")?;
    Some(range.start..range.start)
}

fn lens(
    open: &OpenDocument,
    range: Range<usize>,
    title: &str,
    command: &str,
    arguments: Value,
) -> CodeLens {
    CodeLens {
        range: open.range(range),
        command: Some(Command {
            title: title.to_owned(),
            tooltip: None,
            command: command.to_owned(),
            arguments: Some(vec![arguments]),
        }),
        data: None,
    }
}
