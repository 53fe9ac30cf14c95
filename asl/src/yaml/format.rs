//! JSON or YAML.

use std::path::Path;

use crate::SyntaxError;
use crate::json::Document;

/// The language that a definition's text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    /// The format of a file by its name or, where the name does not tell, by its text.
    ///
    /// ```
    /// use stepwright_asl::yaml::Format;
    ///
    /// assert_eq!(Format::of("order.asl.yaml", ""), Format::Yaml);
    /// assert_eq!(Format::of("-", r#"{"StartAt": "Charge"}"#), Format::Json);
    /// assert_eq!(Format::of("-", "StartAt: Charge"), Format::Yaml);
    /// ```
    pub fn of(name: impl AsRef<Path>, text: &str) -> Format {
        Format::of_name(name).unwrap_or_else(|| Format::of_text(text))
    }

    /// The format that a file's name tells: `.json`, `.yaml` and `.yml` do.
    pub fn of_name(name: impl AsRef<Path>) -> Option<Format> {
        let ending = name.as_ref().extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }

    /// The format that a definition's text looks like.
    ///
    /// A text that begins as only JSON's objects and arrays do is JSON, even when it is broken further on. A text in which nothing stands is JSON.
    pub fn of_text(text: &str) -> Format {
        let mut marks = text
            .trim_start_matches('\u{feff}')
            .chars()
            .filter(|c| !c.is_whitespace());
        match (marks.next(), marks.next()) {
            (None | Some('['), _) | (Some('{'), None | Some('"' | '}')) => Format::Json,
            _ => Format::Yaml,
        }
    }

    /// Reads a text in this format.
    ///
    /// # Errors
    ///
    /// As [`Document::parse`] and [`Document::parse_yaml`].
    pub fn parse(self, text: &str) -> Result<Document, SyntaxError> {
        match self {
            Format::Json => Document::parse(text),
            Format::Yaml => Document::parse_yaml(text),
        }
    }
}
