//! The files of a studio, and the secret of its address.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use tokio::sync::watch;

use crate::editor_texts::EditorTexts;
use crate::file::{OpenFile, StudioFile};
use crate::page_key::{PageKey, StudioRun};
use crate::palette::{PaletteItem, WorkspaceCache};
use crate::router;

/// The path of all pages.
const PATH: &str = "/studio";

/// A visual editor of files. It changes no other file, and creates a file only for states that a
/// user extracts, next to the file with them.
///
/// ```
/// use stepwright_asl::MachineType;
/// use stepwright_asl::validate::Validator;
/// use stepwright_studio::{Studio, StudioFile};
///
/// let file = StudioFile {
///     path: "order.asl.json".into(),
///     name: "order.asl.json".to_owned(),
///     validator: Validator::new(MachineType::Standard),
/// };
/// let studio = Studio::new(vec![file]);
/// assert!(studio.address().starts_with("/studio/"));
/// let _pages = studio.router();
/// ```
pub struct Studio {
    shared: Arc<StudioState>,
}

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

/// Ends the streams of changes of a studio, so that its server can shut down.
#[derive(Clone)]
pub struct StudioCloser(Arc<StudioState>);

impl Studio {
    /// Creates a studio for files. Its secret is random.
    pub fn new(files: Vec<StudioFile>) -> Studio {
        Studio {
            shared: Arc::new(StudioState::of(files, None, None)),
        }
    }

    /// Creates a studio whose open pages find the next one with this key at this port.
    pub fn with_key(files: Vec<StudioFile>, key: PageKey, port: u16) -> Studio {
        let run = StudioRun::new(key, port);
        Studio {
            shared: Arc::new(StudioState::of(files, None, Some(run))),
        }
    }

    /// The path of the page. It contains a secret: a program or a page that does not know it gets
    /// no answer.
    pub fn address(&self) -> String {
        self.shared.address()
    }

    /// Ends the streams of changes.
    pub fn closer(&self) -> StudioCloser {
        StudioCloser(self.shared.clone())
    }

    /// The pages, for a server that checks the hosts and the origins of requests.
    pub fn router(&self) -> Router {
        self.shared.router()
    }
}

impl StudioCloser {
    /// Ends the streams of changes.
    pub fn close(&self) {
        self.0.is_closed.send_replace(true);
    }
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

    /// The pages of this state.
    pub(crate) fn router(self: &Arc<StudioState>) -> Router {
        router::of(self.clone(), PATH)
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

impl fmt::Debug for Studio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Studio")
            .field("files", &self.shared.files.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StudioCloser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudioCloser").finish_non_exhaustive()
    }
}
