//! The result of checking a template for one machine.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostic, Severity};

use crate::source::SourceFile;
use crate::terminal::diagnostics;
use crate::terminal::output;

/// A machine of a template, or a Terraform call, after the check.
pub(super) struct CheckedMachine {
    /// The machine's name, or the location of the call.
    pub(super) machine: String,
    /// The file of the template.
    pub(super) template: PathBuf,
    /// The number of placeholders in its definition.
    pub(super) wanted: usize,
    /// The problems, with the file and its text.
    pub(super) wrong: Vec<PlaceholderProblem>,
}

impl CheckedMachine {
    /// The number of errors.
    pub(super) fn errors(&self) -> usize {
        let diagnostics = self.wrong.iter().map(|wrong| wrong.diagnostic.severity);
        diagnostics
            .filter(|severity| *severity == Severity::Error)
            .count()
    }

    fn warnings(&self) -> usize {
        self.wrong.len() - self.errors()
    }
}

/// A problem and its location.
pub(super) struct PlaceholderProblem {
    pub(super) diagnostic: Diagnostic,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl PlaceholderProblem {
    pub(super) fn new(diagnostic: Diagnostic, path: &Path, text: &str) -> PlaceholderProblem {
        PlaceholderProblem {
            diagnostic,
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn print(&self) {
        let source = SourceFile {
            path: self.path.clone(),
            text: self.text.as_str().into(),
            // The mark covers the word at the position, in files of any format.
            format: Format::Json,
            document: None,
        };
        output::line(format_args!(
            "{}\n",
            diagnostics::diagnostic(&self.diagnostic, &source)
        ));
    }

    fn json(&self, machine: &str) -> Value {
        json!({
            "kind": self.diagnostic.code.unwrap_or_default(),
            "severity": match self.diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "machine": machine,
            "file": self.path.to_string_lossy(),
            "line": self.diagnostic.location.line,
            "column": self.diagnostic.location.column,
            "message": self.diagnostic.message,
            "suggestion": self.diagnostic.help,
        })
    }
}

/// Prints the problems, and a line for each machine.
pub(super) fn print(all: &[CheckedMachine]) {
    for one in all {
        for wrong in &one.wrong {
            wrong.print();
        }
        let (template, machine) = (one.template.display(), &one.machine);
        let count = |number: usize, noun: &str| match number {
            1 => format!("1 {noun}"),
            _ => format!("{number} {noun}s"),
        };
        let summary = match (one.errors(), one.warnings()) {
            (0, 0) => {
                let wanted = count(one.wanted, "placeholder");
                format!("{wanted}, all defined by the template")
            }
            (errors, 0) => count(errors, "error"),
            (0, warnings) => count(warnings, "warning"),
            (errors, warnings) => {
                format!("{}, {}", count(errors, "error"), count(warnings, "warning"))
            }
        };
        output::line(format_args!("{template} ({machine}): {summary}"));
    }
}

/// The same as a JSON object.
pub(super) fn as_json(all: &[CheckedMachine]) -> Value {
    let wrong = all
        .iter()
        .flat_map(|one| one.wrong.iter().map(|wrong| wrong.json(&one.machine)));
    let wrong: Vec<Value> = wrong.collect();
    let machines = all.iter().map(|one| {
        json!({
            "file": one.template.to_string_lossy(),
            "machine": one.machine,
            "placeholders": one.wanted,
            "errors": one.errors(),
            "warnings": one.warnings(),
        })
    });
    json!({
        "result": if all.iter().all(|one| one.errors() == 0) { "OK" } else { "FAIL" },
        "machines": machines.collect::<Vec<_>>(),
        "diagnostics": wrong,
    })
}
