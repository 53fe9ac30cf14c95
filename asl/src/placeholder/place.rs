//! Where texts stand in a definition.

use super::address::{Addresses, StandsFor};
use super::syntax::whole;
use crate::json::{Json, Object};
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
    /// What it names, if it is a placeholder and nothing else.
    address: Option<StandsFor>,
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
        let place = Place {
            state: owner,
            language,
            key,
            address: None,
        };
        texts(value, &place, see);
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
    let called = called_by(fields);
    let named = |what: StandsFor| match addresses {
        Some(known) => known.get(name).copied(),
        None => Some(what),
    };
    for (key, value) in fields.iter_mut() {
        match (key.as_str(), &mut *value) {
            ("Branches", Json::Array(branches)) => {
                for branch in branches {
                    if let Json::Object(branch) = branch {
                        body(branch, Some(name), machines, addresses, see);
                    }
                }
                continue;
            }
            ("ItemProcessor" | "Iterator", Json::Object(processor)) => {
                body(processor, Some(name), machines, addresses, see);
                continue;
            }
            ("Parameters" | "Arguments", Json::Object(members)) if called.is_some() => {
                for (member, value) in members.iter_mut() {
                    let address = called
                        .filter(|(target, _)| target == member)
                        .and_then(|(_, what)| named(what));
                    let place = Place {
                        state: Some(name),
                        language,
                        key: member,
                        address,
                    };
                    texts(value, &place, see);
                }
                continue;
            }
            _ => {}
        }
        let address = (key == "Resource").then(|| named(StandsFor::Function));
        let place = Place {
            state: Some(name),
            language,
            key,
            address: address.flatten(),
        };
        texts(value, &place, see);
    }
}

/// The argument that names the target of a Task, and the kind of the target.
fn called_by(fields: &Object) -> Option<(&'static str, StandsFor)> {
    let resource = fields.get("Resource")?.as_str()?;
    let resource = Resource::parse(resource);
    let what = if resource.is_lambda_invoke() {
        StandsFor::Function
    } else {
        StandsFor::StateMachine
    };
    Some((resource.target_key()?, what))
}

fn texts(value: &mut Json, place: &Place<'_>, see: See<'_>) {
    match value {
        Json::String(text) => see(place, text),
        Json::Array(items) => {
            for item in items {
                texts(item, &inside(place, place.key), see);
            }
        }
        Json::Object(members) => {
            for (key, value) in members.iter_mut() {
                texts(value, &inside(place, key), see);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn inside<'a>(place: &Place<'a>, key: &'a str) -> Place<'a> {
    Place {
        state: place.state,
        language: place.language,
        key,
        address: None,
    }
}
