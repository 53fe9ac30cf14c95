//! A definition that the command line names.

use std::path::{Path, PathBuf};

use stepwright_asl::Findings;
use stepwright_asl::validate::Validator;

use crate::failure::Failure;
use crate::input;
use crate::report;

/// A definition's text, and what the validator says of it.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) findings: Findings,
}

impl Definition {
    /// Reads and validates a file, or standard input for `-`.
    pub(crate) fn read(path: &Path, validator: &Validator) -> Result<Self, Failure> {
        let text = input::read(path)?;
        let findings = validator.check_text(&text);
        Ok(Self {
            path: path.to_owned(),
            text,
            findings,
        })
    }

    /// Prints the errors, if there are any, and gives up.
    pub(crate) fn refuse_errors(&self) -> Result<(), Failure> {
        if !self.findings.has_errors() {
            return Ok(());
        }
        for finding in self.findings.errors() {
            anstream::eprintln!("{}\n", report::finding(finding, &self.path, &self.text));
        }
        Err(Failure::Findings)
    }

    /// The file's name without its endings: `orders` for `deploy/orders.asl.json`.
    pub(crate) fn stem(&self) -> &str {
        let name = self
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let stem = name.strip_suffix(".json").unwrap_or(name);
        let stem = stem.strip_suffix(".asl").unwrap_or(stem);
        if stem.is_empty() || stem == "-" {
            "StateMachine"
        } else {
            stem
        }
    }
}
