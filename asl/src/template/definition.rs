//! A definition that is embedded in another file.

use std::ops::Range;

use super::joined::JoinedText;
use super::string_edit;
use crate::SyntaxError;
use crate::diagnostic::{Diagnostic, Diagnostics, TextLocation};
use crate::json::{Document, Position};
use crate::model::MachineType;
use crate::validate::Validator;
use crate::yaml::Format;

/// The help for a text in YAML in a template of CloudFormation.
const YAML_ADVICE: &str = "write it as an object in `Definition`, which may be YAML, or as JSON";

/// A state machine of a template, or of the output of `describe-state-machine`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Embedded {
    /// The logical id in the template, or the machine's name.
    pub name: String,
    /// The type of the machine.
    pub machine_type: MachineType,
    /// The location of its definition.
    pub definition: EmbeddedDefinition,
    /// The values that the template itself contains for placeholders of the definition, as texts:
    /// literals, and defaults of parameters.
    pub values: Vec<(String, String)>,
    /// The errors in functions of the template that compute the definition, with positions in the
    /// file.
    pub problems: Vec<Diagnostic>,
}

/// The location of a definition.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EmbeddedDefinition {
    /// In the file itself, as an object.
    Part {
        /// The object, whose nodes have their positions in the file.
        document: Document,
        /// RFC 6901 pointer to the object in the file.
        pointer: String,
    },
    /// In the file itself, as a string.
    Text {
        /// The text, with a `${substitution}` for each value that the template computes.
        text: String,
        /// The offset of each byte of the text in the file.
        offsets: Vec<u32>,
        /// The parts of a text that `Fn::Join` builds.
        #[doc(hidden)]
        joined: Option<JoinedText>,
    },
    /// In another file; its path is relative to the folder of the template.
    File {
        /// The path.
        path: String,
    },
    /// In a file that a `serverless.yml` inserts, or in a part of it; see [`inserted_definition`].
    ///
    /// [`inserted_definition`]: super::inserted_definition
    Inserted {
        /// The path, relative to the folder of the configuration.
        path: String,
        /// The keys of the part; none for the whole file.
        keys: Vec<String>,
    },
    /// In an S3 object. CDK uploads it from this file in the folder of the template, which may be
    /// missing.
    Asset {
        /// The path.
        path: String,
    },
    /// In a location that cannot be read.
    Elsewhere {
        /// The reason.
        reason: String,
    },
}

impl Embedded {
    /// A machine whose definition cannot be read.
    pub(super) fn elsewhere(name: &str, reason: &str) -> Embedded {
        Embedded {
            name: name.to_owned(),
            machine_type: MachineType::Standard,
            definition: EmbeddedDefinition::Elsewhere {
                reason: reason.to_owned(),
            },
            values: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// RFC 6901 pointer to a definition that is an object in the file.
    pub fn pointer(&self) -> Option<&str> {
        match &self.definition {
            EmbeddedDefinition::Part { pointer, .. } => Some(pointer),
            _ => None,
        }
    }

    /// Parses a definition that is a string of the file; `None` for a definition elsewhere, and for
    /// a text that is not JSON.
    pub fn text_document(&self) -> Option<Document> {
        match &self.definition {
            EmbeddedDefinition::Text { text, .. } => parse_text(text, YAML_ADVICE).ok(),
            _ => None,
        }
    }

    /// The value that the template itself contains for a placeholder.
    pub fn value(&self, placeholder: &str) -> Option<String> {
        let mut values = self.values.iter();
        values
            .find(|(name, _)| name == placeholder)
            .map(|(_, value)| value.clone())
    }

    /// The text of the file with another definition, if the definition is a string in a block (`|`)
    /// or in quotes. Everything else in the file remains.
    ///
    /// Returns `None` if the string is folded, has several parts, or has unusual escapes.
    pub fn replace_text(&self, file: &Document, definition: &str) -> Option<String> {
        let (range, text) = self.text_change(file, definition)?;
        let source = file.source();
        Some([&source[..range.start], &text, &source[range.end..]].concat())
    }

    /// The change of the file's text for another definition.
    pub(super) fn text_change(
        &self,
        file: &Document,
        definition: &str,
    ) -> Option<(Range<usize>, String)> {
        match &self.definition {
            EmbeddedDefinition::Text { text, offsets, .. } => {
                string_edit::change(file.source(), offsets, text, definition)
            }
            _ => None,
        }
    }

    /// Checks a definition that is in the file itself. Pointers are relative to the definition;
    /// lines and columns are those of the file.
    ///
    /// Returns `None` if the definition is elsewhere, and the functions that compute it have no
    /// errors.
    pub fn check(&self, file: &Document, validator: &Validator) -> Option<Diagnostics> {
        let validator = validator.clone().of_type(self.machine_type);
        let diagnostics = match &self.definition {
            EmbeddedDefinition::Part { document, .. } => validator.check(document),
            EmbeddedDefinition::Text { text, offsets, .. } => {
                let diagnostics = check_text(text, &validator);
                let is_truncated = diagnostics.is_truncated();
                let diagnostics = diagnostics.into_iter();
                let placed = diagnostics.map(|diagnostic| placed(file, offsets, diagnostic));
                Diagnostics::of(placed.collect(), is_truncated)
            }
            EmbeddedDefinition::File { .. }
            | EmbeddedDefinition::Inserted { .. }
            | EmbeddedDefinition::Asset { .. }
            | EmbeddedDefinition::Elsewhere { .. }
                if self.problems.is_empty() =>
            {
                return None;
            }
            EmbeddedDefinition::File { .. }
            | EmbeddedDefinition::Inserted { .. }
            | EmbeddedDefinition::Asset { .. }
            | EmbeddedDefinition::Elsewhere { .. } => Diagnostics::default(),
        };
        if self.problems.is_empty() {
            return Some(diagnostics);
        }
        let is_truncated = diagnostics.is_truncated();
        let problems = self.problems.iter().cloned();
        Some(Diagnostics::of(
            problems.chain(diagnostics).collect(),
            is_truncated,
        ))
    }
}

/// A diagnostic of a string, with its position in the file. `offsets` has the offset of each byte
/// of the string.
pub(crate) fn placed(file: &Document, offsets: &[u32], diagnostic: Diagnostic) -> Diagnostic {
    let position = position_in(file, offsets, diagnostic.location.offset);
    diagnostic.position(position)
}

/// Changes a location in a string into the location in the file.
pub fn place(file: &Document, offsets: &[u32], location: &mut TextLocation) {
    let position = position_in(file, offsets, location.offset);
    (location.line, location.column) = (position.line, position.column);
    location.offset = position.offset;
}

fn position_in(file: &Document, offsets: &[u32], offset: usize) -> Position {
    let offset = offsets.get(offset).or(offsets.last());
    file.position_at(offset.copied().unwrap_or_default() as usize)
}

fn check_text(text: &str, validator: &Validator) -> Diagnostics {
    if text.trim().is_empty() {
        return validator.check_text(text);
    }
    match parse_text(text, YAML_ADVICE) {
        Ok(document) => validator.check(&document),
        Err(diagnostics) => diagnostics,
    }
}

/// Parses a definition that is a string of another file. It must be JSON: only files and objects
/// may be YAML. `advice` is the help for a text in YAML.
///
/// # Errors
///
/// If the text is not JSON. Placeholders may appear outside of strings.
pub fn parse_text(text: &str, advice: &str) -> Result<Document, Diagnostics> {
    Document::parse_with_placeholders(text).map_err(|error| {
        if !is_yaml_definition(text) {
            return error.into();
        }
        let start = text.len() - text.trim_start().len();
        let error = SyntaxError::in_document(
            Document::unparsed(text).position_at(start),
            "the definition of this resource must be JSON, but this text is YAML",
        );
        [Diagnostic::not_json(&error).with_help(advice)]
            .into_iter()
            .collect()
    })
}

fn is_yaml_definition(text: &str) -> bool {
    let parsed = || Document::parse_yaml(text);
    Format::of_text(text) == Format::Yaml
        && parsed().is_ok_and(|document| document.json().get("States").is_some())
}
