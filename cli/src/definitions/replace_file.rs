//! Replaces the text of a file.

use std::path::Path;

use crate::failure::Failure;

/// Replaces the text of a file. After a crash the file has either the old or the new text.
pub(crate) fn replace_file(path: &Path, text: &str) -> Result<(), Failure> {
    stepwright_studio::replace_file(path, text)
        .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", path.display())))
}
