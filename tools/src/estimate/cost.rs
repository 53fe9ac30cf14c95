//! Amounts, and their arithmetic.

use serde::{Serialize, Serializer};

/// The amounts of an execution. An amount without a bound is infinite, and `null` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CostCase {
    /// Transitions of the execution itself: entered states, and retries.
    #[serde(serialize_with = "amount")]
    pub transitions: f64,
    /// Events of its history.
    #[serde(serialize_with = "amount")]
    pub events: f64,
    /// Bytes of its largest payload.
    #[serde(serialize_with = "amount")]
    pub payload_bytes: f64,
    /// Duration in seconds.
    #[serde(serialize_with = "amount")]
    pub seconds: f64,
    /// Transitions of the Standard children of its Distributed Maps.
    #[serde(serialize_with = "amount")]
    pub child_transitions: f64,
    /// Express child executions of its Distributed Maps.
    #[serde(serialize_with = "amount")]
    pub express_children: f64,
    /// Total duration of these children in seconds.
    #[serde(serialize_with = "amount")]
    pub express_child_seconds: f64,
    /// Visits of states that wait for something outside of the definition, so that their duration
    /// is unknown. Only the typical case counts them.
    #[serde(skip)]
    pub(super) unknown_waits: f64,
}

pub(super) fn amount<S: Serializer>(amount: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if amount.is_finite() {
        serializer.serialize_f64(*amount)
    } else {
        serializer.serialize_none()
    }
}

/// Multiplies an amount by a count. Zero times infinity is zero.
pub(super) fn times(amount: f64, count: f64) -> f64 {
    if amount == 0.0 || count == 0.0 {
        0.0
    } else {
        amount * count
    }
}

impl CostCase {
    /// One visit of a state, with this number of events.
    pub(super) fn state(events: f64) -> CostCase {
        CostCase {
            transitions: 1.0,
            events,
            ..CostCase::default()
        }
    }

    /// The amounts of an execution without end.
    pub(super) const ENDLESS: CostCase = CostCase {
        transitions: f64::INFINITY,
        events: f64::INFINITY,
        payload_bytes: f64::INFINITY,
        seconds: f64::INFINITY,
        child_transitions: f64::INFINITY,
        express_children: f64::INFINITY,
        express_child_seconds: f64::INFINITY,
        unknown_waits: 0.0,
    };

    fn with(self, other: CostCase, of: impl Fn(f64, f64) -> f64) -> CostCase {
        CostCase {
            transitions: of(self.transitions, other.transitions),
            events: of(self.events, other.events),
            payload_bytes: of(self.payload_bytes, other.payload_bytes),
            seconds: of(self.seconds, other.seconds),
            child_transitions: of(self.child_transitions, other.child_transitions),
            express_children: of(self.express_children, other.express_children),
            express_child_seconds: of(self.express_child_seconds, other.express_child_seconds),
            unknown_waits: of(self.unknown_waits, other.unknown_waits),
        }
    }

    /// The sum of two consecutive parts.
    pub(super) fn then(self, other: CostCase) -> CostCase {
        self.with(other, |a, b| a + b)
    }

    /// Two concurrent parts: the duration is that of the longer one.
    pub(super) fn concurrent_with(self, other: CostCase) -> CostCase {
        CostCase {
            seconds: self.seconds.max(other.seconds),
            ..self.then(other)
        }
    }

    /// The same part repeated `count` times.
    pub(super) fn repeated(self, count: f64) -> CostCase {
        self.with(self, |a, _| times(a, count))
    }

    /// The larger of each amount.
    pub(super) fn max(self, other: CostCase) -> CostCase {
        self.with(other, f64::max)
    }

    /// The smaller of each amount.
    pub(super) fn min(self, other: CostCase) -> CostCase {
        self.with(other, f64::min)
    }
}

/// The best, typical and worst case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) best: CostCase,
    pub(super) typical: CostCase,
    pub(super) worst: CostCase,
}

impl Range {
    pub(super) fn exactly(case: CostCase) -> Range {
        Range {
            best: case,
            typical: case,
            worst: case,
        }
    }

    pub(super) fn map(self, of: impl Fn(CostCase) -> CostCase) -> Range {
        Range {
            best: of(self.best),
            typical: of(self.typical),
            worst: of(self.worst),
        }
    }

    pub(super) fn with(self, other: Range, of: impl Fn(CostCase, CostCase) -> CostCase) -> Range {
        Range {
            best: of(self.best, other.best),
            typical: of(self.typical, other.typical),
            worst: of(self.worst, other.worst),
        }
    }
}
