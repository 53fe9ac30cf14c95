//! Converts the definitions in a text.

#[cfg(feature = "yaml")]
use std::collections::HashSet;

use stepwright_asl::SyntaxError;
#[cfg(feature = "yaml")]
use stepwright_asl::edit::Edit;
use stepwright_asl::edit::Editor;
#[cfg(feature = "yaml")]
use stepwright_asl::json::Document;
#[cfg(feature = "yaml")]
use stepwright_asl::template::{self, Embedded, EmbeddedDefinition};

use super::{Conversion, Converter};

/// A text whose definitions are converted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConvertedText {
    /// The text, which equals the given text if no state is converted.
    pub text: String,
    /// The definitions, in the order of the text.
    pub definitions: Vec<ConvertedDefinition>,
}

/// A definition in a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConvertedDefinition {
    /// The name of the machine in a template.
    pub machine: Option<String>,
    /// Its conversion. The locations of notes are those in the given text; their pointers are
    /// relative to the definition.
    pub conversion: Conversion,
    /// The reason why the edits cannot be made. Then the definition remains as it is.
    pub problem: Option<String>,
}

impl Converter {
    /// Converts a definition in JSON, or in a [dialect](stepwright_asl::json::Dialect) of it.
    ///
    /// # Errors
    ///
    /// If the text is not JSON.
    pub fn convert_json(&self, text: &str) -> Result<ConvertedText, SyntaxError> {
        Ok(self.convert_whole(Editor::parse_any_dialect(text)?))
    }

    /// Converts a definition in YAML or JSON.
    ///
    /// # Errors
    ///
    /// If the text is not YAML.
    #[cfg(feature = "yaml")]
    pub fn convert_yaml(&self, text: &str) -> Result<ConvertedText, SyntaxError> {
        Ok(self.convert_whole(Editor::parse_yaml(text)?))
    }

    /// Converts the definitions in a [template](stepwright_asl::template): objects, and strings in
    /// blocks (`|`) or in quotes. Definitions in other files are left out.
    ///
    /// ```
    /// use stepwright_tools::convert::Converter;
    ///
    /// let template = "\
    /// Resources:
    ///   Orders:
    ///     Type: AWS::Serverless::StateMachine
    ///     Properties:
    ///       Definition:
    ///         StartAt: Pause
    ///         States:
    ///           Pause: {Type: Wait, SecondsPath: $.delay, End: true} # of the customer
    /// ";
    /// let converted = Converter::new().convert_template(template)?;
    /// assert!(converted.text.ends_with("\
    ///         QueryLanguage: JSONata
    ///         StartAt: Pause
    ///         States:
    ///           Pause: {Type: Wait, Seconds: '{% $states.input.delay %}', End: true} # of the customer
    /// "));
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is neither JSON nor YAML.
    #[cfg(feature = "yaml")]
    pub fn convert_template(&self, text: &str) -> Result<ConvertedText, SyntaxError> {
        let mut editor = Editor::parse_template(text)?;
        let given = editor.document().clone();
        let machines = template::machines(&given).unwrap_or_default();
        let mut definitions = self.convert_parts(&mut editor, &machines);
        let text = self.convert_strings(&editor, &given, &machines, &mut definitions);
        Ok(ConvertedText { text, definitions })
    }

    /// Converts the definitions that are objects. All their edits are made together, because each
    /// change reads the whole text again.
    #[cfg(feature = "yaml")]
    fn convert_parts(
        &self,
        editor: &mut Editor,
        machines: &[Embedded],
    ) -> Vec<ConvertedDefinition> {
        let mut definitions = Vec::new();
        let mut groups = Vec::new();
        for machine in machines {
            let EmbeddedDefinition::Part { document, pointer } = &machine.definition else {
                continue;
            };
            let conversion = self.convert(document);
            let edits = conversion.edits.iter();
            let edits: Vec<Edit> = edits.map(|edit| edit.clone().inside(pointer)).collect();
            if !edits.is_empty() {
                groups.push((definitions.len(), edits));
            }
            definitions.push(ConvertedDefinition {
                machine: Some(machine.name.clone()),
                conversion,
                problem: None,
            });
        }
        while !groups.is_empty() {
            let edits: Vec<&[Edit]> = groups.iter().map(|(_, edits)| edits.as_slice()).collect();
            let mut made = editor.apply_some(&edits).into_iter();
            // A group that was left out is tried again, in the edited text.
            groups.retain(|(at, _)| match made.next() {
                Some(Ok(false)) => true,
                Some(Err(error)) => {
                    definitions[*at].problem = Some(error.to_string());
                    false
                }
                Some(Ok(true)) | None => false,
            });
        }
        definitions
    }

    /// Converts the definitions that are strings of the template `given`, of which the editor has
    /// the current text. Returns the text.
    #[cfg(feature = "yaml")]
    fn convert_strings(
        &self,
        editor: &Editor,
        given: &Document,
        machines: &[Embedded],
        definitions: &mut Vec<ConvertedDefinition>,
    ) -> String {
        let mut texts = Vec::new();
        let mut converted = Vec::new();
        for (index, machine) in machines.iter().enumerate() {
            let EmbeddedDefinition::Text { text, offsets, .. } = &machine.definition else {
                continue;
            };
            let Some((inner, mut definition)) = self.convert_string(text) else {
                continue;
            };
            definition.machine = Some(machine.name.clone());
            for note in &mut definition.conversion.notes {
                template::place(given, offsets, &mut note.location);
            }
            if inner != *text {
                texts.push((index, inner));
            }
            converted.push((index, definition));
        }
        let file = editor.document().clone();
        let machines = template::machines(&file).unwrap_or_default();
        let strings = template::replace_strings(file, machines, &texts);
        let wanted: HashSet<usize> = texts.iter().map(|(index, _)| *index).collect();
        for (index, mut definition) in converted {
            if wanted.contains(&index) && !strings.replaced.contains(&index) {
                definition.problem = Some(template::UNEDITABLE.to_owned());
            }
            definitions.push(definition);
        }
        strings.file.source().to_owned()
    }

    #[cfg(feature = "yaml")]
    fn convert_string(&self, text: &str) -> Option<(String, ConvertedDefinition)> {
        let inner = self.convert_json(text).ok()?;
        Some((inner.text, inner.definitions.into_iter().next()?))
    }

    fn convert_whole(&self, mut editor: Editor) -> ConvertedText {
        let conversion = self.convert(editor.document());
        let problem = editor.apply(&conversion.edits).err();
        ConvertedText {
            text: editor.text().to_owned(),
            definitions: vec![ConvertedDefinition {
                machine: None,
                conversion,
                problem: problem.map(|error| error.to_string()),
            }],
        }
    }
}
