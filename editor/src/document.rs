//! A text with a revision.

use std::sync::Arc;

use stepwright_asl::json;
use stepwright_asl::yaml::Format;

use crate::definition::Definition;
use crate::fault::Fault;
use crate::read::{ReadText, read};
use crate::stale::Shift;
use crate::text_edit::TextEdit;

/// A text with a revision, and the definitions in it.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    /// The names and texts of the other files of a Terraform module.
    siblings: Arc<[(String, String)]>,
    revision: i32,
    file: json::Document,
    definitions: Vec<Definition>,
    /// The text of the definitions, if the current one cannot be read.
    stale_text: Option<Arc<str>>,
    faults: Vec<Fault>,
}

impl Document {
    /// Reads a text. The name of its file determines the format: JSON, YAML, a template.
    pub fn open(name: impl Into<String>, text: &str, revision: i32) -> Document {
        Document::open_with(name, text, revision, Vec::new())
    }

    /// Reads a text of Terraform. `siblings` are the names and texts of the other `.tf` files of
    /// its folder, which define locals for it.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"resource "aws_sfn_state_machine" "orders" {
    ///   definition = jsonencode({ StartAt = "A", States = { A = { Type = "Succeed" } } })
    /// }"#;
    /// let document = Document::open_with("main.tf", text, 1, Vec::new());
    /// let definition = &document.definitions()[0];
    /// let key = definition.key_range("/States/A").expect("the state");
    /// assert_eq!((definition.name(), &text[key]), (Some("orders"), "A"));
    /// ```
    pub fn open_with(
        name: impl Into<String>,
        text: &str,
        revision: i32,
        siblings: Vec<(String, String)>,
    ) -> Document {
        let name = name.into();
        let ReadText {
            file,
            definitions,
            faults,
        } = read(&name, text, &siblings);
        Document {
            name,
            siblings: siblings.into(),
            revision,
            file,
            definitions: definitions.unwrap_or_default(),
            stale_text: None,
            faults,
        }
    }

    /// The document after edits of its text, which are in text order. The revision stays.
    ///
    /// ```
    /// use stepwright_editor::{Document, TextEdit};
    ///
    /// let document = Document::open("a.asl.json", r#"{"StartAt": "A"}"#, 1);
    /// let edited = document.with_edits(&[TextEdit::replace(13..14, "B")]);
    /// assert_eq!(edited.text(), r#"{"StartAt": "B"}"#);
    /// ```
    #[must_use]
    pub fn with_edits(&self, edits: &[TextEdit]) -> Document {
        self.with_text(&TextEdit::apply(self.text(), edits), self.revision)
    }

    /// The document with another text.
    ///
    /// If no part of the text can be read, the definitions of the last text that could be read
    /// remain; they are [stale](Definition::is_stale).
    #[must_use]
    pub fn with_text(&self, text: &str, revision: i32) -> Document {
        let ReadText {
            file,
            definitions,
            faults,
        } = read(&self.name, text, &self.siblings);
        let (definitions, stale_text) = match definitions {
            Some(definitions) => (definitions, None),
            None => self.stale_definitions(text),
        };
        Document {
            name: self.name.clone(),
            siblings: self.siblings.clone(),
            revision,
            file,
            definitions,
            stale_text,
            faults,
        }
    }

    /// The current definitions at their positions in a new text, and the text that they are of.
    fn stale_definitions(&self, text: &str) -> (Vec<Definition>, Option<Arc<str>>) {
        if self.definitions.is_empty() {
            return (Vec::new(), None);
        }
        let old_text = self.stale_text.clone();
        let old_text = old_text.unwrap_or_else(|| Arc::from(self.text()));
        let shift = Shift::between(&old_text, text);
        let definitions = self.definitions.iter();
        let definitions = definitions.map(|definition| definition.stale(shift));
        (definitions.collect(), Some(old_text))
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

    /// Whether the file is YAML.
    pub(crate) fn is_yaml(&self) -> bool {
        Format::of(&self.name, self.text()) == Format::Yaml
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
