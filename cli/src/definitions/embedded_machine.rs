//! A state machine that a file contains or names.

use std::path::PathBuf;

use crate::definitions::definition::LoadedDefinition;

/// A state machine of a file.
pub(crate) enum EmbeddedMachine {
    /// A definition, and its file if the template names one.
    Definition(Box<LoadedDefinition>, Option<PathBuf>),
    /// The reason why the definition of this machine cannot be read.
    Unread { machine: String, reason: String },
}
