//! The call of a Task: its integration pattern, and the arguments by the model of the service.

use maud::{Markup, html};
use stepwright_asl::integrations::{IntegrationPattern, lookup};
use stepwright_asl::json::Json;
use stepwright_asl::resource::Resource;
use stepwright_editor::argument_members;

use super::StateForm;
use super::form_actions::written;
use crate::edit::field_input::FieldKind;

/// Renders the choice of the integration pattern.
pub(super) fn pattern(form: &StateForm<'_>) -> Markup {
    let resource = form.object.get("Resource").and_then(Json::as_str);
    let found = resource.and_then(|resource| Some((resource, lookup(resource).ok()?)));
    let Some((resource, found)) = found else {
        return html! {};
    };
    let patterns = found.patterns();
    if patterns.len() < 2 {
        return html! {};
    }
    let base = Resource::parse(resource).base();
    html! {
        label class="field" {
            span { "Integration pattern" }
            select data-actions=(form.actions.set_typed(&format!("{}/Resource", form.pointer), FieldKind::Text)) {
                @for pattern in patterns {
                    option value={(base) (pattern.suffix())} selected[*pattern == found.pattern()] { (title(*pattern)) }
                }
            }
        }
    }
}

/// Renders the link to the state machine whose executions a Task starts.
pub(super) fn child(form: &StateForm<'_>) -> Markup {
    let resource = form.object.get("Resource").and_then(Json::as_str);
    let is_start = resource.is_some_and(|resource| Resource::parse(resource).starts_execution());
    let Some(file) = form.file.as_ref().filter(|_| is_start) else {
        return html! {};
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("file", file)
        .append_pair("definition", &form.actions.definition.to_string())
        .append_pair("state", form.own_name)
        .finish();
    html! { p { a href={ "child?" (query) } { "Open the state machine that it starts" } } }
}

fn title(pattern: IntegrationPattern) -> &'static str {
    match pattern {
        IntegrationPattern::RequestResponse => "request and response",
        IntegrationPattern::WaitForTaskToken => "wait for a task token",
        pattern if pattern.suffix() == ".sync:2" => "run a job, with its output as JSON",
        _ => "run a job and wait for it",
    }
}

/// Renders the arguments that the service knows, with a button for each absent one.
pub(super) fn members(form: &StateForm<'_>, field: &str) -> Markup {
    let resource = form.object.get("Resource").and_then(Json::as_str);
    let members = resource.map(argument_members).unwrap_or_default();
    let own = form.object.get(field).and_then(Json::as_object);
    let has = |name: &str| {
        own.is_some_and(|own| own.contains_key(name) || own.contains_key(&format!("{name}.$")))
    };
    html! {
        @if !members.is_empty() {
            details {
                summary { (members.len()) " arguments of the service" }
                ul class="members" {
                    @for member in &members {
                        li {
                            code { (member.name) } " " span class="meaning" { (member.noun) }
                            @if !has(&member.name) && (own.is_some() || form.object.get(field).is_none()) {
                                " " button type="button" data-actions=(added(form, field, &member.name, member.noun)) { "Add" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The action that adds an argument.
fn added(form: &StateForm<'_>, field: &str, name: &str, noun: &str) -> String {
    let value = default_value(noun);
    let arguments = format!("{}/{field}", form.pointer);
    written(&[if form.object.contains_key(field) {
        let pointer = format!("{arguments}/{}", stepwright_asl::json::escape(name));
        form.actions.set(&pointer, FieldKind::Json, value)
    } else {
        let object = format!("{{{}: {value}}}", Json::from(name));
        form.actions.set(&arguments, FieldKind::Json, &object)
    }])
}

/// The text with which a new argument begins.
fn default_value(noun: &str) -> &'static str {
    match noun {
        "an object" => "{}",
        "an array" => "[]",
        "a number" => "0",
        "a boolean" => "true",
        _ => "\"\"",
    }
}
