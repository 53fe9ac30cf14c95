//! The files of the workspace that must be checked.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};

use gen_lsp_types::{InitializeParams, Uri};
use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;

use super::document_uri::{path_of, uri_of};
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
    pub(super) fn of(parameters: &InitializeParams) -> Workspace {
        let folders = &parameters
            .workspace_folders_initialize_params
            .workspace_folders;
        let folders = serde_json::to_value(folders).unwrap_or_default();
        let mut folders: Vec<PathBuf> = folders
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|folder| path_of(&Uri(folder.get("uri")?.as_str()?.to_owned())))
            .collect();
        #[expect(deprecated, reason = "older clients send only this")]
        let root = parameters.root_uri.as_ref().and_then(path_of);
        if folders.is_empty() {
            folders.extend(root);
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
