//! How far a recording goes, and whether a rehearsal has come further.

use stepwright_history::runtime_support::RecordedEvent;

use super::answers::RecordedAnswers;
use super::paths::{Paths, paths};
use super::recorded_end::RecordedEnd;

/// A recorded execution next to its rehearsal.
pub(super) struct Extent<'a> {
    /// Whether the recording ends before the definition does.
    is_cut: bool,
    recorded: Paths<'a>,
    rehearsed: Paths<'a>,
    answers: &'a RecordedAnswers,
}

impl<'a> Extent<'a> {
    pub(super) fn of(
        recorded: &'a [RecordedEvent],
        rehearsed: &'a [RecordedEvent],
        answers: &'a RecordedAnswers,
    ) -> Self {
        Self {
            is_cut: RecordedEnd::of(recorded).is_cut(),
            recorded: paths(recorded),
            rehearsed: paths(rehearsed),
            answers,
        }
    }

    /// Whether the rehearsal has left the recording in an iteration or branch, or at the top level:
    /// the recording ends there before the definition does, and all of it has happened. What would
    /// have followed is not known.
    pub(super) fn is_left_in(&self, scope: &[String]) -> bool {
        let mut depths = 0..=scope.len();
        depths.any(|depth| {
            let cut = &scope[..depth];
            let is_cut = match depth {
                0 => self.is_cut,
                _ => self.answers.is_ended_by_others(cut),
            };
            let mut inner = (depth..=scope.len()).map(|depth| &scope[..depth]);
            is_cut && self.answers.are_used_in(cut) && inner.all(|scope| self.has_happened(scope))
        })
    }

    /// Whether the rehearsal has entered the recorded states in their order, and perhaps others.
    fn has_happened(&self, scope: &[String]) -> bool {
        let rehearsed = self.rehearsed.get(scope).into_iter();
        let mut rehearsed = rehearsed.flat_map(|path| &path.states);
        let recorded = self.recorded.get(scope).into_iter();
        let mut recorded = recorded.flat_map(|path| &path.states);
        recorded.all(|state| rehearsed.any(|entered| entered == state))
    }
}
