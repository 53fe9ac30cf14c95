//! Watches the log of an open store, so that no commit is acknowledged after the log was cut or
//! damaged.

use std::fs::File;
use std::io;
use std::time::SystemTime;

use rusqlite::Connection;

use super::lock::Lock;
use super::log_damage::damaged;
use super::log_file::{self, LogFile};
use super::log_length;
use super::log_mark::LogMark;
use crate::store::StoreError;
use crate::store::sqlite::store_path::StorePath;

/// How many times frames are read before they count as damaged: another program may restart the log
/// at the same time.
const TRIES: u32 = 3;

/// The log of an open store, as it was after the last commit.
#[derive(Debug)]
pub(crate) struct LogWatch {
    // SQLite holds no POSIX lock on the log, so closing this file releases none.
    log: File,
    page_size: usize,
    mark: LogMark,
    is_mark_synced: bool,
    /// The position of the last byte of the log that is not 0. If the log is cut before it,
    /// SQLite's next write leaves a hole with this byte.
    last_byte: u64,
    /// When the log was written to.
    modified: Option<SystemTime>,
    buffer: Vec<u8>,
}

impl LogWatch {
    /// Watches the log of a store after its first transaction. `is_copied` says whether a
    /// checkpoint has copied and synced all of it.
    pub(crate) fn new(
        connection: &Connection,
        place: &StorePath,
        lock: &Lock,
        epoch: [u8; 16],
        is_copied: bool,
    ) -> Result<Self, StoreError> {
        let page_size: u32 = connection
            .pragma_query_value(None, "page_size", |row| row.get(0))
            .map_err(|error| place.error("read the size of a page", error))?;
        let log = File::open(log_file::path_of(&place.path))
            .map_err(|error| cannot_read(place, &error))?;
        let mut watch = Self {
            log,
            page_size: page_size as usize,
            mark: LogMark {
                epoch,
                ..LogMark::default()
            },
            is_mark_synced: false,
            last_byte: 0,
            modified: None,
            buffer: Vec::new(),
        };
        if is_copied {
            watch.checkpointed(place);
        }
        watch.committed(connection, place, lock)?;
        Ok(watch)
    }

    /// Checks that the log and the file are as long as they were after the last commit and the last
    /// checkpoint. Must be called before a commit, which would extend them again.
    pub(crate) fn check_lengths(
        &mut self,
        connection: &Connection,
        place: &StorePath,
    ) -> Result<(), StoreError> {
        self.check_file(connection, place)?;
        self.check_log(connection, place)
    }

    fn check_file(&mut self, connection: &Connection, place: &StorePath) -> Result<(), StoreError> {
        // Another check reports a missing file.
        let Ok(length) = place.path.metadata().map(|file| file.len()) else {
            return Ok(());
        };
        if length >= self.mark.file_bytes {
            return Ok(());
        }
        // Another program may have removed free pages with `VACUUM`.
        let pages: u32 = connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .map_err(|error| place.error("read the number of pages", error))?;
        if length >= u64::from(pages) * self.page_size as u64 {
            self.mark.file_bytes = length;
            return Ok(());
        }
        Err(place.corrupt(format!(
            "the file was cut to {length} bytes while the store was open, from at least {}",
            self.mark.file_bytes
        )))
    }

    fn check_log(&self, connection: &Connection, place: &StorePath) -> Result<(), StoreError> {
        let length = || self.log.metadata().map(|log| log.len());
        let is_short = |frames: u32| -> io::Result<bool> {
            Ok(frames > 0 && length()? < log_file::end_of(frames, self.page_size))
        };
        let check = || -> io::Result<Option<u64>> {
            // Another program may have copied the log and emptied it. SQLite's index of the log
            // contains that.
            Ok(
                if is_short(self.mark.frames)? && is_short(frames(connection, place)?)? {
                    Some(length()?)
                } else {
                    None
                },
            )
        };
        match check().map_err(|error| cannot_read(place, &error))? {
            None => Ok(()),
            Some(length) => Err(damaged(
                place,
                &format!(
                    "was cut to {length} bytes while the store was open, from at least {}",
                    log_file::end_of(self.mark.frames, self.page_size)
                ),
            )),
        }
    }

    /// Checks the log after a commit, and marks how far it is durable. Returns whether the log
    /// restarted with this commit.
    pub(crate) fn committed(
        &mut self,
        connection: &Connection,
        place: &StorePath,
        lock: &Lock,
    ) -> Result<bool, StoreError> {
        let read = |error: io::Error| cannot_read(place, &error);
        let frames = frames(connection, place).map_err(read)?;
        if frames == 0 {
            // Another program has copied the log and emptied it since.
            return Ok(false);
        }
        let salts = log_file::read_salts(&self.log).map_err(read)?;
        let last = log_file::read_last(&self.log, frames, self.page_size, &mut self.buffer);
        let last = match last.map_err(read)? {
            Some(last) if last.salts == salts => last,
            _ => {
                // Another program may have restarted the log since.
                self.verify(connection, place)?;
                return Ok(false);
            }
        };
        let has_restarted = salts != self.mark.salts;
        let is_damaged = !has_restarted
            && (frames < self.mark.frames
                || log_file::is_zero(&self.log, self.last_byte).map_err(read)?);
        if is_damaged {
            return Err(damaged(place, "was cut while the store was open"));
        }
        self.modified = modified(&self.log);
        self.last_byte = last.last_byte;
        self.mark = LogMark {
            salts,
            frames,
            checksum: last.checksum,
            ..self.mark
        };
        self.is_mark_synced = false;
        if let Err(error) = lock.write_mark(&self.mark) {
            // An older mark detects less damage.
            tracing::debug!(%error, "the mark of the log cannot be written");
        }
        Ok(has_restarted)
    }

    /// Records that a checkpoint has copied the whole log and synced the file.
    pub(crate) fn checkpointed(&mut self, place: &StorePath) {
        if let Ok(file) = place.path.metadata() {
            self.mark.file_bytes = file.len();
        }
    }

    /// Checks the log of an idle store, and syncs the mark.
    pub(crate) fn check(
        &mut self,
        connection: &Connection,
        place: &StorePath,
        lock: &Lock,
    ) -> Result<(), StoreError> {
        self.check_lengths(connection, place)?;
        let modified = modified(&self.log);
        // The time of a file advances in steps.
        let is_changed = modified != self.modified
            || !log_file::read_salts(&self.log).is_ok_and(|salts| salts == self.mark.salts)
            || !log_file::is_zero(&self.log, self.last_byte).is_ok_and(|is_zero| !is_zero);
        if is_changed {
            // Another program wrote to the log.
            self.verify(connection, place)?;
            self.modified = modified;
        }
        if !self.is_mark_synced {
            if let Err(error) = lock.sync() {
                tracing::debug!(%error, "the mark of the log cannot be synced");
            }
            self.is_mark_synced = true;
        }
        Ok(())
    }

    /// Reads all frames of the log.
    pub(crate) fn verify(
        &self,
        connection: &Connection,
        place: &StorePath,
    ) -> Result<(), StoreError> {
        verify(connection, place, Some(&self.mark), &mut LogMark::default())
    }
}

/// Reads the frames of the log that SQLite has committed, and were not read before: `verified` is
/// the end of an earlier call. `mark` is that of the last commit, if it is known.
pub(crate) fn verify(
    connection: &Connection,
    place: &StorePath,
    mark: Option<&LogMark>,
    verified: &mut LogMark,
) -> Result<(), StoreError> {
    let path = log_file::path_of(&place.path);
    let mut find = || -> io::Result<Option<String>> {
        let frames = frames(connection, place)?;
        let Some(mut log) = LogFile::open(&path)? else {
            let why = "was damaged while the store was open: its header is not valid";
            return Ok((frames > 0).then(|| why.to_owned()));
        };
        if mark.is_some_and(|mark| mark.excludes(log.salts())) {
            return Ok(Some("was replaced while the store was open".to_owned()));
        }
        let mark = mark.filter(|mark| mark.salts == log.salts());
        if verified.salts != log.salts() || verified.frames > frames {
            *verified = LogMark::default();
        } else {
            log.skip_to(verified.frames, verified.checksum)?;
        }
        verified.salts = log.salts();
        while verified.frames < frames
            && let Some(frame) = log.next()?
        {
            verified.frames += 1;
            verified.checksum = frame.checksum;
            if mark.is_some_and(|mark| {
                mark.frames == verified.frames && mark.checksum != frame.checksum
            }) {
                *verified = LogMark::default();
                return Ok(Some("was replaced while the store was open".to_owned()));
            }
        }
        Ok((verified.frames < frames).then(|| {
            format!(
                "was damaged while the store was open: frame {} of {frames} is not valid",
                verified.frames + 1
            )
        }))
    };
    let mut found = None;
    for _ in 0..TRIES {
        found = find().map_err(|error| cannot_read(place, &error))?;
        if found.is_none() {
            break;
        }
    }
    found.map_or(Ok(()), |why| Err(damaged(place, &why)))
}

/// Returns the number of committed frames in SQLite's index of the log.
fn frames(connection: &Connection, place: &StorePath) -> io::Result<u32> {
    let pages = log_length::log_pages(connection)
        .map_err(|error| io::Error::other(place.error("read the length of its log", error)))?;
    Ok(u32::try_from(pages).unwrap_or(0))
}

fn modified(log: &File) -> Option<SystemTime> {
    log.metadata().and_then(|log| log.modified()).ok()
}

fn cannot_read(place: &StorePath, error: &io::Error) -> StoreError {
    let log = log_file::path_of(&place.path);
    place.io(format!("read its log `{}`", log.display()), error)
}
