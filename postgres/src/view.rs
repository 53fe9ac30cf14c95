//! Opens readers of a store that the engine of another process may write to.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use stepwright_engine::store::{StoreError, StoreReader, StoreView};
use tokio_postgres::Client;

use crate::database::Database;
use crate::numbers;
use crate::options::PostgresOptions;
use crate::reader::PostgresReader;

/// A store, for readers next to its engine.
pub struct PostgresView {
    database: Database,
    last: Mutex<LastCommit>,
}

/// The last number that was read, and the connection.
#[derive(Default)]
struct LastCommit {
    client: Option<Client>,
    number: i64,
}

impl PostgresView {
    /// Creates a view of a store. Nothing is opened.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] if the file of certificates cannot be read.
    pub fn new(options: PostgresOptions) -> Result<Self, StoreError> {
        Ok(Self {
            database: Database::new(options)?,
            last: Mutex::default(),
        })
    }
}

impl StoreView for PostgresView {
    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(PostgresReader::checked(self.database.clone())?))
    }

    fn name(&self) -> String {
        self.database.name().display().to_string()
    }

    /// Returns the number of the last commit; the known one while the database is away.
    fn change(&self) -> u64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.database.wait(async {
            let client = match last.client.take().filter(|client| !client.is_closed()) {
                Some(client) => client,
                None => self.database.connect().await?,
            };
            let number = numbers::largest(&self.database, &client).await?;
            Ok::<_, tokio_postgres::Error>((client, number))
        });
        if let Ok((client, number)) = read {
            *last = LastCommit {
                client: Some(client),
                number,
            };
        }
        last.number.unsigned_abs()
    }
}

impl fmt::Debug for PostgresView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresView").field(&self.database).finish()
    }
}
