//! The names in `retry` and `catch`, and their order.

use super::fault;
use crate::expr::Text;
use crate::flow::{CallTarget, FlowStateKind, State};
use crate::workflow::{Fault, SourceLocation};
use std::collections::HashSet;
use stepwright_asl::errors::{ALL, RESERVED, is_reserved, matches};
use stepwright_asl::similar::did_you_mean;

/// One call of `.retry(..)` or `.catch(..)`.
struct Group<'s> {
    call: &'static str,
    errors: &'s [Text],
    place: Option<SourceLocation>,
}

/// Runs the rules of this file.
pub(super) fn rules(state: &State, faults: &mut Vec<Fault>) {
    let retries = state.retry.iter().map(|retry| Group {
        call: ".retry(..)",
        errors: &retry.errors,
        place: retry.place.or(state.place),
    });
    let catches = state.catch.iter().map(|catch| Group {
        call: ".catch(..)",
        errors: &catch.errors,
        place: catch.edge.place.or(state.place),
    });
    for list in [retries.collect::<Vec<_>>(), catches.collect()] {
        for group in &list {
            names_exist(state, group, faults);
            all_stands_alone(state, group, faults);
            items_fail_in_one_way(state, group, faults);
        }
        nothing_is_shadowed(state, &list, faults);
    }
}

fn say(state: &State, group: &Group<'_>, message: String, faults: &mut Vec<Fault>) {
    faults.push(fault(state, message).at(group.place));
}

/// An error has a name, and one that begins with `States.` is one of ASL's.
fn names_exist(state: &State, group: &Group<'_>, faults: &mut Vec<Fault>) {
    let call = group.call;
    if group.errors.is_empty() {
        let message = format!("`{call}` names no error; give it one, or leave it out");
        say(state, group, message, faults);
    }
    for name in group.errors {
        if name.trim().is_empty() {
            let message = format!(
                "`{call}` names an error without a name, and Step Functions has none; write the name, or `States::ALL`"
            );
            say(state, group, message, faults);
        } else if name.starts_with("States.") && !is_reserved(name) {
            let close = did_you_mean(name, RESERVED.iter().copied());
            let close = close.map_or(String::new(), |close| format!(", {close}"));
            let message = format!("`{call}` names `{name}`, and ASL has no such error{close}");
            say(state, group, message, faults);
        }
    }
}

/// `States.ALL` stands alone.
fn all_stands_alone(state: &State, group: &Group<'_>, faults: &mut Vec<Fault>) {
    if group.errors.len() > 1 && group.errors.iter().any(|name| name == ALL) {
        let message = format!(
            "`States::ALL` stands alone in a `{}`: it names every error already",
            group.call
        );
        say(state, group, message, faults);
    }
}

/// Each names errors that no earlier one of its state takes; `States.ALL` comes last.
fn nothing_is_shadowed(state: &State, list: &[Group<'_>], faults: &mut Vec<Fault>) {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut before: Vec<&str> = Vec::new();
    for (index, group) in list.iter().enumerate() {
        let call = group.call;
        for name in group.errors {
            if name == ALL {
                if index + 1 < list.len() {
                    let message = format!(
                        "`States::ALL` takes every error, so each `{call}` after it never runs: call this one last"
                    );
                    say(state, group, message, faults);
                }
                return;
            }
            let taken_by = before
                .iter()
                .find(|earlier| **earlier != &**name && matches(&[earlier], name));
            if let Some(earlier) = taken_by {
                let message = format!(
                    "an earlier `{call}` of this state takes `{name}` already: `{earlier}` stands for it too; call this one \
                     before"
                );
                say(state, group, message, faults);
            } else if !seen.insert(name) {
                let message = format!(
                    "an earlier `{call}` of this state takes `{name}` already: take one of them out"
                );
                say(state, group, message, faults);
            }
            if is_reserved(name) {
                before.push(name);
            }
        }
    }
}

/// Whatever an item of a Distributed Map fails with, the map fails with `States.ExceedToleratedFailureThreshold`.
fn items_fail_in_one_way(state: &State, group: &Group<'_>, faults: &mut Vec<Fault>) {
    let FlowStateKind::Map(map) = &state.kind else {
        return;
    };
    if map.distributed.is_none() {
        return;
    }
    let mut inside = HashSet::new();
    super::each_state(&map.body.states, &mut |inner| {
        if let FlowStateKind::Task { call, .. } = &inner.kind
            && let CallTarget::Task(task) = &call.sends
        {
            inside.extend(task.errors.iter().map(|row| row.error));
        }
    });
    if group.errors.iter().any(|name| inside.contains(&**name)) {
        let message = format!(
            "a Distributed Map never fails with the error of an item: name \
             `States::EXCEED_TOLERATED_FAILURE_THRESHOLD` in this `{}`, or catch the error inside",
            group.call
        );
        say(state, group, message, faults);
    }
}
