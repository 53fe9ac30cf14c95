//! The call of a Task state.

use stepwright_asl::integrations::lookup;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::resource::{IntegrationPattern, LAMBDA_INVOKE, Resource};

use super::payload::Payload;
use super::task::{TaskAddress, Tasks};
use super::text::{SourceValue, literal};
use super::values;
use super::writing::StateConversion;

/// A function's result in the response of `lambda:invoke`.
const ENVELOPED: &str = "{% $states.result.Payload %}";
const ENVELOPED_PATH: &str = "$.Payload";

/// A call in the definition.
pub(super) struct ImportedCall<'m> {
    resource: &'m str,
    /// The resource without `.waitForTaskToken`.
    base: &'m str,
    waits: bool,
    /// `Arguments` or `Parameters`.
    field: &'static str,
    sent: Option<&'m Object>,
    /// The user-defined function or activity, and its input.
    own: Option<(TaskAddress, CallInput)>,
}

/// The input of a function or activity.
enum CallInput {
    /// A value that the statements express, and the fields that they cover.
    Converted(Payload, Vec<&'static str>),
    /// The state's input; `raw` replaces it, because the language cannot express the value.
    Raw(Payload),
}

/// A call in the source.
pub(super) struct SourceCall {
    /// The source text before the arguments.
    pub(super) before: String,
    pub(super) arguments: Option<SourceValue>,
    pub(super) after: &'static str,
    /// The expression for the result, if variables are assigned.
    pub(super) result: &'static str,
    /// A name for the result needs a type annotation, because the call has no type.
    pub(super) is_untyped: bool,
    /// Whether `lambda_retries` applies to this call.
    pub(super) is_lambda: bool,
}

impl<'m> ImportedCall<'m> {
    /// The call of a Task state.
    pub(super) fn of(state: &'m Object, jsonata: bool) -> Option<ImportedCall<'m>> {
        let resource = state.get("Resource")?.as_str()?;
        let field = if jsonata { "Arguments" } else { "Parameters" };
        // For a job, the resource remains as it is written; only a task token has a separate
        // keyword.
        let (base, waits) = match Resource::parse(resource) {
            called if called.pattern() == IntegrationPattern::WaitForTaskToken => {
                (called.base(), true)
            }
            _ => (resource, false),
        };
        let sent = state.get(field).and_then(Json::as_object);
        let mut call = ImportedCall {
            resource,
            base,
            waits,
            field,
            sent,
            own: None,
        };
        call.own = if base == LAMBDA_INVOKE {
            call.function(state, jsonata)
        } else if !waits && is_own(resource) {
            Some((
                TaskAddress::Resource(resource.to_owned()),
                whole(state, field, jsonata),
            ))
        } else {
            None
        };
        Some(call)
    }

    /// A Lambda function with a constant name, called through `lambda:invoke`.
    fn function(&self, state: &Object, jsonata: bool) -> Option<(TaskAddress, CallInput)> {
        let sent = self.sent?;
        let name = sent.get("FunctionName")?.as_str()?;
        if name.starts_with("{%") {
            return None;
        }
        let place = TaskAddress::Function(name.to_owned());
        let payload = match (sent.get("Payload"), sent.get("Payload.$")) {
            (Some(value), None) => Payload::of(value, jsonata),
            (None, Some(path)) if !jsonata => path.as_str().and_then(Payload::path),
            _ => None,
        };
        // Without the token, the task could never be completed.
        let answers = !self.waits || hands_out_token(sent);
        let written = payload.filter(|_| sent.len() == 2 && answers);
        // If the state's output is the whole response envelope, the call is written as a service
        // call: a function call only returns the result in it.
        let handed_on: &[&str] = if jsonata {
            &["Output"]
        } else {
            &["OutputPath", "ResultPath", "ResultSelector"]
        };
        let is_envelope = !self.waits && !handed_on.iter().any(|field| state.contains_key(*field));
        let wants_service = is_envelope || written.is_none();
        if wants_service && answers && self.arguments(jsonata).is_some() {
            return None;
        }
        let input = match written {
            Some(payload) => CallInput::Converted(payload, vec![self.field]),
            None => CallInput::Raw(input(jsonata)),
        };
        Some((place, input))
    }

    /// The arguments of the call as a service call.
    fn arguments(&self, jsonata: bool) -> Option<SourceValue> {
        let sent = self.sent?;
        let names = sent.keys().map(|key| {
            if jsonata {
                key.as_str()
            } else {
                key.strip_suffix(".$").unwrap_or(key)
            }
        });
        let found = lookup(self.resource);
        if found.is_ok_and(|found| !found.check_arguments(names).is_empty()) {
            return None;
        }
        values::arguments(sent, jsonata)
    }

    /// Registers the call for its declaration.
    pub(super) fn declare(&self, tasks: &mut Tasks) {
        if let Some((place, CallInput::Converted(payload, _) | CallInput::Raw(payload))) = &self.own
        {
            tasks.learn(place, payload);
        }
    }

    /// Writes the call, and records the fields that it covers.
    pub(super) fn written(
        &self,
        state: &str,
        tasks: &mut Tasks,
        writing: &mut StateConversion<'_>,
    ) -> SourceCall {
        let wait = if self.waits {
            "wait_for_task_token "
        } else {
            ""
        };
        let plain = if writing.jsonata {
            "{% $states.result %}"
        } else {
            "$"
        };
        if let Some((place, CallInput::Converted(payload, _) | CallInput::Raw(payload))) = &self.own
            && let Some(called) = tasks.call(place, state, payload)
        {
            self.emits(place, writing);
            let result = match (self.base == LAMBDA_INVOKE && !self.waits, writing.jsonata) {
                (true, true) => ENVELOPED,
                (true, false) => ENVELOPED_PATH,
                (false, _) => plain,
            };
            return SourceCall {
                before: format!("{wait}{}(", called.function),
                arguments: called.argument,
                after: ");",
                result,
                is_untyped: self.waits,
                is_lambda: called.is_lambda,
            };
        }
        // Calls that the macro does not know are in `raw`.
        if lookup(self.resource).is_ok() || self.resource.contains("${") {
            writing.emits("Resource", self.resource);
        }
        let answers = !self.waits || self.sent.is_some_and(hands_out_token);
        let arguments = self.arguments(writing.jsonata).filter(|_| answers);
        if arguments.is_some() {
            writing.covered.push(self.field);
        }
        let blank = if arguments.is_some() { " " } else { "" };
        SourceCall {
            before: format!("{wait}service {}{blank}", literal(self.base)),
            arguments,
            after: ";",
            result: plain,
            is_untyped: true,
            is_lambda: Resource::parse(self.resource).is_lambda_invoke(),
        }
    }

    /// Records what the macro emits for a call of a user-defined function or activity.
    fn emits(&self, place: &TaskAddress, writing: &mut StateConversion<'_>) {
        writing.emits("Resource", self.resource);
        match &self.own {
            Some((_, CallInput::Converted(_, fields))) => writing.covered.extend(fields),
            _ => match (place, writing.jsonata) {
                (TaskAddress::Resource(_), true) => {
                    writing.emits("Arguments", "{% $states.input %}")
                }
                (TaskAddress::Resource(_), false) => {}
                (TaskAddress::Function(function), jsonata) => {
                    let (key, input) = if jsonata {
                        ("Payload", "{% $states.input %}")
                    } else {
                        ("Payload.$", "$")
                    };
                    let members = [("FunctionName", function.as_str()), (key, input)];
                    let members =
                        members.map(|(key, text)| (key.to_owned(), Json::String(text.to_owned())));
                    let sent = Json::Object(Object::from_iter(members));
                    writing.emitted.insert(self.field.to_owned(), sent);
                }
            },
        }
        if self.base == LAMBDA_INVOKE && !self.waits {
            // The function's result is extracted from the envelope.
            if writing.jsonata {
                writing.emits("Output", ENVELOPED);
            } else {
                writing.emits("OutputPath", ENVELOPED_PATH);
            }
        }
    }
}

/// The input of a resource that takes its whole input.
fn whole(state: &Object, field: &'static str, jsonata: bool) -> CallInput {
    let written = match (state.get(field), state.get("InputPath")) {
        (Some(value), _) if jsonata => Payload::of(value, true).map(|sent| (sent, vec![field])),
        (None, None) if !jsonata => Some((input(false), Vec::new())),
        (Some(Json::Object(members)), _) => {
            Payload::object(members, false).map(|sent| (sent, vec![field]))
        }
        (None, Some(Json::String(path))) if !jsonata && values::path(path).is_some() => {
            // The macro omits this path.
            let is_input = path == "$";
            Payload::path(path)
                .filter(|_| !is_input)
                .map(|sent| (sent, vec!["InputPath"]))
        }
        _ => None,
    };
    match written {
        Some((payload, fields)) => CallInput::Converted(payload, fields),
        None => CallInput::Raw(input(jsonata)),
    }
}

/// The state's input.
fn input(jsonata: bool) -> Payload {
    let expression = if jsonata {
        r#"jsonata!("$states.input")"#
    } else {
        r#"path!("$")"#
    };
    Payload::Leaf {
        ty: super::payload::ANY,
        expression: expression.to_owned(),
    }
}

fn hands_out_token(sent: &Object) -> bool {
    Json::Object(sent.clone())
        .to_string()
        .contains("Task.Token")
}

/// Whether the resource is a user-defined function or activity: its ARN, or a placeholder.
fn is_own(resource: &str) -> bool {
    (resource.contains(":lambda:") && resource.contains(":function:"))
        || (resource.contains(":states:") && resource.contains(":activity:"))
        || (resource.starts_with("${") && resource.ends_with('}'))
}
