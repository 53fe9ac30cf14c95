//! The write-ahead log as a file: <https://sqlite.org/fileformat2.html#the_write_ahead_log>.
//!
//! SQLite copies a log into any database with the matching name, as soon as the database is read. So a log is checked without SQLite.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The first four bytes of a log. The last bit is set if checksums are computed over big-endian words.
const MAGIC: u32 = 0x377f_0682;
const FORMAT: u32 = 3_007_000;

/// The frames of a log that SQLite would replay.
pub(super) struct LogFile {
    file: BufReader<File>,
    is_big_endian: bool,
    salts: [u8; 8],
    checksum: (u32, u32),
    page: Vec<u8>,
}

/// One page in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// The page's number, from 1 on.
    pub(super) number: u32,
    /// Whether a transaction ends with this frame.
    pub(super) is_commit: bool,
    pub(super) page: &'a [u8],
}

impl LogFile {
    /// Opens the log of a store. Returns `None` when there is none, or it contains nothing that SQLite would replay.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut file = BufReader::with_capacity(64 << 10, file);
        let mut header = [0; HEADER];
        if !fill(&mut file, &mut header)? {
            return Ok(None);
        }
        let magic = word(&header, 0);
        let size = word(&header, 8);
        let is_big_endian = magic & 1 == 1;
        let checksum = sum(is_big_endian, (0, 0), &header[..24]);
        let is_valid = magic & !1 == MAGIC
            && word(&header, 4) == FORMAT
            && size.is_power_of_two()
            && (512..=65_536).contains(&size)
            && checksum == (word(&header, 24), word(&header, 28));
        if !is_valid {
            // The header is torn after a loss of power; the earlier content of the log is in the store's file.
            return Ok(None);
        }
        let mut salts = [0; 8];
        salts.copy_from_slice(&header[16..24]);
        Ok(Some(Self {
            file,
            is_big_endian,
            salts,
            checksum,
            page: vec![0; size as usize],
        }))
    }

    /// Reads the next frame; `None` after the last valid frame.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        let mut header = [0; FRAME_HEADER];
        if !fill(&mut self.file, &mut header)? || !fill(&mut self.file, &mut self.page)? {
            return Ok(None);
        }
        let checksum = sum(self.is_big_endian, self.checksum, &header[..8]);
        let checksum = sum(self.is_big_endian, checksum, &self.page);
        let (number, size) = (word(&header, 0), word(&header, 4));
        let is_valid = number != 0
            && header[8..16] == self.salts
            && checksum == (word(&header, 16), word(&header, 20));
        if !is_valid {
            return Ok(None);
        }
        self.checksum = checksum;
        Ok(Some(Frame {
            number,
            is_commit: size != 0,
            page: &self.page,
        }))
    }
}

/// Returns the path of a file that belongs to a store: `orders.db-wal` for `orders.db`.
pub(super) fn with_suffix(store: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(store);
    path.push(suffix);
    path.into()
}

/// Returns the path of a store's log.
pub(super) fn path_of(store: &Path) -> PathBuf {
    with_suffix(store, "-wal")
}

/// Whether a file has any bytes. A missing file has none.
pub(super) fn has_bytes(path: &Path) -> io::Result<bool> {
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

/// Continues SQLite's checksum of a log.
fn sum(is_big_endian: bool, before: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let read = match is_big_endian {
        true => u32::from_be_bytes,
        false => u32::from_le_bytes,
    };
    let (mut first, mut second) = before;
    for pair in bytes.chunks_exact(8) {
        let (left, right) = pair.split_at(4);
        let number = |half: &[u8]| half.try_into().map_or(0, read);
        first = first.wrapping_add(number(left)).wrapping_add(second);
        second = second.wrapping_add(number(right)).wrapping_add(first);
    }
    (first, second)
}
