//! The files to check: those on the command line, and those in folders.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A file to check.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// Whether it was found in a folder. Then it is skipped if it has no definition.
    pub(super) is_found: bool,
}

/// Maximum depth of nested folders.
const MOST_LEVELS: usize = 64;

/// The files of the paths; those of a folder are sorted by name. Unreadable paths are added to `failures`.
pub(super) fn of(paths: &[PathBuf], failures: &mut Vec<Failure>) -> Vec<File> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(File {
                path: path.clone(),
                is_found: false,
            });
            continue;
        }
        walk(path, 0, &mut files, failures);
    }
    // A file found in two nested folders is listed once.
    let mut seen = HashSet::new();
    files.retain(|file| !file.is_found || seen.insert(whole(&file.path)));
    files
}

fn walk(folder: &Path, level: usize, files: &mut Vec<File>, failures: &mut Vec<Failure>) {
    let entries = match folder
        .read_dir()
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
    {
        Ok(entries) => entries,
        Err(error) => {
            failures.push(Failure::Usage(format!(
                "cannot read {}: {error}",
                folder.display()
            )));
            return;
        }
    };
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        // Links to folders may form a cycle.
        let is_link = path.is_symlink();
        if path.is_dir() {
            if !is_link && !is_passed_over(&path) && level < MOST_LEVELS {
                walk(&path, level + 1, files, failures);
            }
        } else if path.is_file() && may_hold_definition(&path) {
            // Findings show `./a.json` as `a.json`.
            let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
            files.push(File {
                path,
                is_found: true,
            });
        }
    }
}

/// Folders of tools, which contain no handwritten definitions.
fn is_passed_over(folder: &Path) -> bool {
    let name = name(folder);
    name.starts_with('.') || matches!(name, "target" | "node_modules")
}

fn may_hold_definition(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    let endings = [
        ".json",
        ".jsonc",
        ".json5",
        ".asl",
        ".yaml",
        ".yml",
        ".template",
        ".tf",
    ];
    !name.starts_with('.') && endings.iter().any(|ending| name.ends_with(ending))
}

/// Whether the name of a file is that of a definition.
pub(super) fn is_definition(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    let endings = [".asl", ".asl.json", ".asl.yaml", ".asl.yml"];
    endings.iter().any(|ending| name.ends_with(ending))
}

/// The canonical path of a file.
pub(super) fn whole(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}
