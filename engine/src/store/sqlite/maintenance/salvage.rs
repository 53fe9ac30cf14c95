//! Makes a store of the commits before the damage of a log.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{integrity, restore};
use crate::atomic_file;
use crate::store::StoreError;
use crate::store::sqlite::continuity;
use crate::store::sqlite::log::log_damage::{self, read_valid};
use crate::store::sqlite::log::log_file::{self, LogFile};
use crate::store::sqlite::store_path::StorePath;

/// Replaces the file of a store with a damaged log by a checked copy: of the file with the commits
/// before the damage, or of the file alone, if a checkpoint has copied more. Renames the old file
/// and its log, and returns their new paths.
///
/// # Errors
///
/// `damage` when neither copy is sound; [`StoreError::Full`]; [`StoreError::Io`].
pub(super) fn salvage(place: &StorePath, damage: StoreError) -> Result<Vec<PathBuf>, StoreError> {
    let cannot = |error: io::Error| restore::io_error(place, "write a copy", &error);
    let parts = [".part", ".part-2"].map(|suffix| log_file::with_suffix(&place.path, suffix));
    let [with_log, alone] = &parts;
    let salvaged = copy(place, with_log, true)
        .and_then(|()| copy(place, alone, false))
        .map_err(cannot)
        .and_then(|()| {
            let [first, second] = [with_log, alone].map(|part| newest_keys(part));
            let best = match (first, second) {
                (Some(first), Some(second)) if second > first => alone,
                (None, Some(_)) => alone,
                (None, None) => return Err(damage),
                _ => with_log,
            };
            restore::replace(best, &place.path).map_err(cannot)
        });
    for part in &parts {
        // The next call removes the rest of this one.
        let _left_over = atomic_file::remove(part);
    }
    salvaged
}

/// Copies the file, with the commits of its log before the damage.
fn copy(place: &StorePath, part: &Path, with_log: bool) -> io::Result<()> {
    atomic_file::remove(part)?;
    fs::copy(&place.path, part)?;
    restore::take_access(part, &place.path.metadata()?)?;
    if !with_log {
        return Ok(());
    }
    let mut file = File::options().read(true).write(true).open(part)?;
    let path = log_file::path_of(&place.path);
    let mut log = LogFile::open(&path)?;
    if log.is_none()
        && let Some(size) = log_damage::page_size(&mut file)?
    {
        // Without its first frames, a log is no part of the store.
        log = LogFile::open_without_header(&path, size)?.filter(LogFile::is_at_first_frame);
    }
    let Some(mut log) = log else { return Ok(()) };
    let size = log.page_size() as u64;
    let mut pending = Vec::new();
    let mut write = |pending: &mut Vec<(u32, Vec<u8>)>| -> io::Result<()> {
        for (number, page) in pending.drain(..) {
            file.seek(SeekFrom::Start(u64::from(number - 1) * size))?;
            file.write_all(&page)?;
        }
        Ok(())
    };
    let mut written = Ok(());
    let valid = read_valid(&mut log, |_, frame| {
        pending.push((frame.number, frame.page.to_vec()));
        if frame.is_commit && written.is_ok() {
            written = write(&mut pending);
        }
    })?;
    written?;
    match valid.committed {
        0 => Ok(()),
        _ => file.set_len(u64::from(valid.database_pages) * size),
    }
}

/// Returns the largest keys of a sound store, which grow with its commits; `None` when it is
/// damaged.
fn newest_keys(part: &Path) -> Option<(i64, i64)> {
    integrity::check(part).ok()?;
    let connection = continuity::open_without_log(part).ok()?;
    let query = "SELECT (SELECT coalesce(max(id), 0) FROM records), (SELECT coalesce(max(key), 0) FROM executions)";
    let keys = connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)));
    keys.ok()
}
