//! The issues that a policy cannot resolve.

use std::fmt;

use stepwright_asl::words::quoted;

/// A warning to the reader of a policy: it allows more than is needed, or lacks a permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Warning {
    /// The kind of the warning.
    pub kind: WarningKind,
    /// The issue and how to fix it, without the names of the states.
    pub message: String,
    /// The states that cause it, sorted by name; empty if it is about the whole machine.
    pub states: Vec<String>,
}

/// The kind of a [`Warning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The policy allows more than one resource, because the definition does not name it.
    Dynamic,
    /// The machine must pass a role that the definition does not show.
    PassRole,
    /// An additional permission may be needed, which the definition does not show.
    NotVisible,
    /// The permissions of the state are unknown.
    Unknown,
    /// The call uses another role, which needs its own policy.
    CrossAccount,
    /// The policy as a whole.
    Policy,
}

impl WarningKind {
    /// The name in JSON: `dynamic`, `passRole`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            WarningKind::Dynamic => "dynamic",
            WarningKind::PassRole => "passRole",
            WarningKind::NotVisible => "notVisible",
            WarningKind::Unknown => "unknown",
            WarningKind::CrossAccount => "crossAccount",
            WarningKind::Policy => "policy",
        }
    }
}

/// The states, and the message.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.states.as_slice() {
            [] => {}
            [one] => write!(f, "state `{one}`: ")?,
            several => write!(f, "states {}: ", quoted(several))?,
        }
        f.write_str(&self.message)
    }
}
