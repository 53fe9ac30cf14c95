//! The session: the time between the opening and the closing of a store, as a row in the file.
//!
//! Opening the store writes a random epoch. The row contains whether the store is open, and a
//! generation that counts the restarts of the log. The first transaction of each log writes the
//! row, so both the file and its log contain it. This detects a log that belongs to another file,
//! or to an older copy of this file.

use rusqlite::{Connection, Error, OptionalExtension};
use uuid::Uuid;

/// The row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) epoch: [u8; 16],
    pub(super) generation: i64,
    pub(super) is_open: bool,
}

impl Session {
    /// Reads the row. Returns `None` when there is none.
    pub(super) fn read(connection: &Connection) -> Result<Option<Self>, Error> {
        let mut query = connection.prepare("SELECT epoch, generation, is_open FROM session")?;
        let found = query.query_row([], |row| {
            Ok(Self {
                epoch: row.get(0)?,
                generation: row.get(1)?,
                is_open: row.get(2)?,
            })
        });
        found.optional()
    }

    /// Whether a log with this row continues a file with the row `file`. The file has the row of
    /// the log, or that of the log before it.
    pub(super) fn continues(&self, file: &Self) -> bool {
        let generations = file.generation..=file.generation.saturating_add(1);
        self.epoch == file.epoch && generations.contains(&self.generation)
    }

    /// Reads the row from a page, if it is the table's only page. No other table has rows with
    /// these columns.
    pub(super) fn decode(page: &[u8]) -> Option<Self> {
        const LEAF: u8 = 13;
        let (&LEAF, [0, 1]) = (page.first()?, page.get(3..5)?) else {
            return None;
        };
        let cell = usize::from(u16::from_be_bytes(page.get(8..10)?.try_into().ok()?));
        let mut cell = page.get(cell..)?;
        let size = usize::try_from(varint(&mut cell)?).ok()?;
        let _row_id = varint(&mut cell)?;
        let record = cell.get(..size)?;
        let mut header = record;
        let length = usize::try_from(varint(&mut header)?).ok()?;
        let mut values = record.get(length..)?;
        header = record.get(record.len() - header.len()..length)?;
        let mut column = || -> Option<(u64, &[u8])> {
            let kind = varint(&mut header)?;
            let size = match kind {
                0 | 8 | 9 => 0,
                1..=4 => usize::try_from(kind).ok()?,
                5 => 6,
                6 | 7 => 8,
                10 | 11 => return None,
                _ => usize::try_from((kind - 12) / 2).ok()?,
            };
            let (value, rest) = values.split_at_checked(size)?;
            values = rest;
            Some((kind, value))
        };
        let (0, _) = column()? else { return None };
        let (44, epoch) = column()? else { return None };
        let generation = integer(column()?)?;
        let is_open = match column()? {
            (8, _) => false,
            (9, _) => true,
            _ => return None,
        };
        column().is_none().then_some(Self {
            epoch: epoch.try_into().ok()?,
            generation,
            is_open,
        })
    }
}

/// Begins a session with a new epoch: of an open store, or of one that is closed cleanly. Must be
/// called in a transaction.
pub(super) fn begin(connection: &Connection, is_open: bool) -> Result<(), Error> {
    let epoch = Uuid::new_v4().into_bytes();
    let mut statement = connection.prepare(
        "INSERT OR REPLACE INTO session (id, epoch, generation, is_open) VALUES (1, ?, 0, ?)",
    )?;
    statement.execute((epoch, is_open)).map(drop)
}

/// Marks the store as closed cleanly. Must be called in a transaction.
pub(super) fn end(connection: &Connection) -> Result<(), Error> {
    connection
        .prepare("UPDATE session SET is_open = 0")?
        .execute([])
        .map(drop)
}

/// Writes the row with the next generation to the log. Must be called in a transaction.
pub(super) fn advance(connection: &Connection) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE session SET generation = generation + 1")?
        .execute([])
        .map(drop)
}

/// Writes the row with the next generation, and the first page with the version of the schema, to
/// the log. Must be called in a transaction.
pub(super) fn advance_with_header(connection: &Connection) -> Result<(), Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > 0 {
        advance(connection)?;
    }
    // SQLite writes the page although its content is unchanged.
    connection.pragma_update(None, "user_version", version)
}

/// Reads an SQLite varint.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for index in 0..9 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if index == 8 {
            return Some(number << 8 | u64::from(byte));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Returns an integer of a record, from its serial type and its bytes.
fn integer((kind, bytes): (u64, &[u8])) -> Option<i64> {
    match kind {
        8 => return Some(0),
        9 => return Some(1),
        1..=6 => {}
        _ => return None,
    }
    let sign = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let mut whole = [if sign { 0xff } else { 0 }; 8];
    whole.get_mut(8 - bytes.len()..)?.copy_from_slice(bytes);
    Some(i64::from_be_bytes(whole))
}
