//! `stepwright validate`: reports all findings about definitions.

mod check;
mod files;
mod github;
mod json;
mod progress;
mod sarif;
mod text;
mod validators;

use crate::args::{OutputFormat, ValidateArguments};
use crate::failure::Failure;
use crate::output;
use crate::report;
use check::{CheckedDefinition, Checker};
use progress::Progress;
use text::Totals;
use validators::Validators;

/// Validates the files and prints the findings.
pub(crate) fn validate(arguments: &ValidateArguments) -> Result<(), Failure> {
    let mut validators = Validators::of(arguments)?;
    let mut checker = Checker::default();
    let mut failures = Vec::new();
    let files = files::of(&arguments.files, validators.settings(), &mut failures);
    let mut progress = Progress::of(files.len());
    for file in &files {
        progress.step();
        let checked = validators
            .of_file(&file.path)
            .and_then(|validator| checker.check(file, &validator));
        if let Err(failure) = checked {
            // The remaining files are checked nevertheless.
            failures.push(failure);
        }
    }
    progress.end();
    let (checked, notes) = checker.finish();
    if checked.is_empty() && notes.is_empty() && failures.is_empty() {
        let paths = arguments
            .files
            .iter()
            .map(|path| path.display().to_string());
        let paths: Vec<String> = paths.collect();
        let reason = match paths.as_slice() {
            [_] => "it is a folder without a definition",
            _ => "they are folders without a definition",
        };
        let text = format!("cannot read {}: {reason}", paths.join(", "));
        return Err(Failure::Usage(text));
    }
    if !arguments.quiet {
        for note in &notes {
            report::note(note);
        }
    }
    print(&checked, arguments);
    let has_errors = checked.iter().any(|one| one.findings.has_errors());
    let last = failures.pop();
    for failure in &failures {
        report::failure(failure);
    }
    match last {
        Some(failure) => Err(failure),
        None if has_errors => Err(Failure::Findings),
        None => Ok(()),
    }
}

fn print(checked: &[CheckedDefinition], arguments: &ValidateArguments) {
    match arguments.format {
        OutputFormat::Text => text::print(checked, arguments.quiet),
        OutputFormat::Json => output::line(format_args!("{:#}", json::report(checked))),
        OutputFormat::Sarif => output::line(sarif::report(checked)),
        OutputFormat::Github => {
            github::print(checked);
            if !arguments.quiet {
                output::line(Totals::of(checked));
            }
        }
    }
}
