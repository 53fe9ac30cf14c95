//! Checks files of all kinds that contain definitions.

use std::collections::HashSet;
use std::path::PathBuf;

use stepwright_asl::Diagnostics;
use stepwright_asl::placeholder::UnknownValue;
use stepwright_asl::template;
use stepwright_asl::validate::Validator;

use super::fix::FileFixer;
use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded;
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::input::whole;
use crate::definitions::project::{File, SkippedFiles};
use crate::definitions::terraform::calls_without_definition;
use crate::failure::Failure;
use crate::source::SourceFile;

/// A checked definition.
#[derive(Debug)]
pub(super) struct CheckedDefinition {
    pub(super) source: SourceFile,
    /// The machine's name, if the file has one.
    pub(super) machine: Option<String>,
    pub(super) diagnostics: Diagnostics,
    /// The values that a template computes, which are not checked.
    pub(super) unchecked: Vec<UnknownValue>,
    /// The reason why fixes cannot be made in its text.
    pub(super) unfixable: Option<&'static str>,
    /// Whether it was found in a folder as a plain definition file, without the settings of a
    /// template.
    is_direct: bool,
}

impl CheckedDefinition {
    /// The location of the definition in messages: `template.yaml (Orders)`.
    pub(super) fn shown(&self) -> String {
        self.source.origin_of(self.machine.as_deref())
    }
}

/// Checks files one after the other.
#[derive(Default)]
pub(super) struct Checker {
    /// Fixes the definitions before they are checked.
    pub(super) fixer: Option<FileFixer>,
    checked: Vec<CheckedDefinition>,
    notes: Vec<String>,
    pub(super) skipped: SkippedFiles,
    /// The files that a template names as the definitions of its machines.
    named: HashSet<PathBuf>,
}

impl Checker {
    pub(super) fn new(fixer: Option<FileFixer>) -> Checker {
        Checker {
            fixer,
            ..Checker::default()
        }
    }

    /// Returns everything that was checked, and notes. A file that a template names is checked with
    /// the settings of the template.
    pub(super) fn finish(&mut self) -> (Vec<CheckedDefinition>, Vec<String>) {
        let checked = std::mem::take(&mut self.checked);
        let named = std::mem::take(&mut self.named);
        let is_wanted =
            |one: &CheckedDefinition| !one.is_direct || !named.contains(&whole(&one.source.path));
        let notes = std::mem::take(&mut self.notes);
        (checked.into_iter().filter(is_wanted).collect(), notes)
    }

    /// Checks the definitions of a file.
    pub(super) fn check(&mut self, file: &File, validator: &Validator) -> Result<(), Failure> {
        let path = &file.path;
        let mut text = file.read()?;
        let mut document = template::read(path, &text).ok();
        if let Some(fixer) = &mut self.fixer
            && file.is_wanted(document.as_ref(), &text)
        {
            text = fixer.fix(path, text, document.as_ref(), validator)?;
            document = template::read(path, &text).ok();
        }
        let machines = embedded::machines(path, &text, document.as_ref(), validator);
        let Some(machines) = machines else {
            if file.is_wanted(document.as_ref(), &text) {
                let definition = LoadedDefinition::of(path, text, validator);
                self.add(definition, file.is_found());
            } else {
                self.skipped.add(file, document.as_ref());
            }
            return Ok(());
        };
        let shown = path.display();
        if machines.is_empty() && !file.is_found() {
            let calls = calls_without_definition(std::slice::from_ref(path));
            let calls = calls.map_or_else(String::new, |calls| format!(": {calls}"));
            self.notes
                .push(format!("{shown} has no state machine{calls}"));
        }
        let mut failed = Ok(());
        for found in machines {
            match found {
                Ok(EmbeddedMachine::Definition(definition, named)) => {
                    self.named.extend(named.as_deref().map(whole));
                    self.add(*definition, false);
                }
                Ok(EmbeddedMachine::Unread { machine, reason }) => self
                    .notes
                    .push(format!("{shown}: `{machine}` is not checked: {reason}")),
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed
    }

    fn add(&mut self, definition: LoadedDefinition, is_direct: bool) {
        self.notes.extend(definition.dialect_note());
        self.checked.push(CheckedDefinition {
            unchecked: definition.unknown_values(),
            source: definition.source,
            machine: definition.machine,
            unfixable: definition.unfixable,
            diagnostics: definition.diagnostics,
            is_direct,
        });
    }
}
