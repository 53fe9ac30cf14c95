//! Calls of services, by the tables of their actions.

use std::sync::OnceLock;

use stepwright_asl::integrations::{
    IntegrationPattern, OptimizedAction, ResourceField, optimized, services,
};
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::QueryLanguage;
use stepwright_editor::argument_members;

use super::{Fragment, InsertionPlace, PaletteItem};

const PREFIX: &str = "arn:aws:states:::";

/// A call that can be inserted.
struct Call {
    resource: String,
    title: String,
    about: &'static str,
    /// The text in which words are searched.
    text: String,
}

/// All calls, those of optimized integrations first.
fn all() -> &'static [Call] {
    static CALLS: OnceLock<Vec<Call>> = OnceLock::new();
    CALLS.get_or_init(|| {
        let optimized = optimized().iter().filter(|action| is_call(action));
        let optimized = optimized.map(|action| {
            let resource = format!("{PREFIX}{}", action.resource);
            let about = about(&action.patterns);
            call(resource, action.service(), action.action(), about)
        });
        let sdk = services().iter().flat_map(|service| {
            service.actions().map(|action| {
                let resource = format!("{PREFIX}aws-sdk:{}:{action}", service.name());
                call(resource, service.name(), &action, "a call of the AWS SDK")
            })
        });
        optimized.chain(sdk).collect()
    })
}

fn is_call(action: &OptimizedAction) -> bool {
    action.place == ResourceField::Task && action.resource.contains(':')
}

fn about(patterns: &[IntegrationPattern]) -> &'static str {
    match patterns.len() {
        0 | 1 => "an optimized integration",
        _ => "an optimized integration, with several patterns",
    }
}

fn call(resource: String, service: &str, action: &str, about: &'static str) -> Call {
    let title = format!("{service} {action}");
    let text = format!("{title} {resource}").to_lowercase();
    Call {
        resource,
        title,
        about,
        text,
    }
}

/// The calls with all words, in the order of the tables; calls with a word at the start of the
/// action come first.
pub(super) fn search(words: &[&str]) -> Vec<PaletteItem> {
    let is_found = |call: &&Call| words.iter().all(|word| call.text.contains(word));
    let begins = |call: &Call| {
        let title = call.title.to_lowercase();
        let (service, action) = title.split_once(' ').unwrap_or(("", &title));
        words
            .iter()
            .filter(|word| action.starts_with(**word) || service == **word)
            .count()
    };
    let mut found: Vec<&Call> = match words {
        [] => all()
            .iter()
            .filter(|call| !call.resource.contains("aws-sdk"))
            .collect(),
        _ => all().iter().filter(is_found).collect(),
    };
    found.sort_by_key(|call| std::cmp::Reverse(begins(call)));
    let items = found.into_iter().map(|call| PaletteItem {
        id: format!("call:{}", call.resource),
        group: "Calls of services",
        title: call.title.clone(),
        about: call.about.to_owned(),
    });
    items.collect()
}

pub(super) fn fragment(resource: &str, place: &InsertionPlace<'_>) -> Option<Fragment> {
    let call = all().iter().find(|call| call.resource == resource)?;
    let is_jsonata = place.language == QueryLanguage::Jsonata;
    let action = optimized()
        .iter()
        .find(|action| resource.strip_prefix(PREFIX) == Some(action.resource));
    // Some integrations have only patterns that wait.
    let pattern = action.and_then(|action| {
        let plain = IntegrationPattern::RequestResponse;
        let first = action.patterns.first().copied().unwrap_or(plain);
        (!action.patterns.contains(&plain)).then_some(first)
    });
    let suffix = pattern.map_or("", IntegrationPattern::suffix);
    let mut state = Object::from_iter([
        ("Type".to_owned(), "Task".into()),
        ("Resource".to_owned(), format!("{resource}{suffix}").into()),
    ]);
    let required = action.map_or(&[][..], |action| &action.required);
    let mut arguments = Object::new();
    let members = argument_members(resource);
    for name in required {
        let member = members.iter().find(|member| member.name == *name);
        let value = match member.map_or("a string", |member| member.noun) {
            "an object" => json!({}),
            "an array" => Json::Array(Vec::new()),
            "a number" => 0.into(),
            "a boolean" => true.into(),
            _ => Json::from(format!("${{{name}}}")),
        };
        arguments.insert((*name).to_owned(), value);
    }
    let is_lambda = resource == "arn:aws:states:::lambda:invoke";
    if is_lambda {
        let (key, value) = if is_jsonata {
            ("Payload", "{% $states.input %}")
        } else {
            ("Payload.$", "$")
        };
        arguments.insert(key.to_owned(), value.into());
    }
    let field = if is_jsonata {
        "Arguments"
    } else {
        "Parameters"
    };
    state.insert(field.to_owned(), Json::Object(arguments));
    if is_lambda {
        let (key, value) = if is_jsonata {
            ("Output", "{% $states.result.Payload %}")
        } else {
            ("OutputPath", "$.Payload")
        };
        state.insert(key.to_owned(), value.into());
    }
    Some(Fragment::of(&name_of(&call.title), Json::Object(state)))
}

/// The name of a state from the title of its call: `Put item` for `dynamodb putItem`.
fn name_of(title: &str) -> String {
    let action = title.split_once(' ').map_or(title, |(_, action)| action);
    let mut name = String::new();
    for (index, c) in action.chars().enumerate() {
        match (index, c.is_ascii_uppercase()) {
            (0, _) => name.extend(c.to_uppercase()),
            (_, true) => {
                name.push(' ');
                name.extend(c.to_lowercase());
            }
            _ => name.push(c),
        }
    }
    name
}
