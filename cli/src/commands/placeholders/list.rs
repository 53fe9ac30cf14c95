//! Lists the placeholders of a definition, or of each machine of a template.

use std::path::Path;

use stepwright_asl::StateMachine;
use stepwright_asl::json::Document;
use stepwright_asl::placeholder::{Placeholder, in_machine};
use stepwright_asl::template::{self, EmbeddedDefinition, PlaceholderValues};

use super::machine::PlaceholderMachine;
use super::show;
use crate::args::PlaceholdersFormat;
use crate::definitions::input;
use crate::definitions::named_file;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Prints the placeholders.
pub(super) fn list(path: &Path, format: PlaceholdersFormat) -> Result<(), Failure> {
    let text = input::read(path)?;
    let document = template::read(path, &text).ok();
    let Some(supplies) = document.as_ref().and_then(template::supplies) else {
        let machine = PlaceholderMachine::of(path, text)?;
        output::print(show::of_machine(&machine.placeholders, format));
        return Ok(());
    };
    let mut machines: Vec<(String, Vec<Placeholder>)> = Vec::new();
    for supply in supplies {
        if let Some(placeholders) = of_template(path, &supply)? {
            machines.push((supply.machine, placeholders));
        }
    }
    if machines.is_empty() {
        diagnostics::note(&format!(
            "{} has no state machine with a definition",
            path.display()
        ));
    }
    output::print(show::of_template(&machines, format));
    Ok(())
}

/// The placeholders of a machine of a template; `None` if its definition cannot be found.
fn of_template(
    path: &Path,
    supply: &PlaceholderValues,
) -> Result<Option<Vec<Placeholder>>, Failure> {
    let machine = match &supply.definition {
        EmbeddedDefinition::Part { document, .. } => StateMachine::from_document(document),
        EmbeddedDefinition::Text { text, .. } => match Document::parse_with_placeholders(text) {
            Ok(document) => StateMachine::from_document(&document),
            Err(error) => Err(error.into()),
        },
        EmbeddedDefinition::File { path: file } | EmbeddedDefinition::Asset { path: file } => {
            let file = path.parent().unwrap_or(Path::new("")).join(file);
            if let EmbeddedDefinition::Asset { .. } = supply.definition
                && !file.is_file()
            {
                return Ok(None);
            }
            let text = named_file::of_template(path, &file)?;
            return Ok(Some(PlaceholderMachine::of(&file, text)?.placeholders));
        }
        EmbeddedDefinition::Elsewhere { reason } => {
            diagnostics::note(&format!(
                "{}: `{}` is skipped: {reason}",
                path.display(),
                supply.machine
            ));
            return Ok(None);
        }
        _ => return Ok(None),
    };
    let machine = machine.map_err(|diagnostics| {
        Failure::Failed(format!(
            "{} (`{}`): {diagnostics}",
            path.display(),
            supply.machine
        ))
    })?;
    // Values that the template computes were replaced by placeholders, too.
    let is_own = |one: &Placeholder| supply.uses.iter().any(|used| used.name == one.name());
    Ok(Some(
        in_machine(&machine).into_iter().filter(is_own).collect(),
    ))
}
