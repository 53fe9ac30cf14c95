//! Files with histories.

use std::path::{Path, PathBuf};

use stepwright_review::rehearsal::RecordedExecution;

use crate::definitions::{input, named_file};
use crate::failure::Failure;

/// Returns the file itself, or the `*.json` files of a folder and of the folders in it, sorted by
/// name.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let walk = ignore::WalkBuilder::new(path)
        .standard_filters(false)
        .max_depth(Some(16))
        .sort_by_file_path(Path::cmp)
        .build();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| Failure::Usage(format!("cannot read {error}")))?;
        let file = entry.into_path();
        let is_json = file.extension().is_some_and(|ending| ending == "json");
        if is_json && file.is_file() {
            // A link must not lead out of the folder.
            named_file::path_of_folder(path, &file)?;
            files.push(file);
        }
    }
    Ok(files)
}

/// Reads a history; the error is the reason why it cannot be read.
pub(crate) fn read(path: &Path) -> Result<RecordedExecution, String> {
    RecordedExecution::parse(name_of(path), &text(path)?)
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads the text of a file.
pub(super) fn text(path: &Path) -> Result<String, String> {
    input::read(path).map_err(|failure| match failure {
        Failure::Usage(reason) | Failure::Failed(reason) => reason,
        _ => format!("cannot read {}", path.display()),
    })
}

/// Returns the name of a file without its extension.
pub(super) fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    stem.to_string_lossy().into_owned()
}
