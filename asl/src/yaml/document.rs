//! Documents in YAML.

use super::reader::read;
use crate::SyntaxError;
use crate::json::Document;

impl Document {
    /// Reads a YAML text, as SAM's `.asl.yaml` files are: [`yaml`](crate::yaml) says what it means. A text that is JSON is read as JSON, and one in
    /// which nothing stands is null.
    ///
    /// # Errors
    ///
    /// When the text is no YAML or holds what a definition cannot have (several documents, keys that are no text, numbers that JSON
    /// lacks, tags that nothing computes), nests deeper than [`MAX_DEPTH`](crate::json::MAX_DEPTH), repeats too much by aliases, or is longer than 4 GiB.
    pub fn parse_yaml(text: &str) -> Result<Document, SyntaxError> {
        Document::read(text, read)
    }
}
