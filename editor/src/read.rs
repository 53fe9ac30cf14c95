//! Reads the definitions of a text.

use stepwright_asl::json;
use stepwright_asl::model::MachineType;
use stepwright_asl::template::{self, EmbeddedDefinition};
use stepwright_asl::yaml::Format;

use crate::definition::{Definition, DefinitionPlace};
use crate::document::Fault;

/// What a text contains.
pub(crate) struct ReadText {
    pub(crate) file: json::Document,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) faults: Vec<Fault>,
}

/// Reads a text. `name` is the name of its file, which determines the format.
pub(crate) fn read(name: &str, text: &str) -> ReadText {
    if let Ok(file) = template::read(name, text)
        && let Some(machines) = template::machines(&file)
    {
        let definitions = machines
            .into_iter()
            .filter_map(|machine| {
                let inner = machine.text_document();
                let (tree, place) = match machine.definition {
                    EmbeddedDefinition::Part { document, pointer } => {
                        (document, DefinitionPlace::Part { pointer })
                    }
                    EmbeddedDefinition::Text { offsets, .. } => {
                        (inner?, DefinitionPlace::Text { offsets })
                    }
                    _ => return None,
                };
                Some(Definition::new(
                    Some(machine.name),
                    machine.machine_type,
                    tree,
                    place,
                ))
            })
            .collect();
        return ReadText {
            file,
            definitions,
            faults: Vec::new(),
        };
    }
    let read = Format::of(name, text).parse_with_placeholders(text);
    if !template::is_definition(name, read.as_ref().ok(), text) {
        return ReadText {
            file: json::Document::unparsed(text),
            definitions: Vec::new(),
            faults: Vec::new(),
        };
    }
    match read {
        Ok(file) => ReadText {
            definitions: vec![Definition::new(
                None,
                MachineType::Standard,
                file.clone(),
                DefinitionPlace::Whole,
            )],
            file,
            faults: Vec::new(),
        },
        Err(error) => ReadText {
            file: json::Document::unparsed(text),
            definitions: Vec::new(),
            faults: vec![Fault::of(&error, text)],
        },
    }
}
