//! A definition that the command line names.

use std::collections::BTreeSet;
use std::path::Path;

use stepwright_asl::json::{Dialect, Document, Json};
use stepwright_asl::placeholder::{self, UnknownValue, fill, known_part};
use stepwright_asl::similar::{did_you_mean, nearest};
use stepwright_asl::validate::Validator;
use stepwright_asl::words::{first_of, quoted, quoted_or_none};
use stepwright_asl::yaml::Format;
use stepwright_asl::{Diagnostics, MachineType, StateMachine};

use crate::failure::Failure;
use crate::source::SourceFile;
use crate::terminal::diagnostics;

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
    let hint = nearest.map(|name| diagnostics::hint(&format!("did you mean `{name}`?")));
    Err(Failure::Usage(format!(
        "{option}: the definition has no state `{name}`{}",
        hint.unwrap_or_default()
    )))
}

/// Refuses a value for a placeholder that the text does not have.
fn check_names(text: &str, substitutions: &[(String, String)]) -> Result<(), Failure> {
    let known: BTreeSet<&str> = placeholder::names(text).collect();
    match substitutions
        .iter()
        .find(|(name, _)| !known.contains(name.as_str()))
    {
        Some((name, _)) => {
            let hint = did_you_mean(name, known.iter().copied());
            let hint = hint.unwrap_or_else(|| format!("it has {}", quoted_or_none(&known)));
            Err(Failure::Usage(format!(
                "--substitute: the definition has no placeholder `{}`; {hint}",
                placeholder::text(name)
            )))
        }
        None => Ok(()),
    }
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
    /// The superset of JSON that the text needs.
    pub(crate) dialect: Dialect,
    /// Whether the definition is an object of another file, in which also texts are often computed.
    pub(crate) is_object: bool,
    /// The type of the state machine, if its file contains it.
    pub(crate) machine_type: Option<MachineType>,
    /// The values that a template contains for placeholders, as texts.
    pub(crate) values: Vec<(String, String)>,
    /// The values of Terraform that are not in the definition.
    pub(crate) terraform: TerraformValues,
}

/// The values of Terraform that are not in the text of a definition.
#[derive(Debug, Default)]
pub(crate) struct TerraformValues {
    /// The texts of the variables that `templatefile` passes.
    pub(crate) arguments: Vec<(String, String)>,
    /// The definition with the defaults of variables.
    pub(crate) with_defaults: Option<Document>,
    /// The conditions and collections of directives that only a deployment knows.
    pub(crate) undecided: Vec<String>,
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
        self.source.origin_of(self.machine.as_deref())
    }

    /// Validates a text that was read from a file.
    pub(crate) fn of(path: &Path, text: String, validator: &Validator) -> Self {
        let format = Format::of(path, &text);
        let mut dialect = Dialect::Json;
        let parsed = format.parse_with_placeholders(&text).or_else(|error| {
            let named = Dialect::of_name(path).max(Dialect::Comments);
            match Document::parse_dialect(&text, named) {
                Ok(document) if format == Format::Json => {
                    dialect = named;
                    Ok(document)
                }
                // The error of plain JSON may be the first comment.
                Err(later) if format == Format::Json && later.offset > error.offset => Err(later),
                _ => Err(error),
            }
        });
        let parsed = parsed.map_err(Diagnostics::from);
        Self {
            dialect,
            ..Self::parsed(path, text, format, parsed, validator)
        }
    }

    /// Validates a text that was parsed.
    pub(crate) fn parsed(
        path: &Path,
        text: String,
        format: Format,
        parsed: Result<Document, Diagnostics>,
        validator: &Validator,
    ) -> Self {
        let (document, diagnostics) = match parsed {
            Ok(document) => {
                let diagnostics = validator.check(&document);
                (Some(document), diagnostics)
            }
            // For an empty text, the validator's diagnostics are more useful than a syntax error.
            Err(_) if text.trim().is_empty() => (None, validator.check_text(&text)),
            Err(diagnostics) => (None, diagnostics),
        };
        Self {
            source: SourceFile {
                path: path.to_owned(),
                text: text.into(),
                format,
                document,
            },
            diagnostics,
            machine: None,
            inner: None,
            unfixable: None,
            dialect: Dialect::Json,
            is_object: false,
            machine_type: None,
            values: Vec::new(),
            terraform: TerraformValues::default(),
        }
    }

    /// The values that the template computes and that are not checked. In a text, those are all
    /// placeholders without quotes. In an object, only those where a text would be wrong.
    pub(crate) fn unknown_values(&self) -> Vec<UnknownValue> {
        let Some(document) = self.document() else {
            return Vec::new();
        };
        let is_json = Format::of_text(document.source()) == Format::Json;
        let mut all = UnknownValue::all(document);
        all.retain(|one| is_json && !self.is_object || one.is_typed());
        all
    }

    /// The machine to run. Values that only the deployment knows are left out, and a note names
    /// them.
    ///
    /// # Errors
    ///
    /// Like [`machine`](Self::machine).
    pub(crate) fn runnable(&self) -> Result<StateMachine, Failure> {
        self.runnable_with(&[])
    }

    /// The machine to run, like [`runnable`](Self::runnable), with values for placeholders.
    ///
    /// # Errors
    ///
    /// Also a placeholder that the definition does not have, and a value that a field does not
    /// accept.
    pub(crate) fn runnable_with(
        &self,
        substitutions: &[(String, String)],
    ) -> Result<StateMachine, Failure> {
        let machine = self.machine()?;
        let Some(document) = self.document() else {
            return Ok(machine);
        };
        check_names(document.source(), substitutions)?;
        // The defaults may be those of the given placeholders.
        let with_defaults = self.terraform.with_defaults.as_ref();
        let evaluated = with_defaults
            .filter(|_| substitutions.is_empty())
            .unwrap_or(document);
        if !self.terraform.undecided.is_empty() {
            diagnostics::note(&format!(
                "{} runs with the first branch or one item of the directives with {}: Terraform computes them",
                self.shown(),
                quoted(&self.terraform.undecided)
            ));
        }
        let value = |name: &str| {
            let mut values = substitutions.iter().chain(&self.values);
            let found = values.find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        let part = known_part(evaluated, &value);
        // A given value that is no number and no flag.
        for omitted in &part.omitted {
            let text = evaluated.json().pointer(&omitted.pointer);
            let name = text.and_then(Json::as_str).and_then(placeholder::whole);
            let mut given = substitutions.iter();
            if let Some((_, value)) = given.find(|(known, _)| Some(known.as_str()) == name) {
                return Err(Failure::Usage(format!(
                    "--substitute: `{value}` is no value of {omitted}"
                )));
            }
        }
        if !part.omitted.is_empty() {
            diagnostics::note(&format!(
                "{} runs without {}: the template computes it",
                self.shown(),
                first_of(&part.omitted, 3)
            ));
        }
        if !part.unevaluated.is_empty() {
            diagnostics::note(&format!(
                "{} runs with the placeholder as the text of {}: the template computes it",
                self.shown(),
                first_of(&part.unevaluated, 3)
            ));
        }
        let machine = if part.json == *document.json() {
            machine
        } else {
            StateMachine::from_value(&part.json)
                .map_err(|diagnostics| Failure::Failed(diagnostics.to_string()))?
        };
        if substitutions.is_empty() && self.values.is_empty() {
            return Ok(machine);
        }
        let filled = fill(&machine, None, &value).map_err(|error| match substitutions {
            [] => Failure::Failed(error.to_string()),
            _ => Failure::Usage(format!("--substitute: {error}")),
        })?;
        Ok(filled.machine)
    }

    /// A note for tools that read only JSON.
    pub(crate) fn dialect_note(&self) -> Option<String> {
        let syntax = match self.dialect {
            Dialect::Json => return None,
            Dialect::Comments => "comments or a comma at the end of a list",
            Dialect::Json5 => "syntax of JSON5",
        };
        Some(format!(
            "{} has {syntax}, which JSON does not allow: AWS rejects this text",
            self.shown()
        ))
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
            diagnostics::tell(format_args!(
                "{}\n",
                diagnostics::diagnostic(diagnostic, &self.source)
            ));
        }
    }
}
