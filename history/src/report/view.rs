//! The data from which a page about an execution is made, and the links of that page.

use std::borrow::Cow;

use stepwright_asl::json::Json;
use stepwright_asl::overlay::Overlay;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::value::Value;

use crate::timeline::{Explainer, Timeline, Visit};

/// The links of a page about an execution.
pub trait ExecutionLinks {
    /// Returns the link to a visit of a state, by its index in the [`Timeline`].
    fn visit(&self, index: usize) -> String;

    /// Returns the link to the definition of a state that was not entered; `None` without such a
    /// page.
    fn state(&self, _name: &str) -> Option<String> {
        None
    }

    /// Returns the link to another execution, by its ARN; `None` if there is no page about it.
    fn execution(&self, arn: &str) -> Option<String>;

    /// Returns the link to a Map Run, by its ARN; `None` if there is no page about it.
    fn map_run(&self, arn: &str) -> Option<String>;
}

/// An execution, and the state that a page shows.
#[derive(Clone, Copy)]
pub struct ExecutionView<'v> {
    /// The timeline of the execution.
    pub timeline: &'v Timeline,
    /// The definition of the execution, if it is known, with the states marked by what happened.
    pub definition: Option<(&'v Json, &'v Overlay)>,
    /// The explainer of the same definition, if it is valid.
    pub explainer: Option<&'v Explainer<'v>>,
    /// The data that no page shows.
    pub redaction: &'v Redaction,
    /// The current time, for what has not ended.
    pub now: Timestamp,
    /// The index of the visit whose data the page shows.
    pub selected: Option<usize>,
    /// The links of the page.
    pub links: &'v dyn ExecutionLinks,
}

impl std::fmt::Debug for ExecutionView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExecutionView")
            .field("title", &self.timeline.title())
            .field("selected", &self.selected)
            .finish_non_exhaustive()
    }
}

impl ExecutionView<'_> {
    /// Returns the end of the time that the page shows: that of the execution, or now.
    pub(super) fn end(&self) -> Timestamp {
        self.timeline.ended().unwrap_or(self.now)
    }

    /// Returns a value without the sensitive data that the engine redacts.
    pub(super) fn masked<'a>(&self, names: &[&str], value: &'a Value) -> Cow<'a, Value> {
        let is_masked = self.redaction.has_fields()
            || matches!(self.redaction.text(&value.to_text()), Cow::Owned(_));
        if is_masked {
            Cow::Owned(Value::from(
                self.redaction.value_at(names, &value.to_json()),
            ))
        } else {
            Cow::Borrowed(value)
        }
    }

    /// Returns a text without the sensitive data that the engine redacts.
    pub(super) fn masked_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redaction.text(text)
    }

    /// Returns the selected visit.
    pub(super) fn selected_visit(&self) -> Option<&Visit> {
        self.timeline.visit(self.selected?)
    }
}

/// Returns the visits with the same container and the same [scope](Visit::scope) as a visit: those
/// of its iteration, branch or top level. Without a visit, returns those of the top level.
pub fn siblings(timeline: &Timeline, index: Option<usize>) -> Vec<usize> {
    let visit = index.and_then(|index| timeline.visit(index));
    let container = visit.and_then(Visit::container);
    let scope = visit.map(Visit::scope).unwrap_or_default();
    let visits = timeline.visits().iter().enumerate();
    visits
        .filter(|(_, other)| other.container() == container && other.scope() == scope)
        .map(|(index, _)| index)
        .collect()
}

/// Returns the visit that a page shows at first: the one that failed last, or the newest one that
/// has not ended, or the last one.
pub fn most_interesting(timeline: &Timeline) -> Option<usize> {
    use stepwright_asl::overlay::Status;

    let last_with = |status: Status| {
        let visits = timeline.visits();
        // Of a failure inside of a container, the inner state is the cause.
        visits.iter().rposition(|visit| visit.status() == status)
    };
    last_with(Status::Failed)
        .or_else(|| last_with(Status::Running))
        .or_else(|| timeline.visits().len().checked_sub(1))
}
