//! The events of a history for readers, with the details that AWS's API reports.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;
use stepwright_asl::redaction::Redaction;

use super::entry::{Details, Entry, Payload};
use super::kind::EventGroup;
use super::scope::names;
use super::{EventKind, Scopes};
use crate::execution_info::ExecutionInfo;
use crate::program::{Kind, Program, StateIx};
use crate::task::{Resource, ResourceKind};
use crate::timestamp::Timestamp;
use crate::value::Value;

/// One event of an execution's history.
#[derive(Clone)]
pub struct Event {
    id: u32,
    previous: u32,
    entry: Entry,
    scope: Box<[(StateIx, u32)]>,
    program: Arc<Program>,
    about: Arc<ExecutionInfo>,
}

/// One member of an event's details.
enum Field {
    /// A value without conversion.
    Plain(Value),
    /// Data: JSON text in the API, with a member `<name>Details` next to it.
    Data(Value),
    /// Variables: an object of JSON texts in the API.
    Variables(Vec<(SmolStr, Value)>),
}

impl Event {
    pub(super) fn new(
        id: u32,
        previous: u32,
        entry: Entry,
        scopes: &Scopes,
        program: Arc<Program>,
        about: Arc<ExecutionInfo>,
    ) -> Self {
        let scope = scopes.path(entry.scope).into_boxed_slice();
        Self {
            id,
            previous,
            entry,
            scope,
            program,
            about,
        }
    }

    /// Returns the event's id: 1, 2, ... in the order of writing.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Returns the id of the previous event in its chain; 0 for none.
    pub fn previous_id(&self) -> u32 {
        self.previous
    }

    /// Returns when it was written.
    pub fn timestamp(&self) -> Timestamp {
        self.entry.at
    }

    /// Returns its type.
    pub fn kind(&self) -> EventKind {
        self.entry.kind
    }

    /// Returns the state that it belongs to; `None` for the events of the execution itself.
    pub fn state_name(&self) -> Option<&str> {
        (self.entry.state != StateIx::NONE)
            .then(|| self.program.state(self.entry.state).name.as_str())
    }

    /// Returns the ASL type of its state: `Task`, `Map`, ...
    pub fn state_type(&self) -> Option<&'static str> {
        (self.entry.state != StateIx::NONE)
            .then(|| self.program.state(self.entry.state).kind.name())
    }

    /// Returns the enclosing Map iterations (`Map[2]`) and Parallel branches
    /// (`Parallel/FirstState`), outermost first.
    pub fn scope(&self) -> Vec<String> {
        names(&self.program, &self.scope)
    }

    /// Returns the execution that wrote it.
    pub fn execution(&self) -> &ExecutionInfo {
        &self.about
    }

    /// Returns the input of an Entered, Started or Scheduled event, or the output of an Exited or
    /// Succeeded one.
    pub fn value(&self) -> Option<&Value> {
        match &self.entry.payload {
            Payload::Value(value) => Some(value),
            Payload::Details(details) => match &**details {
                Details::Scheduled { parameters, .. } => Some(parameters),
                Details::Exited { output, .. } => Some(output),
                _ => None,
            },
            Payload::None => None,
        }
    }

    /// Returns the error name of a failure.
    pub fn error(&self) -> Option<&str> {
        match &self.entry.payload {
            Payload::Details(details) => match &**details {
                Details::Failure { error, .. } => error.as_deref(),
                Details::Evaluation { error, .. } => Some(error),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the cause of a failure.
    pub fn cause(&self) -> Option<&str> {
        match &self.entry.payload {
            Payload::Details(details) => match &**details {
                Details::Failure { cause, .. } => cause.as_deref(),
                Details::Evaluation { cause, .. } => Some(cause),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns whether it is the scheduling of one attempt of a task.
    pub fn is_scheduled(&self) -> bool {
        self.kind().group() == EventGroup::Scheduled
    }

    /// Returns the API's details, with data as values instead of JSON text, without the state's
    /// name, the role and the members that report truncation.
    pub fn details(&self) -> Value {
        self.fields()
            .into_iter()
            .map(|(name, field)| {
                let value = match field {
                    Field::Plain(value) | Field::Data(value) => value,
                    Field::Variables(variables) => variables.into_iter().collect(),
                };
                (SmolStr::new_static(name), value)
            })
            .collect()
    }

    /// Returns the event in the format of `GetExecutionHistory`.
    pub fn to_json(&self) -> Json {
        self.print(true, &Redaction::new())
    }

    /// Formats the event like `to_json`, with or without inputs and outputs, and with masked
    /// fields.
    pub fn print(&self, has_data: bool, redaction: &Redaction) -> Json {
        let text = |names: &[&str], value: &Value| {
            if redaction.has_fields() {
                redaction.value_at(names, &value.to_json()).to_string()
            } else {
                redacted(redaction, value.to_text())
            }
        };
        let mut details = Map::new();
        if let Some(name) = self.state_name()
            && matches!(
                self.kind().group(),
                EventGroup::Entered | EventGroup::Exited
            )
        {
            details.insert("name".to_owned(), Json::from(name));
        }
        for (name, field) in self.fields() {
            match field {
                Field::Plain(value) => {
                    let value = value.to_json();
                    let value = if redaction.is_empty() {
                        value
                    } else {
                        redaction.value(&value)
                    };
                    details.insert(name.to_owned(), value);
                }
                Field::Data(_) if !has_data && name != "parameters" => {}
                Field::Data(value) => {
                    details.insert(name.to_owned(), Json::from(text(&[], &value)));
                    if name != "parameters" {
                        details.insert(format!("{name}Details"), json!({ "truncated": false }));
                    }
                }
                Field::Variables(variables) => {
                    let texts: Map<String, Json> = variables
                        .into_iter()
                        .map(|(name, value)| {
                            let value = text(&[&name], &value);
                            (name.to_string(), Json::from(value))
                        })
                        .collect();
                    details.insert(name.to_owned(), Json::from(texts));
                    details.insert(format!("{name}Details"), json!({ "truncated": false }));
                }
            }
        }
        if self.kind() == EventKind::ExecutionStarted {
            details.insert("roleArn".to_owned(), Json::from(self.about.role_arn()));
            if has_data && details.contains_key("input") {
                let input = redacted(redaction, self.about.input_text());
                details.insert("input".to_owned(), Json::from(input));
            }
            if let Some(origin) = self.about.origin() {
                for (name, arn) in [
                    ("stateMachineAliasArn", &origin.alias),
                    ("stateMachineVersionArn", &origin.version),
                ] {
                    if let Some(arn) = arn {
                        details.insert(name.to_owned(), Json::from(arn.as_str()));
                    }
                }
            }
        }
        let mut event = Map::new();
        event.insert(
            "timestamp".to_owned(),
            Json::from(self.timestamp().to_string()),
        );
        event.insert("type".to_owned(), Json::from(self.kind().name()));
        event.insert("id".to_owned(), Json::from(self.id));
        event.insert("previousEventId".to_owned(), Json::from(self.previous));
        // AWS omits empty details, too.
        if !details.is_empty() || self.kind().is_failure() {
            event.insert(self.kind().details_key(), Json::from(details));
        }
        Json::from(event)
    }

    /// Returns the `Resource` of its Task state.
    pub fn resource(&self) -> Option<&Resource> {
        if self.entry.state == StateIx::NONE {
            return None;
        }
        match &self.program.state(self.entry.state).kind {
            Kind::Task(task) => Some(&task.resource),
            _ => None,
        }
    }

    /// Returns the members of the details, in the API's spelling.
    fn fields(&self) -> Vec<(&'static str, Field)> {
        let mut fields = Vec::new();
        let kind = self.kind();
        let group = kind.group();
        let service = self
            .resource()
            .filter(|resource| resource.kind() == ResourceKind::Service);
        match &self.entry.payload {
            Payload::None => {}
            Payload::Value(value) => {
                let name = match (group, kind) {
                    (_, EventKind::ExecutionStarted) | (EventGroup::Entered, _) => "input",
                    (EventGroup::Scheduled, EventKind::TaskScheduled) => "parameters",
                    (EventGroup::Scheduled, _) => "input",
                    _ => "output",
                };
                fields.push((name, Field::Data(value.clone())));
            }
            Payload::Details(details) => match &**details {
                Details::Scheduled {
                    parameters,
                    timeout,
                    heartbeat,
                    role,
                } => {
                    let name = if service.is_some() {
                        "parameters"
                    } else {
                        "input"
                    };
                    fields.push((name, Field::Data(parameters.clone())));
                    if let Some(seconds) = timeout {
                        fields.push(("timeoutInSeconds", Field::Plain(Value::from(*seconds))));
                    }
                    if let Some(seconds) = heartbeat {
                        fields.push(("heartbeatInSeconds", Field::Plain(Value::from(*seconds))));
                    }
                    if let Some(role) = role {
                        let credentials =
                            [(SmolStr::new_static("roleArn"), Value::from(role.clone()))];
                        fields.push((
                            "taskCredentials",
                            Field::Plain(credentials.into_iter().collect()),
                        ));
                    }
                }
                Details::Exited { output, assigned } => {
                    fields.push(("output", Field::Data(output.clone())));
                    fields.push(("assignedVariables", Field::Variables(assigned.clone())));
                }
                Details::Failure { error, cause } => {
                    text(&mut fields, "error", error.as_ref());
                    text(&mut fields, "cause", cause.as_ref());
                }
                Details::Evaluation {
                    error,
                    cause,
                    location,
                } => {
                    text(&mut fields, "error", Some(error));
                    text(&mut fields, "cause", Some(cause));
                    text(&mut fields, "location", location.as_ref());
                }
                Details::Length(length) => {
                    fields.push(("length", Field::Plain(Value::from(*length))));
                }
                Details::Worker(name) => text(&mut fields, "workerName", Some(name)),
                Details::MapRun(arn) => text(&mut fields, "mapRunArn", Some(arn)),
                Details::MapRunRedriven(arn, count) => {
                    text(&mut fields, "mapRunArn", Some(arn));
                    fields.push(("redriveCount", Field::Plain(Value::from(*count))));
                }
                Details::Redriven(count) => {
                    fields.push(("redriveCount", Field::Plain(Value::from(*count))));
                }
            },
        }
        match group {
            EventGroup::Iteration => {
                let index = self.scope.last().map_or(0, |(_, index)| *index);
                fields.push(("name", Field::Plain(Value::from(self.state_name()))));
                fields.push(("index", Field::Plain(Value::from(index))));
            }
            EventGroup::Evaluation => {
                fields.push(("state", Field::Plain(Value::from(self.state_name()))));
            }
            EventGroup::Scheduled
            | EventGroup::Started
            | EventGroup::Submitted
            | EventGroup::Succeeded
            | EventGroup::Failed => {
                if let Some(resource) = service {
                    fields.push((
                        "resourceType",
                        Field::Plain(Value::from(resource.service())),
                    ));
                    fields.push(("resource", Field::Plain(Value::from(resource.action()))));
                    if group == EventGroup::Scheduled {
                        fields.push(("region", Field::Plain(Value::from(self.about.region()))));
                    }
                } else if group == EventGroup::Scheduled
                    && let Some(resource) = self.resource()
                {
                    fields.push(("resource", Field::Plain(Value::from(resource.as_str()))));
                }
            }
            _ => {}
        }
        fields
    }
}

fn text(fields: &mut Vec<(&'static str, Field)>, name: &'static str, value: Option<&SmolStr>) {
    if let Some(value) = value {
        fields.push((name, Field::Plain(Value::from(value.clone()))));
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("kind", &self.entry.kind)
            .field("state", &self.state_name())
            .field("scope", &self.scope())
            .finish_non_exhaustive()
    }
}

/// Returns a text without sensitive data.
fn redacted(redaction: &Redaction, text: String) -> String {
    match redaction.text(&text) {
        Cow::Owned(masked) => masked,
        Cow::Borrowed(_) => text,
    }
}
