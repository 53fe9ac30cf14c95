//! What a policy cannot settle.

use std::fmt;

/// Something that the reader of a policy should know: it allows more than is needed, or lacks something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Warning {
    /// What sort of thing it is.
    pub kind: WarningKind,
    /// What it is about, and how to mend it, without the names of the states.
    pub message: String,
    /// The states that are the cause, in the order of their names; none where the machine as a whole is.
    pub states: Vec<String>,
}

/// A sort of [`Warning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The policy allows more than one resource, because the definition does not name it.
    Dynamic,
    /// A role must be passed that the definition does not show.
    PassRole,
    /// What may be needed besides, and the definition does not show.
    NotVisible,
    /// What the state needs is not known.
    Unknown,
    /// Another role does the work, and needs its own policy.
    CrossAccount,
    /// The policy as a whole.
    Policy,
}

impl WarningKind {
    /// The word for it in JSON: `dynamic`, `passRole`, ...
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

/// The states, and what is to be said of them.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.states.as_slice() {
            [] => {}
            [one] => write!(f, "state `{one}`: ")?,
            several => {
                let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "states {}: ", names.join(", "))?;
            }
        }
        f.write_str(&self.message)
    }
}
