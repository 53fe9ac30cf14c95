//! Completion of fields.

use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{FieldInfo, Operator, QueryLanguage, Schema, StateKind, ValueKind};

use super::insertion::InsertionPoint;
use super::{Completion, CompletionKind, escaped};
use crate::Definition;
use crate::structure::{DefinitionPart, PartKind};

/// Fields of which an object has at most one.
const EXCLUSIVE: &[&[&str]] = &[
    &["Next", "End"],
    &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
    &["ItemProcessor", "Iterator"],
    &["ItemSelector", "Parameters"],
    &["Items", "ItemsPath"],
];

/// The deprecated names of fields.
const DEPRECATED: &[&str] = &["Iterator"];

pub(super) fn fields(
    definition: &Definition,
    point: &InsertionPoint,
    part: &DefinitionPart,
    parent: &str,
) -> Vec<Completion> {
    let none = Object::new();
    let object = definition.json().pointer(parent).and_then(Json::as_object);
    let object = object.unwrap_or(&none);
    match part.kind {
        PartKind::Structure(schema) => {
            let mut found: Vec<Completion> = schema
                .fields
                .iter()
                .filter(|field| is_possible(field, part.language, object, point))
                .map(|field| of_field(field, schema, point))
                .collect();
            let is_state = StateKind::from_word(schema.name).is_some();
            if is_state && is_free("Type", object, point) {
                found.push(type_field(point));
            }
            if schema.name == "ChoiceRule" && part.language == QueryLanguage::JsonPath {
                found.extend(operators(object, point));
            }
            found
        }
        PartKind::UntypedState if is_free("Type", object, point) => vec![type_field(point)],
        PartKind::UntypedState => vec![],
        PartKind::States => state(point).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether an object lacks the field. The field that is replaced does not count.
fn is_free(name: &str, object: &Object, point: &InsertionPoint) -> bool {
    let InsertionPoint::Key { replaced, .. } = point else {
        return false;
    };
    !object.contains_key(name) || replaced.as_deref() == Some(name)
}

fn is_possible(
    field: &FieldInfo,
    language: QueryLanguage,
    object: &Object,
    point: &InsertionPoint,
) -> bool {
    let excluded = |name: &str| !is_free(name, object, point);
    let is_other = |group: &&[&str]| group.contains(&field.name);
    let by_group = EXCLUSIVE.iter().copied().filter(|group| is_other(group));
    let twin = match field.name.strip_suffix("Path") {
        Some(bare) => bare.to_owned(),
        None => format!("{}Path", field.name),
    };
    field.language.is_none_or(|only| only == language)
        && !DEPRECATED.contains(&field.name)
        && !excluded(field.name)
        && !excluded(&twin)
        && !by_group.flatten().any(|name| excluded(name))
}

fn of_field(field: &FieldInfo, schema: &Schema, point: &InsertionPoint) -> Completion {
    let value = value_of(field);
    let mut completion = member(point, field.name, value);
    completion.detail = Some(if field.required {
        format!("{}, required", field.kind.noun())
    } else {
        field.kind.noun().to_owned()
    });
    completion.documentation = crate::reference::field(schema.name, field.name);
    completion.rank = u8::from(!field.required) + 1;
    completion
}

/// The first value of a field.
fn value_of(field: &FieldInfo) -> Value {
    match (field.name, field.kind) {
        ("End", _) => Value::Literal("true"),
        ("Condition", _) => Value::Expression,
        ("Variable", _) => Value::Text("\\$."),
        (_, ValueKind::Bool) => Value::Literal("${1:true}"),
        (_, ValueKind::Number) => Value::Literal("$1"),
        (_, ValueKind::Text | ValueKind::Word(_)) => Value::Text(""),
        (_, ValueKind::Path) => Value::Text("\\$."),
        (_, ValueKind::Texts) => Value::Texts,
        (_, ValueKind::Structures(_)) => Value::Objects,
        _ => Value::Object,
    }
}

fn type_field(point: &InsertionPoint) -> Completion {
    let mut completion = member(point, "Type", Value::Text(""));
    completion.detail = Some("the type of the state, required".to_owned());
    completion.rank = 0;
    completion
}

/// A new state with the name that is typed already.
fn state(point: &InsertionPoint) -> Option<Completion> {
    let InsertionPoint::Key {
        replaced,
        has_value: false,
        ..
    } = point
    else {
        return None;
    };
    let typed = replaced.as_deref().filter(|name| !name.is_empty());
    let mut completion = member(point, typed.unwrap_or("Name"), Value::State);
    completion.label = "New state".to_owned();
    completion.kind = CompletionKind::State;
    Some(completion)
}

fn operators<'p>(
    object: &'p Object,
    point: &'p InsertionPoint,
) -> impl Iterator<Item = Completion> + 'p {
    let has_one = Operator::ALL.iter().any(|one| {
        let name = one.name();
        !is_free(name, object, point)
    });
    let all = Operator::ALL.iter().filter(move |_| !has_one);
    all.map(|operator| {
        let mut completion = member(point, operator.name(), Value::Literal("$1"));
        completion.detail = Some("a comparison".to_owned());
        completion.rank = 3;
        completion
    })
}

/// A new item of an array of objects, with the required fields; in JSON only.
pub(super) fn item(
    point: &InsertionPoint,
    schema: &Schema,
    language: QueryLanguage,
) -> Vec<Completion> {
    let InsertionPoint::Value {
        range, notation, ..
    } = point
    else {
        return Vec::new();
    };
    if notation.is_yaml || !range.is_empty() {
        return Vec::new();
    }
    let quote = escaped(notation.quote);
    let is_first = |field: &&FieldInfo| match (schema.name, field.name) {
        ("ChoiceRule", "Condition" | "Variable") => field.language == Some(language),
        ("ChoiceRule", "Next") => true,
        _ => field.required,
    };
    let fields = schema.fields.iter().filter(is_first).enumerate();
    let members = fields.map(|(index, field)| {
        let value = value_of(field).in_json(&quote);
        let value = value.replace("$1", &format!("${}", index + 1));
        format!("{quote}{}{quote}:{value}", field.name)
    });
    let members: Vec<String> = members.collect();
    let label = format!("New {}", schema.name);
    let mut completion = Completion::new(CompletionKind::Field, label, range.clone());
    let comma = if notation.comma_after { "," } else { "" };
    completion.text = format!("{{{}\\}}{comma}", members.join(", "));
    completion.is_snippet = true;
    completion.further = notation.further();
    vec![completion]
}

/// The value of a new member, as a snippet.
#[derive(Debug, Clone, Copy)]
enum Value {
    /// A text with this start.
    Text(&'static str),
    Literal(&'static str),
    /// An expression of JSONata.
    Expression,
    Texts,
    Object,
    Objects,
    State,
}

impl Value {
    fn in_yaml(self) -> String {
        match self {
            Value::Literal(text) => format!(" {text}"),
            Value::Text(start) => format!(" {start}$1"),
            Value::Expression => " \"{% $1 %\\}\"".to_owned(),
            Value::Object => "\n  $1".to_owned(),
            Value::Texts | Value::Objects => "\n  - $1".to_owned(),
            Value::State => "\n  Type: ${2:Pass}\n  ${3:End}: ${4:true}".to_owned(),
        }
    }

    fn in_json(self, quote: &str) -> String {
        match self {
            Value::Literal(text) => format!(" {text}"),
            Value::Text(start) => format!(" {quote}{start}$1{quote}"),
            Value::Expression => format!(" {quote}{{% $1 %\\}}{quote}"),
            Value::Texts => format!(" [{quote}$1{quote}]"),
            Value::Object => " {$1\\}".to_owned(),
            Value::Objects => " [{$1\\}]".to_owned(),
            Value::State => format!(
                " {{{quote}Type{quote}: {quote}${{2:Pass}}{quote}, {quote}${{3:End}}{quote}: ${{4:true}}\\}}"
            ),
        }
    }
}

/// A new member, or another key for the replaced one.
fn member(point: &InsertionPoint, name: &str, value: Value) -> Completion {
    let InsertionPoint::Key {
        range,
        has_value,
        notation,
        ..
    } = point
    else {
        return Completion::new(CompletionKind::Field, name, 0..0);
    };
    let mut completion = Completion::new(CompletionKind::Field, name, range.clone());
    let written = |name: &str| {
        if notation.is_yaml {
            name.to_owned()
        } else {
            format!("{0}{name}{0}", notation.quote)
        }
    };
    // Editors compare it with the replaced text, which has quotes.
    completion.filter = written(name);
    if *has_value {
        completion.text = written(name);
        return completion;
    }
    let quote = escaped(notation.quote);
    let key = match value {
        Value::State => format!("{quote}${{1:{}}}{quote}", escaped(name)),
        _ => escaped(&written(name)),
    };
    let value = if notation.is_yaml {
        value.in_yaml()
    } else {
        value.in_json(&quote)
    };
    let value = value.replace('\n', &format!("\n{}", " ".repeat(notation.dash)));
    let comma = if notation.comma_after { "," } else { "" };
    completion.text = format!("{key}:{value}{comma}");
    completion.is_snippet = true;
    completion.further = notation.further();
    completion
}

/// A member of a payload or of arguments, whose value the user writes.
pub(super) fn payload_member(point: &InsertionPoint, name: &str, is_object: bool) -> Completion {
    let value = if is_object {
        Value::Object
    } else {
        Value::Literal("$1")
    };
    member(point, name, value)
}
