//! Documents in YAML.

use super::reader::read;
use crate::SyntaxError;
use crate::json::Document;

impl Document {
    /// Parses a YAML text, such as SAM's `.asl.yaml` files; see [`yaml`](crate::yaml) for its
    /// semantics. A JSON text is parsed as JSON, and an empty text is null.
    ///
    /// # Errors
    ///
    /// If the text is not YAML or contains something that a definition cannot have: several
    /// documents, keys that are not strings, numbers that JSON lacks, or tags without a meaning in
    /// a definition file. Also if it nests deeper than [`MAX_DEPTH`](crate::json::MAX_DEPTH),
    /// repeats too much through aliases, or is longer than 4 GiB.
    pub fn parse_yaml(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, read)
    }
}
