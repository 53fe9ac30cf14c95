//! The files of a workspace that an editor has sent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_lsp::{WorkspaceFiles, path_of};
use stepwright_tools::settings::{FILE_NAME, Settings, may_hold_definition};

/// A file that was created, changed or deleted.
#[derive(Deserialize)]
pub(crate) struct FileChange {
    pub(crate) uri: String,
    /// The text; `None` if the file cannot be read.
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    deleted: bool,
}

impl FileChange {
    /// The number of the kind of the change in the protocol: whether the file was created before
    /// has no effect.
    pub(crate) fn kind(&self) -> u8 {
        if self.deleted { 3 } else { 2 }
    }
}

/// The files by their paths, with the texts of those that can be read.
#[derive(Debug, Default)]
pub(crate) struct MemoryFiles(RefCell<BTreeMap<PathBuf, Option<String>>>);

impl MemoryFiles {
    pub(crate) fn change(&self, file: FileChange) {
        let Some(path) = path_of(&file.uri) else {
            return;
        };
        let mut files = self.0.borrow_mut();
        if file.deleted {
            files.remove(&path);
        } else {
            files.insert(path, file.text);
        }
    }

    /// The settings for a file: those of the nearest folder above it that has some.
    fn settings(&self, path: &Path) -> Result<Option<Settings>, String> {
        let files = self.0.borrow();
        let nearest = path.ancestors().skip(1).find_map(|folder| {
            let file = folder.join(FILE_NAME);
            let text = files.get(&file)?.clone()?;
            Some(Settings::parse(&file, folder, text))
        });
        nearest.transpose().map_err(|error| error.to_string())
    }
}

impl WorkspaceFiles for MemoryFiles {
    fn validator(&self, path: &Path) -> Result<Validator, String> {
        match self.settings(path)? {
            Some(settings) => settings
                .validator(MachineType::Standard, path)
                .map_err(|error| error.to_string()),
            None => Ok(Validator::new(MachineType::Standard)),
        }
    }

    // They are read from the texts each time.
    fn settings_changed(&self) {}

    fn read(&self, folder: &Path, path: &Path) -> Option<String> {
        let text = self.0.borrow().get(path)?.clone();
        text.filter(|_| path.starts_with(folder))
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.borrow().contains_key(path)
    }

    fn files_below(&self, folders: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
        let mut problems = Vec::new();
        let paths: Vec<PathBuf> = self.0.borrow().keys().cloned().collect();
        let is_wanted = |path: &PathBuf| {
            if !folders.iter().any(|folder| path.starts_with(folder)) || !may_hold_definition(path)
            {
                return false;
            }
            match self.settings(path) {
                Ok(settings) => !settings.is_some_and(|settings| settings.excludes(path, false)),
                Err(problem) => {
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                    false
                }
            }
        };
        let paths = paths.into_iter().filter(is_wanted).collect();
        (paths, problems)
    }

    fn module_files(&self, path: &Path) -> Vec<PathBuf> {
        let is_terraform = |path: &Path| path.extension().is_some_and(|ending| ending == "tf");
        if !is_terraform(path) {
            return Vec::new();
        }
        let files = self.0.borrow();
        let others = files.keys().filter(|other| {
            is_terraform(other) && other.parent() == path.parent() && *other != path
        });
        others.cloned().collect()
    }
}
