//! The index of a store in a file, in a file next to it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Statement, Transaction, params_from_iter};

use super::index_format::FORMAT;
use super::index_storage::{
    IndexCandidate, IndexChange, IndexEntry, IndexQuery, IndexSearcher, IndexStorage, IndexTables,
    IndexedStore,
};
use crate::clock::Timestamp;
use crate::derived_file::DerivedFile;
use crate::store::{
    DerivedError, ListPosition, ScannedExecution, SqliteReader, StoreError, StoreReader,
    StoredExecution,
};

/// A file next to a store.
#[derive(Debug)]
pub(super) struct SqliteIndex {
    file: DerivedFile,
    store: PathBuf,
}

impl SqliteIndex {
    /// Creates the file, so that it is private before a thread opens it.
    pub(super) fn new(store: &Path) -> Self {
        Self::of_file(store, DerivedFile::next_to(store, &FORMAT))
    }

    pub(super) fn of_file(store: &Path, file: DerivedFile) -> Self {
        // A missing or foreign store gets no file. Opening it reports the reason.
        let created = SqliteReader::open(store).map(|_| file.create_like_store());
        if let Ok(Err(error)) = created {
            tracing::debug!("the thread of the index will report this again: {error}");
        }
        let store = store.to_owned();
        Self { file, store }
    }
}

impl IndexStorage for SqliteIndex {
    fn name(&self) -> String {
        self.file.name()
    }

    fn open(&self) -> Result<Box<dyn IndexTables>, DerivedError> {
        Ok(Box::new(SqliteTables(self.file.open()?)))
    }

    fn replace(&self, why: &str) -> Result<Box<dyn IndexTables>, DerivedError> {
        Ok(Box::new(SqliteTables(self.file.replace(why)?)))
    }

    fn searcher(&self) -> Result<Box<dyn IndexSearcher>, DerivedError> {
        Ok(Box::new(SqliteSearcher {
            index: self.file.reader()?,
            store: SqliteReader::open(&self.store)?,
        }))
    }

    fn store(&self) -> Result<Box<dyn IndexedStore>, StoreError> {
        Ok(Box::new(FollowedFile {
            reader: SqliteReader::open(&self.store)?,
            version: None,
        }))
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        Ok(Box::new(SqliteReader::open(&self.store)?))
    }
}

/// The store of an index.
struct FollowedFile {
    reader: SqliteReader,
    /// The version of the file's content at the last call of `has_changed`.
    version: Option<i64>,
}

impl IndexedStore for FollowedFile {
    fn has_changed(&mut self) -> Result<bool, StoreError> {
        let version = self.reader.data_version()?;
        Ok(self.version.replace(version) != Some(version))
    }

    fn scan(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(i64, Option<StoredExecution>)>, StoreError> {
        let row = |row: ScannedExecution| (row.key, row.execution.ok());
        let rows = self.reader.scan(after, limit)?;
        Ok(rows.into_iter().map(row).collect())
    }

    fn executions(&mut self, keys: &[i64]) -> Result<Vec<StoredExecution>, StoreError> {
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            rows.extend(execution(&mut self.reader, *key)?);
        }
        Ok(rows)
    }

    fn open_keys(&mut self) -> Result<Vec<i64>, StoreError> {
        self.reader.open_keys()
    }
}

/// Returns an execution by its key; `None` if there is none, or its row is damaged.
fn execution(reader: &mut SqliteReader, key: i64) -> Result<Option<StoredExecution>, StoreError> {
    let found = reader.scan(key.saturating_sub(1), 1)?.pop();
    let found = found.filter(|found| found.key == key);
    Ok(found.and_then(|found| found.execution.ok()))
}

/// The tables for the thread that writes.
struct SqliteTables(Connection);

impl IndexTables for SqliteTables {
    fn masks(&mut self) -> Result<Option<String>, DerivedError> {
        let query = "SELECT redaction FROM masks";
        let found = self.0.query_row(query, [], |row| row.get(0));
        Ok(found.optional()?)
    }

    fn set_masks(&mut self, masks: &str) -> Result<(), DerivedError> {
        let query = "INSERT INTO masks (redaction) VALUES (?)";
        self.0.execute(query, [masks])?;
        Ok(())
    }

    fn entries(&mut self, after: i64, to: i64) -> Result<HashMap<i64, IndexEntry>, DerivedError> {
        let query = "SELECT key, arn, started, stopped FROM entries WHERE key > ? AND key <= ?";
        let mut statement = self.0.prepare_cached(query)?;
        let entries = statement.query_map([after, to], |row| {
            let entry = IndexEntry {
                arn: row.get(1)?,
                started: row.get(2)?,
                stopped: row.get(3)?,
            };
            Ok((row.get(0)?, entry))
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    fn open_keys(&mut self) -> Result<Vec<i64>, DerivedError> {
        let query = "SELECT key FROM entries INDEXED BY entries_open WHERE stopped IS NULL";
        let mut statement = self.0.prepare_cached(query)?;
        let keys = statement.query_map([], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    fn last_key(&mut self) -> Result<i64, DerivedError> {
        let query = "SELECT coalesce(max(key), 0) FROM entries";
        Ok(self.0.query_row(query, [], |row| row.get(0))?)
    }

    fn newest(&mut self) -> Result<Option<(String, Timestamp)>, DerivedError> {
        let query = "SELECT arn, started FROM entries ORDER BY started DESC, key DESC LIMIT 1";
        let mut statement = self.0.prepare_cached(query)?;
        let newest = statement.query_row([], |row| {
            Ok((row.get(0)?, Timestamp::from_unix_micros(row.get(1)?)))
        });
        Ok(newest.optional()?)
    }

    fn write(&mut self, changes: &[IndexChange]) -> Result<(), DerivedError> {
        let transaction = self.0.unchecked_transaction()?;
        for change in changes {
            match change {
                IndexChange::Write { key, entry, texts } => {
                    remove(&transaction, *key)?;
                    add(&transaction, *key, entry, texts)?;
                }
                IndexChange::Remove { key } => remove(&transaction, *key)?,
            }
        }
        Ok(transaction.commit()?)
    }
}

fn add(
    transaction: &Transaction<'_>,
    key: i64,
    entry: &IndexEntry,
    [input, output, error, cause]: &[String; 4],
) -> Result<(), DerivedError> {
    let IndexEntry {
        arn,
        started,
        stopped,
    } = entry;
    let query = "INSERT INTO entries (key, arn, started, stopped, input, output, error, cause)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let mut statement = transaction.prepare_cached(query)?;
    statement.execute((key, arn, started, stopped, input, output, error, cause))?;
    let query =
        "INSERT INTO entry_texts (rowid, input, output, error, cause) VALUES (?, ?, ?, ?, ?)";
    let mut statement = transaction.prepare_cached(query)?;
    statement.execute((key, input, output, error, cause))?;
    Ok(())
}

fn remove(transaction: &Transaction<'_>, key: i64) -> Result<(), DerivedError> {
    let query = "INSERT INTO entry_texts (entry_texts, rowid, input, output, error, cause)
         SELECT 'delete', key, input, output, error, cause FROM entries WHERE key = ?";
    transaction.prepare_cached(query)?.execute([key])?;
    let query = "DELETE FROM entries WHERE key = ?";
    transaction.prepare_cached(query)?.execute([key])?;
    Ok(())
}

/// The tables, and the rows of the executions that a search finds.
struct SqliteSearcher {
    index: Connection,
    store: SqliteReader,
}

impl IndexSearcher for SqliteSearcher {
    fn search(
        &mut self,
        query: &IndexQuery<'_>,
        visit: &mut dyn FnMut(IndexCandidate) -> bool,
    ) -> Result<(), DerivedError> {
        let Self { index, store } = self;
        let (statement, values) = candidates(query);
        let mut statement = index.prepare_cached(&statement)?;
        // The candidates are sorted without their texts.
        let mut texts = index
            .prepare_cached("SELECT input, output, error, cause FROM entries WHERE key = ?")?;
        let mut candidates = statement.query(params_from_iter(values))?;
        while let Some(candidate) = candidates.next()? {
            let (key, started) = (candidate.get(0)?, candidate.get(1)?);
            let found = if contains(&mut texts, key, query.text)? {
                execution(store, key)?
            } else {
                None
            };
            let candidate = IndexCandidate {
                key,
                started,
                found,
            };
            if !visit(candidate) {
                break;
            }
        }
        Ok(())
    }
}

/// Returns the query for the candidates in the order of lists, with its values.
fn candidates(query: &IndexQuery<'_>) -> (String, Vec<Sql>) {
    let mut values = Vec::new();
    let (from, mut conditions) = if query.trigrams.is_empty() {
        // A text without a term is compared with all.
        ("entries", vec!["1"])
    } else {
        values.push(Sql::from(full_text_query(&query.trigrams)));
        (
            "entry_texts JOIN entries ON entries.key = entry_texts.rowid",
            vec!["entry_texts MATCH ?"],
        )
    };
    if let Some(ListPosition { order, key }) = query.after {
        conditions.push("(entries.started, entries.key) < (?, ?)");
        values.push(order.into());
        values.push(i64::try_from(key).unwrap_or(i64::MAX).into());
    }
    let conditions = conditions.join(" AND ");
    let query = format!(
        "SELECT entries.key, entries.started FROM {from} WHERE {conditions}
         ORDER BY entries.started DESC, entries.key DESC"
    );
    (query, values)
}

/// Returns the query of SQLite's full-text index for texts with all of these parts.
fn full_text_query(trigrams: &[[char; 3]]) -> String {
    let terms: Vec<String> = trigrams
        .iter()
        .map(|term| String::from_iter(term).replace('"', "\"\""))
        .map(|term| format!("\"{term}\""))
        .collect();
    terms.join(" AND ")
}

/// Whether one of the texts of an execution contains the text.
fn contains(texts: &mut Statement<'_>, key: i64, text: &str) -> Result<bool, DerivedError> {
    let mut found = texts.query([key])?;
    let Some(row) = found.next()? else {
        return Ok(false);
    };
    for column in 0..4 {
        let value = row.get_ref(column)?.as_str();
        if value.map_err(rusqlite::Error::from)?.contains(text) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::full_text_query;

    #[test]
    fn quotes_and_operators_are_parts_of_the_text() {
        let query = full_text_query(&[['a', '"', 'b'], ['"', 'b', '*']]);
        assert_eq!(query, "\"a\"\"b\" AND \"\"\"b*\"");
    }
}
