//! A text with a revision.

use std::ops::Range;

use stepwright_asl::{SyntaxError, json};

use crate::definition::Definition;
use crate::read::{ReadText, read};

/// A text with a revision, and the definitions in it.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    revision: i32,
    file: json::Document,
    definitions: Vec<Definition>,
    faults: Vec<Fault>,
}

/// A fault of the syntax of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The range in the text.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    pub(crate) fn of(error: &SyntaxError, text: &str) -> Fault {
        let start = error.offset.min(text.len());
        let length = text[start..].chars().next().map_or(0, char::len_utf8);
        Fault {
            range: start..start + length,
            message: error.message.clone(),
        }
    }
}

impl Document {
    /// Reads a text. The name of its file determines the format: JSON, YAML, a template.
    pub fn open(name: impl Into<String>, text: &str, revision: i32) -> Document {
        let name = name.into();
        let ReadText {
            file,
            definitions,
            faults,
        } = read(&name, text);
        Document {
            name,
            revision,
            file,
            definitions,
            faults,
        }
    }

    /// The document with another text.
    #[must_use]
    pub fn with_text(&self, text: &str, revision: i32) -> Document {
        Document::open(self.name.clone(), text, revision)
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The revision of the text, as its editor counts.
    pub fn revision(&self) -> i32 {
        self.revision
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.file.source()
    }

    /// The parsed file.
    pub fn file(&self) -> &json::Document {
        &self.file
    }

    /// The definitions in the file, in text order.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The faults of the file's syntax.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The definition that contains an offset of the text.
    pub fn definition_at(&self, offset: usize) -> Option<&Definition> {
        let mut definitions = self.definitions.iter();
        definitions.find(|definition| definition.contains(offset))
    }
}
