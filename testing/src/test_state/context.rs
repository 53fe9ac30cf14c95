//! Reads and checks the context object of a `TestState` request.

use smol_str::SmolStr;
use stepwright_engine::task::ResourceKind;
use stepwright_interpreter::task::IntegrationPattern;
use stepwright_interpreter::value::Value;

use super::TestStateError;
use super::subject::Subject;

/// The allowed fields of a mocked context object.
const FIELDS: [(&str, &[(&str, Type)]); 4] = [
    (
        "Execution",
        &[
            ("Id", Type::String),
            ("Input", Type::Any),
            ("Name", Type::String),
            ("RoleArn", Type::String),
            ("StartTime", Type::String),
            ("RedriveCount", Type::Number),
            ("RedriveTime", Type::String),
        ],
    ),
    (
        "StateMachine",
        &[("Id", Type::String), ("Name", Type::String)],
    ),
    (
        "State",
        &[
            ("EnteredTime", Type::String),
            ("Name", Type::String),
            ("RetryCount", Type::Number),
        ],
    ),
    ("Task", &[("Token", Type::String)]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Any,
    String,
    Number,
}

/// Parses the context object of a request. For the state, fields that it does not contain do not
/// exist.
pub(super) fn read(text: &str, subject: &Subject) -> Result<Value, TestStateError> {
    check(text, subject).map_err(|problem| {
        TestStateError::validation(format!("Invalid Context object provided: {problem}"))
    })
}

/// Returns the task token of a context object.
pub(super) fn token(context: &Value) -> Option<SmolStr> {
    let token = context.get("Task")?.get("Token")?;
    token.as_str().map(SmolStr::new)
}

fn check(text: &str, subject: &Subject) -> Result<Value, String> {
    let context = Value::from_text(text).map_err(|error| error.to_string())?;
    let Some(members) = context.as_object() else {
        return Err("Context object must be a JSON object".to_owned());
    };
    for (name, value) in members.iter() {
        if name == "Map" {
            return Err("'Map' field is not supported when mocking a Context object".to_owned());
        }
        let Some((_, fields)) = FIELDS.iter().find(|(known, _)| *known == name) else {
            return Err(format!("Field '{name}' is not allowed"));
        };
        if name == "Task" && !takes_token(subject) {
            return Err(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern".to_owned()
            );
        }
        let Some(members) = value.as_object() else {
            return Err(format!("{name} must be an object"));
        };
        for (field, value) in members.iter() {
            let Some((_, wanted)) = fields.iter().find(|(known, _)| *known == field) else {
                return Err(format!("Field '{field}' is not allowed"));
            };
            let problem = match (wanted, value) {
                (Type::String, value) if value.as_str().is_none() => "a string",
                (Type::Number, value) if value.as_f64().is_none() => "a number",
                _ => continue,
            };
            return Err(format!("{name}.{field} must be {problem}"));
        }
    }
    Ok(context)
}

fn takes_token(subject: &Subject) -> bool {
    subject.resource().is_some_and(|resource| {
        resource.pattern() != IntegrationPattern::RequestResponse
            || resource.kind() == ResourceKind::Activity
    })
}
