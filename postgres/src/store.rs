//! The store of an engine.

use std::fmt;

use stepwright_engine::store::{Change, Store, StoreError, StoreLease, StoreReader};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::commit::Committer;
use crate::database::Database;
use crate::follow::{self, HeldExecutions};
use crate::lease;
use crate::options::PostgresOptions;
use crate::reader::PostgresReader;

/// A store in a schema of a PostgreSQL database. See the [crate's documentation](crate).
pub struct PostgresStore {
    committer: Committer,
    lease: StoreLease,
    /// Renews the lease.
    keeper: JoinHandle<()>,
    /// The executions of a standby at the takeover.
    held: HeldExecutions,
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
        let database = Database::new(options)?;
        let (owner, lease) = (Uuid::new_v4(), StoreLease::new());
        let committer = database.wait(Committer::begin(database.clone(), owner, &lease))?;
        Ok(Self::new(committer, lease, HeldExecutions::default()))
    }

    /// A store of an engine that has the lease.
    pub(crate) fn new(committer: Committer, lease: StoreLease, held: HeldExecutions) -> Self {
        let database = &committer.database;
        let keeping = lease::keep(database.weak(), committer.owner(), lease.clone());
        Self {
            keeper: database.spawn(keeping),
            committer,
            lease,
            held,
        }
    }

    fn note_commit(&self) {
        let (epoch, last) = (self.committer.epoch(), self.committer.last());
        self.lease
            .committed(epoch.unsigned_abs(), last.unsigned_abs());
    }

    fn wait<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Committer) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.committer.database.clone();
        let done = database.wait(work(&mut self.committer));
        self.note_commit();
        if let Err(error) = &done
            && error.is_lasting()
        {
            self.lease.lose(error.clone());
        }
        done
    }
}

impl Store for PostgresStore {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        if follow::changes_executions(changes) {
            // They are older now.
            drop(self.held.take());
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
        let database = self.committer.database.clone();
        Ok(Box::new(PostgresReader::of(database, self.held.clone())?))
    }

    fn lease(&self) -> Option<StoreLease> {
        Some(self.lease.clone())
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.keeper.abort();
        self.lease.lose(StoreError::Closed);
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
