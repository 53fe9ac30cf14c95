use std::borrow::Cow;

use stepwright_interpreter::history::Event;

use crate::recorded::RecordedEvent;
use crate::recorded_kind::RecordedKind;

/// The parts of an event that coverage reads: all except its data.
#[derive(Debug)]
pub(super) struct CoverageEvent<'e> {
    /// Its type.
    pub(super) kind: Cow<'e, RecordedKind>,
    /// The state that it belongs to; empty for an event of the execution itself.
    pub(super) state: &'e str,
    /// The enclosing iterations and branches, outermost first.
    pub(super) scope: Cow<'e, [String]>,
    /// The error name of a failure.
    pub(super) error: Option<&'e str>,
}

impl<'e> From<&'e Event> for CoverageEvent<'e> {
    fn from(event: &'e Event) -> Self {
        Self {
            kind: Cow::Owned(RecordedKind::Known(event.kind())),
            state: event.state_name().unwrap_or_default(),
            scope: event.scope().into(),
            error: event.error(),
        }
    }
}

impl<'e> From<&'e RecordedEvent> for CoverageEvent<'e> {
    fn from(event: &'e RecordedEvent) -> Self {
        Self {
            kind: Cow::Borrowed(&event.kind),
            state: event.state.as_deref().unwrap_or_default(),
            scope: Cow::Borrowed(&event.scope),
            error: event.details["error"].as_str(),
        }
    }
}
