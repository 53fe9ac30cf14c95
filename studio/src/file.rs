//! A file that is edited: its session, its state on the disk, and how it is saved.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use stepwright_asl::validate::Validator;
use stepwright_history::timeline::Timeline;
use tokio::sync::watch;

use crate::edit::session::{DiskChange, Session};
use crate::run::debug::DebugSession;
use crate::view::ViewCache;

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

impl StudioFile {
    /// The name of the file in the requests of a page. It is the same in each run of the command,
    /// which may list other files.
    pub(crate) fn identity(&self) -> String {
        let absolute = std::path::absolute(&self.path);
        let path = absolute.as_deref().unwrap_or(&self.path);
        path.display().to_string()
    }
}

/// A file that is open in a page.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) file: StudioFile,
    /// Whether the editor that owns the text lets it change.
    is_read_only_for_editor: Option<bool>,
    state: Mutex<FileState>,
    /// The execution that a page steps through.
    pub(crate) debug: Mutex<Option<DebugSession>>,
    last_run: Mutex<Option<LastRun>>,
    /// Counts what pages should look at: revisions, saves and conflicts.
    pub(crate) changes: watch::Sender<u64>,
}

/// The last execution of a definition, also one that a user steps through.
#[derive(Debug)]
struct LastRun {
    definition: usize,
    timeline: Arc<Timeline>,
}

/// What requests change, one after the other.
#[derive(Debug)]
pub(crate) struct FileState {
    pub(crate) session: Session,
    pub(crate) views: ViewCache,
    /// The text on the disk that could not be merged.
    pub(crate) conflict: Option<String>,
    /// Why the file that another program has written cannot be read.
    unreadable: Option<String>,
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
        let text = match read(&file.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        let own = text.strip_prefix(BYTE_ORDER_MARK);
        let has_mark = own.is_some();
        let own = own.unwrap_or(&text);
        let session = Session::open(&file.name, own, file.validator.clone());
        Ok(OpenFile {
            is_read_only_for_editor: None,
            state: Mutex::new(FileState {
                session,
                views: ViewCache::default(),
                conflict: None,
                unreadable: None,
                owner: None,
                has_mark,
                stamp,
            }),
            debug: Mutex::default(),
            last_run: Mutex::default(),
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
            is_read_only_for_editor: Some(is_read_only),
            state: Mutex::new(FileState {
                session: Session::open(&file.name, text, file.validator.clone()),
                views: ViewCache::default(),
                conflict: None,
                unreadable: None,
                owner: Some(owner),
                has_mark: false,
                stamp: None,
            }),
            debug: Mutex::default(),
            last_run: Mutex::default(),
            changes: watch::channel(0).0,
            file,
        }
    }

    /// Whether the file cannot be changed. Another program may change that.
    pub(crate) fn is_read_only(&self) -> bool {
        self.is_read_only_for_editor.unwrap_or_else(|| {
            let metadata = fs::metadata(&self.file.path);
            metadata.is_ok_and(|metadata| metadata.permissions().readonly())
        })
    }

    /// The state of the file. A panic of another request has not damaged it: a step is complete
    /// or absent.
    pub(crate) fn state(&self) -> MutexGuard<'_, FileState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores what happened in an execution of a definition.
    pub(crate) fn set_last_run(&self, definition: usize, timeline: Timeline) {
        let mut last = self.last_run.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(LastRun {
            definition,
            timeline: Arc::new(timeline),
        });
    }

    /// Returns what happened in the last execution, if it was one of this definition.
    pub(crate) fn last_run(&self, definition: usize) -> Option<Arc<Timeline>> {
        let last = self.last_run.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last.as_ref().filter(|last| last.definition == definition);
        last.map(|last| last.timeline.clone())
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
        if stamp == state.stamp {
            return;
        }
        state.stamp = stamp;
        state.unreadable = None;
        match read(&self.file.path) {
            Ok(text) => {
                let disk = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
                match state.session.disk_changed(disk) {
                    DiskChange::None => {}
                    DiskChange::Merged => state.conflict = None,
                    DiskChange::Conflict => state.conflict = Some(disk.to_owned()),
                }
            }
            // The text of a deleted file remains here, and is created again by the next save.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => state.unreadable = Some(error.to_string()),
        }
        drop(state);
        self.notify();
    }

    /// Saves the text. Returns `false` if another program changed the file in conflict.
    ///
    /// # Errors
    ///
    /// Those of the file system, and a file of another program that cannot be read; the file is
    /// then unchanged.
    pub(crate) fn save(&self) -> io::Result<bool> {
        self.look_at_disk();
        let mut state = self.state();
        if state.owner.is_some() {
            return Err(io::Error::other("the editor saves it"));
        }
        if state.conflict.is_some() {
            return Ok(false);
        }
        if let Some(reason) = &state.unreadable {
            return Err(io::Error::other(format!(
                "another program has written it since, and it cannot be read: {reason}; move that file away, and save again"
            )));
        }
        let text = state.session.document().text().to_owned();
        let mark = if state.has_mark {
            BYTE_ORDER_MARK.to_string()
        } else {
            String::new()
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
            if takes_disk {
                state.session.take_disk(&disk)
            } else {
                state.session.set_base(&disk)
            }
        }
        drop(state);
        self.notify();
    }
}

impl FileState {
    /// Whether the text differs from the saved one, or was not saved at all.
    pub(crate) fn is_changed(&self) -> bool {
        match &self.owner {
            Some(owner) => owner.is_dirty,
            None => self.stamp.is_none() || self.unreadable.is_some() || self.session.is_changed(),
        }
    }
}

/// The text of a regular file in UTF-8 that is not too large.
fn read(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > MOST_BYTES {
        return Err(io::Error::other("it has more than 8 MB"));
    }
    String::from_utf8(fs::read(path)?).map_err(|_| io::Error::other("it is not UTF-8"))
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

#[cfg(test)]
mod tests {
    use std::fs;

    use stepwright_asl::MachineType;
    use tempfile::TempDir;

    use super::*;

    const TEXT: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;

    fn opened(text: Option<&str>) -> (TempDir, OpenFile) {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("a.asl.json");
        if let Some(text) = text {
            fs::write(&path, text).expect("there is room");
        }
        let file = StudioFile {
            name: "a.asl.json".to_owned(),
            validator: Validator::new(MachineType::Standard),
            path,
        };
        let opened = OpenFile::open(file).expect("it can be read");
        (folder, opened)
    }

    #[test]
    fn a_file_that_cannot_be_read_any_more_is_not_replaced() {
        let large = " ".repeat(usize::try_from(MOST_BYTES).expect("it fits") + 1);
        for (bytes, reason) in [
            (&b"{\"a\": \"\xe9\"}"[..], "not UTF-8"),
            (large.as_bytes(), "more than 8 MB"),
        ] {
            let (_folder, open) = opened(Some(TEXT));
            assert!(!open.state().is_changed());
            fs::write(&open.file.path, bytes).expect("there is room");
            let error = open
                .save()
                .expect_err("the other program's text would be lost");
            assert!(error.to_string().contains(reason), "{error}");
            assert!(open.state().is_changed());
            assert_eq!(fs::read(&open.file.path).expect("it is there"), bytes);
            // After it is moved away.
            fs::remove_file(&open.file.path).expect("it is there");
            assert!(open.save().expect("nothing is lost"));
            assert_eq!(
                fs::read_to_string(&open.file.path).expect("it is there"),
                TEXT
            );
            assert!(!open.state().is_changed());
        }
    }

    #[test]
    fn a_deleted_or_new_file_is_not_saved() {
        let (_folder, open) = opened(Some(TEXT));
        fs::remove_file(&open.file.path).expect("it is there");
        open.look_at_disk();
        assert!(open.state().is_changed());
        assert!(open.save().expect("it is created again"));
        assert!(!open.state().is_changed());
        let (_folder, open) = opened(None);
        assert!(open.state().is_changed());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_only_as_long_as_the_disk_says_so() {
        use std::os::unix::fs::PermissionsExt;

        let (_folder, open) = opened(Some(TEXT));
        for (mode, is_read_only) in [(0o444, true), (0o644, false)] {
            let permissions = PermissionsExt::from_mode(mode);
            fs::set_permissions(&open.file.path, permissions).expect("it is ours");
            assert_eq!(open.is_read_only(), is_read_only);
        }
    }
}
