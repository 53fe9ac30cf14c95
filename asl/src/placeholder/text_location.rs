//! Traverses the texts of a definition.

use super::address::{Addresses, SubstitutedValue};
use super::syntax::whole;
use crate::json::{Json, MAX_DEPTH, Object};
use crate::model::QueryLanguage;
use crate::resource::Resource;
use crate::words;

/// The location of a text.
pub(super) struct TextLocation<'a> {
    /// The state; `None` for the machine's own fields.
    pub(super) state: Option<&'a str>,
    /// The query language at this location.
    pub(super) language: QueryLanguage,
    /// The key of the member that is or contains the text.
    pub(super) key: &'a str,
    /// The keys from the state or machine to the text, separated by dots.
    pub(super) path: String,
    /// The `Resource` of the object that contains the text: the state, or its item reader or result
    /// writer.
    pub(super) resource: Option<&'a str>,
    /// Whether the text is an argument of the API that `Resource` names. Values inside a payload
    /// are not.
    pub(super) is_argument: bool,
    /// The kind of resource that the text names, if it is only a placeholder.
    pub(super) address: Option<SubstitutedValue>,
    /// Whether this kind is known from more than the text.
    pub(super) is_certain: bool,
    /// The number of levels below the field of the state or machine.
    depth: usize,
}

impl TextLocation<'_> {
    /// The kind of value of the placeholders in a text at this location.
    pub(super) fn stands_for(&self, text: &str) -> SubstitutedValue {
        match self.address {
            Some(what) if whole(text).is_some() => what,
            _ => SubstitutedValue::Value,
        }
    }
}

/// The function to call for each text.
type TextVisitor<'s> = &'s mut dyn FnMut(&TextLocation<'_>, &mut String);

/// Visits each text of a machine, but not the keys.
pub(super) fn walk(machine: &mut Json, addresses: Option<&Addresses>, see: TextVisitor<'_>) {
    let Json::Object(machine) = machine else {
        return;
    };
    let language = QueryLanguage::of(machine).unwrap_or(QueryLanguage::JsonPath);
    body(machine, None, language, addresses, see);
}

/// Visits a machine, a branch or a map's body. Its own fields belong to the state around it. States
/// without their own query language have that of the machine, at any depth.
fn body(
    object: &mut Object,
    owner: Option<&str>,
    language: QueryLanguage,
    addresses: Option<&Addresses>,
    see: TextVisitor<'_>,
) {
    for (key, value) in object.iter_mut() {
        if let ("States", Json::Object(states)) = (key.as_str(), &mut *value) {
            for (name, state) in states.iter_mut() {
                if let Json::Object(fields) = state {
                    self::state(fields, name, language, addresses, see);
                }
            }
            continue;
        }
        texts(value, &TextLocation::field(owner, language, key), see);
    }
}

fn state(
    fields: &mut Object,
    name: &str,
    machines: QueryLanguage,
    addresses: Option<&Addresses>,
    see: TextVisitor<'_>,
) {
    let language = QueryLanguage::of(fields).unwrap_or(machines);
    let resource = resource_of(fields);
    let called = called_by(resource.as_deref());
    let named = |what: SubstitutedValue| match addresses {
        Some(known) => known.get(name).copied(),
        None => Some(what),
    };
    for (key, value) in fields.iter_mut() {
        let place = TextLocation::field(Some(name), language, key);
        match (key.as_str(), &mut *value) {
            ("Branches", Json::Array(branches)) => {
                for branch in branches {
                    if let Json::Object(branch) = branch {
                        body(branch, Some(name), machines, addresses, see);
                    }
                }
            }
            ("ItemProcessor" | "Iterator", Json::Object(processor)) => {
                body(processor, Some(name), machines, addresses, see);
            }
            ("Parameters" | "Arguments", Json::Object(members)) if resource.is_some() => {
                let place = TextLocation {
                    resource: resource.as_deref(),
                    is_argument: true,
                    ..place
                };
                for (member, value) in members.iter_mut() {
                    let address = called
                        .filter(|(target, _)| target == member)
                        .and_then(|(_, what)| named(what));
                    let place = TextLocation {
                        address,
                        ..place.member(member)
                    };
                    texts(value, &place, see);
                }
            }
            ("ItemReader" | "ResultWriter", Json::Object(members)) => {
                let resource = resource_of(members);
                let place = TextLocation {
                    resource: resource.as_deref(),
                    ..place
                };
                for (member, value) in members.iter_mut() {
                    let place = TextLocation {
                        is_argument: matches!(member.as_str(), "Parameters" | "Arguments"),
                        ..place.member(member)
                    };
                    texts(value, &place, see);
                }
            }
            _ => {
                let address = (key == "Resource").then(|| named(SubstitutedValue::Function));
                let place = TextLocation {
                    address: address.flatten(),
                    is_certain: addresses.is_some(),
                    ..place
                };
                texts(value, &place, see);
            }
        }
    }
}

fn resource_of(fields: &Object) -> Option<String> {
    fields.get("Resource")?.as_str().map(str::to_owned)
}

/// The argument that names the target of a Task, and the kind of the target.
fn called_by(resource: Option<&str>) -> Option<(&'static str, SubstitutedValue)> {
    let resource = Resource::parse(resource?);
    let what = if resource.is_lambda_invoke() {
        SubstitutedValue::Function
    } else {
        SubstitutedValue::StateMachine
    };
    Some((resource.target_key()?, what))
}

/// Deeper levels than a parsed definition can have are skipped, to limit the recursion.
fn texts(value: &mut Json, place: &TextLocation<'_>, see: TextVisitor<'_>) {
    if place.depth > MAX_DEPTH {
        return;
    }
    match value {
        Json::String(text) => see(place, text),
        Json::Array(items) => {
            let place = place.item();
            for item in items {
                texts(item, &place, see);
            }
        }
        Json::Object(members) => {
            for (key, value) in members.iter_mut() {
                texts(value, &place.member(key), see);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Arguments that contain user-defined data with arbitrary keys.
const PAYLOADS: &[&str] = words![
    Payload Input Message MessageBody Detail RequestBody Item Body Headers QueryParameters
];

impl<'a> TextLocation<'a> {
    /// A field of a state or of a machine.
    fn field(state: Option<&'a str>, language: QueryLanguage, key: &'a str) -> TextLocation<'a> {
        TextLocation {
            state,
            language,
            key,
            path: key.to_owned(),
            resource: None,
            is_argument: false,
            address: None,
            is_certain: false,
            depth: 0,
        }
    }

    fn member(&self, key: &'a str) -> TextLocation<'a> {
        let is_payload = PAYLOADS.contains(&self.key.strip_suffix(".$").unwrap_or(self.key));
        TextLocation {
            key,
            path: format!("{}.{key}", self.path),
            is_argument: self.is_argument && !is_payload,
            ..self.item()
        }
    }

    fn item(&self) -> TextLocation<'a> {
        TextLocation {
            path: self.path.clone(),
            address: None,
            depth: self.depth + 1,
            ..*self
        }
    }
}
