//! Where the path of a rehearsal parts from the recorded one.

use std::collections::HashSet;

use stepwright_history::runtime_support::RecordedEvent;
use stepwright_interpreter::history::EventKind;

use super::compare::ComparedExecution;
use super::finding::Finding;
use super::paths::{ScopePath, paths};
use super::recorded_end::RecordedEnd;
use super::recorded_scopes::RecordedScopes;
use super::rehearsed_execution::RehearsedExecution;

impl ComparedExecution<'_> {
    /// Reports where the path parts: the earliest difference in the order of the recording.
    pub(super) fn path(
        &self,
        run: &RehearsedExecution,
        events: &[RecordedEvent],
        has_stopped: bool,
        findings: &mut Vec<Finding>,
    ) {
        let stop = self
            .recorded
            .iter()
            .position(|event| event.kind == EventKind::ExecutionAborted);
        let recorded = &self.recorded[..stop.unwrap_or(self.recorded.len())];
        let is_open = RecordedEnd::of(self.recorded).is_cut();
        let (then, now) = (paths(recorded), paths(events));
        let entered: HashSet<&str> = then
            .values()
            .flat_map(|path| path.states.iter().copied())
            .collect();
        let mut first: Option<(u32, Finding)> = None;
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        let empty = ScopePath::default();
        let scopes = (RecordedScopes::of(recorded), RecordedScopes::of(events));
        let is_cut = |scope: &[String]| {
            let (then, now) = &scopes;
            then.ended_by_others(scope).is_some() || now.ended_by_others(scope).is_some()
        };
        for (scope, before) in &then {
            let after = now.get(scope).unwrap_or(&empty);
            let is_cut = is_open || has_stopped || is_cut(scope);
            let filtered = self.filtered(before, after, &entered);
            added.extend(filtered.added);
            removed.extend(filtered.removed);
            let (r, a) = (&filtered.recorded, &filtered.now);
            let common = r
                .iter()
                .zip(a)
                .take_while(|(r, a)| before.states[**r] == after.states[**a]);
            let common = common.count();
            let ends = (common == r.len(), common == a.len());
            let parts = match ends {
                (true, true) => false,
                // One of them goes further.
                (true, false) => !is_cut,
                (false, true) => {
                    let is_whole = after.has_ended || (scope.is_empty() && run.outcome.is_some());
                    is_whole && !has_stopped && (scope.is_empty() || !is_cut)
                }
                (false, false) => true,
            };
            if !parts {
                continue;
            }
            let before_parting = common.checked_sub(1);
            let next = |path: &ScopePath<'_>, indexes: &[usize]| {
                // The state that follows in the unfiltered path.
                let index = before_parting.map_or(0, |at| indexes[at] + 1);
                path.states.get(index).map(|state| (*state).to_owned())
            };
            let at = r.get(common).or(r.last());
            let event = at.map_or(u32::MAX, |at| before.events[*at]);
            let finding = Finding::OtherPath {
                after: before_parting.map(|at| before.states[r[at]].to_owned()),
                scope: scope.to_vec(),
                recorded: next(before, r),
                now: next(after, a),
                choice: None,
            };
            if first.as_ref().is_none_or(|(earliest, _)| event < *earliest) {
                first = Some((event, finding));
            }
        }
        if let Some((_, finding)) = first {
            findings.push(finding);
            return;
        }
        if !is_open && !has_stopped {
            let unknown = now.iter().find(|(scope, path)| {
                let is_known = then.contains_key(*scope) || path.states.is_empty();
                let container = scope.last().is_some_and(|frame| {
                    // A container that only the new definition has is an added state.
                    entered.iter().any(|state| frame.starts_with(state))
                });
                !is_known && container && !is_cut(scope)
            });
            if let Some((scope, path)) = unknown {
                findings.push(Finding::OtherPath {
                    after: None,
                    scope: scope.to_vec(),
                    recorded: None,
                    now: path.states.first().map(|state| (*state).to_owned()),
                    choice: None,
                });
                return;
            }
        }
        let is_equal = added.is_empty() && removed.is_empty();
        if !has_stopped && !is_equal {
            findings.push(Finding::OtherStates {
                added: unique(added),
                removed: unique(removed),
            });
        }
    }

    /// Omits the states that only one of the definitions has: they are added or removed, and no
    /// decision leads to them.
    fn filtered(
        &self,
        before: &ScopePath<'_>,
        after: &ScopePath<'_>,
        entered: &HashSet<&str>,
    ) -> FilteredPath {
        let mut filtered = FilteredPath::default();
        for (index, state) in before.states.iter().enumerate() {
            if self.known.is_in_new(state) {
                filtered.recorded.push(index)
            } else {
                filtered.removed.push((*state).to_owned())
            }
        }
        let mut previous = None;
        for (index, state) in after.states.iter().enumerate() {
            let is_decided = previous.is_some_and(|state| self.known.is_choice(state));
            let is_new = match self.known.is_in_old(state) {
                Some(is_in_old) => !is_in_old,
                // Without the old definition, a state after a Choice may be a decision.
                None => !entered.contains(state) && !is_decided,
            };
            if is_new {
                filtered.added.push((*state).to_owned())
            } else {
                filtered.now.push(index)
            }
            previous = Some(*state);
        }
        filtered
    }
}

/// The indexes of the states that both definitions may have, and the other states.
#[derive(Default)]
struct FilteredPath {
    recorded: Vec<usize>,
    now: Vec<usize>,
    added: Vec<String>,
    removed: Vec<String>,
}

fn unique(states: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let states = states.into_iter();
    states.filter(|state| seen.insert(state.clone())).collect()
}
