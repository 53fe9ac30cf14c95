//! Readable text output.

use std::collections::HashSet;
use std::fmt;

use stepwright_asl::words::first_of;

use super::check::CheckedDefinition;
use crate::terminal::count::count;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// Prints every diagnostic with its source lines, a line for each definition, and a summary.
pub(super) fn print(checked: &[CheckedDefinition], quiet: bool) {
    for one in checked {
        for diagnostic in &one.diagnostics {
            output::line(format_args!(
                "{}\n",
                diagnostics::diagnostic(diagnostic, &one.source)
            ));
        }
        if quiet {
            continue;
        }
        let shown = one.shown();
        let errors = one.diagnostics.errors().count();
        let warnings = one.diagnostics.len() - errors;
        let verdict = verdict(errors, warnings);
        let unchecked = unchecked(one);
        output::line(format_args!("{shown}: {verdict}{unchecked}"));
        if one.diagnostics.is_truncated() {
            output::line(format_args!(
                "{shown}: too many diagnostics; fix these and run again"
            ));
        }
    }
    if !quiet && checked.len() != 1 {
        output::line(Totals::of(checked));
    }
}

/// Prints every diagnostic with its source lines on standard error.
pub(super) fn print_to_stderr(checked: &[CheckedDefinition]) {
    for one in checked {
        for diagnostic in &one.diagnostics {
            diagnostics::tell(format_args!(
                "{}\n",
                diagnostics::diagnostic(diagnostic, &one.source)
            ));
        }
    }
}

/// The values that are not checked: `` ; not checked: `TimeoutSeconds` of `Check` ``.
fn unchecked(one: &CheckedDefinition) -> String {
    match one.unchecked.as_slice() {
        [] => String::new(),
        unchecked => format!("; not checked: {}", first_of(unchecked, 3)),
    }
}

fn verdict(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "valid".to_owned(),
        (0, warnings) => format!("valid, {}", count(warnings, "warning")),
        (errors, 0) => count(errors, "error"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

/// One line over all files: `3 definitions in 2 files: 1 error, 2 warnings`.
pub(super) struct Totals {
    definitions: usize,
    files: usize,
    errors: usize,
    warnings: usize,
}

impl Totals {
    pub(super) fn of(checked: &[CheckedDefinition]) -> Totals {
        let files: HashSet<_> = checked.iter().map(|one| &one.source.path).collect();
        let errors = checked
            .iter()
            .map(|one| one.diagnostics.errors().count())
            .sum();
        let diagnostics: usize = checked.iter().map(|one| one.diagnostics.len()).sum();
        Totals {
            definitions: checked.len(),
            files: files.len(),
            errors,
            warnings: diagnostics - errors,
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.definitions == 0 {
            return f.write_str("no definition to check");
        }
        if self.definitions > self.files {
            write!(f, "{} in ", count(self.definitions, "definition"))?;
        }
        let verdict = verdict(self.errors, self.warnings);
        write!(f, "{}: {verdict}", count(self.files, "file"))
    }
}
