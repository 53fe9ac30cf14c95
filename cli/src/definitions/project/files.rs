//! The files to check: those on the command line, and those in folders.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use stepwright_asl::json::Document;
use stepwright_asl::template::{self, OtherFile};
use stepwright_asl::validate::Validator;
use stepwright_asl::words::first_of;
use stepwright_tools::settings::{Settings, may_hold_definition};

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::embedded;
use crate::definitions::embedded_machine::EmbeddedMachine;
use crate::definitions::input::{self, whole};
use crate::definitions::named_file;
use crate::definitions::terraform::{calls_without_definition, siblings};
use crate::failure::Failure;

use super::settings_source::{SettingsSource, located};

/// A file to check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) origin: FileOrigin,
}

/// How the command line names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileOrigin {
    /// By the only path. The file is checked in any case.
    OnlyPath,
    /// By one of several paths, for example those of `asl/*.json`. Files that are certainly no
    /// definitions are skipped.
    ListedPath,
    /// By its folder. All files but definitions and templates are skipped.
    Folder(Arc<Path>),
}

impl File {
    /// Whether the file was found in a folder.
    pub(crate) fn is_found(&self) -> bool {
        matches!(self.origin, FileOrigin::Folder(_))
    }

    /// Reads the file. A link in a folder must not lead out of the project.
    pub(crate) fn read(&self) -> Result<String, Failure> {
        match &self.origin {
            FileOrigin::Folder(folder) => named_file::of_folder(folder, &self.path),
            FileOrigin::OnlyPath | FileOrigin::ListedPath => input::read(&self.path),
        }
    }

    /// Whether the file counts. `document` is its text as a template, if it can be read.
    pub(crate) fn is_wanted(&self, document: Option<&Document>, text: &str) -> bool {
        match self.origin {
            FileOrigin::OnlyPath => true,
            FileOrigin::ListedPath => self.other_kind(document).is_none(),
            FileOrigin::Folder(_) => {
                template::is_definition(&self.path, document, text)
                    || document.and_then(template::machines).is_some()
            }
        }
    }

    /// The state machines of the file, in which the file itself may be a definition.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn machines(
        &self,
        validator: &Validator,
    ) -> Result<Vec<Result<EmbeddedMachine, Failure>>, Failure> {
        let path = &self.path;
        let text = self.read()?;
        let document = template::read(path, &text).ok();
        let machines = embedded::machines(path, &text, document.as_ref(), validator);
        Ok(machines.unwrap_or_else(|| {
            if !self.is_wanted(document.as_ref(), &text) {
                return Vec::new();
            }
            let definition = Box::new(LoadedDefinition::of(path, text, validator));
            vec![Ok(EmbeddedMachine::Definition(definition, None))]
        }))
    }

    /// The kind of a listed file that is certainly no definition.
    fn other_kind(&self, document: Option<&Document>) -> Option<OtherFile> {
        let is_listed = self.origin == FileOrigin::ListedPath;
        document
            .filter(|_| is_listed)
            .and_then(|document| OtherFile::of(&self.path, document))
    }
}

/// The listed files that were skipped, for notes.
#[derive(Debug, Default)]
pub(crate) struct SkippedFiles(BTreeMap<OtherFile, Vec<PathBuf>>);

impl SkippedFiles {
    /// Adds a file that does not count. The files of folders have no note.
    pub(crate) fn add(&mut self, file: &File, document: Option<&Document>) {
        if let Some(kind) = file.other_kind(document) {
            self.0.entry(kind).or_default().push(file.path.clone());
        }
    }

    /// A note for each kind of files.
    pub(crate) fn notes(&self) -> Vec<String> {
        const SHOWN: usize = 3;
        let note = |(kind, paths): (&OtherFile, &Vec<PathBuf>)| {
            let names = paths.iter().map(|path| format!("`{}`", path.display()));
            let names = first_of(&names.collect::<Vec<_>>(), SHOWN);
            match paths.len() {
                1 => format!("{names} is skipped: it is {kind}"),
                _ => format!("{names} are skipped: each is {kind}"),
            }
        };
        self.0.iter().map(note).collect()
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
                origin: match paths {
                    [_] => FileOrigin::OnlyPath,
                    _ => FileOrigin::ListedPath,
                },
            });
            continue;
        }
        walk(path, settings, &mut files, failures)?;
    }
    // A file found in two nested folders is listed once.
    let mut seen = HashSet::new();
    files.retain(|file| !file.is_found() || seen.insert(whole(&file.path)));
    Ok(files)
}

/// The failure for paths without a definition.
pub(crate) fn no_definition(paths: &[PathBuf]) -> Failure {
    let shown = paths.iter().map(|path| path.display().to_string());
    let shown: Vec<String> = shown.collect();
    let reason = match paths {
        [_] => "it is a folder without a definition",
        _ if paths.iter().all(|path| path.is_dir()) => "they are folders without a definition",
        _ => "none of them is or contains a definition",
    };
    let files: Vec<PathBuf> = paths
        .iter()
        .flat_map(|path| siblings(&path.join("module")))
        .collect();
    let calls = calls_without_definition(&files);
    let calls = calls.map_or_else(String::new, |calls| format!("; {calls}"));
    Failure::Usage(format!("cannot read {}: {reason}{calls}", shown.join(", ")))
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
    let origin = FileOrigin::Folder(folder.into());
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
            let is_excluded =
                |settings: &Settings| settings.excludes(&located(entry.path()), is_folder);
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
        if nearest.is_some_and(|settings| settings.excludes(&located(&path), false)) {
            continue;
        }
        // Diagnostics show `./a.json` as `a.json`.
        let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        files.push(File {
            path,
            origin: origin.clone(),
        });
    }
    Ok(())
}

/// Whether a folder belongs to a tool, and contains no handwritten definitions.
fn is_of_tool(folder: &Path) -> bool {
    matches!(name(folder), "target" | "node_modules")
}

fn name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}
