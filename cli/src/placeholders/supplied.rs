//! What a template supplies for one machine, once it was checked.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepwright_asl::yaml::Format;
use stepwright_asl::{Finding, Severity};

use crate::output;
use crate::report;
use crate::source::Source;

/// A machine of a template, or a call of Terraform, that was checked.
pub(super) struct Supplied {
    /// What the machine is called, or where the call stands.
    pub(super) machine: String,
    /// The file of the template.
    pub(super) template: PathBuf,
    /// How many placeholders its definition has.
    pub(super) wanted: usize,
    /// What is wrong, with the file and its text in which it stands.
    pub(super) wrong: Vec<Wrong>,
}

impl Supplied {
    /// How many errors there are.
    pub(super) fn errors(&self) -> usize {
        let findings = self.wrong.iter().map(|wrong| wrong.finding.severity);
        findings
            .filter(|severity| *severity == Severity::Error)
            .count()
    }

    fn warnings(&self) -> usize {
        self.wrong.len() - self.errors()
    }
}

/// What is wrong, and where.
pub(super) struct Wrong {
    pub(super) finding: Finding,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Wrong {
    pub(super) fn new(finding: Finding, path: &Path, text: &str) -> Wrong {
        Wrong {
            finding,
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn print(&self) {
        let source = Source {
            path: self.path.clone(),
            text: self.text.clone(),
            // The mark is the word at the place, in files of any format.
            format: Format::Json,
            document: None,
        };
        output::line(format_args!(
            "{}\n",
            report::finding(&self.finding, &source)
        ));
    }

    fn json(&self, machine: &str) -> Value {
        json!({
            "kind": self.finding.rule,
            "severity": match self.finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "machine": machine,
            "file": self.path.to_string_lossy(),
            "line": self.finding.line,
            "column": self.finding.column,
            "message": self.finding.message,
            "suggestion": self.finding.suggestion,
        })
    }
}

/// Prints what is wrong, and a line for each machine.
pub(super) fn print(all: &[Supplied]) {
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
                format!("{wanted}, as the template gives them")
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

/// The same as one object.
pub(super) fn as_json(all: &[Supplied]) -> Value {
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
        "findings": wrong,
    })
}
