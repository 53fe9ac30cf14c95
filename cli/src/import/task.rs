//! Tasks that somebody else implements, as declarations: functions without a body.

use std::collections::BTreeMap;

use stepwright_asl::json::{Json, Object};

use super::names::{self, Names};
use super::text::{Lines, literal};

/// The resource that invokes a Lambda function by its name.
pub(super) const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// All declarations, in the order in which states call them.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    tasks: Vec<Declaration>,
    names: Names,
}

#[derive(Debug)]
struct Declaration {
    place: Place,
    function: String,
    states: Vec<String>,
    /// What each call sends: the types of an object's fields, or `None` for anything.
    payloads: Vec<Option<Fields>>,
}

type Fields = BTreeMap<String, &'static str>;

/// Where a task lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// `FunctionName` of `lambda:invoke`.
    Function(String),
    /// `Resource`.
    Resource(String),
}

impl Place {
    fn text(&self) -> &str {
        match self {
            Place::Function(text) | Place::Resource(text) => text,
        }
    }

    /// What a person would call it: `charge` for `arn:..:function:charge:live`, `ChargeCard` for `${ChargeCardArn}`.
    fn noun(&self) -> &str {
        let text = self.text();
        if let Some(inner) = text
            .strip_prefix("${")
            .and_then(|text| text.strip_suffix('}'))
        {
            let inner = inner.strip_suffix(".Arn").unwrap_or(inner);
            let short = inner.strip_suffix("Arn").unwrap_or(inner);
            return if short.is_empty() { inner } else { short };
        }
        for kind in [":function:", ":activity:"] {
            if let Some((_, name)) = text.split_once(kind) {
                return name.split(':').next().unwrap_or(name);
            }
        }
        text.split(':').next().unwrap_or(text)
    }
}

impl Tasks {
    /// Names that no task may have.
    pub(super) fn reserve(&mut self, name: &str) {
        self.names.unique(name.to_owned());
    }

    /// The function that calls a place; it is declared with the first call.
    pub(super) fn call(&mut self, place: Place, state: &str, payload: Option<&Object>) -> String {
        let fields = payload.map(fields_of);
        if let Some(task) = self.tasks.iter_mut().find(|task| task.place == place) {
            task.states.push(state.to_owned());
            task.payloads.push(fields);
            return task.function.clone();
        }
        let function = self.names.unique(names::snake(place.noun(), "task"));
        self.tasks.push(Declaration {
            place,
            function: function.clone(),
            states: vec![state.to_owned()],
            payloads: vec![fields],
        });
        function
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The declarations, each with the type of what it is sent.
    pub(super) fn write(&self, types: &mut Names, lines: &mut Lines) {
        for task in &self.tasks {
            task.write(types, lines);
            lines.line("");
        }
    }

    /// Whether any declaration has a type of its own.
    pub(super) fn have_types(&self) -> bool {
        self.tasks.iter().any(|task| task.input().is_some())
    }
}

impl Declaration {
    /// The fields of what it is sent, where all calls send the same ones.
    fn input(&self) -> Option<Fields> {
        let mut payloads = self.payloads.iter();
        let mut fields = payloads.next()?.clone()?;
        for payload in payloads {
            let payload = payload.as_ref()?;
            if !payload.keys().eq(fields.keys()) {
                return None;
            }
            for (key, ty) in payload {
                if fields.get(key) != Some(ty) {
                    fields.insert(key.clone(), ANY);
                }
            }
        }
        (!fields.is_empty()).then_some(fields)
    }

    fn write(&self, types: &mut Names, lines: &mut Lines) {
        let ty = match self.input() {
            Some(fields) => {
                let name = types.unique(names::pascal(&self.function, "Task") + "Input");
                lines.docs(&format!("What `{}` is sent.", self.function));
                write_struct(&name, &fields, lines);
                lines.line("");
                name
            }
            None => ANY.to_owned(),
        };
        let states: Vec<String> = self
            .states
            .iter()
            .map(|state| format!("`{state}`"))
            .collect();
        lines.docs(&format!(
            "Called by {}.",
            states.join(", ").replace('\n', " ")
        ));
        lines.line(&self.attribute());
        lines.line(&format!(
            "pub async fn {}(input: {ty}) -> {ANY};",
            self.function
        ));
    }

    fn attribute(&self) -> String {
        let text = self.place.text();
        let own = format!("${{{}Arn}}", names::pascal(&self.function, "Task"));
        match (&self.place, text == own) {
            (Place::Function(_), true) => "#[task]".to_owned(),
            (Place::Resource(_), true) => "#[task(lambda_arn)]".to_owned(),
            (Place::Function(_), false) => format!("#[task(function_name = {})]", literal(text)),
            (Place::Resource(_), false) => format!("#[task(resource = {})]", literal(text)),
        }
    }
}

/// A payload type with these fields.
pub(super) fn write_struct(name: &str, fields: &BTreeMap<String, &'static str>, lines: &mut Lines) {
    lines.line("#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]");
    lines.open(&format!("pub struct {name} {{"));
    let mut taken = Names::default();
    for (key, ty) in fields {
        let field = taken.unique(names::snake(key, "field"));
        if &field != key {
            lines.line(&format!("#[serde(rename = {})]", literal(key)));
        }
        lines.line(&format!("pub {field}: {ty},"));
    }
    lines.close("}");
}

/// Any JSON.
pub(super) const ANY: &str = "Value";

/// The fields of a payload template, and what is known of their types.
fn fields_of(payload: &Object) -> Fields {
    payload
        .iter()
        .map(|(key, value)| match (key.strip_suffix(".$"), value) {
            (Some(key), Json::String(text)) => (key.to_owned(), type_of_path(text)),
            _ => (key.clone(), type_of(value)),
        })
        .collect()
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::String(text) if !text.starts_with("{%") => "String",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.as_i64().is_some() => "i64",
        Json::Number(_) => "f64",
        Json::String(text) => type_of_expression(text),
        Json::Null | Json::Array(_) | Json::Object(_) => ANY,
    }
}

/// Of the context object and of intrinsic functions the types are known.
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
