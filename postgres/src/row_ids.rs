//! The ids of rows that executions refer to, and the numbers of messages.

use std::collections::HashMap;

use tokio_postgres::{Client, Error};

use crate::database::{Database, Statement};

/// The ids of rows that executions refer to.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowIds {
    versions: HashMap<(String, String), VersionIds>,
    /// The first version of each name.
    machines: HashMap<String, i64>,
    last_version: i64,
    /// The number of the last message of the outbox. It does not decrease while the store is open,
    /// so that a reader finds all messages after the last one that it has read.
    pub(crate) last_message: i64,
}

/// The ids of a version and of its state machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VersionIds {
    pub(crate) id: i64,
    pub(crate) machine: i64,
}

impl RowIds {
    /// Reads the ids. The messages may have had larger numbers.
    pub(crate) async fn read(
        database: &Database,
        client: &Client,
        last_message: i64,
    ) -> Result<Self, Error> {
        let mut ids = Self::default();
        let query = Statement::new("SELECT id, machine, name, hash FROM @.versions");
        for row in database.query(client, query).await? {
            let version = VersionIds {
                id: row.get(0),
                machine: row.get(1),
            };
            let text = |column| String::from_utf8_lossy(row.get(column)).into_owned();
            let (name, hash): (String, String) = (text(2), text(3));
            ids.machines.insert(name.clone(), version.machine);
            ids.versions.insert((name, hash), version);
            ids.last_version = ids.last_version.max(version.id);
        }
        let query = Statement::new("SELECT coalesce(max(number), 0) FROM @.outbox");
        let rows = database.query(client, query).await?;
        let largest = rows.first().map_or(0, |row| row.get(0));
        ids.last_message = last_message.max(largest);
        Ok(ids)
    }

    /// Returns the ids of a version, and whether it needs a row.
    pub(crate) fn version(&mut self, name: &str, hash: &str) -> (VersionIds, bool) {
        let key = (name.to_owned(), hash.to_owned());
        if let Some(known) = self.versions.get(&key) {
            return (*known, false);
        }
        self.last_version += 1;
        let id = self.last_version;
        let machine = *self.machines.entry(name.to_owned()).or_insert(id);
        let version = VersionIds { id, machine };
        self.versions.insert(key, version);
        (version, true)
    }
}
