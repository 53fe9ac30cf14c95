//! Converts the definitions in a text.

use super::{Conversion, Converter};
use crate::SyntaxError;
use crate::edit::{Edit, Editor};
use crate::json::Document;
#[cfg(feature = "yaml")]
use crate::template::{self, Embedded, EmbeddedDefinition};

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
    /// Converts a definition in JSON, or in a [dialect](crate::json::Dialect) of it.
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

    /// Converts the definitions in a [template](crate::template): objects, and strings in blocks
    /// (`|`) or in quotes. Definitions in other files are left out.
    ///
    /// ```
    /// use stepwright_asl::convert::Converter;
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
        let mut definitions = Vec::new();
        for machine in template::machines(&given).unwrap_or_default() {
            let EmbeddedDefinition::Part { document, pointer } = &machine.definition else {
                continue;
            };
            let edits = |edit: &Edit| edit.clone().inside(pointer);
            definitions.push(ConvertedDefinition {
                machine: Some(machine.name.clone()),
                ..self.convert_in(&mut editor, document, edits)
            });
        }
        let mut file = editor.document().clone();
        let machines = template::machines(&given).unwrap_or_default();
        for (index, machine) in machines.iter().enumerate() {
            if let Some(definition) = self.convert_string(machine, index, &given, &mut file) {
                definitions.push(definition);
            }
        }
        Ok(ConvertedText {
            text: file.source().to_owned(),
            definitions,
        })
    }

    /// Converts a definition that is a string of the template `given`, of which `file` is the
    /// current text.
    #[cfg(feature = "yaml")]
    fn convert_string(
        &self,
        machine: &Embedded,
        index: usize,
        given: &Document,
        file: &mut Document,
    ) -> Option<ConvertedDefinition> {
        let EmbeddedDefinition::Text { text, offsets } = &machine.definition else {
            return None;
        };
        let inner = self.convert_json(text).ok()?;
        let mut definition = inner.definitions.into_iter().next()?;
        definition.machine = Some(machine.name.clone());
        for note in &mut definition.conversion.notes {
            template::place(given, offsets, &mut note.location);
        }
        if inner.text != *text {
            match template::replaced(file, index, &inner.text) {
                Some((changed, _)) => *file = changed,
                None => definition.problem = Some(template::UNEDITABLE.to_owned()),
            }
        }
        Some(definition)
    }

    fn convert_whole(&self, mut editor: Editor) -> ConvertedText {
        let document = editor.document().clone();
        let definition = self.convert_in(&mut editor, &document, Edit::clone);
        ConvertedText {
            text: editor.text().to_owned(),
            definitions: vec![definition],
        }
    }

    /// Converts one definition in the text of an editor.
    fn convert_in(
        &self,
        editor: &mut Editor,
        definition: &Document,
        place: impl Fn(&Edit) -> Edit,
    ) -> ConvertedDefinition {
        let conversion = self.convert(definition);
        let edits: Vec<Edit> = conversion.edits.iter().map(place).collect();
        let problem = editor.apply(&edits).err().map(|error| error.to_string());
        ConvertedDefinition {
            machine: None,
            conversion,
            problem,
        }
    }
}
