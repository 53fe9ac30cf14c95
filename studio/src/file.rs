//! A file that is edited: its session, its state on the disk, and how it is saved.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use stepwright_asl::validate::Validator;
use tokio::sync::watch;

use crate::debug::DebugSession;
use crate::session::{DiskChange, Session};
use crate::view_lists::ViewCache;

/// The maximum size of a file in bytes. Templates are larger than definitions.
const MOST_BYTES: u64 = 8 * 1_048_576;
/// The mark at the start of some texts in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file of a studio.
#[derive(Debug, Clone)]
pub struct StudioFile {
    /// The path of the file. It may be absent: it is then created at the first save.
    pub path: PathBuf,
    /// The name that the page shows.
    pub name: String,
    /// The validator with the settings of the file.
    pub validator: Validator,
}

/// A file that is open in a page.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) file: StudioFile,
    pub(crate) is_read_only: bool,
    state: Mutex<FileState>,
    /// The execution that a page steps through.
    pub(crate) debug: Mutex<Option<DebugSession>>,
    /// Counts what pages should look at: revisions, saves and conflicts.
    pub(crate) changes: watch::Sender<u64>,
}

/// What requests change, one after the other.
#[derive(Debug)]
pub(crate) struct FileState {
    pub(crate) session: Session,
    pub(crate) views: ViewCache,
    /// The text on the disk that could not be merged.
    pub(crate) conflict: Option<String>,
    /// The editor that owns the text; `None` for a file that pages edit themselves.
    pub(crate) owner: Option<TextOwner>,
    has_mark: bool,
    stamp: Option<Stamp>,
}

/// An editor that owns a text: it makes the edits, and saves them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextOwner {
    /// The editor's number of the text.
    pub(crate) version: i64,
    /// Whether the text differs from the saved one.
    pub(crate) is_dirty: bool,
}

/// What changes on the disk when another program writes the file.
pub(crate) type Stamp = (Option<SystemTime>, u64);

impl OpenFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is no text in UTF-8, or is too large.
    pub(crate) fn open(file: StudioFile) -> io::Result<OpenFile> {
        let stamp = stamp(&file.path);
        let (text, is_read_only) = match fs::metadata(&file.path) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(io::Error::other("it is not a regular file"));
            }
            Ok(metadata) if metadata.len() > MOST_BYTES => {
                return Err(io::Error::other("it has more than 8 MB"));
            }
            Ok(metadata) => (
                fs::read_to_string(&file.path)?,
                metadata.permissions().readonly(),
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), false),
            Err(error) => return Err(error),
        };
        let own = text.strip_prefix(BYTE_ORDER_MARK);
        let has_mark = own.is_some();
        let own = own.unwrap_or(&text);
        let session = Session::open(&file.name, own, file.validator.clone());
        Ok(OpenFile {
            is_read_only,
            state: Mutex::new(FileState {
                session,
                views: ViewCache::default(),
                conflict: None,
                owner: None,
                has_mark,
                stamp,
            }),
            debug: Mutex::default(),
            changes: watch::channel(0).0,
            file,
        })
    }

    /// Opens a text of an editor.
    pub(crate) fn of_editor(
        file: StudioFile,
        text: &str,
        owner: TextOwner,
        is_read_only: bool,
    ) -> OpenFile {
        OpenFile {
            is_read_only,
            state: Mutex::new(FileState {
                session: Session::open(&file.name, text, file.validator.clone()),
                views: ViewCache::default(),
                conflict: None,
                owner: Some(owner),
                has_mark: false,
                stamp: None,
            }),
            debug: Mutex::default(),
            changes: watch::channel(0).0,
            file,
        }
    }

    /// The state of the file. A panic of another request has not damaged it: a step is complete
    /// or absent.
    pub(crate) fn state(&self) -> MutexGuard<'_, FileState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes pages look at the file again.
    pub(crate) fn notify(&self) {
        self.changes.send_modify(|number| *number += 1);
    }

    /// Takes over what another program wrote since the last look.
    pub(crate) fn look_at_disk(&self) {
        let mut state = self.state();
        // An editor watches its files itself.
        if state.owner.is_some() {
            return;
        }
        let stamp = stamp(&self.file.path);
        // A file that is deleted keeps its text here, and is created again by the next save.
        if stamp.is_none() || stamp == state.stamp {
            return;
        }
        let Ok(disk) = self.read() else {
            return;
        };
        state.stamp = stamp;
        match state.session.disk_changed(&disk) {
            DiskChange::None => return,
            DiskChange::Merged => state.conflict = None,
            DiskChange::Conflict => state.conflict = Some(disk),
        }
        drop(state);
        self.notify();
    }

    fn read(&self) -> io::Result<String> {
        let text = fs::read_to_string(&self.file.path)?;
        let own = text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned);
        Ok(own.unwrap_or(text))
    }

    /// Saves the text. Returns `false` if another program changed the file in conflict.
    ///
    /// # Errors
    ///
    /// Those of the file system; the file is then unchanged.
    pub(crate) fn save(&self) -> io::Result<bool> {
        self.look_at_disk();
        let mut state = self.state();
        if state.owner.is_some() {
            return Err(io::Error::other("the editor saves it"));
        }
        if state.conflict.is_some() {
            return Ok(false);
        }
        let text = state.session.document().text().to_owned();
        let mark = match state.has_mark {
            true => BYTE_ORDER_MARK.to_string(),
            false => String::new(),
        };
        replace_file(&self.file.path, &format!("{mark}{text}"))?;
        state.stamp = stamp(&self.file.path);
        state.session.set_base(&text);
        drop(state);
        self.notify();
        Ok(true)
    }

    /// Ends a conflict: with the text of the disk, or with that of the session.
    pub(crate) fn resolve(&self, takes_disk: bool) {
        let mut state = self.state();
        if let Some(disk) = state.conflict.take() {
            match takes_disk {
                true => state.session.take_disk(&disk),
                false => state.session.set_base(&disk),
            }
        }
        drop(state);
        self.notify();
    }
}

pub(crate) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

/// Replaces the text of a file, or creates it. After a crash the file has either the old or the new
/// text. The permissions of the file, and a link to it, remain.
///
/// # Errors
///
/// Those of the file system, and `PermissionDenied` for a read-only file.
pub fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    // The target of a link is replaced, not the link.
    let path = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        path => path?,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&path, &new, text).and_then(|()| fs::rename(&new, &path));
    if written.is_err() {
        // The file may not exist.
        let _ = fs::remove_file(&new);
    }
    written
}

fn write_new(old: &Path, new: &Path, text: &str) -> io::Result<()> {
    let permissions = match fs::metadata(old) {
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}
