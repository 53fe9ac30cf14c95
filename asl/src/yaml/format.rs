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

    /// The format of a file name: `.json`, `.jsonc`, `.json5`, `.yaml` and `.yml` are known. The
    /// [dialect](crate::json::Dialect) of JSON also follows from the name.
    pub fn of_name(name: impl AsRef<Path>) -> Option<Format> {
        let ending = name.as_ref().extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" | "jsonc" | "json5" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }

    /// Guesses the format of a definition's text.
    ///
    /// A text is JSON if it begins with syntax that only JSON's objects and arrays have, even if it
    /// is invalid later. An empty text is JSON, and so is a text with the comments of JSON's
    /// dialects before its first member.
    ///
    /// ```
    /// use stepwright_asl::yaml::Format;
    ///
    /// assert_eq!(Format::of_text("// Charges.\n{ /* first */ \"StartAt\": \"A\"}"), Format::Json);
    /// assert_eq!(Format::of_text("# Charges.\nStartAt: A"), Format::Yaml);
    /// ```
    pub fn of_text(text: &str) -> Format {
        let (first, has_comments) = after_comments(text.trim_start_matches('\u{feff}'));
        let mut marks = first.chars();
        let (mark, (second, has_more_comments)) = (marks.next(), after_comments(marks.as_str()));
        match (mark, second.chars().next()) {
            _ if has_comments => Format::Json,
            (None | Some('['), _) | (Some('{'), None | Some('"' | '}')) => Format::Json,
            (Some('{'), _) if has_more_comments => Format::Json,
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

/// The text after whitespace and comments (`//`, `/* */`), and whether there was a comment.
fn after_comments(mut text: &str) -> (&str, bool) {
    let mut has_comments = false;
    loop {
        text = text.trim_start();
        let end = if text.starts_with("//") {
            text.find('\n')
        } else if text.starts_with("/*") {
            text.find("*/").map(|end| end + 2)
        } else {
            return (text, has_comments);
        };
        has_comments = true;
        text = &text[end.unwrap_or(text.len())..];
    }
}
