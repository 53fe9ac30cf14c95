//! Checks that a store's file and its log belong together, before SQLite replays the log.

use std::io;
use std::path::Path;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};

use super::log::lock::Lock;
use super::log::log_damage;
use super::log::log_file::{self, LogFile};
use super::log::log_mark::LogMark;
use super::schema;
use super::session::Session;
use super::store_path::StorePath;
use crate::store::StoreError;

/// How many times a reader checks again before it rejects a store: an engine may be opening or
/// closing it.
const TRIES: u32 = 10;
/// The time between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Checks a store that is about to be opened by the only process that writes to it. The mark of
/// another log is removed, because a new log may begin with any salts.
///
/// # Errors
///
/// [`StoreError::NewerVersion`], [`StoreError::ForeignLog`], [`StoreError::MissingLog`],
/// [`StoreError::NotAStore`], [`StoreError::Corrupt`].
pub(super) fn check_for_writer(place: &StorePath, lock: &Lock) -> Result<(), StoreError> {
    let mark = lock.mark();
    check(place, mark.as_ref())?;
    let log = LogFile::open(&log_file::path_of(&place.path))
        .map_err(|error| place.io("read its log", error))?;
    match mark {
        Some(mark) if log.is_none_or(|log| log.salts() != mark.salts) => lock
            .write_mark(&LogMark::default())
            .map_err(|error| place.io("remove the mark of its last session", error)),
        _ => Ok(()),
    }
}

/// Checks that the file and its log belong together, and that the log has all acknowledged commits.
/// `mark` is that of the last session.
fn check(place: &StorePath, mark: Option<&LogMark>) -> Result<(), StoreError> {
    let session = check_session(place)?;
    if session.is_none() && mark.is_some_and(|mark| mark.frames > 0) {
        check_not_emptied(place)?;
    }
    log_damage::check(place, session.as_ref(), mark)
}

/// Fails for a file of 0 bytes that had a session: its data is lost, so this is no new store.
fn check_not_emptied(place: &StorePath) -> Result<(), StoreError> {
    match place.path.metadata() {
        Ok(file) if file.len() == 0 => Err(place.corrupt(
            "the file is empty, but a store was in it; restore a backup with `stepwright store restore`, or delete the file to begin a new store",
        )),
        // SQLite reports another error. The owner of a deleted store begins a new one.
        _ => Ok(()),
    }
}

/// Checks that the file and its log belong together. Returns the session of the file, if it can be
/// read.
fn check_session(place: &StorePath) -> Result<Option<Session>, StoreError> {
    let log = log_file::path_of(&place.path);
    let cannot_read =
        |error: io::Error| place.io(format!("read its log `{}`", log.display()), error);
    let foreign = |why: &str| StoreError::ForeignLog {
        path: place.path.clone(),
        log: log.clone(),
        why: why.to_owned(),
    };
    let main = MainFile::read(place)?;
    let (version, session) = match main {
        MainFile::Empty => {
            return match log_frames(&log, |_| false).map_err(cannot_read)? {
                Frames::None => Ok(None),
                _ => Err(foreign("the store's file is missing or empty")),
            };
        }
        // SQLite reports the problem when it opens the file.
        MainFile::Unreadable => return Ok(None),
        MainFile::Store { version, session } => (version, session),
    };
    let Some(session) = session else {
        // The file has no tables. A log that creates them begins with the first page of the file as
        // it is.
        let mut first = None;
        let frames = log_frames(&log, |frame| {
            if frame.number == 1 && first.is_none() {
                first = user_version(frame.page);
            }
            first.is_some()
        });
        return match frames.map_err(cannot_read)? {
            Frames::Accepted if first > Some(version) => {
                Err(foreign("a newer version of this file wrote it"))
            }
            _ => Ok(None),
        };
    };
    if !log_file::has_bytes(&log).map_err(cannot_read)? {
        return if session.is_open {
            Err(StoreError::MissingLog {
                path: place.path.clone(),
                log,
            })
        } else {
            Ok(Some(session))
        };
    }
    let (mut has_session, mut newest, mut has_other_version) = (false, None, false);
    let frames = log_frames(&log, |frame| {
        if frame.number == 1 && user_version(frame.page) != Some(version) {
            has_other_version = true;
        }
        let Some(found) = Session::decode(frame.page) else {
            return false;
        };
        has_session = true;
        if found.epoch == session.epoch {
            newest = newest.max(Some(found.generation));
        }
        found.continues(&session)
    });
    match frames.map_err(cannot_read)? {
        Frames::Refused if newest >= Some(session.generation) => Err(foreign(
            "the store's file is older than the changes that the log continues",
        )),
        Frames::Refused if newest.is_some() => {
            Err(foreign("the log is older than the store's file"))
        }
        Frames::Refused if has_session => Err(foreign(
            "another epoch of the store, or another store, wrote it",
        )),
        Frames::Refused if has_other_version => {
            Err(foreign("another version of the store wrote it"))
        }
        // An engine writes its session first, so another program wrote this log.
        Frames::Refused | Frames::None | Frames::Accepted => Ok(Some(session)),
    }
}

/// Checks a store that is about to be opened by a reader. While an engine has it open, that engine
/// checks the log.
///
/// # Errors
///
/// Those of [`check_for_writer`].
pub(super) fn check_for_reader(place: &StorePath) -> Result<(), StoreError> {
    repeat(place, || match Lock::holder(&place.path) {
        Some(_) => check_session(place).map(drop),
        None => check(place, Lock::mark_of(&place.path).as_ref()),
    })
}

/// Checks the log of a store that an engine may have open.
///
/// # Errors
///
/// Those of [`check_for_writer`].
pub(super) fn check_concurrently(place: &StorePath) -> Result<(), StoreError> {
    // A mark that is read first is not newer than the log.
    repeat(place, || check(place, Lock::mark_of(&place.path).as_ref()))
}

/// Repeats a check that is refused, because an engine may be opening or closing the store, or
/// writing to its log.
fn repeat(place: &StorePath, check: impl Fn() -> Result<(), StoreError>) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        let checked = check();
        tries += 1;
        let may_change = match checked {
            Err(StoreError::ForeignLog { .. } | StoreError::MissingLog { .. }) => true,
            Err(StoreError::Corrupt { .. }) => Lock::holder(&place.path).is_some(),
            _ => false,
        };
        if !may_change || tries == TRIES {
            return checked;
        }
        std::thread::sleep(PAUSE);
    }
}

/// The contents of a store's file without its log.
pub(super) enum MainFile {
    /// There is no file, or it is empty.
    Empty,
    /// It cannot be read without its log: it is damaged, or a checkpoint was interrupted.
    Unreadable,
    Store {
        version: i64,
        /// The session; `None` in a file without tables.
        session: Option<Session>,
    },
}

impl MainFile {
    pub(super) fn read(place: &StorePath) -> Result<Self, StoreError> {
        let cannot_open = |error: io::Error| place.io("open the file", error);
        if !log_file::has_bytes(&place.path).map_err(cannot_open)? {
            return Ok(Self::Empty);
        }
        match read(&place.path) {
            Ok(None) => Err(place.not_a_store(schema::OTHER_APPLICATION)),
            Ok(Some(store)) => {
                // Refused here, before SQLite creates a log next to it.
                if let Self::Store { version, .. } = store {
                    schema::check_known(place, version)?;
                }
                Ok(store)
            }
            Err(Error::SqliteFailure(failure, _)) if failure.code == ErrorCode::NotADatabase => {
                Err(place.not_a_store("it is no SQLite database"))
            }
            Err(_) => Ok(Self::Unreadable),
        }
    }
}

/// Reads the version and the session; `None` for another application's database.
fn read(path: &Path) -> Result<Option<MainFile>, Error> {
    let connection = open_without_log(path)?;
    // An interrupted checkpoint may leave a file that is shorter than its first page says.
    connection.pragma_update(None, "writable_schema", true)?;
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    if application != 0 && application != schema::APPLICATION {
        return Ok(None);
    }
    // This library does not know the tables of a newer layout.
    if !(1..=schema::newest()).contains(&version) {
        let session = None;
        return Ok(Some(MainFile::Store { version, session }));
    }
    match Session::read(&connection)? {
        None => Ok(Some(MainFile::Unreadable)),
        session => Ok(Some(MainFile::Store { version, session })),
    }
}

/// Opens the file of a store for reading without its log, and without locks.
pub(super) fn open_without_log(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri(path), flags)
}

/// Returns the URI of a file that SQLite opens without its log.
fn uri(path: &Path) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b':');
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        for byte in &mut bytes {
            if *byte == b'\\' {
                *byte = b'/';
            }
        }
        if bytes.starts_with(b"//?/") {
            bytes.drain(..3);
        }
    }
    format!("file:{}?immutable=1", percent_encode(&bytes, KEPT))
}

/// The frames of a log.
enum Frames {
    /// There are none that SQLite would replay.
    None,
    /// A frame was accepted.
    Accepted,
    /// There are transactions, but no frame was accepted.
    Refused,
}

/// Checks whether a frame of a log is accepted, in a transaction with an end.
fn log_frames(
    path: &Path,
    mut is_accepted: impl FnMut(log_file::Frame<'_>) -> bool,
) -> io::Result<Frames> {
    let Some(mut log) = LogFile::open(path)? else {
        return Ok(Frames::None);
    };
    let (mut found, mut has_accepted) = (Frames::None, false);
    while let Some(frame) = log.next()? {
        has_accepted = has_accepted || is_accepted(frame);
        if frame.is_commit {
            found = Frames::Refused;
            if has_accepted {
                return Ok(Frames::Accepted);
            }
        }
    }
    Ok(found)
}

/// Returns the version of the schema, from the first page.
fn user_version(page: &[u8]) -> Option<i64> {
    let bytes = page.get(60..64)?.try_into().ok()?;
    Some(i32::from_be_bytes(bytes).into())
}
