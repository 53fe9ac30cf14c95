//! `stepwright validate`: reports all diagnostics about definitions.

mod check;
mod fix;
mod fixable;
mod github;
mod json;
mod sarif;
mod statistics;
mod text;

use std::path::Path;

use crate::args::{OutputFormat, ValidateArguments};
use crate::definitions::project::{
    RuleSeverities, SettingsSource, Validators, files_of, no_definition,
};
use crate::failure::Failure;
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::progress::ProgressLine;
use check::{CheckedDefinition, Checker};
use fix::FileFixer;
use text::Totals;

/// Validates the files and prints the diagnostics.
pub(crate) fn validate(arguments: &ValidateArguments) -> Result<(), Failure> {
    if fixes_input(arguments) && arguments.format != OutputFormat::Text {
        let text = "--fix prints the fixed text of standard input, so the diagnostics have no other format than text";
        return Err(Failure::Usage(text.to_owned()));
    }
    let mut checker = Checker::new(FileFixer::of(arguments));
    let mut failures = check_files(&mut checker, arguments)?;
    let (checked, mut notes) = checker.finish();
    if let Some(fixer) = &mut checker.fixer {
        notes.extend(fixer.take_notes());
        notes.extend(fixable::unfixable_notes(&checked, arguments));
    }
    if !arguments.quiet {
        for note in checker.skipped.notes() {
            diagnostics::note(&note);
        }
    }
    if checked.is_empty() && notes.is_empty() && failures.is_empty() {
        return Err(no_definition(&arguments.files));
    }
    if !arguments.quiet {
        for note in &notes {
            diagnostics::note(note);
        }
    }
    let is_failed = conclude(&checked, checker.fixer.as_ref(), arguments);
    let last = failures.pop();
    for failure in &failures {
        diagnostics::failure(failure);
    }
    match last {
        Some(failure) => Err(failure),
        None if is_failed => Err(Failure::Diagnostics),
        None => Ok(()),
    }
}

/// Whether standard output is for the fixed text of standard input.
fn fixes_input(arguments: &ValidateArguments) -> bool {
    (arguments.fix || arguments.add_ignore)
        && arguments.files.iter().any(|path| path == Path::new("-"))
}

/// Checks all files, also after a failure of a file. Fails if the settings are wrong.
fn check_files(
    checker: &mut Checker,
    arguments: &ValidateArguments,
) -> Result<Vec<Failure>, Failure> {
    let given = RuleSeverities::of_arguments(&arguments.allow, &arguments.deny);
    let settings = SettingsSource::of(arguments.config.as_deref(), arguments.no_config)?;
    let mut validators = Validators::of(arguments.machine_type.into(), given, settings)?;
    let mut failures = Vec::new();
    let files = files_of(&arguments.files, validators.settings(), &mut failures)?;
    let mut progress = ProgressLine::new();
    for (number, file) in (1_usize..).zip(&files) {
        progress.step(format_args!("checking file {number} of {}", files.len()));
        let validator = validators.of_file(&file.path)?;
        failures.extend(checker.check(file, &validator).err());
    }
    progress.end();
    Ok(failures)
}

/// Prints the diagnostics and the number of fixes. Returns whether there is an error or, with
/// `--diff`, a change.
fn conclude(
    checked: &[CheckedDefinition],
    fixer: Option<&FileFixer>,
    arguments: &ValidateArguments,
) -> bool {
    if !arguments.diff {
        print(checked, arguments);
    }
    if let Some(fixer) = fixer.filter(|_| !arguments.quiet) {
        let more = if arguments.add_ignore {
            String::new()
        } else {
            fixable::more(checked, arguments)
        };
        diagnostics::tell(format_args!("{}{more}", fixer.summary()));
    }
    match fixer {
        Some(fixer) if arguments.diff => fixer.has_changes(),
        _ => checked.iter().any(|one| one.diagnostics.has_errors()),
    }
}

/// Prints the diagnostics: on standard error if the fixed text is on standard output.
fn print(checked: &[CheckedDefinition], arguments: &ValidateArguments) {
    if fixes_input(arguments) {
        return text::print_to_stderr(checked);
    }
    if arguments.statistics {
        return statistics::print(checked);
    }
    match arguments.format {
        OutputFormat::Text => {
            text::print(checked, arguments.quiet);
            let hint = fixable::hint(checked)
                .filter(|_| !arguments.fix && !arguments.add_ignore && !arguments.quiet);
            if let Some(hint) = hint {
                output::line(hint);
            }
        }
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
