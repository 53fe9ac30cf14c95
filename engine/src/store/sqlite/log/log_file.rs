//! The write-ahead log as a file: <https://sqlite.org/fileformat2.html#the_write_ahead_log>.
//!
//! SQLite copies a log into any database with the matching name, as soon as the database is read.
//! So a log is checked without SQLite.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The first four bytes of a log. The last bit is set if checksums are computed over big-endian
/// words.
const MAGIC: u32 = 0x377f_0682;
const FORMAT: u32 = 3_007_000;

/// A checksum as it is stored.
pub(crate) type Checksum = [u8; 8];
/// The numbers that each restart of a log changes. The first half is a counter, the second half is
/// random.
pub(super) type Salts = [u8; 8];
type FrameHeader = [u8; FRAME_HEADER];

/// The frames of a log that SQLite would replay.
pub(crate) struct LogFile {
    file: BufReader<File>,
    is_big_endian: bool,
    salts: Salts,
    checksum: Checksum,
    /// The header of the first frame that SQLite would not replay, after all others were read.
    rejected: Option<FrameHeader>,
    /// The number of frames before the first one that is read.
    skipped: u32,
    page: Vec<u8>,
}

/// One page in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// The page's number, from 1 on.
    pub(crate) number: u32,
    /// Whether a transaction ends with this frame.
    pub(crate) is_commit: bool,
    /// The number of pages of the database after the transaction that ends with this frame.
    pub(crate) database_pages: u32,
    /// The checksum of the log up to this frame.
    pub(crate) checksum: Checksum,
    pub(crate) page: &'a [u8],
}

/// The last frame of a transaction, as it is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LastFrame {
    pub(crate) salts: Salts,
    pub(crate) checksum: Checksum,
    /// The position of the last byte of the frame that is not 0.
    pub(super) last_byte: u64,
}

impl LogFile {
    /// Opens the log of a store. Returns `None` when there is none, or it contains nothing that
    /// SQLite would replay.
    pub(crate) fn open(path: &Path) -> io::Result<Option<Self>> {
        let Some(mut file) = open(path)? else {
            return Ok(None);
        };
        let mut header = [0; HEADER];
        if !fill(&mut file, &mut header)? {
            return Ok(None);
        }
        let magic = word(&header, 0);
        let size = word(&header, 8);
        let is_big_endian = magic & 1 == 1;
        let checksum = sum(is_big_endian, [0; 8], &header[..24]);
        let is_valid = magic & !1 == MAGIC
            && word(&header, 4) == FORMAT
            && size.is_power_of_two()
            && (512..=65_536).contains(&size)
            && checksum == header[24..];
        if !is_valid {
            return Ok(None);
        }
        Ok(Some(Self {
            file,
            is_big_endian,
            salts: eight(&header, 16),
            checksum,
            rejected: None,
            skipped: 0,
            page: vec![0; size as usize],
        }))
    }

    /// Opens a log whose header is not valid, at the first frame that a predecessor or the checksum
    /// in the header confirms. Returns `None` when there is no such frame.
    ///
    /// SQLite ignores such a log. After a loss of power the header may be torn, while the log
    /// restarts; then the file has all of its frames.
    pub(crate) fn open_without_header(path: &Path, page_size: usize) -> io::Result<Option<Self>> {
        for is_big_endian in [false, true] {
            let Some(mut file) = open(path)? else {
                return Ok(None);
            };
            let mut header = [0; HEADER];
            if !fill(&mut file, &mut header)? {
                return Ok(None);
            }
            let mut log = Self {
                file,
                is_big_endian,
                salts: [0; 8],
                checksum: eight(&header, 24),
                rejected: None,
                skipped: 0,
                page: vec![0; page_size],
            };
            let mut previous: Option<FrameHeader> = None;
            while let Some(header) = log.read()? {
                log.salts = eight(&header, 8);
                let has_predecessor =
                    previous.is_none_or(|previous| eight(&previous, 8) == log.salts);
                if has_predecessor && log.follows(log.checksum, &header) {
                    let start = end_of(log.skipped, page_size);
                    log.file.seek(SeekFrom::Start(start))?;
                    return Ok(Some(log));
                }
                log.skipped += 1;
                log.checksum = eight(&header, 16);
                previous = Some(header);
            }
        }
        Ok(None)
    }

    /// Whether no frame was skipped because the header is not valid.
    pub(crate) fn is_at_first_frame(&self) -> bool {
        self.skipped == 0
    }

    pub(crate) fn salts(&self) -> Salts {
        self.salts
    }

    pub(crate) fn page_size(&self) -> usize {
        self.page.len()
    }

    /// Continues after this number of frames, which were read before. The log has this checksum
    /// there.
    pub(super) fn skip_to(&mut self, frames: u32, checksum: Checksum) -> io::Result<()> {
        let position = end_of(frames, self.page.len());
        self.checksum = checksum;
        self.file.seek(SeekFrom::Start(position)).map(drop)
    }

    /// Reads the next frame; `None` after the last valid frame.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        if self.rejected.is_some() {
            return Ok(None);
        }
        let Some(header) = self.read()? else {
            return Ok(None);
        };
        if !self.follows(self.checksum, &header) {
            self.rejected = Some(header);
            return Ok(None);
        }
        self.checksum = eight(&header, 16);
        let database_pages = word(&header, 4);
        Ok(Some(Frame {
            number: word(&header, 0),
            is_commit: database_pages != 0,
            database_pages,
            checksum: self.checksum,
            page: &self.page,
        }))
    }

    /// Whether a frame after the last valid one continues a transaction that ended before it. Must
    /// be called after [`Self::next`] returned `None`.
    ///
    /// SQLite writes such a frame only after that transaction was synced with all frames before it.
    /// So a frame that was durable is damaged. A loss of power and a failed commit damage only
    /// frames of the last transaction, which no frame continues.
    pub(super) fn has_later_transaction(&mut self) -> io::Result<bool> {
        let Some(mut previous) = self.rejected else {
            return Ok(false);
        };
        while let Some(header) = self.read()? {
            let is_end = eight(&previous, 8) == self.salts && word(&previous, 4) != 0;
            if is_end && self.follows(eight(&previous, 16), &header) {
                return Ok(true);
            }
            previous = header;
        }
        Ok(false)
    }

    /// Reads the next frame without a check. Returns its header.
    fn read(&mut self) -> io::Result<Option<FrameHeader>> {
        let mut header = [0; FRAME_HEADER];
        let is_read = fill(&mut self.file, &mut header)? && fill(&mut self.file, &mut self.page)?;
        Ok(is_read.then_some(header))
    }

    /// Whether the frame that was read is valid after a frame with this checksum.
    fn follows(&self, previous: Checksum, header: &FrameHeader) -> bool {
        if word(header, 0) == 0 || header[8..16] != self.salts {
            return false;
        }
        let checksum = sum(self.is_big_endian, previous, &header[..8]);
        sum(self.is_big_endian, checksum, &self.page) == header[16..]
    }
}

fn open(path: &Path) -> io::Result<Option<BufReader<File>>> {
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        opened => Ok(Some(BufReader::with_capacity(64 << 10, opened?))),
    }
}

/// Returns the size of a log with this number of frames.
pub(crate) fn end_of(frames: u32, page_size: usize) -> u64 {
    HEADER as u64 + u64::from(frames) * (FRAME_HEADER + page_size) as u64
}

/// Reads the page size and the salts in the header of a log, without a check.
pub(super) fn read_salts(log: &File) -> io::Result<Salts> {
    let mut header = [0; HEADER];
    read_at(log, 0, &mut header)?;
    Ok(eight(&header, 16))
}

/// Reads the last frame of a transaction, without its checksum. Returns `None` when no transaction
/// ends with this frame.
pub(super) fn read_last(
    log: &File,
    frames: u32,
    page_size: usize,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<LastFrame>> {
    buffer.resize(FRAME_HEADER + page_size, 0);
    let start = end_of(frames.saturating_sub(1), page_size);
    match read_at(log, start, buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let Some(last_byte) = buffer.iter().rposition(|byte| *byte != 0) else {
        return Ok(None);
    };
    Ok((word(buffer, 4) != 0).then(|| LastFrame {
        salts: eight(buffer, 8),
        checksum: eight(buffer, 16),
        last_byte: start + last_byte as u64,
    }))
}

/// Whether the byte at a position of a log is 0, or the log ends before it.
pub(super) fn is_zero(log: &File, position: u64) -> io::Result<bool> {
    let mut byte = [0];
    match read_at(log, position, &mut byte) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(true),
        read => read.map(|()| byte == [0]),
    }
}

fn read_at(mut file: &File, position: u64, buffer: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(position))?;
    file.read_exact(buffer)
}

/// Returns the path of a file that belongs to a store: `orders.db-wal` for `orders.db`.
pub(crate) fn with_suffix(store: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(store);
    path.push(suffix);
    path.into()
}

/// Returns the path of a store's log.
pub(crate) fn path_of(store: &Path) -> PathBuf {
    with_suffix(store, "-wal")
}

/// Whether a file has any bytes. A missing file has none.
pub(crate) fn has_bytes(path: &Path) -> io::Result<bool> {
    match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        metadata => Ok(metadata?.len() > 0),
    }
}

/// Fills a buffer; `false` when the file ends before.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

/// Reads a big-endian number.
fn word(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes.get(at..at + 4);
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}

/// Returns eight bytes.
fn eight(bytes: &[u8], at: usize) -> [u8; 8] {
    let bytes = bytes.get(at..at + 8);
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .unwrap_or_default()
}

/// Continues SQLite's checksum of a log.
fn sum(is_big_endian: bool, previous: Checksum, bytes: &[u8]) -> Checksum {
    let (mut first, mut second) = (word(&previous, 0), word(&previous, 4));
    // This loop is as simple as possible, because it takes most of the time of a checkpoint in a
    // program without optimizations.
    for pair in bytes.as_chunks().0 {
        let [left, right] = if is_big_endian {
            halves(u64::from_be_bytes(*pair).rotate_left(32))
        } else {
            halves(u64::from_le_bytes(*pair))
        };
        first = first.wrapping_add(left).wrapping_add(second);
        second = second.wrapping_add(right).wrapping_add(first);
    }
    let mut checksum = [0; 8];
    checksum[..4].copy_from_slice(&first.to_be_bytes());
    checksum[4..].copy_from_slice(&second.to_be_bytes());
    checksum
}

/// Returns the lower and the upper half of a number.
fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}
