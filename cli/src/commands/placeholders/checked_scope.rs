//! The definition to which a check is limited.

use std::path::{Path, PathBuf};

use super::machine::PlaceholderMachine;

/// The definition to which the check is limited.
pub(super) struct CheckedScope {
    pub(super) machine: PlaceholderMachine,
    pub(super) path: PathBuf,
}

impl CheckedScope {
    /// Whether the path in a template is this file.
    pub(super) fn is(&self, file: &Path) -> bool {
        let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        whole(&self.path) == whole(file)
    }
}
