//! An engine's deputy: follows the store, and takes it over when its engine ends or dies.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use stepwright_engine::store::{StoreError, StoreLease};
use tokio::time::sleep;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::commit::Committer;
use crate::database::Database;
use crate::follow::{HeldExecutions, OpenExecutions};
use crate::layout;
use crate::lease::{self, Holder};
use crate::numbers;
use crate::options::PostgresOptions;
use crate::session::Session;
use crate::store::PostgresStore;

/// Follows a store that an engine writes to, and takes it over when that engine ends or dies.
///
/// It holds the open executions in memory, so the next engine continues them without reading them
/// all from the database.
///
/// ```no_run
/// use stepwright_engine::{Engine, MachineType};
/// use stepwright_postgres::PostgresStandby;
///
/// # async fn run(definition: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let standby = PostgresStandby::open("postgres://stepwright@db.internal/orders".parse()?)?;
/// // Returns when the other engine has ended, or at once if there is none.
/// let store = standby.take_over().await?;
/// let engine = Engine::builder()
///     .register_json("orders", definition, MachineType::Standard)
///     .store(store)
///     .build()?;
/// # Ok(()) }
/// ```
pub struct PostgresStandby {
    database: Database,
    watch: StandbyWatch,
}

/// Shows what a standby knows. Clones show the same standby.
#[derive(Clone, Default)]
pub struct StandbyWatch {
    state: Arc<Mutex<StandbyState>>,
}

/// The state of a standby.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StandbyState {
    /// The engine that has the store, for people: `process 17 of web-2`.
    pub leader: String,
    /// The number of the newest commit in the store.
    pub newest: u64,
    /// The number of the last commit that the standby has read.
    pub read: u64,
    /// How many open executions it holds.
    pub executions: usize,
    /// Why it could not read the store the last time.
    pub error: Option<StoreError>,
}

impl StandbyState {
    /// By how many commits the standby is behind.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.newest.saturating_sub(self.read)
    }
}

impl StandbyWatch {
    /// Returns what the standby knows now.
    #[must_use]
    pub fn state(&self) -> StandbyState {
        self.change(|state| state.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut StandbyState) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl PostgresStandby {
    /// Opens a store, and creates its schema and tables if they are missing.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerVersion`]; [`StoreError::Io`] if the database cannot be reached; the
    /// other errors of the store.
    pub fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let database = Database::new(options)?;
        database.wait(async {
            let client = Session::first(&database).await?;
            layout::prepare(&database, &client).await
        })?;
        Ok(Self {
            database,
            watch: StandbyWatch::default(),
        })
    }

    /// Returns what shows the state of this standby while it waits.
    #[must_use]
    pub fn watch(&self) -> StandbyWatch {
        self.watch.clone()
    }

    /// Follows the store until no other engine has it, and takes it over then. While the database
    /// is away, it waits. Dropping the future ends this.
    ///
    /// # Errors
    ///
    /// The [lasting](StoreError::is_lasting) errors of the store.
    pub async fn take_over(self) -> Result<PostgresStore, StoreError> {
        let Self { database, watch } = self;
        let follower = Follower {
            database: database.clone(),
            watch,
            open: OpenExecutions::default(),
        };
        let mut following = AbortOnDrop(database.spawn(follower.take_over()));
        let taken = (&mut following.0).await;
        let taken = taken.unwrap_or_else(|error| {
            let message = error.to_string();
            Err(StoreError::Panicked { message })
        });
        let (committer, lease, held) = taken?;
        Ok(PostgresStore::new(committer, lease, held))
    }
}

/// A task that ends when its result is not awaited any more.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The parts of the store after a takeover.
type Taken = (Committer, StoreLease, HeldExecutions);

/// The task of a standby.
struct Follower {
    database: Database,
    watch: StandbyWatch,
    open: OpenExecutions,
}

impl Follower {
    async fn take_over(mut self) -> Result<Taken, StoreError> {
        let mut client = None;
        loop {
            match self.round(&mut client).await {
                Ok(Some(taken)) => return Ok(taken),
                Ok(None) => self.watch.change(|state| state.error = None),
                // Another standby was faster.
                Err(StoreError::TakenOver { .. }) => {}
                Err(error) if error.is_lasting() => return Err(error),
                Err(error) => {
                    client = None;
                    let before = self
                        .watch
                        .change(|state| state.error.replace(error.clone()));
                    if before.is_none() {
                        tracing::warn!(%error, "the standby cannot read the store");
                    }
                }
            }
            sleep(lease::pause(&self.database)).await;
        }
    }

    /// Reads what is new, and asks for the lease.
    async fn round(&mut self, client: &mut Option<Session>) -> Result<Option<Taken>, StoreError> {
        let database = self.database.clone();
        let failed = |error| database.error("follow the engine", &error);
        let open = match client.take().filter(|client| !client.is_closed()) {
            Some(open) => open,
            None => Session::open(&database).await?,
        };
        self.follow(&open).await?;
        let (owner, lease) = (Uuid::new_v4(), StoreLease::new());
        let taken = lease::try_take(&database, &open, owner, &lease).await;
        let Some(epoch) = taken.map_err(failed)? else {
            *client = Some(open);
            return Ok(None);
        };
        let before = self.watch.state().leader;
        let mut committer = Committer::begin_with(database, open, owner, epoch).await?;
        // The last commits of the other engine.
        let followed = match committer.connected().await {
            Ok(client) => self.follow(&client).await,
            Err(error) => Err(error),
        };
        if let Err(error) = followed {
            tracing::warn!(%error, "the executions are read again, because the last commits cannot be read");
        }
        let number = committer.last();
        let open = std::mem::take(&mut self.open).after(number);
        tracing::info!(
            epoch,
            number,
            before,
            "this engine has taken over the store"
        );
        Ok(Some((committer, lease, HeldExecutions::new(open))))
    }

    async fn follow(&mut self, client: &Client) -> Result<(), StoreError> {
        let database = &self.database;
        let failed = |error| database.error("follow the engine", &error);
        let newest = numbers::largest(database, client).await.map_err(failed)?;
        let holder = Holder::read(database, client).await.map_err(failed)?;
        self.watch.change(|state| {
            state.newest = newest.unsigned_abs();
            state.leader = holder.map(|holder| holder.name).unwrap_or_default();
        });
        self.open.follow(database, client).await.map_err(failed)?;
        let (read, executions) = (self.open.last().unsigned_abs(), self.open.len());
        self.watch.change(|state| {
            state.read = read;
            state.newest = state.newest.max(read);
            state.executions = executions;
        });
        Ok(())
    }
}

impl fmt::Debug for PostgresStandby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresStandby")
            .field(&self.database)
            .finish()
    }
}

impl fmt::Debug for StandbyWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StandbyWatch").field(&self.state()).finish()
    }
}
