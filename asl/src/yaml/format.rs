//! The formats JSON and YAML.

use std::path::Path;

use crate::SyntaxError;
use crate::json::Document;

/// The format of a definition's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl Format {
    /// The format of a file, by its name or, if the name is not sufficient, by its text.
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

    /// The format of a file name: `.json`, `.yaml` and `.yml` are known.
    pub fn of_name(name: impl AsRef<Path>) -> Option<Format> {
        let ending = name.as_ref().extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }

    /// Guesses the format of a definition's text.
    ///
    /// A text is JSON if it begins with syntax that only JSON's objects and arrays have, even if it
    /// is invalid later. An empty text is JSON.
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

    /// Parses a text in this format.
    ///
    /// # Errors
    ///
    /// Like [`Document::parse`] and [`Document::parse_yaml`].
    pub fn parse(self, text: &str) -> Result<Document, SyntaxError> {
        match self {
            Format::Json => Document::parse(text),
            Format::Yaml => Document::parse_yaml(text),
        }
    }

    /// Parses a definition that a template engine completes, in which placeholders may appear
    /// outside of strings.
    ///
    /// # Errors
    ///
    /// Like [`Document::parse_with_placeholders`] and [`Document::parse_yaml`].
    pub fn parse_with_placeholders(self, text: &str) -> Result<Document, SyntaxError> {
        match self {
            Format::Json => Document::parse_with_placeholders(text),
            Format::Yaml => Document::parse_yaml(text),
        }
    }
}
