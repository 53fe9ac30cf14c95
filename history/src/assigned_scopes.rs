//! The scopes of events, which a history does not contain.

use std::collections::HashMap;

use stepwright_interpreter::history::{EventGroup, EventKind};

use crate::container_ends::{ContainerEnds, PreviousKind};
use crate::event_scope::{EventScope, Frame};
use crate::raw_event::RawEvent;

/// Determines the state and the iterations and branches of each event. The API does not return
/// them, but each event refers to the previous one in its chain
/// (docs/reference/service-behaviour.md, "Chains of events").
pub(crate) fn assign_scopes(events: &mut [RawEvent]) {
    let by_id: HashMap<u32, usize> = events
        .iter()
        .enumerate()
        .map(|(index, event)| (event.id, index))
        .collect();
    let types: HashMap<String, String> = events
        .iter()
        .filter_map(|event| {
            let word = event.kind.entered_type()?;
            Some((event.name.clone()?, word.to_owned()))
        })
        .collect();
    // The state that was entered last in each iteration and branch.
    let mut entered: HashMap<Vec<String>, String> = HashMap::new();
    let mut ends = ContainerEnds::default();
    for at in 0..events.len() {
        let mut before = None;
        let mut is_continued = false;
        let mut from = at;
        // A redriven execution continues where it was before it ended.
        while let Some(&found) = by_id
            .get(&events[from].previous)
            .filter(|found| **found < from)
        {
            before = Some(&events[found]);
            from = found;
            is_continued |= events[found].kind == EventKind::ExecutionRedriven;
            if !matches!(
                events[found].kind.known(),
                Some(EventKind::ExecutionRedriven | EventKind::ExecutionFailed)
            ) {
                break;
            }
        }
        let mut last = before
            .map(|before| before.scope.clone())
            .unwrap_or_default();
        let mut last_kind = before
            .and_then(|before| before.kind.known())
            .map_or(PreviousKind::Other, PreviousKind::Known);
        let group = events[at].kind.group();
        if last_kind == PreviousKind::Known(EventKind::MapIterationStarted)
            && group != Some(EventGroup::Iteration)
            && let Some(state) = entered.get(&last.texts())
        {
            // A redriven iteration continues in its last state.
            last.state = Some(state.clone());
            last_kind = PreviousKind::Resumed;
            is_continued = true;
        }
        let parallel = last.state.as_ref().and_then(|state| types.get(state));
        // Without a redrive, a state follows the Exited event of the Parallel.
        is_continued |= last_kind == PreviousKind::Known(EventKind::ParallelStateFailed);
        if is_continued
            && group == Some(EventGroup::Entered)
            && parallel.is_some_and(|word| word == "Parallel")
            && last.state != events[at].name
        {
            // A branch that had not started.
            last_kind = PreviousKind::Known(EventKind::ParallelStateStarted);
        }
        let aborted = at.checked_sub(1).map(|before| &events[before]);
        let aborted = aborted.filter(|before| {
            before.kind == EventKind::MapIterationAborted
                && before.previous == events[at].previous
                && group == Some(EventGroup::Aborted)
                && events[at].kind != EventKind::MapRunAborted
        });
        let scope = match aborted {
            // Both refer to the failure of another iteration; the state is the last one of the
            // aborted iteration.
            Some(iteration) => EventScope {
                frames: iteration.scope.frames.clone(),
                state: entered.get(&iteration.scope.texts()).cloned(),
            },
            None => scope_of(&events[at], last, last_kind, &types, &ends),
        };
        if group == Some(EventGroup::Entered)
            && let Some(state) = &scope.state
        {
            entered.insert(scope.texts(), state.clone());
        }
        if events[at].kind == EventKind::MapStateStarted {
            // The iterations of an earlier visit have ended.
            let around = scope.texts();
            let is_inside = |inner: &[String]| {
                inner.len() > around.len()
                    && inner.starts_with(&around)
                    && inner[around.len()]
                        .rsplit_once('[')
                        .is_some_and(|(map, _)| Some(map) == scope.state.as_deref())
            };
            entered.retain(|inner, _| !is_inside(inner));
        }
        events[at].scope = scope;
        ends.add(at, &events[at].kind, &events[at].scope);
    }
}

/// Returns the scope of an event, from that of the previous event.
fn scope_of(
    event: &RawEvent,
    last: EventScope,
    last_kind: PreviousKind,
    types: &HashMap<String, String>,
    ends: &ContainerEnds,
) -> EventScope {
    let group = event.kind.group();
    if group == Some(EventGroup::Execution) {
        return EventScope::default();
    }
    if matches!(group, Some(EventGroup::Entered | EventGroup::Evaluation)) {
        let mut frames = last.frames;
        if last_kind == PreviousKind::Known(EventKind::ParallelStateStarted)
            && let (Some(parallel), Some(first)) = (last.state, event.name.clone())
        {
            frames.push(Frame::Branch { parallel, first });
        }
        let state = event.name.clone();
        return EventScope { frames, state };
    }
    if group == Some(EventGroup::Exited) {
        let frames = frames_of(&last.frames, event.name.as_deref());
        let state = event.name.clone();
        return EventScope { frames, state };
    }
    if group == Some(EventGroup::Iteration) {
        let mut frames = frames_of(&last.frames, event.name.as_deref());
        let map = event.name.clone().unwrap_or_default();
        let index = event.index;
        frames.push(Frame::Iteration { map, index });
        let state = event.name.clone();
        return EventScope { frames, state };
    }
    let Some((kind, word)) = event
        .kind
        .known()
        .and_then(|kind| Some((kind, container_type(kind)?)))
    else {
        return last;
    };
    let is_map = word == "Map";
    let around = last
        .frames
        .iter()
        .rposition(|frame| matches!(frame, Frame::Iteration { .. }) == is_map)
        .map(|inner| EventScope {
            state: Some(last.frames[inner].container().to_owned()),
            frames: last.frames[..inner].to_vec(),
        });
    let state_type = last.state.as_ref().and_then(|state| types.get(state));
    // The state of an event of an iteration is the Map around the iteration.
    let is_same_type =
        state_type.is_some_and(|of| of == word) && last_kind.group() != Some(EventGroup::Iteration);
    match around {
        Some(around)
            if !is_same_type
                || (around.frames.len() + 1 == last.frames.len()
                    && !ends.is_of_inner(kind, last_kind, &last, &around)) =>
        {
            around
        }
        _ => last,
    }
}

/// Returns the type of the Map or Parallel that wrote an event.
fn container_type(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::MapStateStarted
        | EventKind::MapStateSucceeded
        | EventKind::MapStateFailed
        | EventKind::MapStateAborted
        | EventKind::MapRunStarted
        | EventKind::MapRunRedriven
        | EventKind::MapRunSucceeded
        | EventKind::MapRunFailed
        | EventKind::MapRunAborted => Some("Map"),
        EventKind::ParallelStateStarted
        | EventKind::ParallelStateSucceeded
        | EventKind::ParallelStateFailed
        | EventKind::ParallelStateAborted => Some("Parallel"),
        _ => None,
    }
}

/// Returns the frames around a container, for an event inside it; all frames for an event outside
/// of it.
fn frames_of(frames: &[Frame], container: Option<&str>) -> Vec<Frame> {
    let inside = frames
        .iter()
        .rposition(|frame| Some(frame.container()) == container);
    frames[..inside.unwrap_or(frames.len())].to_vec()
}
