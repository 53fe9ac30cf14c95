//! Documents in YAML.

use super::reader::{TagMode, read};
use super::recovery::parse_recovering;
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

    /// Parses a YAML text that is being written. Lines that cannot be parsed are repaired: a tab in
    /// the indentation, a missing quote or colon, or the value or the whole line is ignored.
    ///
    /// ```
    /// use stepwright_asl::json::Document;
    ///
    /// let text = "States:\n  A:\n    Type: Pass\n    Ne\n  B:\n    Type: Pass\n";
    /// let (document, errors) = Document::parse_yaml_recovering(text)?;
    /// let value = r#"{"States":{"A":{"Type":"Pass","Ne":null},"B":{"Type":"Pass"}}}"#;
    /// assert_eq!(document.json().to_string(), value);
    /// assert_eq!(errors.len(), 1);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`Document::parse_yaml`], if the repairs do not help.
    pub fn parse_yaml_recovering(text: &str) -> Result<(Document, Vec<SyntaxError>), SyntaxError> {
        parse_recovering(text, TagMode::Definition)
    }
}
