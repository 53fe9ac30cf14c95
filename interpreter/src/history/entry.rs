//! The events of a history in memory, in a compact form.

use smol_str::SmolStr;

use super::{EventKind, ScopeId};
use crate::program::StateIx;
use crate::record::record;
use crate::timestamp::Timestamp;
use crate::value::Value;

/// One event in the memory of an execution: 40 bytes, with shared values. It is formatted on
/// demand.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) payload: Payload,
    pub(crate) scope: ScopeId,
    pub(crate) state: StateIx,
    pub(crate) kind: EventKind,
}

/// The details of an event; rare details are boxed.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    None,
    /// Input, output or parameters.
    Value(Value),
    Details(Box<Details>),
}

#[derive(Clone, Debug)]
pub(crate) enum Details {
    Scheduled {
        parameters: Value,
        timeout: Option<u64>,
        heartbeat: Option<u64>,
        role: Option<SmolStr>,
    },
    Exited {
        output: Value,
        assigned: Vec<(SmolStr, Value)>,
    },
    Failure {
        error: Option<SmolStr>,
        cause: Option<SmolStr>,
    },
    Evaluation {
        error: SmolStr,
        cause: SmolStr,
        location: Option<SmolStr>,
    },
    Length(u64),
    Worker(SmolStr),
    MapRun(SmolStr),
    /// A Map Run, with the number of its redrives.
    MapRunRedriven(SmolStr, u32),
    /// The number of redrives of the execution.
    Redriven(u32),
}

impl Payload {
    /// Returns its value, if the event has one that may be large.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Details(details) => match &**details {
                Details::Scheduled { parameters, .. } => Some(parameters),
                Details::Exited { output, .. } => Some(output),
                _ => None,
            },
            Self::None => None,
        }
    }

    /// Returns about how many bytes its texts have when they are printed, with or without inputs
    /// and outputs.
    pub(super) fn printed_bytes(&self, has_data: bool) -> u64 {
        let text = |text: &Option<SmolStr>| text.as_ref().map_or(0, |text| text.len() as u64);
        let data = |value: &Value| if has_data { value.json_len() } else { 0 };
        match self {
            Self::None => 0,
            Self::Value(value) => data(value),
            Self::Details(details) => match &**details {
                // The parameters of a service are printed in any case.
                Details::Scheduled { parameters, .. } => parameters.json_len(),
                Details::Exited { output, assigned } => {
                    let assigned = assigned.iter();
                    let assigned =
                        assigned.map(|(name, value)| name.len() as u64 + value.json_len());
                    data(output).saturating_add(assigned.sum())
                }
                Details::Failure { error, cause } => text(error) + text(cause),
                Details::Evaluation {
                    cause, location, ..
                } => cause.len() as u64 + text(location),
                _ => 0,
            },
        }
    }

    pub(crate) fn failure(error: Option<SmolStr>, cause: Option<SmolStr>) -> Self {
        Self::Details(Box::new(Details::Failure { error, cause }))
    }
}

impl From<Details> for Payload {
    fn from(details: Details) -> Self {
        Self::Details(Box::new(details))
    }
}

// Most of the bytes of records are events, so they have no numbers of fields. New data of an event
// is a field of its `Details`.
record!(tuple Entry { at, payload, scope, state, kind });
record!(enum Payload { 0 => None, 1 => Value(value), 2 => Details(details) });
record!(enum Details {
    0 => Scheduled { 1 => parameters, 2 => timeout, 3 => heartbeat, 4 => role },
    1 => Exited { 1 => output, 2 => assigned },
    2 => Failure { 1 => error, 2 => cause },
    3 => Evaluation { 1 => error, 2 => cause, 3 => location },
    4 => Length(length),
    5 => Worker(name),
    6 => MapRun(arn),
    7 => Redriven(count),
    8 => MapRunRedriven(arn, count),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_forty_bytes() {
        assert_eq!(size_of::<Entry>(), 40);
    }
}
