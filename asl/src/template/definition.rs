//! A definition that stands in another file's text.

use crate::finding::Findings;
use crate::json::Document;
use crate::model::MachineType;
use crate::validate::Validator;
use crate::yaml::Format;

/// A state machine of a template, or the one that was described.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Embedded {
    /// Its logical id in the template, or the machine's name.
    pub name: String,
    /// What the machine is created as.
    pub machine_type: MachineType,
    /// Where its definition stands.
    pub definition: EmbeddedDefinition,
}

/// Where a definition stands.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EmbeddedDefinition {
    /// In the file itself, as a part of it.
    Part {
        /// The part, whose nodes have their places in the file.
        document: Document,
    },
    /// In the file itself, as a text in a string.
    Text {
        /// The text, with `${substitutions}` for what the template computes.
        text: String,
        /// Where each byte of the text stands in the file.
        offsets: Vec<u32>,
    },
    /// In another file, named by its path from the template's folder.
    File {
        /// The path.
        path: String,
    },
    /// In an object of S3 that CDK takes from this file in the template's folder, if it is there.
    Asset {
        /// The path.
        path: String,
    },
    /// Where nothing can be read, for this reason.
    Elsewhere {
        /// The reason.
        reason: String,
    },
}

impl Embedded {
    /// Checks a definition that stands in the file itself. Pointers lead through the definition, lines and columns are those of the file.
    ///
    /// `None` for one that stands elsewhere.
    pub fn check(&self, file: &Document, validator: &Validator) -> Option<Findings> {
        let validator = validator.clone().of_type(self.machine_type);
        match &self.definition {
            EmbeddedDefinition::Part { document } => Some(validator.check(document)),
            EmbeddedDefinition::Text { text, offsets } => {
                let findings = check_text(text, &validator);
                let is_truncated = findings.is_truncated();
                let placed = findings.into_iter().map(|finding| {
                    let offset = offsets.get(finding.offset).or(offsets.last());
                    let offset = offset.copied().unwrap_or_default() as usize;
                    finding.position(file.position_at(offset))
                });
                Some(Findings::of(placed.collect(), is_truncated))
            }
            EmbeddedDefinition::File { .. }
            | EmbeddedDefinition::Asset { .. }
            | EmbeddedDefinition::Elsewhere { .. } => None,
        }
    }
}

fn check_text(text: &str, validator: &Validator) -> Findings {
    if text.trim().is_empty() {
        return validator.check_text(text);
    }
    match Format::of_text(text).parse(text) {
        Ok(document) => validator.check(&document),
        Err(error) => error.into(),
    }
}
