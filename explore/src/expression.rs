//! Values of properties: literals, and JSONata that reads the event and what patterns have bound.

use std::time::Duration;

use stepwright_asl::duration_text::COMPACT;
use stepwright_asl::json::Json;
use stepwright_asl::jsonata::{self, Expression};
use stepwright_interpreter::evaluate::Evaluation;
use stepwright_interpreter::value::Value;

use crate::event::PathEvent;

/// The names that JSONata of a property can read as variables, next to the bound ones. A pattern
/// compares the first eight by their names.
pub(crate) const EVENT_VARIABLES: [&str; 11] = [
    "arguments",
    "attempt",
    "result",
    "error",
    "cause",
    "input",
    "output",
    "value",
    "name",
    "function",
    "time",
];

/// The values that patterns have bound, sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bindings(Vec<(String, Value)>);

impl Bindings {
    /// Returns the value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut values = self.0.iter();
        values
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Binds a name; a later value replaces an earlier one.
    pub fn bind(&mut self, name: &str, value: Value) {
        match self
            .0
            .binary_search_by(|(known, _)| known.as_str().cmp(name))
        {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name.to_owned(), value)),
        }
    }

    /// Returns all names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// A value of a property: JSON in which a text between `{%` and `%}` is JSONata.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTemplate {
    json: Json,
    /// The variables that its expressions read.
    variables: Vec<String>,
}

/// A value of a property is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TemplateError(pub(crate) String);

impl ValueTemplate {
    /// Parses the expressions of a value.
    ///
    /// # Errors
    ///
    /// If a text between `{%` and `%}` is not JSONata of AWS's dialect.
    pub fn new(json: Json) -> Result<Self, TemplateError> {
        let mut variables = Vec::new();
        let mut open = vec![&json];
        while let Some(value) = open.pop() {
            match value {
                Json::String(text) => {
                    let Some(source) = jsonata::strip(text) else {
                        continue;
                    };
                    let expression = Expression::parse(source).map_err(|error| {
                        TemplateError(format!("`{text}` is not JSONata: {}", error.message))
                    })?;
                    variables.extend(expression.variables().iter().cloned());
                }
                Json::Array(items) => open.extend(items),
                Json::Object(members) => open.extend(members.values()),
                _ => {}
            }
        }
        Ok(Self { json, variables })
    }

    /// Creates the template of an expression, with or without `{%` and `%}`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn expression(source: &str) -> Result<Self, TemplateError> {
        let text = match jsonata::strip(source) {
            Some(_) => source.to_owned(),
            None => format!("{{% {source} %}}"),
        };
        Self::new(Json::String(text))
    }

    /// Returns the variables that its expressions read.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Returns its JSON.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// Returns the source of an expression without `{%` and `%}`; empty for other values.
    pub(crate) fn source(&self) -> &str {
        let text = self.json.as_str().unwrap_or_default();
        jsonata::strip(text).unwrap_or(text).trim()
    }

    /// Evaluates it for an event. `None` if an expression fails or returns nothing.
    pub fn evaluate(&self, event: &PathEvent, bindings: &Bindings) -> Option<Value> {
        if self.variables.is_empty() && !self.has_expressions() {
            return Some(Value::from(&self.json));
        }
        evaluation(event, bindings)
            .jsonata_template(&self.json)
            .ok()
    }

    fn has_expressions(&self) -> bool {
        let mut open = vec![&self.json];
        while let Some(value) = open.pop() {
            match value {
                Json::String(text) if jsonata::strip(text).is_some() => return true,
                Json::Array(items) => open.extend(items),
                Json::Object(members) => open.extend(members.values()),
                _ => {}
            }
        }
        false
    }
}

fn evaluation(event: &PathEvent, bindings: &Bindings) -> Evaluation {
    let seconds = event.time.as_secs_f64();
    let mut evaluation = Evaluation::of(Value::empty_object())
        .seed(0)
        .variable("name", event.name.as_str())
        .variable("time", seconds);
    if let Some(function) = event.task.as_ref().and_then(|task| task.function()) {
        evaluation = evaluation.variable("function", function);
    }
    for (name, value) in &event.fields {
        evaluation = evaluation.variable(name, value.clone());
    }
    for (name, value) in bindings.iter() {
        evaluation = evaluation.variable(name, value.clone());
    }
    evaluation
}

/// Returns whether a value has all members of an expected one. Lists and other values are equal;
/// numbers are compared by value.
pub(crate) fn contains(actual: &Value, expected: &Value) -> bool {
    let mut open = vec![(actual, expected)];
    while let Some((actual, expected)) = open.pop() {
        match (actual, expected) {
            (Value::Object(actual), Value::Object(expected)) => {
                for (name, expected) in expected.iter() {
                    match actual.get(name) {
                        Some(actual) => open.push((actual, expected)),
                        None => return false,
                    }
                }
            }
            _ if actual != expected => return false,
            _ => {}
        }
    }
    true
}

/// Parses a duration: a number of seconds, or a number with one of the units `s`, `m`, `h`, `d`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.find(|character: char| character.is_ascii_alphabetic());
    let (number, unit) = text.split_at(unit.unwrap_or(text.len()));
    let scale = match unit {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    let seconds = number.trim().parse::<f64>().ok()? * scale;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Formats a duration: `5m`, `1h 30m`, `0.500s`.
pub(crate) fn readable_duration(duration: Duration) -> String {
    let left = duration.as_secs() % 60;
    let minutes = duration.as_secs() - left;
    match duration.subsec_millis() {
        0 => COMPACT.largest(minutes + left, 4),
        millis if minutes == 0 => format!("{left}.{millis:03}s"),
        millis => format!("{} {left}.{millis:03}s", COMPACT.largest(minutes, 4)),
    }
}
