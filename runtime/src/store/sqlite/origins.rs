use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Error, OptionalExtension, params};

use crate::store::StoredOrigin;

/// The most origins in memory. Executions of a few state machines have few; starts with ids of the caller may have one each.
const MOST: usize = 1_024;

/// The ids of origins that were written or found before.
#[derive(Debug, Default)]
pub(super) struct Origins {
    known: HashMap<Arc<StoredOrigin>, i64>,
}

impl Origins {
    /// Returns the id of an origin, and adds its row where it is missing. To be called in a transaction.
    pub(super) fn find(
        &mut self,
        connection: &Connection,
        origin: &Arc<StoredOrigin>,
    ) -> Result<i64, Error> {
        if let Some(id) = self.known.get(origin) {
            return Ok(*id);
        }
        let id = match stored(connection, origin)? {
            Some(id) => id,
            None => add(connection, origin)?,
        };
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(origin.clone(), id);
        Ok(id)
    }

    /// Forgets the ids: a transaction that added some was rolled back.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }
}

fn stored(connection: &Connection, origin: &StoredOrigin) -> Result<Option<i64>, Error> {
    let StoredOrigin {
        machine,
        version,
        alias,
    } = origin;
    let mut query = connection.prepare_cached(
        "SELECT id FROM origins WHERE machine IS ? AND version IS ? AND alias IS ?",
    )?;
    query
        .query_row(params![machine, version, alias], |row| row.get(0))
        .optional()
}

fn add(connection: &Connection, origin: &StoredOrigin) -> Result<i64, Error> {
    let StoredOrigin {
        machine,
        version,
        alias,
    } = origin;
    connection
        .prepare_cached("INSERT INTO origins (machine, version, alias) VALUES (?, ?, ?)")?
        .insert(params![machine, version, alias])
}
