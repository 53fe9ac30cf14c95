//! One event of the JSON of a history.

use serde_json::{Map, Value as Json};
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::EventGroup;
use stepwright_interpreter::value::Value;

use crate::event_scope::EventScope;
use crate::recorded_event::{RecordedEvent, without_volatile_values};
use crate::recorded_kind::RecordedKind;
use crate::short_text::short;

/// An event of the JSON, with its scope, which is derived from the chain of `previousEventId`.
pub(crate) struct RawEvent {
    pub(crate) id: u32,
    pub(crate) previous: u32,
    pub(crate) kind: RecordedKind,
    pub(crate) name: Option<String>,
    pub(crate) index: u32,
    pub(crate) details: Json,
    pub(crate) map_run: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) scope: EventScope,
}

impl RawEvent {
    /// Reads an event.
    ///
    /// # Errors
    ///
    /// The reason why the JSON is no event.
    pub(crate) fn read(event: &Json) -> Result<Self, String> {
        let number = |field: &str| {
            let number = event[field].as_u64();
            number.and_then(|number| u32::try_from(number).ok())
        };
        let (Some(id), Some(kind)) = (number("id"), event["type"].as_str()) else {
            return Err(format!(
                "this is not an event of a history, because it has no `id` and `type`: {}",
                short(event)
            ));
        };
        let kind = RecordedKind::of(kind);
        let members = event.as_object().into_iter().flatten();
        let details = members
            .filter(|(key, _)| key.ends_with("EventDetails"))
            .find_map(|(_, details)| details.as_object());
        let text = |field: &str| Some(details?.get(field)?.as_str()?.to_owned());
        Ok(Self {
            id,
            previous: number("previousEventId").unwrap_or(0),
            name: text("name").or_else(|| text("state")),
            index: details
                .and_then(|details| u32::try_from(details.get("index")?.as_u64()?).ok())
                .unwrap_or(0),
            details: without_volatile_values(decoded(&kind, details)),
            kind,
            map_run: text("mapRunArn"),
            at: match &event["timestamp"] {
                Json::String(text) => Timestamp::parse(text).unwrap_or_default(),
                Json::Number(seconds) => {
                    let micros = seconds.as_f64().unwrap_or(0.0) * 1e6;
                    Timestamp::from_unix_micros(micros.round() as i64)
                }
                _ => Timestamp::default(),
            },
            scope: EventScope::default(),
        })
    }
}

/// Returns the details with parsed JSON texts. Truncated data is omitted.
fn decoded(kind: &RecordedKind, details: Option<&Map<String, Json>>) -> Json {
    let read = |value: &Json| match value.as_str() {
        // serde_json refuses values that are as deep as AWS's may be.
        Some(text) => serde_json::from_str(text)
            .ok()
            .or_else(|| Some(Value::from_text(text).ok()?.to_json()))
            .unwrap_or_else(|| value.clone()),
        None => value.clone(),
    };
    let has_name = matches!(kind.group(), Some(EventGroup::Entered | EventGroup::Exited));
    let mut members = Map::new();
    for (key, value) in details.into_iter().flatten() {
        let cut = details.and_then(|details| details.get(&format!("{key}Details")));
        if cut.is_some_and(|cut| cut["truncated"] == true) || (key == "name" && has_name) {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("input" | "output" | "parameters", _) => read(value),
            ("assignedVariables", Json::Object(variables)) => {
                let variables = variables.iter();
                variables
                    .map(|(name, text)| (name.clone(), read(text)))
                    .collect()
            }
            _ => value.clone(),
        };
        members.insert(key.clone(), value);
    }
    Json::Object(members)
}

impl From<RawEvent> for RecordedEvent {
    fn from(event: RawEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            scope: event.scope.texts(),
            state: event.scope.state,
            details: event.details,
            map_run: event.map_run,
            at: event.at,
        }
    }
}
