//! The files of a workspace on the disk.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_lsp::WorkspaceFiles;

use crate::definitions::named_file;
use crate::definitions::project::{RuleSeverities, SettingsSource, Validators, files_of};
use crate::definitions::terraform::{is_terraform, siblings};
use crate::failure::Failure;

/// The files of the disk, which links must not lead out of a project.
#[derive(Debug, Default)]
pub(super) struct DiskFiles {
    /// The validators with the settings that were read.
    validators: RefCell<Option<Validators>>,
}

impl WorkspaceFiles for DiskFiles {
    fn validator(&self, path: &Path) -> Result<Validator, String> {
        let mut known = self.validators.borrow_mut();
        let validators = match &mut *known {
            Some(validators) => validators,
            none => none.insert(validators().map_err(Failure::into_reason)?),
        };
        validators.of_file(path).map_err(Failure::into_reason)
    }

    fn settings_changed(&self) {
        self.validators.take();
    }

    fn read(&self, folder: &Path, path: &Path) -> Option<String> {
        named_file::of_folder(folder, path).ok()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn files_below(&self, folders: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
        let mut failures = Vec::new();
        let files = SettingsSource::of(None, false)
            .and_then(|mut settings| files_of(folders, &mut settings, &mut failures));
        let files = files.unwrap_or_else(|failure| {
            failures.push(failure);
            Vec::new()
        });
        let files = files.into_iter().map(|file| file.path);
        (
            files.collect(),
            failures.into_iter().map(Failure::into_reason).collect(),
        )
    }

    fn module_files(&self, path: &Path) -> Vec<PathBuf> {
        if is_terraform(path) {
            siblings(path)
        } else {
            Vec::new()
        }
    }
}

fn validators() -> Result<Validators, Failure> {
    let settings = SettingsSource::of(None, false)?;
    Validators::of(MachineType::Standard, RuleSeverities::default(), settings)
}
