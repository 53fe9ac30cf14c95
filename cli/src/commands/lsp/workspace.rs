//! The files of the workspace that must be checked.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use serde_json::Value;
use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;

use super::document_uri::{path_of, uri_of};
use crate::definitions::named_file;
use crate::definitions::project::{RuleSeverities, SettingsSource, Validators, files_of};
use crate::failure::Failure;

/// The folders that are open in the editor, and the files whose diagnostics may have changed.
#[derive(Debug)]
pub(super) struct Workspace {
    folders: Vec<PathBuf>,
    /// The files to check, those of the user's last change first.
    pub(super) unchecked: VecDeque<Uri>,
    /// The files with published diagnostics.
    pub(super) reported: HashSet<Uri>,
    /// Whether the folders must be read before the files in them are checked.
    pub(super) is_unread: bool,
    validators: Option<Validators>,
}

impl Workspace {
    /// The folders that the parameters of `initialize` name.
    pub(super) fn of(parameters: &Value) -> Workspace {
        let path = |uri: &Value| path_of(&Uri(uri.as_str()?.to_owned()));
        let folders = parameters["workspaceFolders"].as_array();
        let uris = folders.into_iter().flatten();
        let mut folders: Vec<PathBuf> = uris.filter_map(|folder| path(&folder["uri"])).collect();
        if folders.is_empty() {
            // Older clients send only this.
            folders.extend(path(&parameters["rootUri"]));
        }
        Workspace {
            is_unread: !folders.is_empty(),
            folders,
            unchecked: VecDeque::new(),
            reported: HashSet::new(),
            validators: None,
        }
    }

    /// Checks a file when there is nothing else to do.
    pub(super) fn check_again(&mut self, uri: Uri) {
        self.unchecked.retain(|one| *one != uri);
        self.unchecked.push_front(uri);
    }

    /// The validator of a file, with the settings of its `stepwright.toml`.
    pub(super) fn validator(&mut self, path: &Path) -> Result<Validator, Failure> {
        let validators = match &mut self.validators {
            Some(validators) => validators,
            none => none.insert(Validators::of(
                MachineType::Standard,
                RuleSeverities::default(),
                SettingsSource::of(None, false)?,
            )?),
        };
        validators.of_file(path)
    }

    /// Reads a file that is not open. A link must not lead out of the folder of the workspace that
    /// contains it.
    pub(super) fn read(&self, path: &Path) -> Result<String, Failure> {
        let mut folders = self.folders.iter();
        match folders.find(|folder| path.starts_with(folder)) {
            Some(folder) => named_file::of_folder(folder, path),
            None => named_file::next_to(path, path),
        }
    }

    /// Reads the settings and the folders again.
    pub(super) fn settings_changed(&mut self) {
        self.validators = None;
        self.is_unread = true;
    }

    /// Finds the files of the folders.
    pub(super) fn read_folders(&mut self) -> Vec<Failure> {
        let mut failures = Vec::new();
        let mut settings = match SettingsSource::of(None, false) {
            Ok(settings) => settings,
            Err(failure) => return vec![failure],
        };
        match files_of(&self.folders, &mut settings, &mut failures) {
            Ok(files) => {
                let uris = files.iter().filter_map(|file| uri_of(&file.path));
                let known: HashSet<Uri> = self.unchecked.iter().cloned().collect();
                self.unchecked
                    .extend(uris.filter(|uri| !known.contains(uri)));
            }
            Err(failure) => failures.push(failure),
        }
        failures
    }
}
