//! The files to check: those on the command line, and those in folders.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use stepwright_asl::json::Document;
use stepwright_asl::template;

use crate::definitions::input::whole;
use crate::failure::Failure;

use super::settings::{Settings, SettingsSource};

/// A file to check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// Whether it was found in a folder. Then it is skipped if it has no definition.
    pub(crate) is_found: bool,
}

impl File {
    /// Whether the file counts: it was named, or is a definition or a template. `document` is its
    /// text as a template, if it can be read.
    pub(crate) fn is_wanted(&self, document: Option<&Document>, text: &str) -> bool {
        !self.is_found
            || template::is_definition(&self.path, document, text)
            || document.and_then(template::machines).is_some()
    }
}

/// Maximum depth of nested folders.
const MOST_LEVELS: usize = 64;

/// The files of the paths; those of a folder are sorted by name. Unreadable paths are added to
/// `failures`. Fails if the settings are wrong.
pub(crate) fn files_of(
    paths: &[PathBuf],
    settings: &mut SettingsSource,
    failures: &mut Vec<Failure>,
) -> Result<Vec<File>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(File {
                path: path.clone(),
                is_found: false,
            });
            continue;
        }
        walk(path, settings, &mut files, failures)?;
    }
    // A file found in two nested folders is listed once.
    let mut seen = HashSet::new();
    files.retain(|file| !file.is_found || seen.insert(whole(&file.path)));
    Ok(files)
}

/// The failure for folders in which no file has a definition.
pub(crate) fn no_definition(folders: &[PathBuf]) -> Failure {
    let paths = folders.iter().map(|path| path.display().to_string());
    let paths: Vec<String> = paths.collect();
    let reason = match paths.as_slice() {
        [_] => "it is a folder without a definition",
        _ => "they are folders without a definition",
    };
    Failure::Usage(format!("cannot read {}: {reason}", paths.join(", ")))
}

/// Adds the files of a folder that may contain definitions. Files that git ignores and that
/// settings exclude are left out.
fn walk(
    folder: &Path,
    settings: &mut SettingsSource,
    files: &mut Vec<File>,
    failures: &mut Vec<Failure>,
) -> Result<(), Failure> {
    let of_folder = settings.find(folder)?;
    let mut builder = WalkBuilder::new(folder);
    builder
        .max_depth(Some(MOST_LEVELS))
        // A folder that is not a repository yet has the same files as later.
        .require_git(false)
        // The files of a project do not depend on the user or on other tools.
        .git_global(false)
        .ignore(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let is_excluded = |settings: &Settings| settings.excludes(entry.path(), is_folder);
            let is_left_out = (is_folder && is_of_tool(entry.path()))
                || of_folder.as_deref().is_some_and(is_excluded);
            entry.depth() == 0 || !is_left_out
        });
    for entry in builder.build() {
        let path = match entry {
            Ok(entry) => entry.into_path(),
            Err(error) => {
                failures.push(Failure::Usage(format!("cannot read {error}")));
                continue;
            }
        };
        if !path.is_file() || !may_hold_definition(&path) {
            continue;
        }
        let nearest = settings.find(&path)?;
        if nearest.is_some_and(|settings| settings.excludes(&path, false)) {
            continue;
        }
        // Diagnostics show `./a.json` as `a.json`.
        let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        files.push(File {
            path,
            is_found: true,
        });
    }
    Ok(())
}

/// Whether a folder belongs to a tool, and contains no handwritten definitions.
fn is_of_tool(folder: &Path) -> bool {
    matches!(name(folder), "target" | "node_modules")
}

pub(crate) fn may_hold_definition(path: &Path) -> bool {
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
    endings.iter().any(|ending| name.ends_with(ending))
}

fn name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}
