//! The files of the workspace that must be checked.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gen_lsp_types::Uri;
use serde_json::Value;

use crate::document_uri::{path_of, uri_of};
use crate::workspace_files::WorkspaceFiles;

/// The folders that are open in the editor, and the files whose diagnostics may have changed.
pub(crate) struct Workspace {
    pub(crate) files: Rc<dyn WorkspaceFiles>,
    folders: Vec<PathBuf>,
    /// The files to check, those of the user's last change first.
    pub(crate) unchecked: VecDeque<Uri>,
    /// The files with published diagnostics.
    pub(crate) reported: HashSet<Uri>,
    /// Whether the folders must be read before the files in them are checked.
    pub(crate) is_unread: bool,
}

impl Workspace {
    /// The folders that the parameters of `initialize` name.
    pub(crate) fn of(parameters: &Value, files: Rc<dyn WorkspaceFiles>) -> Workspace {
        let path = |uri: &Value| path_of(uri.as_str()?);
        let folders = parameters["workspaceFolders"].as_array();
        let uris = folders.into_iter().flatten();
        let mut folders: Vec<PathBuf> = uris.filter_map(|folder| path(&folder["uri"])).collect();
        if folders.is_empty() {
            // Older clients send only this.
            folders.extend(path(&parameters["rootUri"]));
        }
        Workspace {
            files,
            is_unread: !folders.is_empty(),
            folders,
            unchecked: VecDeque::new(),
            reported: HashSet::new(),
        }
    }

    /// Checks a file when there is nothing else to do.
    pub(crate) fn check_again(&mut self, uri: Uri) {
        self.unchecked.retain(|one| *one != uri);
        self.unchecked.push_front(uri);
    }

    /// Reads a file that is not open. A link must not lead out of the folder of the workspace that
    /// contains it.
    pub(crate) fn read(&self, path: &Path) -> Option<String> {
        let mut folders = self.folders.iter();
        let folder = folders.find(|folder| path.starts_with(folder));
        let folder = folder.map(PathBuf::as_path).or_else(|| path.parent())?;
        self.files.read(folder, path)
    }

    /// Reads the settings and the folders again.
    pub(crate) fn settings_changed(&mut self) {
        self.files.settings_changed();
        self.is_unread = true;
    }

    /// Finds the files of the folders. Returns what the user must know.
    pub(crate) fn read_folders(&mut self) -> Vec<String> {
        let (files, problems) = self.files.files_below(&self.folders);
        let uris = files.iter().filter_map(|path| uri_of(path));
        let known: HashSet<Uri> = self.unchecked.iter().cloned().collect();
        self.unchecked
            .extend(uris.filter(|uri| !known.contains(uri)));
        problems
    }
}
