//! The paths of an execution: the states that it entered, for each iteration and branch.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use indexmap::IndexMap;
use stepwright_history::runtime_support::{RecordedEvent, without_visit};
use stepwright_interpreter::history::EventGroup;

/// The states that were entered in one iteration, in one branch or at the top level.
#[derive(Debug, Default)]
pub(super) struct ScopePath<'e> {
    pub(super) states: Vec<&'e str>,
    /// The ids of the events that entered them.
    pub(super) events: Vec<u32>,
    /// Whether the last state was left.
    pub(super) has_ended: bool,
}

/// The paths of all scopes, in the order of their first events.
pub(super) type Paths<'e> = IndexMap<&'e [String], ScopePath<'e>>;

pub(super) fn paths(events: &[RecordedEvent]) -> Paths<'_> {
    let mut paths = Paths::new();
    for event in events {
        let Some(state) = event.state.as_deref() else {
            continue;
        };
        match event.kind.group() {
            Some(EventGroup::Entered) => {
                let path = paths.entry(event.scope.as_slice()).or_default();
                path.states.push(state);
                path.events.push(event.id);
                path.has_ended = false;
            }
            Some(EventGroup::Exited) => {
                if let Some(path) = paths.get_mut(event.scope.as_slice())
                    && path.states.last() == Some(&state)
                {
                    path.has_ended = true;
                }
            }
            _ => {}
        }
    }
    paths
}

/// Returns the states in which an execution is, or was when it ended, in all iterations and
/// branches.
pub(super) fn open_states(paths: &Paths<'_>) -> Vec<String> {
    let is_open = |scope: &[String]| {
        paths.get(scope).is_some_and(|path| !path.has_ended)
            && scope.split_last().is_none_or(|(frame, around)| {
                let container = paths.get(around).and_then(|path| path.states.last());
                let (frame, visit) = without_visit(frame);
                let inner = container.and_then(|container| frame.strip_prefix(container));
                inner.is_some_and(|inner| inner.starts_with(['[', '/']))
                    && !has_later_visit(paths, around, frame, visit)
            })
    };
    let open = paths
        .iter()
        .filter(|(scope, _)| (0..=scope.len()).all(|depth| is_open(&scope[..depth])));
    let states = open.filter_map(|(_, path)| path.states.last());
    states.map(|state| (*state).to_owned()).collect()
}

/// Whether the Map or Parallel of an iteration or branch was visited again.
fn has_later_visit(paths: &Paths<'_>, around: &[String], frame: &str, visit: u32) -> bool {
    let is_same = |other: &str| {
        let end = |frame: &str| frame.rfind(['[', '/']).unwrap_or(frame.len());
        other[..end(other)] == frame[..end(frame)]
    };
    let mut siblings = paths.keys().filter_map(|scope| {
        let (frame, outer) = scope.split_last()?;
        (outer == around).then(|| without_visit(frame))
    });
    siblings.any(|(other, later)| later > visit && is_same(other))
}

/// Returns a text that is equal for executions with the same transitions, errors and end. The
/// number of rounds of a loop and of items of a Map does not matter.
pub(super) fn signature(events: &[RecordedEvent]) -> String {
    let mut steps: Vec<String> = Vec::new();
    for (scope, path) in paths(events) {
        let frames = scope.iter().map(|frame| {
            let (frame, _) = without_visit(frame);
            frame.rfind('[').map_or(frame, |at| &frame[..at])
        });
        let scope = frames.collect::<Vec<_>>().join(" > ");
        let mut before = "";
        for state in path.states {
            steps.push(format!("{scope}: {before} -> {state}"));
            before = state;
        }
    }
    for event in events {
        let is_end = event.kind.group() == Some(EventGroup::Execution);
        if is_end || event.kind.group() == Some(EventGroup::Failed) {
            let error = event.details["error"].as_str().unwrap_or_default();
            let state = event.state.as_deref().unwrap_or_default();
            steps.push(format!("{} {state} {error}", event.kind));
        }
    }
    let steps: HashSet<String> = steps.into_iter().collect();
    let mut steps: Vec<String> = steps.into_iter().collect();
    steps.sort();
    let mut hasher = DefaultHasher::new();
    steps.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
