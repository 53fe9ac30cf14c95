//! A definition that the command line names.

use std::path::Path;

use stepwright_asl::similar::nearest;
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Findings, StateMachine};

use crate::failure::Failure;
use crate::input;
use crate::report;
use crate::source::Source;

/// A name on the command line that is a state's.
pub(crate) fn state_of<'n>(
    machine: &StateMachine,
    option: &str,
    name: &'n str,
) -> Result<&'n str, Failure> {
    if machine.states().any(|found| found.name == name) {
        return Ok(name);
    }
    let nearest = nearest(name, machine.states().map(|found| found.name));
    let hint = nearest.map(|name| report::hint(&format!("did you mean `{name}`?")));
    Err(Failure::Usage(format!(
        "{option}: the definition has no state `{name}`{}",
        hint.unwrap_or_default()
    )))
}

/// A definition's text, and what the validator says of it.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) source: Source,
    pub(crate) findings: Findings,
}

impl Definition {
    /// Reads and validates a file, or standard input for `-`; in YAML when its name or, failing that, its text says so.
    pub(crate) fn read(path: &Path, validator: &Validator) -> Result<Self, Failure> {
        Ok(Self::of(path, input::read(path)?, validator))
    }

    /// Validates a text that was read from a file.
    pub(crate) fn of(path: &Path, text: String, validator: &Validator) -> Self {
        let format = Format::of(path, &text);
        let (document, findings) = match format.parse(&text) {
            Ok(document) => {
                let findings = validator.check(&document);
                (Some(document), findings)
            }
            // The validator has more to say of nothing than that it is no JSON.
            Err(_) if text.trim().is_empty() => (None, validator.check_text(&text)),
            Err(error) => (None, error.into()),
        };
        Self {
            source: Source {
                path: path.to_owned(),
                text,
                format,
                document,
            },
            findings,
        }
    }

    /// The machine that is defined, when nothing is wrong with it.
    pub(crate) fn machine(&self) -> Result<StateMachine, Failure> {
        self.refuse_errors()?;
        match &self.source.document {
            Some(document) => StateMachine::from_document(document)
                .map_err(|findings| Failure::Failed(findings.to_string())),
            None => Err(Failure::Findings),
        }
    }

    /// Prints the errors, if there are any, and gives up.
    fn refuse_errors(&self) -> Result<(), Failure> {
        if !self.findings.has_errors() {
            return Ok(());
        }
        self.print_errors();
        Err(Failure::Findings)
    }

    /// Prints the errors on standard error.
    pub(crate) fn print_errors(&self) {
        for finding in self.findings.errors() {
            report::tell(format_args!("{}\n", report::finding(finding, &self.source)));
        }
    }
}
