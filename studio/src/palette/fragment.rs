//! States that are inserted together.

use std::collections::HashMap;

use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};
use stepwright_editor::Definition;

/// The fields of a Map with its states.
const PROCESSORS: [&str; 2] = ["ItemProcessor", "Iterator"];
/// The fields with data, which may have members with the names of transitions.
const DATA: [&str; 8] = [
    "Arguments",
    "Assign",
    "ItemBatcher",
    "ItemSelector",
    "Output",
    "Parameters",
    "Result",
    "ResultSelector",
];

/// States with transitions between them. States with `End` lead to what follows.
#[derive(Debug, Clone)]
pub(crate) struct Fragment {
    start: String,
    states: Object,
}

impl Fragment {
    /// A fragment of one state.
    pub(crate) fn of(name: &str, state: Json) -> Fragment {
        Fragment {
            start: name.to_owned(),
            states: Object::from_iter([(name.to_owned(), state)]),
        }
    }

    /// The fragment in an object with `StartAt` and `States`.
    pub(crate) fn parse(json: &Json) -> Option<Fragment> {
        Some(Fragment {
            start: json.get("StartAt")?.as_str()?.to_owned(),
            states: json.get("States")?.as_object()?.clone(),
        })
    }

    /// The names of the states.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// The name of the first state.
    pub(crate) fn start(&self) -> &str {
        &self.start
    }

    /// The only state, with its name.
    pub(crate) fn only(&self) -> Option<(&str, &Json)> {
        match self.states.len() {
            1 => self
                .states
                .iter()
                .next()
                .map(|(name, state)| (&**name, state)),
            _ => None,
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        let states = Json::Object(self.states.clone());
        json!({"StartAt": (self.start.as_str()), "States": states})
    }

    /// Sets a field of all states that lack it, also of those in other states.
    pub(crate) fn with_field(mut self, field: &str, value: &Json) -> Fragment {
        set_field(&mut self.states, field, value);
        self
    }

    /// The fragment with names that a definition lacks.
    pub(crate) fn with_free_names(self, definition: &Definition) -> Fragment {
        let mut own: Vec<&str> = Vec::new();
        collect(&self.states, &mut |name| own.push(name));
        let names = definition.free_state_names(&own);
        let is_free = names.iter().all(|(old, new)| old == new);
        if is_free {
            return self;
        }
        let start = names.get(&*self.start).cloned();
        Fragment {
            start: start.unwrap_or_else(|| self.start.clone()),
            states: renamed_states(&self.states, &names),
        }
    }
}

/// The bodies in a state of a fragment.
fn bodies(state: &Json) -> impl Iterator<Item = &Object> {
    let branches = state.get("Branches").and_then(Json::as_array);
    let processors = PROCESSORS.iter().filter_map(|field| state.get(field));
    let bodies = branches.into_iter().flatten().chain(processors);
    bodies.filter_map(|body| body.get("States")?.as_object())
}

/// Recurses as deep as the parser allows.
fn set_field(states: &mut Object, field: &str, value: &Json) {
    for state in states.values_mut() {
        let Json::Object(state) = state else {
            continue;
        };
        for (key, part) in state.iter_mut() {
            let bodies = match part {
                Json::Array(branches) if key == "Branches" => &mut branches[..],
                body if PROCESSORS.contains(&&**key) => std::slice::from_mut(body),
                _ => &mut [],
            };
            for body in bodies {
                if let Json::Object(body) = body
                    && let Some(Json::Object(states)) = body.get_mut("States")
                {
                    set_field(states, field, value);
                }
            }
        }
        if !state.contains_key(field) {
            let rest = std::mem::take(state);
            let (kind, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|(key, _)| key == "Type");
            state.extend(kind);
            state.insert(field.to_owned(), value.clone());
            state.extend(others);
        }
    }
}

fn collect<'s>(states: &'s Object, found: &mut impl FnMut(&'s str)) {
    let mut open = vec![states];
    while let Some(states) = open.pop() {
        for (name, state) in states {
            found(name);
            open.extend(bodies(state));
        }
    }
}

fn renamed_states(states: &Object, names: &HashMap<&str, String>) -> Object {
    let states = states.iter().map(|(name, state)| {
        let name = names.get(&**name).unwrap_or(name);
        (name.clone(), renamed(state, names))
    });
    states.collect()
}

/// A value of a fragment with the new names in its transitions. Recurses as deep as the parser
/// allows.
fn renamed(value: &Json, names: &HashMap<&str, String>) -> Json {
    match value {
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| {
                let value = match (&**key, value) {
                    ("Next" | "Default" | "StartAt", Json::String(target)) => {
                        Json::from(names.get(&**target).unwrap_or(target).as_str())
                    }
                    ("States", Json::Object(states)) => Json::Object(renamed_states(states, names)),
                    (key, value) if DATA.contains(&key) => value.clone(),
                    (_, value) => renamed(value, names),
                };
                (key.clone(), value)
            });
            Json::Object(members.collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(|item| renamed(item, names)).collect()),
        value => value.clone(),
    }
}
