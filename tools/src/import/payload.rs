//! The inputs of tasks and outputs of states, as values of types that the source declares.

use stepwright_asl::json::{Json, Object};

use super::text::{SourceLines, SourceValue, is_safe, literal};
use super::values;
use crate::names::{self, UsedNames};

/// The type of any JSON.
pub(super) const ANY: &str = "Value";

/// A value with the known part of its type.
#[derive(Debug, Clone)]
pub(super) enum Payload {
    Leaf {
        ty: &'static str,
        expression: String,
    },
    Object(Vec<(String, Payload)>),
}

impl Payload {
    /// The value, if the macro emits the same JSON from Rust.
    pub(super) fn of(value: &Json, jsonata: bool) -> Option<Payload> {
        if let Json::Object(members) = value {
            return Payload::object(members, jsonata);
        }
        let (ty, expression) = match value {
            Json::String(text) => match values::expression(text).filter(|_| jsonata) {
                Some(expression) => (type_of_expression(text), expression),
                None => match values::whole_placeholder(text) {
                    Some(placeholder) => ("String", placeholder),
                    None if is_safe(text) => ("String", owned(text)),
                    None => return None,
                },
            },
            Json::Bool(value) => ("bool", value.to_string()),
            Json::Number(value) => {
                let ty = if value.as_i64().is_some() {
                    "i64"
                } else {
                    "f64"
                };
                (ty, values::number(value)?)
            }
            Json::Null => ("Option<Value>", "None".to_owned()),
            Json::Array(items) => return list(items),
            Json::Object(_) => return None,
        };
        Some(Payload::Leaf { ty, expression })
    }

    /// A path or a call of an intrinsic function.
    pub(super) fn path(text: &str) -> Option<Payload> {
        let expression = values::path_or_intrinsic(text)?;
        let ty = type_of_path(text);
        Some(Payload::Leaf { ty, expression })
    }

    /// The expression for a value of the `wanted` type.
    pub(super) fn as_type(&self, wanted: &str) -> Option<String> {
        let Payload::Leaf { ty, expression } = self else {
            return None;
        };
        // Paths and expressions can have any type; a string is converted to any JSON.
        let is_computed = ["path!", "intrinsic!", "jsonata!"]
            .iter()
            .any(|name| expression.starts_with(name));
        if *ty == wanted || is_computed {
            return Some(expression.clone());
        }
        let text = expression.strip_suffix(".to_owned()")?;
        (wanted == ANY && *ty == "String").then(|| format!("{text}.into()"))
    }

    /// A payload template.
    pub(super) fn object(members: &Object, jsonata: bool) -> Option<Payload> {
        let mut written = Vec::new();
        for (key, value) in members {
            let (key, value) = match values::computed(key, value, jsonata) {
                Some((name, _)) => (name, Payload::path(value.as_str()?)?),
                None => (key.as_str(), Payload::of(value, jsonata)?),
            };
            // An object without members has no type.
            let is_empty = matches!(&value, Payload::Object(members) if members.is_empty());
            if is_empty || !values::is_key(key) {
                return None;
            }
            written.push((key.to_owned(), value));
        }
        Some(Payload::Object(written))
    }
}

/// A list of literals of the same type.
fn list(items: &[Json]) -> Option<Payload> {
    if items.is_empty() {
        return Some(Payload::Leaf {
            ty: "Vec<Value>",
            expression: "Vec::<Value>::new()".to_owned(),
        });
    }
    let mut list = Vec::new();
    let mut of = None;
    for item in items {
        let ty = match item {
            Json::String(text) if is_safe(text) => "Vec<String>",
            Json::Bool(_) => "Vec<bool>",
            Json::Number(number) if number.as_i64().is_some() => "Vec<i64>",
            Json::Number(_) => "Vec<f64>",
            _ => return None,
        };
        if of.is_some_and(|of| of != ty) {
            return None;
        }
        of = Some(ty);
        list.push(match item {
            Json::String(text) => owned(text),
            Json::Number(number) => values::number(number)?,
            other => other.to_string(),
        });
    }
    Some(Payload::Leaf {
        ty: of?,
        expression: format!("vec![{}]", list.join(", ")),
    })
}

fn owned(text: &str) -> String {
    format!("{}.to_owned()", literal(text))
}

/// The type of an object.
#[derive(Debug)]
pub(super) struct Struct {
    pub(super) name: String,
    fields: Vec<PayloadField>,
    taken: UsedNames,
}

#[derive(Debug)]
struct PayloadField {
    /// The name in JSON.
    key: String,
    name: String,
    ty: Type,
    /// Whether some values of the type lack the field.
    optional: bool,
}

#[derive(Debug)]
enum Type {
    Leaf(&'static str),
    Struct(Struct),
}

impl Struct {
    /// Creates the type of these members, with an unused name.
    pub(super) fn of(name: String, members: &[(String, Payload)], types: &mut UsedNames) -> Struct {
        let mut new = Struct {
            name: types.unique(name),
            fields: Vec::new(),
            taken: UsedNames::default(),
        };
        for (key, value) in members {
            new.add(key, value, false, types);
        }
        new
    }

    fn add(&mut self, key: &str, value: &Payload, optional: bool, types: &mut UsedNames) {
        let ty = match value {
            Payload::Leaf { ty, .. } => Type::Leaf(ty),
            Payload::Object(members) => {
                let inner = format!("{}{}", self.name, names::pascal(key, "Field"));
                Type::Struct(Struct::of(inner, members, types))
            }
        };
        let name = self.taken.unique(names::snake(key, "field"));
        self.fields.push(PayloadField {
            key: key.to_owned(),
            name,
            ty,
            optional,
        });
    }

    /// Extends the type to these members as well, if possible.
    pub(super) fn widen(&mut self, members: &[(String, Payload)], types: &mut UsedNames) {
        if !self.can_be(members) {
            return;
        }
        for field in &mut self.fields {
            match (&mut field.ty, find(members, &field.key)) {
                (_, None) => field.optional = true,
                (Type::Leaf(own), Some(Payload::Leaf { ty, .. })) if own != ty => *own = ANY,
                (Type::Struct(own), Some(Payload::Object(members))) => own.widen(members, types),
                _ => {}
            }
        }
        for (key, value) in members {
            if self.field(key).is_none() {
                self.add(key, value, true, types);
            }
        }
    }

    fn can_be(&self, members: &[(String, Payload)]) -> bool {
        members.iter().all(|(key, value)| match self.field(key) {
            None => true,
            Some(field) => match (&field.ty, value) {
                (Type::Leaf(own), Payload::Leaf { ty, .. }) => {
                    own == ty || [*own, *ty].iter().all(|ty| [ANY, "String"].contains(ty))
                }
                (Type::Struct(own), Payload::Object(members)) => own.can_be(members),
                _ => false,
            },
        })
    }

    fn field(&self, key: &str) -> Option<&PayloadField> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// A value of this type, if the members match.
    pub(super) fn literal(&self, members: &[(String, Payload)]) -> Option<SourceValue> {
        if members.iter().any(|(key, _)| self.field(key).is_none()) {
            return None;
        }
        let mut written = Vec::new();
        for field in &self.fields {
            let value = match (&field.ty, find(members, &field.key)) {
                (_, None) if field.optional => SourceValue::Leaf("None".to_owned()),
                (Type::Struct(inner), Some(Payload::Object(members))) => inner.literal(members)?,
                (Type::Leaf(own), Some(leaf)) => SourceValue::Leaf(leaf.as_type(own)?),
                _ => return None,
            };
            let is_there = find(members, &field.key).is_some();
            let value = match (field.optional && is_there, value) {
                (true, SourceValue::Leaf(leaf)) => SourceValue::Leaf(format!("Some({leaf})")),
                // The braces of a long value would be on separate lines.
                (true, other) => SourceValue::Leaf(format!("Some({other})")),
                (false, value) => value,
            };
            written.push((field.name.clone(), value));
        }
        Some(SourceValue::Struct(self.name.clone(), written))
    }

    /// Writes the declaration, followed by those of nested types.
    pub(super) fn write(&self, docs: &str, lines: &mut SourceLines) {
        lines.docs(docs);
        lines.line("#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]");
        lines.open(&format!("pub struct {} {{", self.name));
        for field in &self.fields {
            if field.name != field.key {
                lines.line(&format!("#[serde(rename = {})]", literal(&field.key)));
            }
            if field.optional {
                lines.line(r#"#[serde(default, skip_serializing_if = "Option::is_none")]"#);
            }
            let ty = match &field.ty {
                Type::Leaf(ty) => ty,
                Type::Struct(inner) => inner.name.as_str(),
            };
            let ty = if field.optional {
                format!("Option<{ty}>")
            } else {
                ty.to_owned()
            };
            lines.line(&format!("pub {}: {ty},", field.name));
        }
        lines.close("}");
        lines.line("");
        for field in &self.fields {
            if let Type::Struct(inner) = &field.ty {
                let key = field.key.replace('\n', " ");
                inner.write(&format!("`{key}` of `{}`.", self.name), lines);
            }
        }
    }
}

fn find<'m>(members: &'m [(String, Payload)], key: &str) -> Option<&'m Payload> {
    let found = members.iter().find(|(own, _)| own == key);
    found.map(|(_, value)| value)
}

/// The types of the context object's fields and of intrinsic functions are known.
fn type_of_path(text: &str) -> &'static str {
    if let Some(path) = text.strip_prefix("$$.") {
        return type_of_context(path);
    }
    match text.split_once('(').map(|(name, _)| name) {
        Some(
            "States.Format"
            | "States.UUID"
            | "States.Hash"
            | "States.JsonToString"
            | "States.Base64Encode"
            | "States.Base64Decode",
        ) => "String",
        Some("States.ArrayLength" | "States.MathRandom") => "i64",
        Some("States.ArrayContains") => "bool",
        Some(
            "States.Array"
            | "States.ArrayPartition"
            | "States.ArrayRange"
            | "States.ArrayUnique"
            | "States.StringSplit",
        ) => "Vec<Value>",
        _ => ANY,
    }
}

fn type_of_expression(text: &str) -> &'static str {
    let inner = text.trim_start_matches("{%").trim_end_matches("%}").trim();
    inner
        .strip_prefix("$states.context.")
        .map_or(ANY, type_of_context)
}

fn type_of_context(path: &str) -> &'static str {
    match path {
        "Execution.Id"
        | "Execution.Name"
        | "Execution.RoleArn"
        | "Execution.StartTime"
        | "State.Name"
        | "State.EnteredTime"
        | "StateMachine.Id"
        | "StateMachine.Name"
        | "Task.Token" => "String",
        "State.RetryCount" | "Map.Item.Index" => "i64",
        _ => ANY,
    }
}
