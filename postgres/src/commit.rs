//! Commits transactions under their numbers, and finds out what became of those whose connection
//! broke.

use std::sync::Arc;
use std::time::Duration;

use stepwright_engine::store::{Change, StoreError, StoreLease};
use tokio::time::timeout;
use tokio_postgres::Error;
use uuid::Uuid;

use crate::database::{Database, Statement};
use crate::numbers::{self, NextNumber, Numbers};
use crate::row_ids::RowIds;
use crate::session::Session;
use crate::sql_error::{is_constraint, is_disconnect, is_read_only};
use crate::write::{ChangeError, ChangeWriter};
use crate::{flight, follow, layout, lease, takeover};

/// A commit that takes longer has an unknown outcome. It is never cancelled: the server would
/// report a commit as done that a synchronous replica does not have.
const COMMIT: Duration = Duration::from_secs(30);

/// The connection of the one engine that writes.
pub(crate) struct Committer {
    pub(crate) database: Database,
    client: Option<Arc<Session>>,
    numbers: Numbers,
    ids: RowIds,
    /// Whether the ids must be read again, because a transaction that added some has no effect.
    needs_ids: bool,
    /// Whether the last transaction may be committed later, because its answer was lost.
    is_open: bool,
}

/// Why a transaction has no effect, or perhaps has.
enum Failure {
    /// A change does not fit, or the database refuses it.
    Store(StoreError),
    /// A rule of a table was broken: by the number, or by a change.
    Constraint { is_number: bool },
    /// Nothing is known.
    Lost(StoreError),
}

impl Committer {
    /// Takes the lease, and then the next number, after which no other engine can commit.
    pub(crate) async fn begin(
        database: Database,
        owner: Uuid,
        lease: &StoreLease,
    ) -> Result<Self, StoreError> {
        let client = Session::first(&database).await?;
        layout::prepare(&database, &client).await?;
        let epoch = lease::take(&database, &client, owner, lease).await?;
        Self::begin_with(database, client, owner, epoch).await
    }

    /// Takes the next number, after the lease of this epoch.
    pub(crate) async fn begin_with(
        database: Database,
        client: Session,
        owner: Uuid,
        epoch: i64,
    ) -> Result<Self, StoreError> {
        let taken = takeover::first_number(&database, &client, owner, epoch).await;
        let numbers = match taken {
            Ok(numbers) => numbers,
            Err(error) => {
                // So that the next attempt, or another engine, need not wait.
                let _ended = lease::release(&database, &client, owner).await;
                return Err(error);
            }
        };
        Ok(Self {
            database,
            client: Some(Arc::new(client)),
            numbers,
            ids: RowIds::default(),
            needs_ids: true,
            is_open: false,
        })
    }

    /// The random name of this engine.
    pub(crate) fn owner(&self) -> Uuid {
        self.numbers.owner
    }

    pub(crate) fn epoch(&self) -> i64 {
        self.numbers.epoch
    }

    /// The last committed number.
    pub(crate) fn last(&self) -> i64 {
        self.numbers.last
    }

    /// Commits changes. If the connection breaks, they are sent once more.
    pub(crate) async fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.settle().await?;
        // Each attempt gives the messages the same numbers.
        let last_message = self.ids.last_message;
        match self.attempt(changes).await {
            Err(Failure::Lost(error)) => {
                self.client = None;
                (self.is_open, self.needs_ids) = (true, true);
                tracing::warn!(%error, "a commit has no answer, and is sent again");
                self.ids.last_message = last_message;
                match self.attempt(changes).await {
                    Err(Failure::Lost(error)) => {
                        self.client = None;
                        Err(error)
                    }
                    done => {
                        // A refusal, such as a full disk, says nothing about the first time.
                        self.is_open = matches!(done, Err(Failure::Store(_)));
                        self.finish(done, changes, last_message, true).await
                    }
                }
            }
            done => self.finish(done, changes, last_message, false).await,
        }
    }

    /// Ends a transaction whose answer was lost: takes its number, so that it never commits, or
    /// finds that it is committed.
    pub(crate) async fn settle(&mut self) -> Result<(), StoreError> {
        if !self.is_open {
            return Ok(());
        }
        let outcome = match self.attempt(&[]).await {
            Err(Failure::Lost(error)) => {
                self.client = None;
                return Err(error);
            }
            done => {
                let last_message = self.ids.last_message;
                self.finish(done, &[], last_message, true).await
            }
        };
        if outcome.is_ok() {
            (self.is_open, self.needs_ids) = (false, true);
        }
        outcome
    }

    /// The outcome of a transaction with an answer. `last_message` is that before it. If it was
    /// sent before, an own row at its number is that of the first time.
    async fn finish(
        &mut self,
        done: Result<(), Failure>,
        changes: &[Change],
        last_message: i64,
        was_sent: bool,
    ) -> Result<(), StoreError> {
        let outcome = match done {
            Ok(()) => Ok(()),
            Err(Failure::Store(error) | Failure::Lost(error)) => Err(error),
            Err(Failure::Constraint { is_number: true }) => self.resolve(was_sent).await,
            Err(Failure::Constraint { is_number: false }) => {
                // The changes are applied one by one to find the one that does not fit.
                self.ids.last_message = last_message;
                self.needs_ids = true;
                self.in_steps(changes).await
            }
        };
        match &outcome {
            Ok(()) => {
                self.numbers.advance();
                let pruned = match &self.client {
                    Some(client) => self.numbers.prune(&self.database, client).await,
                    None => Ok(()),
                };
                if pruned.is_err() {
                    self.client = None;
                }
            }
            Err(_) => self.needs_ids = true,
        }
        outcome
    }

    /// Whether the number that could not be taken is that of this transaction.
    async fn resolve(&mut self, was_sent: bool) -> Result<(), StoreError> {
        let (numbers, database) = (self.numbers, self.database.clone());
        // Until the answer, the number may be that of this transaction.
        let was_open = std::mem::replace(&mut self.is_open, true);
        let next = numbers.next(&database, &*self.connected().await?).await;
        let next = next.map_err(|error| database.error("read the last commit", &error))?;
        self.is_open = was_open;
        let refused = |why: &str| StoreError::Io {
            path: Some(database.name().to_path_buf()),
            doing: "commit changes".to_owned(),
            why: why.to_owned(),
        };
        match next {
            NextNumber::Own if was_sent => {
                self.numbers.advance();
                self.confirm().await
            }
            NextNumber::Own => {
                self.numbers.advance();
                Err(refused("its number is that of an earlier commit"))
            }
            NextNumber::Free => {
                // The tables of a newer version refuse numbers of this one.
                let client = self.connected().await?;
                layout::check(&database, &client).await?;
                Err(refused("its number was refused, and is free"))
            }
            NextNumber::Taken => Err(numbers::taken_over(
                &self.database,
                &format!("it has made commit {}", self.numbers.last + 1),
            )),
            NextNumber::Lost => Err(numbers::lost(&self.database, self.numbers.last)),
        }
    }

    /// Makes an empty commit after one without an answer. The row of the first one does not prove
    /// that a synchronous replica has it: its wait may have been cancelled. A replica that has the
    /// later one has both.
    async fn confirm(&mut self) -> Result<(), StoreError> {
        // Until the answer, the commit is not acknowledged.
        self.is_open = true;
        match self.attempt(&[]).await {
            Ok(()) => {
                self.is_open = false;
                Ok(())
            }
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Lost(error)) => {
                self.client = None;
                Err(error)
            }
            // `settle` finds out which engine has the number.
            Err(Failure::Constraint { .. }) => Err(StoreError::Io {
                path: Some(self.database.name().to_path_buf()),
                doing: "confirm a commit".to_owned(),
                why: "the number after it was refused".to_owned(),
            }),
        }
    }

    async fn attempt(&mut self, changes: &[Change]) -> Result<(), Failure> {
        let client = self.prepared().await.map_err(Failure::Lost)?;
        let mut statements = vec![self.numbers.take(follow::changed(changes))];
        match flight::statements(changes, &mut self.ids) {
            Some(changes) => statements.extend(changes),
            None => return Err(Failure::Constraint { is_number: false }),
        }
        let sent = client.transact(&self.database, &statements);
        match timeout(COMMIT, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err((number, error))) if is_constraint(&error) => Err(Failure::Constraint {
                is_number: number == 0,
            }),
            Ok(Err((_, error))) => Err(self.failure(&error)),
            Err(_) => Err(Failure::Lost(
                self.database.too_slow("commit changes", COMMIT),
            )),
        }
    }

    /// Applies changes in a transaction, one after another.
    async fn in_steps(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let client = self.prepared().await?;
        let run = async |text: &str| client.batch_execute(text).await;
        let mut take = Some(self.numbers.take(follow::changed(changes)));
        let mut work = async || -> Result<(), ChangeError> {
            run("BEGIN").await?;
            if let Some(take) = take.take() {
                self.database.execute(&client, take).await?;
            }
            let mut writer = ChangeWriter {
                database: &self.database,
                client: &client,
                ids: &mut self.ids,
            };
            for change in changes {
                writer.apply(change).await?;
            }
            run("COMMIT").await?;
            Ok(())
        };
        let failure = match timeout(COMMIT, work()).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(ChangeError::Change(error))) => Failure::Store(error),
            Ok(Err(ChangeError::Database(error))) if is_constraint(&error) => {
                Failure::Constraint { is_number: true }
            }
            Ok(Err(ChangeError::Database(error))) => self.failure(&error),
            Err(_) => Failure::Lost(self.database.too_slow("commit changes", COMMIT)),
        };
        if let Failure::Lost(error) = failure {
            self.client = None;
            self.is_open = true;
            return Err(error);
        }
        if run("ROLLBACK").await.is_err() {
            self.client = None;
        }
        match failure {
            Failure::Store(error) | Failure::Lost(error) => Err(error),
            Failure::Constraint { .. } => self.resolve(false).await,
        }
    }

    fn failure(&mut self, error: &Error) -> Failure {
        let known = self.database.error("commit changes", error);
        if is_read_only(error) {
            // A new connection may reach the server that accepts changes.
            self.client = None;
        }
        if is_disconnect(error) {
            Failure::Lost(known)
        } else {
            Failure::Store(known)
        }
    }

    /// The open connection, or a new one.
    pub(crate) async fn connected(&mut self) -> Result<Arc<Session>, StoreError> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => Arc::new(Session::open(&self.database).await?),
        };
        self.client = Some(client.clone());
        Ok(client)
    }

    /// The open connection, after which the ids are those of the store.
    async fn prepared(&mut self) -> Result<Arc<Session>, StoreError> {
        let client = self.connected().await?;
        if self.needs_ids {
            let last_message = self.ids.last_message;
            let read = RowIds::read(&self.database, &client, last_message).await;
            self.ids = read.map_err(|error| self.database.error("read", &error))?;
            self.needs_ids = false;
        }
        Ok(client)
    }

    /// Ends the lease, so that the next engine need not wait.
    pub(crate) async fn end(&mut self) -> Result<(), StoreError> {
        let owner = self.numbers.owner;
        let database = self.database.clone();
        let client = self.connected().await?;
        let ended = lease::release(&database, &client, owner).await;
        ended.map_err(|error| database.error("end the lease", &error))
    }

    /// Which of these ARNs are in the store.
    pub(crate) async fn existing(&mut self, arns: &[&str]) -> Result<Vec<usize>, StoreError> {
        let database = self.database.clone();
        let client = self.connected().await?;
        let bytes: Vec<&[u8]> = arns.iter().map(|arn| arn.as_bytes()).collect();
        let query = Statement::new(
            "SELECT place FROM unnest($1) WITH ORDINALITY AS asked (arn, place)
             WHERE EXISTS (SELECT 1 FROM @.executions WHERE executions.arn = asked.arn)",
        )
        .with(bytes, tokio_postgres::types::Type::BYTEA_ARRAY);
        let rows = database.query(&client, query).await;
        let rows = rows.map_err(|error| database.error("read", &error))?;
        let places = rows.iter().map(|row| row.get::<_, i64>(0));
        Ok(places
            .filter_map(|place| usize::try_from(place - 1).ok())
            .collect())
    }
}
