//! Checks that a log has all commits that were acknowledged, before SQLite replays it.
//!
//! SQLite stops at the first frame that is not valid, and ignores all others. After a loss of
//! power, that is right: the last transaction was not synced, so it was not acknowledged. Any other
//! frame that is not valid is damage.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::log_file::{self, LogFile};
use super::log_mark::LogMark;
use crate::store::StoreError;
use crate::store::sqlite::session::Session;
use crate::store::sqlite::store_path::StorePath;

/// The position in a file at which SQLite locks bytes. It never writes the page there.
const LOCKED: u64 = 1 << 30;

/// The valid part of a log.
#[derive(Debug)]
pub(crate) struct ValidFrames {
    /// The number of frames up to the last commit.
    pub(crate) committed: u32,
    /// The number of valid frames. Those after the last commit belong to a transaction without an
    /// end.
    pub(crate) all: u32,
    /// The number of pages of the database after the last commit.
    pub(crate) database_pages: u32,
}

/// Checks the log of a store. `session` is that of the store's file, `mark` that of the last
/// session.
///
/// # Errors
///
/// [`StoreError::Corrupt`], [`StoreError::Io`].
pub(crate) fn check(
    place: &StorePath,
    session: Option<&Session>,
    mark: Option<&LogMark>,
) -> Result<(), StoreError> {
    let path = log_file::path_of(&place.path);
    let found = find(place, &path, session, mark);
    match found.map_err(|error| place.io(format!("read its log `{}`", path.display()), error))? {
        None => Ok(()),
        Some(why) => Err(damaged(place, &why)),
    }
}

/// Returns the error of a damaged log.
pub(crate) fn damaged(place: &StorePath, why: &str) -> StoreError {
    let log = log_file::path_of(&place.path);
    place.corrupt(format!(
        "its log `{}` {why}, so acknowledged commits may be missing; `stepwright store recover` makes a store of the commits before the damage",
        log.display()
    ))
}

/// Returns the damage of a log, if it has any.
fn find(
    place: &StorePath,
    path: &Path,
    session: Option<&Session>,
    mark: Option<&LogMark>,
) -> io::Result<Option<String>> {
    let Some(mut log) = LogFile::open(path)? else {
        return if session.is_some_and(|session| session.is_open) && log_file::has_bytes(path)? {
            find_without_header(place, path)
        } else {
            Ok(None)
        };
    };
    // The mark of another session is about another file, or about a later state of this one.
    let mut is_known =
        mark.is_some_and(|mark| session.is_some_and(|file| file.epoch == mark.epoch));
    let mut has_mark = false;
    let valid = read_valid(&mut log, |index, frame| {
        let Some(mark) = mark else { return };
        is_known |= Session::decode(frame.page).is_some_and(|row| row.epoch == mark.epoch);
        has_mark |= (mark.frames, mark.checksum) == (index, frame.checksum);
    })?;
    let mark = mark.filter(|_| is_known);
    let mark_of_log = mark.filter(|mark| mark.salts == log.salts());
    if let Some(mark) = mark_of_log
        && (valid.committed < mark.frames || !has_mark)
    {
        return Ok(Some(format!(
            "was cut or damaged: {} of its frames are intact, and commits with {} frames were acknowledged",
            valid.committed, mark.frames
        )));
    }
    // A log that is created while the store is opened may begin with any salts.
    let mark_of_open =
        mark.filter(|mark| session.is_some_and(|file| file.is_open && file.epoch == mark.epoch));
    if mark_of_open.is_some_and(|mark| mark.excludes(log.salts())) {
        let why = "is not the log of the last acknowledged commit, but an older or another one";
        return Ok(Some(why.to_owned()));
    }
    if log.has_later_transaction()? {
        return Ok(Some(format!(
            "is damaged: frame {} is not valid, and later commits follow it",
            valid.all + 1
        )));
    }
    let file_bytes = place.path.metadata()?.len();
    let is_cut = |mark: &&LogMark| file_bytes < mark.file_bytes;
    Ok(mark_of_log.or(mark_of_open).filter(is_cut).map(|mark| {
        format!(
            "continues a file of {} bytes, and the file has only {file_bytes}",
            mark.file_bytes
        )
    }))
}

/// Reads the valid frames, and calls a function with the number of each, from 1 on.
pub(crate) fn read_valid(
    log: &mut LogFile,
    mut read: impl FnMut(u32, log_file::Frame<'_>),
) -> io::Result<ValidFrames> {
    let mut valid = ValidFrames {
        committed: 0,
        all: 0,
        database_pages: 0,
    };
    while let Some(frame) = log.next()? {
        valid.all += 1;
        if frame.is_commit {
            valid.committed = valid.all;
            valid.database_pages = frame.database_pages;
        }
        read(valid.all, frame);
    }
    Ok(valid)
}

/// Returns the damage of a log of an open store that has no valid header. There is none if the file
/// has all frames of the log: then a loss of power interrupted its restart.
fn find_without_header(place: &StorePath, path: &Path) -> io::Result<Option<String>> {
    let damage = "has a damaged header";
    let mut file = File::open(&place.path)?;
    let Some(page_size) = page_size(&mut file)? else {
        return Ok(Some(damage.to_owned()));
    };
    let Some(mut log) = LogFile::open_without_header(path, page_size)? else {
        return Ok(Some(format!("{damage} and no intact frame")));
    };
    let (mut committed, mut pending) = (HashMap::new(), HashMap::new());
    let valid = read_valid(&mut log, |_, frame| {
        pending.insert(frame.number, crc32fast::hash(frame.page));
        if frame.is_commit {
            committed.extend(pending.drain());
        }
    })?;
    let mut page = vec![0; page_size];
    let numbers: BTreeSet<u32> = committed.keys().copied().collect();
    for number in numbers.range(..=valid.database_pages) {
        let start = u64::from(number - 1) * page_size as u64;
        file.seek(SeekFrom::Start(start))?;
        let is_same = match file.read_exact(&mut page) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            read => {
                read?;
                committed.get(number) == Some(&crc32fast::hash(&page))
            }
        };
        if !is_same && start != LOCKED {
            return Ok(Some(format!(
                "{damage}, and commits that are not in the file"
            )));
        }
    }
    Ok(None)
}

/// Returns the size of a page, from the header of a database.
pub(crate) fn page_size(file: &mut File) -> io::Result<Option<usize>> {
    let mut header = [0; 18];
    file.seek(SeekFrom::Start(0))?;
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => usize::from(size),
    };
    Ok((size.is_power_of_two() && size >= 512).then_some(size))
}
