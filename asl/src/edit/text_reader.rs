//! The parsers of an [`Editor`](super::Editor). An edited text is parsed by the parser of the text
//! before it.

use crate::SyntaxError;
use crate::json::{Dialect, Document};

/// The parser of a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextReader {
    /// JSON or a superset of it.
    Json(Dialect),
    /// JSON or a superset of it, with or without syntax errors.
    Recovering(Dialect),
    /// YAML, perhaps with syntax errors.
    #[cfg(feature = "yaml")]
    Yaml(YamlReader),
}

/// A parser of YAML: the text and its syntax errors.
#[cfg(feature = "yaml")]
pub(super) type YamlReader = fn(&str) -> Result<(Document, Vec<SyntaxError>), SyntaxError>;

impl TextReader {
    /// Parses a text. Returns it with the number of its syntax errors.
    pub(super) fn read(self, text: &str) -> Result<(Document, usize), SyntaxError> {
        match self {
            TextReader::Json(dialect) => Ok((Document::parse_dialect(text, dialect)?, 0)),
            TextReader::Recovering(dialect) => {
                let (document, errors) = Document::parse_recovering(text, dialect);
                Ok((document, errors.len()))
            }
            #[cfg(feature = "yaml")]
            TextReader::Yaml(read) => {
                let (document, errors) = read(text)?;
                Ok((document, errors.len()))
            }
        }
    }

    pub(super) fn is_yaml(self) -> bool {
        match self {
            TextReader::Json(_) | TextReader::Recovering(_) => false,
            #[cfg(feature = "yaml")]
            TextReader::Yaml(_) => true,
        }
    }
}
