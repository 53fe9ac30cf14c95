//! Changes the texts of files: writes them, shows what would change, or prints them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use stepwright_asl::json::Document;
use stepwright_asl::model::MachineType;
use stepwright_asl::template::{self, EmbeddedDefinition};

use super::input::whole;
use super::replace_file::replace_file;
use crate::failure::Failure;
use crate::terminal::output;

/// What happens with a changed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RewriteMode {
    /// The file is replaced. Standard input is printed.
    Write,
    /// A unified diff is printed.
    Diff,
    /// The text is printed, also without a change.
    Print,
    /// The text is not shown.
    Discard,
}

/// Changes files one after the other.
#[derive(Debug)]
pub(crate) struct FileRewriter {
    /// What happens with a changed text.
    pub(crate) mode: RewriteMode,
    changed: BTreeSet<PathBuf>,
}

impl FileRewriter {
    pub(crate) fn new(mode: RewriteMode) -> FileRewriter {
        FileRewriter {
            mode,
            changed: BTreeSet::new(),
        }
    }

    /// Writes or shows the new text of a file. Returns whether it is a change.
    pub(crate) fn rewrite(&mut self, path: &Path, old: &str, new: &str) -> Result<bool, Failure> {
        let is_first = new != old && self.changed.insert(whole(path));
        // A file that several templates name is changed again, but its diff is shown once.
        let is_changed = match self.mode {
            RewriteMode::Write => new != old,
            RewriteMode::Diff | RewriteMode::Print | RewriteMode::Discard => is_first,
        };
        match self.mode {
            RewriteMode::Write if path == Path::new("-") => output::document(new),
            RewriteMode::Write if is_changed => replace_file(path, new)?,
            RewriteMode::Diff if is_changed => output::print(diff(path, old, new)),
            RewriteMode::Print => output::document(new),
            _ => {}
        }
        Ok(is_changed)
    }

    /// Whether a file was changed, or would be.
    pub(crate) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The number of changed files.
    pub(crate) fn changed(&self) -> usize {
        self.changed.len()
    }
}

/// The change of a file as a unified diff.
pub(crate) fn diff(path: &Path, old: &str, new: &str) -> String {
    let shown = path.display().to_string();
    let diff = TextDiff::from_lines(old, new);
    let mut diff = diff.unified_diff();
    diff.header(&shown, &shown).to_string()
}

/// The existing files that a template names as definitions of its machines, with the types of the
/// machines; `None` if the file is no template.
pub(crate) fn named_files(
    path: &Path,
    document: Option<&Document>,
) -> Option<Vec<(PathBuf, MachineType)>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let machines = document.and_then(template::machines)?;
    let named = machines
        .into_iter()
        .filter_map(|machine| match machine.definition {
            EmbeddedDefinition::File { path } | EmbeddedDefinition::Asset { path } => {
                Some((folder.join(path), machine.machine_type))
            }
            EmbeddedDefinition::Inserted { path, keys } if keys.is_empty() => {
                Some((folder.join(path), machine.machine_type))
            }
            _ => None,
        });
    Some(named.filter(|(named, _)| named.is_file()).collect())
}
