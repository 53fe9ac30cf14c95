//! Finds the state machines of a file.

use std::path::Path;

use super::definition::{Embedded, EmbeddedDefinition};
use super::literal_values::literal_values;
use super::text::{TemplateText, TemplateValue, definition};
use super::{serverless, sub_arguments};
use crate::SyntaxError;
use crate::diagnostic::Diagnostic;
use crate::json::{Dialect, Document, Json, Object, escape};
use crate::model::{MachineType, StateKind};
use crate::similar::nearest;
use crate::substitution::is_substitution;
use crate::yaml::{self, Format, TagMode, read_long_forms, read_template};

/// Parses a file that may contain definitions. In YAML, all tags are accepted.
///
/// # Errors
///
/// If the text is neither JSON nor YAML.
pub fn read(name: impl AsRef<Path>, text: &str) -> Result<Document, SyntaxError> {
    match Format::of(name, text) {
        Format::Json => Document::parse(text),
        Format::Yaml => Document::read(text, read_template),
    }
}

/// Parses a file that is being written, as far as possible; see
/// [`Document::parse_recovering`](crate::json::Document::parse_recovering) and
/// [`Document::parse_yaml_recovering`].
///
/// # Errors
///
/// If no part of the text can be parsed.
pub fn read_recovering(
    name: impl AsRef<Path>,
    text: &str,
) -> Result<(Document, Vec<SyntaxError>), SyntaxError> {
    let dialect = Dialect::of_name(&name);
    if dialect != Dialect::Json || Format::of(name, text) == Format::Json {
        return Ok(Document::parse_recovering(text, dialect));
    }
    yaml::parse_recovering(text, TagMode::Template)
}

/// Parses a template for a program that evaluates it. YAML's short forms become long forms, as in a
/// template in JSON: `!Ref Name` is `{"Ref": "Name"}`, and `!GetAtt Name.Arn` is
/// `{"Fn::GetAtt": "Name.Arn"}`.
///
/// ```
/// use stepwright_asl::template::read_for_evaluation;
///
/// let template = read_for_evaluation("template.yaml", "Name: !Sub ['${A}-${B}', {B: !Ref C}]")?;
/// let long_forms = r#"{"Name":{"Fn::Sub":["${A}-${B}",{"B":{"Ref":"C"}}]}}"#;
/// assert_eq!(template.json().to_string(), long_forms);
/// let position = template.position("/Name/Fn::Sub/1/B").expect("the member is there");
/// assert_eq!((position.line, position.column), (1, 30));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
///
/// # Errors
///
/// If the text is neither JSON nor YAML.
pub fn read_for_evaluation(name: impl AsRef<Path>, text: &str) -> Result<Document, SyntaxError> {
    match Format::of(name, text) {
        Format::Json => Document::parse(text),
        Format::Yaml => Document::read(text, read_long_forms),
    }
}

/// Whether a file is a definition itself: by the ending of its name, or by its content. A
/// definition with one mistake, such as a misspelled `States`, is one. `file` is `None` for a text
/// that cannot be parsed; its readable part counts.
///
/// ```
/// use stepwright_asl::json::Document;
/// use stepwright_asl::template::is_definition;
///
/// let package = Document::parse(r#"{"name": "orders"}"#)?;
/// assert!(!is_definition("package.json", Some(&package), package.source()));
/// assert!(is_definition("order.asl.json", None, ""));
/// let damaged = Document::parse(r#"{"StarAt": "A", "States": {"A": {"Type": "Succeed"}}}"#)?;
/// assert!(is_definition("order.json", Some(&damaged), damaged.source()));
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
pub fn is_definition(name: impl AsRef<Path>, file: Option<&Document>, text: &str) -> bool {
    if is_definition_name(&name) {
        return true;
    }
    let has_parts = |file: &Document| {
        let members = file.json().as_object();
        members.is_some_and(|members| members.contains_key("StartAt") || contains_states(members))
    };
    match file {
        Some(file) => has_parts(file),
        None if text.contains("StartAt") => true,
        None if text.contains("States") => {
            read_recovering(&name, text).is_ok_and(|(file, _)| has_parts(&file))
        }
        None => false,
    }
}

/// Whether a member has states. For one that is named `States`, a `Type` of any value or a
/// misspelled `StartAt` next to it is sufficient.
fn contains_states(members: &Object) -> bool {
    members.iter().any(|(key, value)| {
        let Some(states) = value.as_object() else {
            return false;
        };
        let has_start = || {
            members
                .keys()
                .any(|key| nearest(key, ["StartAt"]).is_some())
        };
        let has_type = || states.values().any(|state| state.get("Type").is_some());
        states.values().any(is_state) || key == "States" && (has_type() || has_start())
    })
}

/// Whether a value has the type of a state, and where the execution continues.
fn is_state(value: &Json) -> bool {
    let Some(state) = value.as_object() else {
        return false;
    };
    let kind = state.get("Type").and_then(Json::as_str);
    match kind.and_then(StateKind::from_word) {
        Some(StateKind::Succeed | StateKind::Fail) => true,
        Some(StateKind::Choice) => state.contains_key("Choices"),
        Some(_) => state.contains_key("Next") || state.contains_key("End"),
        None => false,
    }
}

/// Whether the name of a file is that of a definition.
fn is_definition_name(name: impl AsRef<Path>) -> bool {
    let name = name.as_ref().file_name().and_then(|name| name.to_str());
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let endings = [
        ".asl",
        ".asl.json",
        ".asl.jsonc",
        ".asl.json5",
        ".asl.yaml",
        ".asl.yml",
    ];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// The state machines of a template or of a `serverless.yml`, or the one in the output of
/// `aws stepfunctions describe-state-machine`; `None` for other files.
pub fn machines(file: &Document) -> Option<Vec<Embedded>> {
    let object = file.json().as_object()?;
    let is_definition = object.contains_key("StartAt") || object.contains_key("States");
    let resources = object.get("Resources").filter(|_| !is_definition);
    if let Some(resources) = resources.and_then(Json::as_object) {
        let found = resources.iter().filter_map(|(name, resource)| {
            let resource = resource.as_object()?;
            of_resource(file, name, resource)
        });
        return Some(found.collect());
    }
    if !is_definition && serverless::is_serverless(object) {
        return Some(serverless::machines(file));
    }
    described(file, object).map(|machine| vec![machine])
}

/// The output has the definition in a string, next to the machine's ARN or its name and role.
fn described(file: &Document, object: &Object) -> Option<Embedded> {
    let is_described = object.contains_key("stateMachineArn")
        || object.contains_key("name") && object.contains_key("roleArn");
    if !is_described || object.get("definition")?.as_str().is_none() {
        return None;
    }
    let word = |key: &str| object.get(key).and_then(Json::as_str);
    let name = word("name").or(word("stateMachineArn")).unwrap_or_default();
    Some(Embedded {
        name: name.to_owned(),
        machine_type: machine_type(word("type")),
        definition: text_at(file, "/definition")?,
        values: Vec::new(),
        problems: Vec::new(),
    })
}

fn of_resource(file: &Document, name: &str, resource: &Object) -> Option<Embedded> {
    let kind = resource.get("Type")?.as_str()?;
    let type_key = match kind {
        "AWS::StepFunctions::StateMachine" => "StateMachineType",
        "AWS::Serverless::StateMachine" => "Type",
        _ => return None,
    };
    let empty = Object::new();
    let properties = resource.get("Properties").and_then(Json::as_object);
    let properties = properties.unwrap_or(&empty);
    let pointer = format!("/Resources/{}/Properties", escape(name));
    Some(Embedded {
        name: name.to_owned(),
        machine_type: machine_type(properties.get(type_key).and_then(Json::as_str)),
        definition: of_properties(file, &pointer, properties),
        values: literal_values(file, &pointer),
        problems: problems(file, &pointer),
    })
}

/// The errors in the functions that compute a definition.
fn problems(file: &Document, properties: &str) -> Vec<Diagnostic> {
    let fields = ["Definition", "DefinitionString"].iter();
    let values =
        fields.filter_map(|field| TemplateValue::at(file, &format!("{properties}/{field}")));
    values.flat_map(sub_arguments::check).collect()
}

fn machine_type(word: Option<&str>) -> MachineType {
    word.and_then(MachineType::from_word)
        .unwrap_or(MachineType::Standard)
}

fn of_properties(file: &Document, pointer: &str, properties: &Object) -> EmbeddedDefinition {
    let elsewhere = |reason: &str| EmbeddedDefinition::Elsewhere {
        reason: reason.to_owned(),
    };
    if properties.contains_key("Definition") {
        return part_at(file, &format!("{pointer}/Definition"))
            .unwrap_or_else(|| elsewhere("its `Definition` cannot be read"));
    }
    if let Some(value) = properties.get("DefinitionString") {
        let pointer = format!("{pointer}/DefinitionString");
        let is_object = value.get("Fn::ToJsonString").is_some();
        let found = if is_object {
            part_at(file, &format!("{pointer}/Fn::ToJsonString"))
        } else {
            text_at(file, &pointer)
        };
        return found.unwrap_or_else(|| elsewhere("its `DefinitionString` is not a string"));
    }
    let uri = ["DefinitionUri", "DefinitionS3Location"]
        .into_iter()
        .find_map(|key| properties.get(key));
    let asset = uri.and_then(|uri| uri.get("Key")).and_then(Json::as_str);
    if let Some(key) = asset.filter(|key| !key.contains(['/', '\\'])) {
        return EmbeddedDefinition::Asset {
            path: format!("asset.{key}"),
        };
    }
    match uri {
        Some(Json::String(path)) if path.starts_with("s3://") || path.starts_with("https://") => {
            elsewhere("its definition is stored in S3")
        }
        Some(Json::String(path)) if is_substitution(path) => {
            elsewhere("the path of its definition is computed by the template")
        }
        Some(Json::String(path)) => EmbeddedDefinition::File {
            path: path.as_str().to_owned(),
        },
        Some(_) => elsewhere("its definition is stored in S3"),
        None => elsewhere("it has no definition"),
    }
}

fn part_at(file: &Document, pointer: &str) -> Option<EmbeddedDefinition> {
    let place = TemplateValue::at(file, pointer)?;
    let (json, mark) = definition(place);
    // A definition that the template computes as a whole is unknown.
    if json.as_str().is_some() {
        return None;
    }
    Some(EmbeddedDefinition::Part {
        document: file.part(pointer, json, mark),
        pointer: pointer.to_owned(),
    })
}

fn text_at(file: &Document, pointer: &str) -> Option<EmbeddedDefinition> {
    let found = TemplateText::of(TemplateValue::at(file, pointer)?)?;
    let TemplateText {
        text,
        offsets,
        joined,
        ..
    } = found;
    // A single placeholder has no content to check.
    if crate::placeholder::whole(&text).is_some() {
        return None;
    }
    Some(EmbeddedDefinition::Text {
        text,
        offsets,
        joined,
    })
}
