//! The connection of an engine: one process of the server, or many through a pooler.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{MaybeDone, join3, maybe_done};
use stepwright_engine::store::StoreError;
use tokio::time::{Instant, sleep};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::database::{Database, Statement};
use crate::sql_error::{is_refusal, is_starting};

/// How long an engine waits for a server that starts.
const STARTS: Duration = Duration::from_secs(60);
/// The pause between its attempts.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection that sends transactions.
pub(crate) struct Session {
    client: Client,
    /// The statements to which the process of the server has given names, by their text. `None`
    /// through a pooler, which may give each transaction another process.
    named: Option<Mutex<HashMap<&'static str, tokio_postgres::Statement>>>,
}

/// How a statement is sent.
enum Form {
    /// The server has planned it.
    Named(tokio_postgres::Statement),
    /// The server plans it each time.
    Text(String),
}

impl Session {
    /// Connects, and finds out whether the connection has a process of the server for itself. Only
    /// that process has the random mark: a pooler refuses it or drops it.
    pub(crate) async fn open(database: &Database) -> Result<Self, StoreError> {
        let opened = Self::marked(database).await;
        opened.map_err(|error| database.error("connect to the database", &error))
    }

    /// Connects like [`open`](Self::open), to a server that may be starting: it is often started
    /// together with the engine, or again after a failure.
    pub(crate) async fn first(database: &Database) -> Result<Self, StoreError> {
        let latest = Instant::now() + STARTS;
        loop {
            match Self::marked(database).await {
                Err(error) if is_starting(&error) && Instant::now() < latest => sleep(PAUSE).await,
                opened => {
                    return opened
                        .map_err(|error| database.error("connect to the database", &error));
                }
            }
        }
    }

    async fn marked(database: &Database) -> Result<Self, Error> {
        let mark = Uuid::new_v4().simple().to_string();
        let marked = format!("-c stepwright.session={mark}");
        let client = match database.connect_with(&marked).await {
            Ok(client) => client,
            Err(error) if is_refusal(&error) => {
                return Ok(Self {
                    client: database.connect().await?,
                    named: None,
                });
            }
            Err(error) => return Err(error),
        };
        let found = "SELECT current_setting('stepwright.session', true)";
        let rows = client.query_typed(found, &[]).await?;
        let found = rows.first().and_then(|row| row.get::<_, Option<String>>(0));
        let is_alone = found == Some(mark);
        Ok(Self {
            client,
            named: is_alone.then(Mutex::default),
        })
    }

    /// Sends statements as one transaction. Returns the first error with the number of its
    /// statement; then none has an effect.
    pub(crate) async fn transact(
        &self,
        database: &Database,
        statements: &[Statement<'_>],
    ) -> Result<(), (usize, Error)> {
        let mut forms = Vec::with_capacity(statements.len());
        for (number, statement) in statements.iter().enumerate() {
            let form = self.form(database, statement).await;
            forms.push(form.map_err(|error| (number, error))?);
        }
        send(self, statements, &forms).await
    }

    async fn form(&self, database: &Database, statement: &Statement<'_>) -> Result<Form, Error> {
        let sql = || database.sql(statement.text);
        let Some(named) = &self.named else {
            return Ok(Form::Text(sql()));
        };
        let lock = || named.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(statement.text) {
            return Ok(Form::Named(known.clone()));
        }
        if lock().is_empty() {
            // A plan is made while the tables are small and remains when they are large. So it
            // must find rows by their keys.
            self.batch_execute("SET enable_seqscan = off").await?;
        }
        let kinds: Vec<Type> = statement.kinds().cloned().collect();
        let new = self.prepare_typed(&sql(), &kinds).await?;
        lock().insert(statement.text, new.clone());
        Ok(Form::Named(new))
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Sends statements as one transaction on any connection.
pub(crate) async fn transact(
    database: &Database,
    client: &Client,
    statements: &[Statement<'_>],
) -> Result<(), Error> {
    let sql = |statement: &Statement<'_>| Form::Text(database.sql(statement.text));
    let forms: Vec<Form> = statements.iter().map(sql).collect();
    let sent = send(client, statements, &forms).await;
    sent.map_err(|(_, error)| error)
}

/// Sends a transaction without waiting for an answer between its statements.
async fn send(
    client: &Client,
    statements: &[Statement<'_>],
    forms: &[Form],
) -> Result<(), (usize, Error)> {
    let sent = statements.iter().zip(forms);
    // A request is sent when it is polled first, and all are polled in this order. After an error,
    // the server refuses the others, and its answer to COMMIT is that of ROLLBACK.
    let sent = in_order(sent.map(|(statement, form)| execute(client, statement, form)));
    let (begin, commit) = (
        client.batch_execute("BEGIN"),
        client.batch_execute("COMMIT"),
    );
    let (begun, done, committed) = join3(begin, sent, commit).await;
    begun.map_err(|error| (0, error))?;
    for (number, done) in done.into_iter().enumerate() {
        done.map_err(|error| (number, error))?;
    }
    committed.map_err(|error| (statements.len(), error))
}

async fn execute(client: &Client, statement: &Statement<'_>, form: &Form) -> Result<u64, Error> {
    match form {
        Form::Named(named) => client.execute(named, &statement.values()).await,
        Form::Text(text) => {
            let values = statement.typed_values();
            client.execute_typed(text, &values).await
        }
    }
}

/// Polls futures in their order, and returns their results. `join_all` may return to its caller
/// before it has polled all of many futures.
async fn in_order<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<Pin<Box<MaybeDone<F>>>> =
        futures.map(|future| Box::pin(maybe_done(future))).collect();
    poll_fn(|context| {
        let waiting = all
            .iter_mut()
            .filter_map(|future| future.as_mut().poll(context).is_pending().then_some(()))
            .count();
        if waiting == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    all.iter_mut()
        .filter_map(|future| future.as_mut().take_output())
        .collect()
}
