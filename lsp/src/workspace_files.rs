//! The files of a workspace, as the server needs them.

use std::path::{Path, PathBuf};

use stepwright_asl::validate::Validator;

/// The files and the settings of a workspace: those of a disk, or of an editor in a browser.
///
/// Paths are absolute.
pub trait WorkspaceFiles {
    /// Returns the validator of a file, with the settings of its project.
    ///
    /// # Errors
    ///
    /// A message for the user about wrong settings, which have no effect.
    fn validator(&self, path: &Path) -> Result<Validator, String>;

    /// Forgets the settings: their files may have changed.
    fn settings_changed(&self);

    /// Returns the text of a file below a folder; `None` if it cannot be read. A link must not lead
    /// out of the project of the folder.
    fn read(&self, folder: &Path, path: &Path) -> Option<String>;

    /// Returns whether there is a file.
    fn exists(&self, path: &Path) -> bool;

    /// Returns the files of some folders that may have definitions, and what the user must know
    /// about folders that cannot be read.
    fn files_below(&self, folders: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>);

    /// Returns the other files of the Terraform module of a file; nothing for a file of another
    /// format.
    fn module_files(&self, path: &Path) -> Vec<PathBuf>;
}
