//! A definition that the command line names.

use std::path::Path;

use stepwright_asl::json::Document;
use stepwright_asl::similar::nearest;
use stepwright_asl::validate::Validator;
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostics, StateMachine};

use crate::comments::without_comments;
use crate::failure::Failure;
use crate::report;
use crate::source::SourceFile;

/// Returns a name from the command line if it is the name of a state.
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

/// A definition's text, and its diagnostics.
#[derive(Debug)]
pub(crate) struct LoadedDefinition {
    pub(crate) source: SourceFile,
    pub(crate) diagnostics: Diagnostics,
    /// The machine's name in a template or a description.
    pub(crate) machine: Option<String>,
    /// The definition, if it is a string inside the file.
    pub(crate) inner: Option<Document>,
    /// The reason why fixes cannot be made in its text.
    pub(crate) unfixable: Option<&'static str>,
    /// Whether the text is only JSON without its comments and trailing commas.
    pub(crate) has_comments: bool,
}

impl LoadedDefinition {
    /// The machine's name: in its template, or derived from the file name.
    pub(crate) fn name(&self) -> &str {
        self.machine
            .as_deref()
            .unwrap_or_else(|| self.source.stem())
    }

    /// The definition as JSON; `None` if it cannot be parsed.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.inner.as_ref().or(self.source.document.as_ref())
    }

    /// The file and the machine, for messages: `template.yaml (Orders)`.
    pub(crate) fn shown(&self) -> String {
        let file = self.source.shown();
        match &self.machine {
            Some(machine) => format!("{file} ({machine})"),
            None => file.into_owned(),
        }
    }

    /// Validates a text that was read from a file.
    pub(crate) fn of(path: &Path, text: String, validator: &Validator) -> Self {
        let format = Format::of(path, &text);
        let mut has_comments = false;
        let parsed = format.parse(&text).or_else(|error| {
            // A text that begins with a comment does not look like JSON.
            let plain = without_comments(&text);
            let plain = plain.and_then(|plain| Format::Json.parse(&plain).ok());
            has_comments = plain.is_some();
            plain.ok_or(error)
        });
        let (document, diagnostics) = match parsed {
            Ok(document) => {
                let diagnostics = validator.check(&document);
                (Some(document), diagnostics)
            }
            // For an empty text, the validator's diagnostics are more useful than a syntax error.
            Err(_) if text.trim().is_empty() => (None, validator.check_text(&text)),
            Err(error) => (None, error.into()),
        };
        Self {
            source: SourceFile {
                path: path.to_owned(),
                text,
                format,
                document,
            },
            diagnostics,
            machine: None,
            inner: None,
            unfixable: has_comments.then_some(
                "the file has comments or a comma at the end of a list, which JSON does not allow",
            ),
            has_comments,
        }
    }

    /// A note for tools that cannot read comments.
    pub(crate) fn comments_note(&self) -> Option<String> {
        self.has_comments.then(|| {
            format!(
                "{} has comments or a comma at the end of a list, which JSON does not allow: AWS rejects this text",
                self.shown()
            )
        })
    }

    /// The parsed machine, if the definition has no errors.
    pub(crate) fn machine(&self) -> Result<StateMachine, Failure> {
        self.refuse_errors()?;
        match self.document() {
            Some(document) => StateMachine::from_document(document)
                .map_err(|diagnostics| Failure::Failed(diagnostics.to_string())),
            None => Err(Failure::Diagnostics),
        }
    }

    /// Prints the errors and fails, if there are any.
    fn refuse_errors(&self) -> Result<(), Failure> {
        if !self.diagnostics.has_errors() {
            return Ok(());
        }
        self.print_errors();
        Err(Failure::Diagnostics)
    }

    /// Prints the errors on standard error.
    pub(crate) fn print_errors(&self) {
        for diagnostic in self.diagnostics.errors() {
            report::tell(format_args!(
                "{}\n",
                report::diagnostic(diagnostic, &self.source)
            ));
        }
    }
}
