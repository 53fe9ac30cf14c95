//! Where texts stand in a definition.

use super::address::{Addresses, StandsFor};
use super::syntax::whole;
use crate::json::{Json, MAX_DEPTH, Object};
use crate::model::QueryLanguage;
use crate::resource::Resource;

/// Where a text stands.
pub(super) struct Place<'a> {
    /// The state; `None` for the machine's own fields.
    pub(super) state: Option<&'a str>,
    /// The query language there.
    pub(super) language: QueryLanguage,
    /// The key of the member that it is, or that holds it.
    pub(super) key: &'a str,
    /// The keys that lead to it in its state or machine, with dots between them.
    pub(super) path: String,
    /// The `Resource` of what it is a field of: the state, or its reader or writer of items.
    pub(super) resource: Option<&'a str>,
    /// Whether it is an argument of the API that the `Resource` names. What is inside of a payload is not.
    pub(super) is_argument: bool,
    /// What it names, if it is a placeholder and nothing else.
    pub(super) address: Option<StandsFor>,
    /// Whether more than the text says what it names.
    pub(super) is_certain: bool,
    /// How many levels it is below the field of its state or machine.
    depth: usize,
}

impl Place<'_> {
    /// What the placeholders in a text of this place stand for.
    pub(super) fn stands_for(&self, text: &str) -> StandsFor {
        match self.address {
            Some(what) if whole(text).is_some() => what,
            _ => StandsFor::Value,
        }
    }
}

/// The function that is called for each text.
type See<'s> = &'s mut dyn FnMut(&Place<'_>, &mut String);

/// Shows each text of a machine, keys left out.
pub(super) fn walk(machine: &mut Json, addresses: Option<&Addresses>, see: See<'_>) {
    let Json::Object(machine) = machine else {
        return;
    };
    let language = language_of(machine).unwrap_or(QueryLanguage::JsonPath);
    body(machine, None, language, addresses, see);
}

fn language_of(object: &Object) -> Option<QueryLanguage> {
    match object.get("QueryLanguage")?.as_str()? {
        "JSONata" => Some(QueryLanguage::Jsonata),
        _ => Some(QueryLanguage::JsonPath),
    }
}

/// A machine, a branch or a map's body: its own fields belong to the state around it. The language is the machine's: a state that does
/// not name its own has that one, however deep it stands.
fn body(
    object: &mut Object,
    owner: Option<&str>,
    language: QueryLanguage,
    addresses: Option<&Addresses>,
    see: See<'_>,
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
        texts(value, &Place::field(owner, language, key), see);
    }
}

fn state(
    fields: &mut Object,
    name: &str,
    machines: QueryLanguage,
    addresses: Option<&Addresses>,
    see: See<'_>,
) {
    let language = language_of(fields).unwrap_or(machines);
    let resource = resource_of(fields);
    let called = called_by(resource.as_deref());
    let named = |what: StandsFor| match addresses {
        Some(known) => known.get(name).copied(),
        None => Some(what),
    };
    for (key, value) in fields.iter_mut() {
        let place = Place::field(Some(name), language, key);
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
                let place = Place {
                    resource: resource.as_deref(),
                    is_argument: true,
                    ..place
                };
                for (member, value) in members.iter_mut() {
                    let address = called
                        .filter(|(target, _)| target == member)
                        .and_then(|(_, what)| named(what));
                    let place = Place {
                        address,
                        ..place.member(member)
                    };
                    texts(value, &place, see);
                }
            }
            ("ItemReader" | "ResultWriter", Json::Object(members)) => {
                let resource = resource_of(members);
                let place = Place {
                    resource: resource.as_deref(),
                    ..place
                };
                for (member, value) in members.iter_mut() {
                    let place = Place {
                        is_argument: matches!(member.as_str(), "Parameters" | "Arguments"),
                        ..place.member(member)
                    };
                    texts(value, &place, see);
                }
            }
            _ => {
                let address = (key == "Resource").then(|| named(StandsFor::Function));
                let place = Place {
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
fn called_by(resource: Option<&str>) -> Option<(&'static str, StandsFor)> {
    let resource = Resource::parse(resource?);
    let what = if resource.is_lambda_invoke() {
        StandsFor::Function
    } else {
        StandsFor::StateMachine
    };
    Some((resource.target_key()?, what))
}

/// Levels beyond those that a text of a definition can have are not looked at: they end the recursion.
fn texts(value: &mut Json, place: &Place<'_>, see: See<'_>) {
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

/// Arguments in which the user's own data stands, whatever its keys are called.
const PAYLOADS: &[&str] = &[
    "Payload",
    "Input",
    "Message",
    "MessageBody",
    "Detail",
    "RequestBody",
    "Item",
    "Body",
    "Headers",
    "QueryParameters",
];

impl<'a> Place<'a> {
    /// A field of a state or of a machine.
    fn field(state: Option<&'a str>, language: QueryLanguage, key: &'a str) -> Place<'a> {
        Place {
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

    fn member(&self, key: &'a str) -> Place<'a> {
        let is_payload = PAYLOADS.contains(&self.key.strip_suffix(".$").unwrap_or(self.key));
        Place {
            key,
            path: format!("{}.{key}", self.path),
            is_argument: self.is_argument && !is_payload,
            ..self.item()
        }
    }

    fn item(&self) -> Place<'a> {
        Place {
            path: self.path.clone(),
            address: None,
            depth: self.depth + 1,
            ..*self
        }
    }
}
