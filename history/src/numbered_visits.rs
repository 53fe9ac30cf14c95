//! Numbers of the visits of Maps and Parallels.
//!
//! A Map in a loop has iterations of the same names in each round. Where the rounds must not be
//! mixed, the names of a further round get its number: `Each[1] (visit 2)`.

use std::collections::HashMap;

use stepwright_interpreter::history::{EventKind, History};
use stepwright_interpreter::task::TaskCall;

use crate::recorded_event::{RecordedEvent, recorded_events};

/// The word of a further visit. A state whose name contains it can be shown with a wrong number.
const WORD: &str = " (visit ";

/// The starts of each Map and Parallel, by the numbered scope around it and its name.
type Starts = HashMap<(Vec<String>, String), u32>;

/// Numbers the scopes of events, which are in their order.
pub(crate) fn number_visits(events: &mut [RecordedEvent]) {
    let mut starts = Starts::new();
    for event in events {
        number(&mut event.scope, &starts);
        // A Map without items has no iterations.
        let has_scopes = match event.kind.known() {
            Some(EventKind::ParallelStateStarted) => true,
            Some(EventKind::MapStateStarted) => event.details["length"] != 0,
            _ => false,
        };
        if let Some(state) = event.state.as_ref().filter(|_| has_scopes) {
            let key = (event.scope.clone(), state.clone());
            *starts.entry(key).or_default() += 1;
        }
    }
}

/// Returns the events of a history as a recording has them, with numbered scopes.
pub fn numbered_events(history: &History) -> Vec<RecordedEvent> {
    let mut events = recorded_events(history);
    number_visits(&mut events);
    events
}

fn number(scope: &mut [String], starts: &Starts) {
    for depth in 0..scope.len() {
        let (around, inner) = scope.split_at_mut(depth);
        let frame = &mut inner[0];
        // A name may contain the characters that end it.
        let ends = frame.match_indices(['[', '/']).map(|(at, _)| &frame[..at]);
        let mut visits = ends.filter_map(|name| starts.get(&(around.to_vec(), name.to_owned())));
        let visit = visits.next_back().copied().unwrap_or(1);
        *frame = numbered(frame, visit);
    }
}

fn numbered(frame: &str, visit: u32) -> String {
    match visit {
        0 | 1 => frame.to_owned(),
        _ => format!("{frame}{WORD}{visit})"),
    }
}

/// Returns the numbered scope of a call.
pub fn numbered_scope(call: &TaskCall<'_>) -> Vec<String> {
    let visits = call.visits().into_iter();
    let frames = call.scope().into_iter().zip(visits);
    frames
        .map(|(frame, visit)| numbered(&frame, visit))
        .collect()
}

/// Returns an iteration or branch without the number of its visit, and the number.
pub fn without_visit(frame: &str) -> (&str, u32) {
    let split = frame
        .strip_suffix(')')
        .and_then(|start| start.rsplit_once(WORD));
    let visit = split.and_then(|(frame, visit)| Some((frame, visit.parse().ok()?)));
    visit.unwrap_or((frame, 1))
}
