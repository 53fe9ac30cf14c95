//! Reads the definitions of a text.

use stepwright_asl::SyntaxError;
use stepwright_asl::json::{self, Dialect};
use stepwright_asl::model::MachineType;
use stepwright_asl::template::terraform::{
    self, Module, TerraformDefinition, TerraformFile, TextEncoding,
};
use stepwright_asl::template::{self, Embedded, EmbeddedDefinition};
use stepwright_asl::yaml::Format;

use crate::definition::{Definition, DefinitionPlace};
use crate::fault::Fault;

/// The content of a text.
pub(crate) struct ReadText {
    pub(crate) file: json::Document,
    /// `None` if no part of the text can be read.
    pub(crate) definitions: Option<Vec<Definition>>,
    pub(crate) faults: Vec<Fault>,
}

/// Reads a text. `name` is the name of its file, which determines the format.
/// `siblings` are the names and texts of the other files of a Terraform module.
pub(crate) fn read(name: &str, text: &str, siblings: &[(String, String)]) -> ReadText {
    if name.ends_with(".tf") {
        return read_terraform(name, text, siblings);
    }
    if let Some(dialect) = json_dialect(name, text) {
        let (file, errors) = json::Document::parse_recovering(text, dialect);
        return of_file(name, file, &errors);
    }
    if is_template(text)
        && let Ok((file, errors)) = template::read_recovering(name, text)
        && template::machines(&file).is_some()
    {
        return of_file(name, file, &errors);
    }
    match json::Document::parse_yaml_recovering(text) {
        Ok((file, errors)) => of_file(name, file, &errors),
        Err(_) if !template::is_definition(name, None, text) => ReadText {
            definitions: None,
            ..none(text)
        },
        Err(error) => ReadText {
            file: json::Document::unparsed(text),
            definitions: None,
            faults: vec![Fault::of(&error, text)],
        },
    }
}

/// The dialect of a text in JSON; `None` for YAML.
pub(crate) fn json_dialect(name: &str, text: &str) -> Option<Dialect> {
    let dialect = Dialect::of_name(name);
    let is_json = dialect != Dialect::Json || Format::of(name, text) == Format::Json;
    is_json.then_some(dialect)
}

/// Whether a text can be a template. A definition needs to be read only once.
fn is_template(text: &str) -> bool {
    let words = ["Resources", "stepFunctions", "provider", "definition"];
    words.iter().any(|word| text.contains(word))
}

/// A text without definitions, whose faults are those of another language.
fn none(text: &str) -> ReadText {
    ReadText {
        file: json::Document::unparsed(text),
        definitions: Some(Vec::new()),
        faults: Vec::new(),
    }
}

fn of_file(name: &str, file: json::Document, errors: &[SyntaxError]) -> ReadText {
    let faults = errors.iter().map(|error| Fault::of(error, file.source()));
    let faults = faults.collect();
    if let Some(machines) = template::machines(&file) {
        return of_machines(file, machines, faults);
    }
    let complete = errors.is_empty().then_some(&file);
    if !template::is_definition(name, complete, file.source()) {
        return none(file.source());
    }
    let place = DefinitionPlace::Whole;
    let whole = Definition::new(None, MachineType::Standard, file.clone(), place);
    ReadText {
        file,
        definitions: Some(vec![whole]),
        faults,
    }
}

fn of_machines(file: json::Document, machines: Vec<Embedded>, faults: Vec<Fault>) -> ReadText {
    let mut faults = faults;
    let mut definitions = Vec::new();
    for machine in machines {
        let (tree, place) = match machine.definition {
            EmbeddedDefinition::Part { document, pointer } => {
                (document, DefinitionPlace::Part { pointer })
            }
            EmbeddedDefinition::Text {
                text,
                offsets,
                joined,
            } => {
                let (tree, errors) = json::Document::parse_recovering(&text, Dialect::Json);
                let place = DefinitionPlace::Text {
                    offsets,
                    joined: joined.map(Box::new),
                };
                let in_file = errors.iter().map(|error| {
                    let offset = place.in_file(error.offset);
                    Fault::at(offset, &error.message, file.source())
                });
                faults.extend(in_file);
                (tree, place)
            }
            _ => continue,
        };
        definitions.push(Definition::new(
            Some(machine.name),
            machine.machine_type,
            tree,
            place,
        ));
    }
    ReadText {
        file,
        definitions: Some(definitions),
        faults,
    }
}

/// Reads the definitions in a file of Terraform.
fn read_terraform(name: &str, text: &str, siblings: &[(String, String)]) -> ReadText {
    let file = match TerraformFile::parse(name, text.to_owned()) {
        Ok(file) => file,
        Err(error) => {
            let offset = error.location().offset();
            return ReadText {
                definitions: None,
                faults: vec![Fault::at(offset, error.message(), text)],
                ..none(text)
            };
        }
    };
    // A broken sibling has its faults in its own document.
    let siblings = siblings.iter();
    let siblings =
        siblings.filter_map(|(name, text)| TerraformFile::parse(name.as_str(), text.clone()).ok());
    let module = Module::of(std::iter::once(file).chain(siblings).collect());
    let mut faults = Vec::new();
    let mut definitions = Vec::new();
    for machine in terraform::machines(&module) {
        let TerraformDefinition::Texts {
            file: 0,
            texts,
            encoding,
        } = machine.definition
        else {
            continue;
        };
        if encoding == TextEncoding::Yaml && texts.has_loop {
            continue;
        }
        let mut all = texts.texts.iter();
        let readable = all.find(|text| encoding.parse(&text.text).is_ok());
        let Some(found) = readable.or(texts.texts.first()) else {
            continue;
        };
        let Some((tree, errors)) = read_encoded(&found.text, encoding) else {
            continue;
        };
        let offsets = found.offsets.iter().map(|offset| *offset as u32).collect();
        let place = DefinitionPlace::Text {
            offsets,
            joined: None,
        };
        faults.extend(
            errors
                .iter()
                .map(|error| Fault::at(place.in_file(error.offset), &error.message, text)),
        );
        let name = Some(machine.name);
        definitions.push(Definition::new(name, machine.machine_type, tree, place));
    }
    ReadText {
        definitions: Some(definitions),
        faults,
        ..none(text)
    }
}

/// Reads a text of Terraform as far as possible; `None` if no part can be read.
fn read_encoded(text: &str, encoding: TextEncoding) -> Option<(json::Document, Vec<SyntaxError>)> {
    match encoding {
        TextEncoding::Yaml => json::Document::parse_yaml_recovering(text).ok(),
        TextEncoding::Json | TextEncoding::Object => {
            Some(json::Document::parse_recovering(text, Dialect::Json))
        }
    }
}
