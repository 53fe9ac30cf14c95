//! The formats of the texts that an [`Editor`] edits.

use super::editor::Editor;
use super::text_reader::TextReader;
#[cfg(feature = "yaml")]
use super::text_reader::YamlReader;
use crate::SyntaxError;
use crate::json::{Dialect, Document};
#[cfg(feature = "yaml")]
use crate::yaml::{Format, TagMode, parse_recovering, read_template};

impl Editor {
    /// Edits a JSON text.
    ///
    /// # Errors
    ///
    /// See [`Document::parse`].
    pub fn parse(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse_dialect(text, Dialect::Json)
    }

    /// Edits a text in JSON, or in its largest superset if the text has comments or other syntax
    /// that JSON lacks.
    ///
    /// # Errors
    ///
    /// See [`Document::parse_dialect`].
    pub fn parse_any_dialect(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse(text).or_else(|_| Editor::parse_dialect(text, Dialect::Json5))
    }

    /// Edits a text in JSON or a superset of it, also if it has syntax errors. An edit must not add
    /// one.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    /// use stepwright_asl::json::Dialect;
    ///
    /// let text = "{\n  \"StartAt\": , // later\n  \"States\": {\"A\": {\"Type\": \"Pass\"}}\n}";
    /// let mut editor = Editor::parse_recovering(text, Dialect::Comments);
    /// editor.insert("/States/A/End", true)?;
    /// assert_eq!(editor.text(), text.replace("\"Pass\"", "\"Pass\", \"End\": true"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse_recovering(text: &str, dialect: Dialect) -> Editor {
        let (document, errors) = Document::parse_recovering(text, dialect);
        Editor {
            document,
            reader: TextReader::Recovering(dialect),
            faults: errors.len(),
            #[cfg(feature = "yaml")]
            prefers_block: false,
        }
    }

    fn open(text: &str, reader: TextReader) -> Result<Editor, SyntaxError> {
        let (document, faults) = reader.read(text)?;
        Ok(Editor {
            document,
            reader,
            faults,
            #[cfg(feature = "yaml")]
            prefers_block: false,
        })
    }

    /// Edits a text in a dialect of JSON. Comments and the notation of unchanged values remain.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    /// use stepwright_asl::json::Dialect;
    ///
    /// let text = "{\n  StartAt: 'Charge', // by card\n}";
    /// let mut editor = Editor::parse_dialect(text, Dialect::Json5)?;
    /// editor.insert("/TimeoutSeconds", 60)?;
    /// let edited = "{\n  StartAt: 'Charge', // by card\n  \"TimeoutSeconds\": 60,\n}";
    /// assert_eq!(editor.text(), edited);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Document::parse_dialect`].
    pub fn parse_dialect(text: &str, dialect: Dialect) -> Result<Editor, SyntaxError> {
        Editor::open(text, TextReader::Json(dialect))
    }

    /// Edits a YAML text. A text in JSON remains JSON.
    ///
    /// ```
    /// use stepwright_asl::edit::Editor;
    /// use stepwright_asl::json::Json;
    ///
    /// let mut editor = Editor::parse_yaml("States:\n  Charge: # by card\n    Type: Task\n    End: true\n")?;
    /// let retry: Json = r#"[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]"#.parse()?;
    /// editor.insert_after("/States/Charge/Retry", "Type", retry)?;
    /// assert_eq!(editor.text(), "\
    /// States:
    ///   Charge: # by card
    ///     Type: Task
    ///     Retry:
    ///       - ErrorEquals:
    ///           - States.ALL
    ///         MaxAttempts: 2
    ///     End: true
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Document::parse_yaml`].
    #[cfg(feature = "yaml")]
    pub fn parse_yaml(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse_with(text, |text| Ok((Document::parse_yaml(text)?, Vec::new())))
    }

    /// Edits a YAML text, also if it has syntax errors. An edit must not add one.
    ///
    /// # Errors
    ///
    /// See [`Document::parse_yaml_recovering`].
    #[cfg(feature = "yaml")]
    pub fn parse_yaml_recovering(text: &str) -> Result<Editor, SyntaxError> {
        Editor::open(text, TextReader::Yaml(Document::parse_yaml_recovering))
    }

    /// Edits a [template](crate::template) in JSON or YAML, whose values may have any tag.
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML.
    #[cfg(feature = "yaml")]
    pub fn parse_template(text: &str) -> Result<Editor, SyntaxError> {
        Editor::parse_with(text, |text| {
            Ok((Document::read(text, read_template)?, Vec::new()))
        })
    }

    /// Edits a template in YAML, also if it has syntax errors. An edit must not add one.
    ///
    /// # Errors
    ///
    /// See [`Document::parse_yaml_recovering`].
    #[cfg(feature = "yaml")]
    pub fn parse_template_recovering(text: &str) -> Result<Editor, SyntaxError> {
        let read: YamlReader = |text| parse_recovering(text, TagMode::Template);
        Editor::open(text, TextReader::Yaml(read))
    }

    /// Edits a text in JSON, or in the YAML that `read` parses.
    #[cfg(feature = "yaml")]
    fn parse_with(text: &str, read: YamlReader) -> Result<Editor, SyntaxError> {
        if Format::of_text(text) == Format::Json
            && let Ok(editor) = Editor::parse(text)
        {
            return Ok(editor);
        }
        Editor::open(text, TextReader::Yaml(read))
    }
}
