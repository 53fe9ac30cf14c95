//! Writes histories with masked data, so that a repository can contain them for rehearsals.

use serde_json::{Map, Value as Json, json};
use stepwright_asl::redaction::Redaction;
use stepwright_history::RecordedHistoryError;

use super::recorded_execution::RecordedExecution;

/// A history for a regression suite that a repository contains: the events with masked data, and
/// the definition of the execution, so that later rehearsals find renamed states.
#[derive(Clone, Debug)]
#[must_use]
pub struct SavedHistory {
    json: Json,
}

impl SavedHistory {
    /// Masks a history: the JSON of GetExecutionHistory, or of
    /// [`History::to_json`](stepwright_interpreter::history::History::to_json). All data of the
    /// events is masked, also that of children.
    ///
    /// ```
    /// use serde_json::json;
    /// use stepwright_asl::redaction::Redaction;
    /// use stepwright_review::rehearsal::SavedHistory;
    ///
    /// let history = json!({"events": [{"id": 1, "previousEventId": 0, "type": "ExecutionStarted",
    ///     "timestamp": "2026-01-01T00:00:00Z",
    ///     "executionStartedEventDetails": {"input": "{\"card\":\"4111\",\"total\":3}"}}]});
    /// let saved = SavedHistory::masked(&history, None, &Redaction::new().path("card")?);
    /// let input = &saved.json()["events"][0]["executionStartedEventDetails"]["input"];
    /// assert_eq!(input, r#"{"card":"[redacted]","total":3}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn masked(history: &Json, definition: Option<&str>, redaction: &Redaction) -> Self {
        let mut json = masked_history(history, redaction);
        if let (Some(definition), Json::Object(members)) = (definition, &mut json) {
            // As JSON, so that the file is readable.
            let definition = serde_json::from_str(definition).unwrap_or_else(|_| json!(definition));
            members.insert("definition".to_owned(), definition);
        }
        Self { json }
    }

    /// Returns the JSON.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// Returns the text of the file.
    pub fn to_text(&self) -> String {
        format!("{:#}\n", self.json)
    }

    /// Returns the execution, to check that the masks do not change its rehearsal.
    ///
    /// # Errors
    ///
    /// If it is not a history.
    pub fn execution(&self, name: &str) -> Result<RecordedExecution, RecordedHistoryError> {
        RecordedExecution::parse(name, &self.json.to_string())
    }
}

fn masked_history(history: &Json, redaction: &Redaction) -> Json {
    let events = history.get("events").unwrap_or(history);
    let events = events.as_array().into_iter().flatten();
    let events = events.map(|event| masked_event(event, redaction));
    let mut saved = json!({ "events": events.collect::<Vec<_>>() });
    if let Some(children) = history.get("children").and_then(Json::as_array) {
        let children = children
            .iter()
            .map(|child| masked_history(child, redaction));
        saved["children"] = children.collect();
    }
    saved
}

fn masked_event(event: &Json, redaction: &Redaction) -> Json {
    let Some(members) = event.as_object() else {
        return event.clone();
    };
    let members = members.iter().map(|(key, value)| {
        let masked = match value.as_object().filter(|_| key.ends_with("EventDetails")) {
            Some(details) => Json::Object(masked_details(details, redaction)),
            None => value.clone(),
        };
        (key.clone(), masked)
    });
    Json::Object(members.collect())
}

fn masked_details(details: &Map<String, Json>, redaction: &Redaction) -> Map<String, Json> {
    // The data is JSON in a text.
    let data = |names: &[&str], text: &str| match serde_json::from_str::<Json>(text) {
        Ok(value) => Json::from(redaction.value_at(names, &value).to_string()),
        Err(_) => Json::from(redaction.text(text).into_owned()),
    };
    let members = details.iter().map(|(key, value)| {
        let masked = match (key.as_str(), value) {
            ("input" | "output" | "parameters", Json::String(text)) => data(&[], text),
            ("assignedVariables", Json::Object(variables)) => {
                let variables = variables.iter().map(|(name, value)| {
                    let masked = match value {
                        Json::String(text) => data(&[name.as_str()], text),
                        other => redaction.value_at(&[name.as_str()], other),
                    };
                    (name.clone(), masked)
                });
                Json::Object(variables.collect())
            }
            (_, Json::String(text)) => Json::from(redaction.text(text).into_owned()),
            (_, other) => other.clone(),
        };
        (key.clone(), masked)
    });
    members.collect()
}
