//! The search index of a store, in its schema.
//!
//! A `GIN` index over numbers of all parts of three characters finds candidates, whose texts are
//! compared in the database. So no extension and no collation is needed, and a search has the
//! results of one in a file.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use stepwright_engine::clock::Timestamp;
use stepwright_engine::search::{
    IndexCandidate, IndexChange, IndexEntry, IndexQuery, IndexSearcher, IndexStorage, IndexTables,
    IndexedStore, trigrams,
};
use stepwright_engine::store::{
    DerivedError, ListPosition, StoreError, StoreLease, StoreReader, StoredExecution,
};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::database::{Database, Statement};
use crate::options::PostgresOptions;
use crate::reader::PostgresReader;
use crate::row::{self, EXECUTION, EXECUTIONS};

/// How many candidates the first query of a search reads. Each further one reads four times as
/// many.
const CANDIDATES: i64 = 200;

/// Stores a search index in the schema of a [`PostgresStore`](crate::PostgresStore), for
/// [`ExecutionIndex::open_in`](stepwright_engine::search::ExecutionIndex::open_in).
///
/// ```no_run
/// use stepwright_engine::search::ExecutionIndex;
/// use stepwright_engine::{Engine, Redaction};
/// use stepwright_postgres::{PostgresIndex, PostgresOptions, PostgresStore};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let options: PostgresOptions = "postgres://stepwright@db.internal/orders".parse()?;
/// let engine = Engine::builder().store(PostgresStore::open_with(options.clone())?).build()?;
/// let index = PostgresIndex::new(options, engine.store_lease())?;
/// let index = ExecutionIndex::open_in(index, &Redaction::new())?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct PostgresIndex {
    database: Database,
    lease: Option<StoreLease>,
}

impl PostgresIndex {
    /// Creates the index of a store, which must exist. It is written only while the engine of this
    /// lease may write to the store, so that the engine that took it over is the only one that
    /// writes. Nothing is opened.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] if the file of certificates cannot be read.
    pub fn new(options: PostgresOptions, lease: Option<&StoreLease>) -> Result<Self, StoreError> {
        Ok(Self {
            database: Database::new(options)?,
            lease: lease.cloned(),
        })
    }

    fn tables(&self) -> Result<Tables, StoreError> {
        Ok(Tables {
            name: self.database.name().to_path_buf(),
            lease: self.lease.clone(),
            reader: self.checked()?,
        })
    }

    fn checked(&self) -> Result<PostgresReader, StoreError> {
        PostgresReader::checked(self.database.clone())
    }
}

impl IndexStorage for PostgresIndex {
    fn name(&self) -> String {
        format!("the index in `{}`", self.database.name().display())
    }

    fn open(&self) -> Result<Box<dyn IndexTables>, DerivedError> {
        Ok(Box::new(self.tables()?))
    }

    fn replace(&self, why: &str) -> Result<Box<dyn IndexTables>, DerivedError> {
        tracing::warn!("{} is built again: {why}", self.name());
        let mut tables = self.tables()?;
        let empty = || vec![Statement::new("TRUNCATE @.search_entries, @.search_masks")];
        tables.change(empty)?;
        Ok(Box::new(tables))
    }

    fn searcher(&self) -> Result<Box<dyn IndexSearcher>, DerivedError> {
        Ok(Box::new(Searcher(self.checked()?)))
    }

    fn store(&self) -> Result<Box<dyn IndexedStore>, StoreError> {
        Ok(Box::new(FollowedStore {
            reader: self.checked()?,
            commit: None,
        }))
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(self.checked()?))
    }
}

/// The tables for the thread that writes.
struct Tables {
    name: PathBuf,
    lease: Option<StoreLease>,
    reader: PostgresReader,
}

impl Tables {
    /// Applies statements in one transaction.
    fn change<'a>(
        &mut self,
        statements: impl Fn() -> Vec<Statement<'a>>,
    ) -> Result<(), DerivedError> {
        if self.lease.as_ref().is_some_and(|lease| !lease.is_trusted()) {
            return Err(DerivedError::Store(StoreError::Io {
                path: Some(self.name.clone()),
                doing: "write the index".to_owned(),
                why: "another engine may have taken over".to_owned(),
            }));
        }
        Ok(self.reader.apply(statements)?)
    }
}

impl IndexTables for Tables {
    fn masks(&mut self) -> Result<Option<String>, DerivedError> {
        let rows = self
            .reader
            .rows(|| Statement::new("SELECT masks FROM @.search_masks"))?;
        let masks = rows.first().map(|row| row::owned(row, 0));
        masks.transpose().map_err(DerivedError::Damaged)
    }

    fn set_masks(&mut self, masks: &str) -> Result<(), DerivedError> {
        self.change(|| {
            let empty = Statement::new("DELETE FROM @.search_masks");
            let insert = Statement::new("INSERT INTO @.search_masks VALUES ($1)");
            vec![empty, insert.with(masks.as_bytes(), Type::BYTEA)]
        })
    }

    fn entries(&mut self, after: i64, to: i64) -> Result<HashMap<i64, IndexEntry>, DerivedError> {
        let rows = self.reader.rows(|| {
            Statement::new(
                "SELECT key, arn, started, stopped FROM @.search_entries WHERE key > $1 AND key <= $2",
            )
            .with(after, Type::INT8)
            .with(to, Type::INT8)
        })?;
        let entry = |row: &Row| {
            let entry = IndexEntry {
                arn: row::owned(row, 1)?,
                started: row.get(2),
                stopped: row.get(3),
            };
            Ok((row.get(0), entry))
        };
        let entries = rows.iter().map(entry).collect::<Result<_, _>>();
        entries.map_err(DerivedError::Damaged)
    }

    fn open_keys(&mut self) -> Result<Vec<i64>, DerivedError> {
        let rows = self
            .reader
            .rows(|| Statement::new("SELECT key FROM @.search_entries WHERE stopped IS NULL"))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn last_key(&mut self) -> Result<i64, DerivedError> {
        let rows = self
            .reader
            .rows(|| Statement::new("SELECT coalesce(max(key), 0) FROM @.search_entries"))?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    fn newest(&mut self) -> Result<Option<(String, Timestamp)>, DerivedError> {
        let rows = self.reader.rows(|| {
            Statement::new(
                "SELECT arn, started FROM @.search_entries ORDER BY started DESC, key DESC LIMIT 1",
            )
        })?;
        let newest = rows.first().map(|row| {
            let started = Timestamp::from_unix_micros(row.get(1));
            row::owned(row, 0).map(|arn| (arn, started))
        });
        newest.transpose().map_err(DerivedError::Damaged)
    }

    fn write(&mut self, changes: &[IndexChange]) -> Result<(), DerivedError> {
        self.change(|| changes.iter().map(statement).collect())
    }
}

fn statement(change: &IndexChange) -> Statement<'_> {
    match change {
        IndexChange::Write { key, entry, texts } => {
            let mut statement = Statement::new(
                "INSERT INTO @.search_entries VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 ON CONFLICT (key) DO UPDATE SET arn = excluded.arn, started = excluded.started, stopped = excluded.stopped,
                     input = excluded.input, output = excluded.output, error = excluded.error, cause = excluded.cause, trigrams = excluded.trigrams",
            )
            .with(*key, Type::INT8)
            .with(entry.arn.as_bytes(), Type::BYTEA)
            .with(entry.started, Type::INT8)
            .with(entry.stopped, Type::INT8);
            for text in texts {
                statement = statement.with(text.as_bytes(), Type::BYTEA);
            }
            let parts = texts.iter().flat_map(|text| trigrams(text));
            statement.with(numbers(parts), Type::INT4_ARRAY)
        }
        IndexChange::Remove { key } => {
            Statement::new("DELETE FROM @.search_entries WHERE key = $1").with(*key, Type::INT8)
        }
    }
}

/// Returns the numbers of parts of three characters, without repetitions.
fn numbers(parts: impl Iterator<Item = [char; 3]>) -> Vec<i32> {
    let numbers: BTreeSet<i32> = parts.map(number).collect();
    numbers.into_iter().collect()
}

/// Returns the number of a part: its own one for ASCII, and a negative one otherwise, which other
/// parts can have, too. A shared number only adds candidates.
fn number(part: [char; 3]) -> i32 {
    let [first, second, third] = part.map(u64::from);
    let number = first << 42 | second << 21 | third;
    if part.iter().all(char::is_ascii) {
        (first << 14 | second << 7 | third) as i32
    } else {
        (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as i32 | i32::MIN
    }
}

/// Reads candidates with the executions that contain the text.
struct Searcher(PostgresReader);

impl IndexSearcher for Searcher {
    fn search(
        &mut self,
        query: &IndexQuery<'_>,
        visit: &mut dyn FnMut(IndexCandidate) -> bool,
    ) -> Result<(), DerivedError> {
        let numbers = numbers(query.trigrams.iter().copied());
        let has_terms = if numbers.is_empty() {
            "$2 = $2"
        } else {
            "trigrams @> $2"
        };
        let text = format!(
            "WITH candidates AS MATERIALIZED (
                 SELECT key, started, position($1 IN input) > 0 OR position($1 IN output) > 0 OR position($1 IN error) > 0 OR position($1 IN cause) > 0 AS has
                 FROM @.search_entries WHERE {has_terms} AND (started, key) < ($3, $4) ORDER BY started DESC, key DESC LIMIT $5
             )
             SELECT c.key, c.started, {EXECUTION} FROM candidates AS c LEFT JOIN ({EXECUTIONS}) ON e.key = c.key AND c.has
             ORDER BY c.started DESC, c.key DESC"
        );
        let (mut order, mut key) = match query.after {
            Some(ListPosition { order, key }) => (order, i64::try_from(key).unwrap_or(i64::MAX)),
            None => (i64::MAX, i64::MAX),
        };
        let mut limit = CANDIDATES;
        loop {
            let needle = query.text.as_bytes();
            let rows = self.0.read(async |database, client| {
                let values: [(&(dyn ToSql + Sync), Type); 5] = [
                    (&needle, Type::BYTEA),
                    (&numbers, Type::INT4_ARRAY),
                    (&order, Type::INT8),
                    (&key, Type::INT8),
                    (&limit, Type::INT8),
                ];
                client.query_typed(&database.sql(&text), &values).await
            })?;
            for row in &rows {
                (key, order) = (row.get(0), row.get(1));
                let is_found = row.get::<_, Option<i64>>(2).is_some();
                let candidate = IndexCandidate {
                    key,
                    started: order,
                    // Lists omit damaged rows.
                    found: is_found.then(|| row::execution(row, 2).ok()).flatten(),
                };
                if !visit(candidate) {
                    return Ok(());
                }
            }
            if (rows.len() as i64) < limit {
                return Ok(());
            }
            limit *= 4;
        }
    }
}

/// The store of an index.
struct FollowedStore {
    reader: PostgresReader,
    /// The last commit at the last call of `has_changed`.
    commit: Option<i64>,
}

impl FollowedStore {
    fn executions(
        &mut self,
        condition: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, StoreError> {
        let text = format!("SELECT {EXECUTION} FROM {EXECUTIONS} WHERE {condition}");
        self.reader
            .read(async |database, client| client.query_typed(&database.sql(&text), values).await)
    }
}

impl IndexedStore for FollowedStore {
    fn has_changed(&mut self) -> Result<bool, StoreError> {
        let rows = self
            .reader
            .rows(|| Statement::new("SELECT max(n) FROM @.commits"))?;
        let commit = rows.first().and_then(|row| row.get(0));
        Ok(std::mem::replace(&mut self.commit, commit) != commit || commit.is_none())
    }

    fn scan(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Option<StoredExecution>)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values: [(&(dyn ToSql + Sync), Type); 2] = [(&after, Type::INT8), (&limit, Type::INT8)];
        let rows = self.executions("e.key > $1 ORDER BY e.key LIMIT $2", &values)?;
        let row = |row: &Row| (row.get(0), row::execution(row, 0).ok());
        Ok(rows.iter().map(row).collect())
    }

    fn executions(&mut self, keys: &[i64]) -> Result<Vec<StoredExecution>, StoreError> {
        let rows = Self::executions(self, "e.key = ANY ($1)", &[(&keys, Type::INT8_ARRAY)])?;
        let rows = rows.iter();
        Ok(rows.filter_map(|row| row::execution(row, 0).ok()).collect())
    }

    fn open_keys(&mut self) -> Result<Vec<i64>, StoreError> {
        let rows = self.reader.rows(|| {
            Statement::new(
                "SELECT o.key FROM @.open AS o JOIN @.executions AS e ON e.key = o.key WHERE e.map_run IS NULL",
            )
        })?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}
