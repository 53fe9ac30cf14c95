//! `stepwright convert`: converts definitions from JSONPath to JSONata.

mod file_converter;
mod json;
mod text;

use std::path::Path;

use stepwright_tools::convert::Converter;

use crate::args::{ConvertArguments, ConvertFormat, TargetLanguage};
use crate::definitions::project::{SettingsSource, files_of, no_definition};
use crate::definitions::rewrite::RewriteMode;
use crate::failure::Failure;
use crate::terminal::{diagnostics, output};
use file_converter::FileConverter;

/// Converts the files, and prints the texts or changes, the notes and a summary.
pub(crate) fn convert(arguments: &ConvertArguments) -> Result<(), Failure> {
    let mode = mode(arguments)?;
    let mut files = FileConverter::new(converter(arguments), mode);
    let mut settings = SettingsSource::of(None, false)?;
    let mut failures = Vec::new();
    // After a failure of a file, the other files are converted, too.
    for file in files_of(&arguments.files, &mut settings, &mut failures)? {
        failures.extend(files.convert(&file).err());
    }
    for note in files.skipped.notes() {
        diagnostics::note(&note);
    }
    let is_read = failures.is_empty();
    if is_read && files.converted.is_empty() && files.notes.is_empty() {
        return Err(no_definition(&arguments.files));
    }
    if let Some(state) = files.unknown_state(&arguments.states).filter(|_| is_read) {
        return Err(Failure::Usage(format!(
            "there is no state `{state}` in {}",
            shown(arguments)
        )));
    }
    match arguments.format {
        ConvertFormat::Json => output::line(format_args!("{:#}", json::report(&files.converted))),
        ConvertFormat::Text => text::print(&files.converted),
    }
    for note in &files.notes {
        diagnostics::note(note);
    }
    let last = failures.pop();
    for failure in &failures {
        diagnostics::failure(failure);
    }
    if let Some(failure) = last {
        return Err(failure);
    }
    let is_refused = files.converted.iter().any(|one| one.is_refused());
    let would_change = mode == RewriteMode::Diff && files.rewriter.has_changes();
    if is_refused || would_change {
        Err(Failure::Diagnostics)
    } else {
        Ok(())
    }
}

fn converter(arguments: &ConvertArguments) -> Converter {
    let TargetLanguage::Jsonata = arguments.to;
    let mut converter = Converter::new();
    for state in &arguments.states {
        converter = converter.state(state);
    }
    for difference in &arguments.accept {
        converter = converter.accept(*difference);
    }
    if arguments.variables {
        converter.with_variables()
    } else {
        converter
    }
}

/// What happens with the texts.
fn mode(arguments: &ConvertArguments) -> Result<RewriteMode, Failure> {
    let is_json = arguments.format == ConvertFormat::Json;
    let reads_input = arguments.files.iter().any(|file| file == Path::new("-"));
    match (arguments.write, arguments.diff) {
        (true, _) if is_json && reads_input => Err(Failure::Usage(
            "--write prints the converted text of standard input, so --format json cannot be printed there"
                .to_owned(),
        )),
        (true, _) => Ok(RewriteMode::Write),
        (_, true) => Ok(RewriteMode::Diff),
        _ if is_json => Ok(RewriteMode::Discard),
        _ if arguments.files.len() > 1 || arguments.files.iter().any(|path| path.is_dir()) => Err(Failure::Usage(
            "several converted texts cannot be printed; add --write, --diff or --format json".to_owned(),
        )),
        _ => Ok(RewriteMode::Print),
    }
}

fn shown(arguments: &ConvertArguments) -> String {
    let files = arguments.files.iter();
    let files: Vec<String> = files.map(|file| file.display().to_string()).collect();
    files.join(", ")
}
