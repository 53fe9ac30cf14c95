//! A definition that the command line names.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use stepwright_asl::json::Document;
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Findings, StateMachine};

use crate::failure::Failure;
use crate::input;
use crate::report;

/// A definition's text, and what the validator says of it.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) format: Format,
    /// `None` when the text cannot be read.
    pub(crate) document: Option<Document>,
    pub(crate) findings: Findings,
}

impl Definition {
    /// Reads and validates a file, or standard input for `-`; in YAML when its name or, failing that, its text says so.
    pub(crate) fn read(path: &Path, validator: &Validator) -> Result<Self, Failure> {
        let text = input::read(path)?;
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
        Ok(Self {
            path: path.to_owned(),
            text,
            format,
            document,
            findings,
        })
    }

    /// The machine that is defined, when nothing is wrong with it.
    pub(crate) fn machine(&self) -> Result<StateMachine, Failure> {
        self.refuse_errors()?;
        match &self.document {
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
            anstream::eprintln!("{}\n", report::finding(finding, self));
        }
    }

    /// Where it comes from, as messages say it.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        if self.path == Path::new("-") {
            "standard input".into()
        } else {
            self.path.to_string_lossy()
        }
    }

    /// The file's name without its endings: `orders` for `deploy/orders.asl.json` and `orders.asl.yaml`.
    pub(crate) fn stem(&self) -> &str {
        let name = self
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let stem = [".json", ".yaml", ".yml"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(name);
        let stem = stem.strip_suffix(".asl").unwrap_or(stem);
        if stem.is_empty() || stem == "-" {
            "StateMachine"
        } else {
            stem
        }
    }
}
