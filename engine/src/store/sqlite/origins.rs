//! Stores the ARNs of starts once, and caches the ids of their rows.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Error, OptionalExtension, params};

use crate::store::StoredOrigin;

/// The maximum cached origins. Executions of a few state machines have few; starts with
/// caller-defined ids may have one each.
const MOST: usize = 1_024;

/// A cache of the ids of origins.
#[derive(Debug, Default)]
pub(super) struct Origins {
    known: HashMap<Arc<StoredOrigin>, i64>,
}

impl Origins {
    /// Returns the id of an origin, and adds its row if it is missing. Must be called in a
    /// transaction.
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

    /// Clears the cache, because a transaction that added ids was rolled back.
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
