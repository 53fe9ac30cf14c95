//! Risks of error handling: removed retriers, catchers and timeouts, and hidden failures.

use std::collections::BTreeSet;

use stepwright_asl::diff::Diff;
use stepwright_asl::errors;
use stepwright_asl::graph::{Graph, State};
use stepwright_asl::json::{Json as Asl, Object};
use stepwright_asl::model::StateKind;
use stepwright_asl::resource::{Resource, action_reads};
use stepwright_asl::words::quoted;

use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// Returns the retriers, catchers, timeouts and heartbeats that states lost, and the new catchers
/// that hide failures.
pub(crate) fn handlers(diff: &Diff, old: &Asl, new: &Asl) -> Vec<Risk> {
    let (before, after) = (Graph::of(old), Graph::of(new));
    let mut risks = Vec::new();
    let renamed = |name: &str| {
        let mut changes = diff.states().iter();
        let change = changes.find(|change| change.old_name.as_deref() == Some(name));
        change.map_or_else(|| name.to_owned(), |change| change.name.clone())
    };
    for then in before.states() {
        let state = &renamed(then.name);
        let mut states = after.states().iter();
        let Some(found) = states.find(|found| found.name == state.as_str()) else {
            continue;
        };
        let to = found.pointer.to_string();
        let (then, now) = (then.object, found.object);
        for (field, verb) in [("Retry", "retries"), ("Catch", "catches")] {
            let (was, is) = (handled(then, field), handled(now, field));
            let now_handles_all = is.contains(errors::ALL);
            let is: Vec<&String> = is.iter().collect();
            let is_handled = |error: &String| match error.as_str() {
                errors::ALL => now_handles_all,
                error => errors::matches(&is, error),
            };
            let lost = was.iter().filter(|error| !is_handled(error));
            let lost = quoted(lost);
            if !lost.is_empty() {
                let level = match field {
                    "Catch" => RiskLevel::High,
                    _ => RiskLevel::Medium,
                };
                let message = format!("`{state}` no longer {verb} {lost}");
                let pointer = format!("{to}/{field}");
                risks.push(Risk::new(level, RiskKind::LostHandler, message).at(pointer));
            }
        }
        risks.extend(hidden_failure(&after, found, then));
        for (field, what) in [
            ("TimeoutSeconds", "timeout"),
            ("HeartbeatSeconds", "heartbeat"),
        ] {
            let has = |state: &Object| {
                state.contains_key(field) || state.contains_key(&format!("{field}Path"))
            };
            if has(then) && !has(now) {
                let message = format!(
                    "`{state}` has no {what} any more: a task that is never answered waits for a year"
                );
                risks.push(
                    Risk::new(RiskLevel::Medium, RiskKind::LostTimeout, message).at(to.as_str()),
                );
            }
        }
    }
    for field in diff.machine() {
        if field.pointer() == "/TimeoutSeconds" && field.new.is_none() {
            let message =
                "the state machine has no timeout any more: an execution may run for a year";
            risks.push(Risk::new(RiskLevel::Medium, RiskKind::LostTimeout, message));
        }
    }
    risks
}

/// A new catcher for all errors of a call that may write, after which the execution can succeed:
/// no failed execution shows that a payment failed.
fn hidden_failure(graph: &Graph<'_>, state: &State<'_>, then: &Object) -> Option<Risk> {
    let resource = state.object.get("Resource").and_then(Asl::as_str)?;
    let parsed = Resource::parse(resource);
    if state.kind != Some(StateKind::Task)
        || action_reads(parsed.plain_action())
        || handled(then, "Catch").contains(errors::ALL)
    {
        return None;
    }
    let catchers = state.object.get("Catch").and_then(Asl::as_array)?;
    let index = catchers.iter().position(|catcher| {
        let names = catcher.get("ErrorEquals").and_then(Asl::as_array);
        let mut names = names.into_iter().flatten();
        names.any(|name| name.as_str() == Some(errors::ALL))
    })?;
    let target = catchers[index].get("Next").and_then(Asl::as_str)?;
    let first = graph.find(state.container, target)?;
    if !can_succeed(graph, first) {
        return None;
    }
    let name = state.name;
    let message = format!(
        "`{name}` catches all errors now and continues with `{target}`: the execution can succeed although the call failed, and an alarm for failed executions does not report it"
    );
    let pointer = format!("{}/Catch/{index}", state.pointer);
    Some(Risk::new(RiskLevel::Medium, RiskKind::HiddenFailure, message).at(pointer))
}

/// Whether a path from a state ends without an error.
fn can_succeed(graph: &Graph<'_>, first: usize) -> bool {
    let mut seen = BTreeSet::from([first]);
    let mut open = vec![first];
    while let Some(index) = open.pop() {
        let state = &graph.states()[index];
        let ends = state.object.get("End").and_then(Asl::as_bool) == Some(true);
        if ends || state.kind == Some(StateKind::Succeed) {
            return true;
        }
        for edge in &state.edges {
            let next = graph.find(state.container, edge.target);
            open.extend(next.filter(|next| seen.insert(*next)));
        }
    }
    false
}

/// The names in `ErrorEquals` of all retriers or catchers. A retrier without attempts retries
/// nothing.
fn handled(state: &Object, field: &str) -> BTreeSet<String> {
    let handlers = state
        .get(field)
        .and_then(Asl::as_array)
        .into_iter()
        .flatten();
    let handlers =
        handlers.filter(|handler| handler.get("MaxAttempts").and_then(Asl::as_i64) != Some(0));
    let names = handlers.filter_map(|handler| handler.get("ErrorEquals")?.as_array());
    let names = names.flatten().filter_map(Asl::as_str);
    names.map(str::to_owned).collect()
}
