use std::collections::BTreeSet;

use stepwright_asl::diff::Diff;
use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::{Json as Asl, Object};
use stepwright_asl::words::quoted;

use crate::review::risk::{Risk, RiskKind, RiskLevel};

/// Returns the retriers, catchers, timeouts and heartbeats that states lost.
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
