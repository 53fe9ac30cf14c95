//! What a template supplies for one machine, once it was checked.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stepwright_asl::Finding;
use stepwright_asl::yaml::Format;

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
        match one.wrong.len() {
            0 => {
                let wanted = count(one.wanted, "placeholder");
                output::line(format_args!(
                    "{template} ({machine}): {wanted}, as the template gives them"
                ));
            }
            errors => {
                let errors = count(errors, "error");
                output::line(format_args!("{template} ({machine}): {errors}"));
            }
        }
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
            "errors": one.wrong.len(),
        })
    });
    json!({
        "result": if wrong.is_empty() { "OK" } else { "FAIL" },
        "machines": machines.collect::<Vec<_>>(),
        "errors": wrong,
    })
}
