//! `stepwright diff`: the differences between two definitions.

use std::path::Path;

use stepwright_asl::MachineType;
use stepwright_asl::diff::Diff;
use stepwright_asl::validate::Validator;

use crate::args::{DiffArguments, DiffFormat};
use crate::definitions::definition::LoadedDefinition;
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Compares the definitions and prints the differences.
pub(crate) fn diff(arguments: &DiffArguments) -> Result<(), Failure> {
    if [&arguments.old, &arguments.new]
        .iter()
        .all(|file| *file == Path::new("-"))
    {
        return Err(Failure::Usage(
            "OLD and NEW cannot both come from standard input".to_owned(),
        ));
    }
    let validator = Validator::new(MachineType::Standard);
    let old = LoadedDefinition::read(&arguments.old, &validator)?;
    let new = LoadedDefinition::read(&arguments.new, &validator)?;
    let (Some(before), Some(after)) = (old.document(), new.document()) else {
        for definition in [&old, &new] {
            if definition.document().is_none() {
                definition.print_errors();
            }
        }
        return Err(Failure::Diagnostics);
    };
    for definition in [&old, &new] {
        let errors = definition.diagnostics.errors().count();
        if errors > 0 {
            let (path, noun) = (
                definition.shown(),
                if errors == 1 { "error" } else { "errors" },
            );
            diagnostics::note(&format!(
                "{path} has {errors} {noun}; `stepwright validate` lists them"
            ));
        }
    }
    let diff = Diff::of(before.json(), after.json());
    match arguments.format {
        DiffFormat::Text => output::print(&diff),
        DiffFormat::Json => {
            let report = serde_json::to_string_pretty(&diff.report());
            output::line(report.map_err(|error| Failure::Failed(error.to_string()))?);
        }
    }
    if arguments.exit_code && !diff.is_comments_only() {
        return Err(Failure::Diagnostics);
    }
    Ok(())
}
