//! What the requests to a studio share: its files, and the secret of its address.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::editor_texts::EditorTexts;
use crate::file::{OpenFile, StudioFile};
use crate::page_key::StudioRun;
use crate::palette::{PaletteItem, WorkspaceCache};

/// The path of all pages.
pub(crate) const PATH: &str = "/studio";

/// What requests share.
pub(crate) struct StudioState {
    pub(crate) secret: String,
    /// `None` if open pages do not find the next run.
    pub(crate) run: Option<StudioRun>,
    pub(crate) files: Vec<StudioFile>,
    open: Mutex<Vec<Option<Arc<OpenFile>>>>,
    /// The texts of an editor, which are used instead of `files`.
    pub(crate) editor: Option<EditorTexts>,
    workspace: Mutex<WorkspaceCache>,
    /// Whether the streams of changes end.
    pub(crate) is_closed: watch::Sender<bool>,
}

impl StudioState {
    pub(crate) fn of(
        files: Vec<StudioFile>,
        editor: Option<EditorTexts>,
        run: Option<StudioRun>,
    ) -> StudioState {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        let open = files.iter().map(|_| None).collect();
        StudioState {
            secret: run.as_ref().map_or_else(random, StudioRun::secret),
            run,
            files,
            open: Mutex::new(open),
            editor,
            workspace: Mutex::default(),
            is_closed: watch::channel(false).0,
        }
    }

    /// The path of the page.
    pub(crate) fn address(&self) -> String {
        format!("{PATH}/{}/", self.secret)
    }

    /// Returns a file, which is read at its first use.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub(crate) fn file(&self, index: usize) -> io::Result<Arc<OpenFile>> {
        if let Some(editor) = &self.editor {
            return editor.text(index);
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = open
            .get_mut(index)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        if let Some(file) = slot {
            return Ok(file.clone());
        }
        let file = Arc::new(OpenFile::open(self.files[index].clone())?);
        *slot = Some(file.clone());
        Ok(file)
    }

    /// The index of the file with an identity.
    pub(crate) fn index_of(&self, identity: &str) -> Option<usize> {
        let mut files = self.files.iter();
        files.position(|file| file.identity() == identity)
    }

    /// The state machines and functions of all files, for a definition of one of them.
    pub(crate) fn workspace_items(&self, own: Option<&OpenFile>) -> Vec<PaletteItem> {
        let own = own.map(|own| &*own.file.path);
        let mut workspace = self
            .workspace
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &self.editor {
            Some(editor) => workspace.items(&editor.workspace(), own),
            None => workspace.items(&self.files, own),
        }
    }

    /// Writes the text of a new state machine next to a file. Returns its path.
    ///
    /// # Errors
    ///
    /// `AlreadyExists`, and those of the file system.
    pub(crate) fn create_next_to(file: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = file.with_file_name(name);
        let mut new = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        io::Write::write_all(&mut new, text.as_bytes())?;
        Ok(path)
    }
}
