//! Finds or adds the row of a state machine's version, and caches its id.

use std::collections::HashMap;

use rusqlite::{Connection, Error, OptionalExtension};

/// The ids of a state machine and its version in the row of an execution.
#[derive(Clone, Copy, Debug)]
pub(super) struct VersionId {
    pub(super) id: i64,
    pub(super) machine: i64,
}

/// A cache of the versions of executions: by the state machine's name, then by the hash.
#[derive(Debug, Default)]
pub(super) struct VersionIds {
    known: HashMap<String, HashMap<String, VersionId>>,
}

impl VersionIds {
    /// Returns the ids of a version, and adds them if they are missing. Must be called in a
    /// transaction.
    pub(super) fn find(
        &mut self,
        connection: &Connection,
        name: &str,
        hash: &str,
    ) -> Result<VersionId, Error> {
        let known = self.known.get(name).and_then(|hashes| hashes.get(hash));
        if let Some(version) = known {
            return Ok(*version);
        }
        let version = match stored(connection, name, hash)? {
            Some(version) => version,
            None => add(connection, name, hash)?,
        };
        let hashes = self.known.entry(name.to_owned()).or_default();
        hashes.insert(hash.to_owned(), version);
        Ok(version)
    }

    /// Clears the cache.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

fn stored(connection: &Connection, name: &str, hash: &str) -> Result<Option<VersionId>, Error> {
    let mut query = connection
        .prepare_cached("SELECT id, machine FROM versions WHERE name = ? AND hash = ?")?;
    let found = query.query_row([name, hash], |row| {
        Ok(VersionId {
            id: row.get(0)?,
            machine: row.get(1)?,
        })
    });
    found.optional()
}

/// Adds a version. The id of a machine is that of its first version.
fn add(connection: &Connection, name: &str, hash: &str) -> Result<VersionId, Error> {
    let mut query =
        connection.prepare_cached("SELECT min(machine) FROM versions WHERE name = ?")?;
    let machine: Option<i64> = query.query_row([name], |row| row.get(0))?;
    let mut insert =
        connection.prepare_cached("INSERT INTO versions (machine, name, hash) VALUES (?, ?, ?)")?;
    let id = insert.insert((machine.unwrap_or(0), name, hash))?;
    if machine.is_none() {
        let mut update =
            connection.prepare_cached("UPDATE versions SET machine = id WHERE id = ?")?;
        update.execute([id])?;
    }
    Ok(VersionId {
        id,
        machine: machine.unwrap_or(id),
    })
}
