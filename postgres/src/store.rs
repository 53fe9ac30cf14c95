//! The store of an engine.

use std::fmt;

use stepwright_engine::store::{Change, Store, StoreError, StoreReader};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::commit::Committer;
use crate::database::Database;
use crate::lease;
use crate::options::PostgresOptions;
use crate::reader::PostgresReader;

/// A store in a schema of a PostgreSQL database. See the [crate's documentation](crate).
pub struct PostgresStore {
    committer: Committer,
    /// Renews the lease.
    keeper: JoinHandle<()>,
}

impl PostgresStore {
    /// Opens a store, and creates its schema and tables if they are missing. Waits until the lease
    /// of an engine that died has ended. Reads the
    /// [environment](PostgresOptions::environment).
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while another engine writes to the store;
    /// [`StoreError::NewerVersion`]; [`StoreError::Io`] if the address cannot be read or the
    /// database cannot be reached; the other errors of the store.
    pub fn open(address: &str) -> Result<Self, StoreError> {
        let options: PostgresOptions = address.parse().map_err(|error| StoreError::Io {
            path: None,
            doing: "open a database".to_owned(),
            why: format!("{error}"),
        })?;
        Self::open_with(options.environment())
    }

    /// Opens a store with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(options: PostgresOptions) -> Result<Self, StoreError> {
        let time = options.lease;
        let database = Database::new(options)?;
        let owner = Uuid::new_v4();
        let committer = database.wait(Committer::begin(database.clone(), owner))?;
        let keeper = database.spawn(lease::keep(database.weak(), owner, time));
        Ok(Self { committer, keeper })
    }

    fn wait<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Committer) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.committer.database.clone();
        database.wait(work(&mut self.committer))
    }
}

impl Store for PostgresStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.wait(async |committer| committer.commit(changes).await)
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        self.wait(async |committer| committer.commit(&[]).await)
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        self.wait(async |committer| committer.settle().await)
    }

    fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        self.wait(async |committer| committer.existing(arns).await)
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(PostgresReader::of(
            self.committer.database.clone(),
        )?))
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.keeper.abort();
        if let Err(error) = self.wait(async |committer| committer.end().await) {
            tracing::warn!("the next engine must wait for the lease of this one: {error}");
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStore")
            .field(&self.committer.database)
            .finish()
    }
}
