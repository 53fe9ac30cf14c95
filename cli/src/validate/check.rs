//! Checks files, whatever their definitions stand in.

use std::collections::HashSet;
use std::path::PathBuf;

use stepwright_asl::Findings;
use stepwright_asl::json::{Document, Json};
use stepwright_asl::template;
use stepwright_asl::validate::Validator;

use super::files::{File, is_definition, whole};
use crate::definition::Definition;
use crate::embedded::{self, Found};
use crate::failure::Failure;
use crate::input;
use crate::source::Source;

/// A definition that was checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) source: Source,
    /// The machine, where the file names it.
    pub(super) machine: Option<String>,
    pub(super) findings: Findings,
    /// Whether the file alone says what the machine is.
    is_direct: bool,
}

impl Checked {
    /// Where the definition stands, as messages say it: `template.yaml (Orders)`.
    pub(super) fn shown(&self) -> String {
        let file = self.source.shown();
        match &self.machine {
            Some(machine) => format!("{file} ({machine})"),
            None => file.into_owned(),
        }
    }
}

/// Checks file after file.
pub(super) struct Checker {
    validator: Validator,
    checked: Vec<Checked>,
    notes: Vec<String>,
    /// The files that a template names as the definitions of its machines.
    named: HashSet<PathBuf>,
}

impl Checker {
    pub(super) fn new(validator: Validator) -> Checker {
        Checker {
            validator,
            checked: Vec::new(),
            notes: Vec::new(),
            named: HashSet::new(),
        }
    }

    /// Everything that was checked, and what is worth knowing besides. A file that a template names is checked as what the template says.
    pub(super) fn finish(self) -> (Vec<Checked>, Vec<String>) {
        let Checker { checked, named, .. } = self;
        let is_wanted = |one: &Checked| !one.is_direct || !named.contains(&whole(&one.source.path));
        (checked.into_iter().filter(is_wanted).collect(), self.notes)
    }

    /// Checks the definitions of a file.
    pub(super) fn check(&mut self, file: &File) -> Result<(), Failure> {
        let path = &file.path;
        let text = input::read(path)?;
        let document = template::read(path, &text).ok();
        let machines = embedded::machines(path, &text, document.as_ref(), &self.validator);
        let Some(machines) = machines else {
            let is_wanted = !file.is_found
                || is_definition(path)
                || looks_like_definition(document.as_ref(), &text);
            if is_wanted {
                let definition = Definition::of(path, text, &self.validator);
                self.add(definition, file.is_found);
            }
            return Ok(());
        };
        let shown = path.display();
        if machines.is_empty() && !file.is_found {
            self.notes.push(format!("{shown} has no state machine"));
        }
        let mut failed = Ok(());
        for found in machines {
            match found {
                Ok(Found::Definition(definition, named)) => {
                    self.named.extend(named.as_deref().map(whole));
                    self.add(*definition, false);
                }
                Ok(Found::Unread { machine, reason }) => self
                    .notes
                    .push(format!("{shown}: `{machine}` is not checked: {reason}")),
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed
    }

    fn add(&mut self, definition: Definition, is_direct: bool) {
        self.notes.extend(definition.comments_note());
        self.checked.push(Checked {
            source: definition.source,
            machine: definition.machine,
            findings: definition.findings,
            is_direct,
        });
    }
}

/// Whether a file of a folder is a definition: it has states and a start, or speaks of both and cannot be read.
fn looks_like_definition(document: Option<&Document>, text: &str) -> bool {
    let Some(document) = document else {
        return text.contains("StartAt") && text.contains("States");
    };
    let members = document.json().as_object();
    members.is_some_and(|members| {
        let has_states = members.get("States").and_then(Json::as_object).is_some();
        has_states && members.contains_key("StartAt")
    })
}
