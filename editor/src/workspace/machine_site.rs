//! The places of state machines in files.

use std::ops::Range;

use serde::Serialize;

/// A place of a state machine in a file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MachineSite {
    /// The name of the file.
    pub file: String,
    /// The range of the name in the text of the file.
    pub range: Range<usize>,
    /// Whether the machine is declared here; otherwise it is called.
    pub is_declaration: bool,
}
