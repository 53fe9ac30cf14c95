//! Makes a machine whose conversion differs smaller.

use std::collections::{HashMap, HashSet};

use serde_json::{Value as Json, json};

use super::check::{Mismatch, compare};
use super::shape::Shape;

/// The most attempts. Each one converts and runs a definition.
const ATTEMPTS: usize = 600;

/// A machine whose conversion differs, with the input that shows it.
#[derive(Clone, Debug)]
pub(super) struct Counterexample {
    pub(super) definition: Json,
    pub(super) mismatch: Mismatch,
}

/// Removes and replaces parts of a machine while the same part of its executions differs.
pub(super) async fn shrink(
    mut smallest: Counterexample,
    results: &HashMap<String, Shape>,
) -> Counterexample {
    let mut attempts = 0;
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for candidate in candidates(&smallest) {
            attempts += 1;
            if attempts > ATTEMPTS {
                return smallest;
            }
            if let Some(smaller) = still_differs(&smallest, candidate, results).await {
                smallest = smaller;
                has_changed = true;
                break;
            }
        }
    }
    smallest
}

async fn still_differs(
    before: &Counterexample,
    (definition, run): (Json, Option<(Json, u64)>),
    results: &HashMap<String, Shape>,
) -> Option<Counterexample> {
    let runs: Vec<(Json, u64)> = run.into_iter().collect();
    let mismatch = compare(&definition, results, &runs).await.err()?;
    let part = |reason: &str| reason.split(':').next().map(str::to_owned);
    (part(&mismatch.reason) == part(&before.mismatch.reason)).then_some(Counterexample {
        definition,
        mismatch,
    })
}

type Candidate = (Json, Option<(Json, u64)>);

/// The machines that are smaller by one part, those that lack most first.
fn candidates(from: &Counterexample) -> Vec<Candidate> {
    let mut all = Vec::new();
    let run = &from.mismatch.run;
    let mut changed = |definition: Json| all.push((definition, run.clone()));
    for pointer in pointers(&from.definition) {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let value = from.definition.pointer(&pointer);
        if let (Some(states), "States") = (value.and_then(Json::as_object), name) {
            let scope = pointer.strip_suffix("/States").unwrap_or_default();
            for state in states.keys() {
                changed(started_at(&from.definition, scope, state));
            }
        }
        if name == "Next" {
            changed(ended(&from.definition, &pointer));
        }
        changed(without(&from.definition, &pointer));
    }
    if let Some((input, seed)) = run {
        for pointer in pointers(input) {
            all.push((
                from.definition.clone(),
                Some((without(input, &pointer), *seed)),
            ));
        }
    }
    all.retain(|(definition, run)| *definition != from.definition || *run != from.mismatch.run);
    all
}

/// The pointers of all values in a value, outer ones first.
fn pointers(value: &Json) -> Vec<String> {
    let mut all = Vec::new();
    let mut level = vec![(String::new(), value)];
    while let Some((pointer, value)) = level.pop() {
        match value {
            Json::Object(object) => {
                for (name, value) in object {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    level.push((format!("{pointer}/{name}"), value));
                }
            }
            Json::Array(items) => {
                let items = items.iter().enumerate();
                level.extend(items.map(|(index, value)| (format!("{pointer}/{index}"), value)));
            }
            _ => {}
        }
        if !pointer.is_empty() {
            all.push(pointer);
        }
    }
    all.sort_by_key(|pointer| pointer.matches('/').count());
    all
}

fn without(value: &Json, pointer: &str) -> Json {
    let mut value = value.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let name = name.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(parent) {
        Some(Json::Object(object)) => {
            object.shift_remove(&name);
        }
        Some(Json::Array(items)) => {
            if let Ok(index) = name.parse::<usize>() {
                items.remove(index);
            }
        }
        _ => {}
    }
    reachable(value)
}

fn started_at(definition: &Json, scope: &str, state: &str) -> Json {
    let mut definition = definition.clone();
    if let Some(scope) = definition.pointer_mut(scope) {
        scope["StartAt"] = json!(state);
    }
    reachable(definition)
}

/// Ends the scope after the state of a transition.
fn ended(definition: &Json, next: &str) -> Json {
    let mut definition = definition.clone();
    let (parent, _) = next.rsplit_once('/').unwrap_or_default();
    if let Some(Json::Object(state)) = definition.pointer_mut(parent)
        && state.contains_key("Type")
    {
        state.shift_remove("Next");
        state.insert("End".to_owned(), json!(true));
    }
    reachable(definition)
}

/// Removes the states that no transition leads to.
fn reachable(mut scope: Json) -> Json {
    let Some(states) = scope.get("States").and_then(Json::as_object) else {
        return scope;
    };
    let mut open: Vec<String> = vec![text(&scope["StartAt"])];
    let mut reached = HashSet::new();
    while let Some(name) = open.pop() {
        let Some(state) = states.get(&name) else {
            continue;
        };
        if reached.insert(name) {
            let parts = ["Catch", "Choices"]
                .into_iter()
                .filter_map(|list| state.get(list)?.as_array());
            let nexts = parts.flatten().map(|part| text(&part["Next"]));
            open.extend(nexts);
            open.push(text(&state["Next"]));
            open.push(text(&state["Default"]));
        }
    }
    if let Some(states) = scope["States"].as_object_mut() {
        states.retain(|name, _| reached.contains(name));
        for state in states.values_mut() {
            for field in ["ItemProcessor", "Iterator"] {
                if let Some(inner) = state.get_mut(field) {
                    *inner = reachable(inner.take());
                }
            }
            let branches = state.get_mut("Branches").and_then(Json::as_array_mut);
            for branch in branches.into_iter().flatten() {
                *branch = reachable(branch.take());
            }
        }
    }
    scope
}

fn text(name: &Json) -> String {
    name.as_str().unwrap_or_default().to_owned()
}
