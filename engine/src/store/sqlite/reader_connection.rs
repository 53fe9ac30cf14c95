//! The connections of readers, which a writer of the same process can close.
//!
//! SQLite keeps the locks of a file's shared index once for all connections of a process. A lock
//! that the operating system did not release (`fcntl` returned an error) is taken until all of them
//! are closed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};

use rusqlite::{Connection, OpenFlags};

use super::connection;
use super::store_path::StorePath;
use crate::store::StoreError;

/// The connections of all readers of this process.
static CONNECTIONS: Mutex<Vec<Weak<Closable>>> = Mutex::new(Vec::new());

/// A connection of a reader. It may be closed between two reads; the next read opens it again.
#[derive(Debug)]
pub(super) struct ReaderConnection(Arc<Closable>);

#[derive(Debug)]
struct Closable {
    place: StorePath,
    connection: Mutex<Option<Connection>>,
}

impl ReaderConnection {
    pub(super) fn open(place: &StorePath) -> Result<Self, StoreError> {
        let mut connections = lock(&CONNECTIONS);
        let closable = Arc::new(Closable {
            place: place.clone(),
            connection: Mutex::new(Some(connect(place)?)),
        });
        connections.retain(|other| other.strong_count() > 0);
        connections.push(Arc::downgrade(&closable));
        Ok(Self(closable))
    }

    /// Reads with the connection. It stays open until `read` returns.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = lock(&self.0.connection);
        let connection = match &mut *connection {
            Some(open) => open,
            closed => {
                // `with_closed` may be at work.
                let _none_is_closed = lock(&CONNECTIONS);
                closed.insert(connect(&self.0.place)?)
            }
        };
        read(connection)
    }
}

/// Closes the connections of all readers of a file that neither read now nor have a snapshot, then
/// does `work` before one of them opens again. Passes to `work` whether all are closed.
pub(super) fn with_closed<T>(place: &StorePath, work: impl FnOnce(bool) -> T) -> T {
    let connections = lock(&CONNECTIONS);
    let mut all_closed = true;
    let open = connections.iter().filter_map(Weak::upgrade);
    for closable in open.filter(|closable| closable.place.path == place.path) {
        all_closed &= closable.close();
    }
    work(all_closed)
}

impl Closable {
    fn close(&self) -> bool {
        let mut connection = match self.connection.try_lock() {
            Ok(connection) => connection,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let has_snapshot = connection
            .as_ref()
            .is_some_and(|open| !open.is_autocommit());
        if !has_snapshot {
            *connection = None;
        }
        !has_snapshot
    }
}

fn connect(place: &StorePath) -> Result<Connection, StoreError> {
    connection::connect(place, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// A panic while a lock is held leaves a usable connection.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
