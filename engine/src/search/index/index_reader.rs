//! Answers searches from the index, and reads the executions that match.

use std::path::Path;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Statement, params_from_iter};
use stepwright_asl::redaction::Redaction;

use super::needle;
use super::store_view::StoreView;
use crate::ExecutionPage;
use crate::derived_file::{DerivedError, DerivedFile};
use crate::store::{ListPosition, StoreError, StoreFilter, StoredExecution};

/// How many executions one page compares with the text. The next page continues.
const MOST_COMPARED: usize = 20_000;

/// Why a page could not be read.
pub(super) enum ReadError {
    Index(DerivedError),
    Store(StoreError),
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Index(error.into())
    }
}

impl From<DerivedError> for ReadError {
    fn from(error: DerivedError) -> Self {
        Self::Index(error)
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the index, and the rows of the executions that it finds.
pub(super) struct IndexReader {
    index: Connection,
    store: StoreView,
    /// Which of the files that the thread has opened.
    pub(super) file_number: u64,
}

impl IndexReader {
    pub(super) fn open(
        file: &DerivedFile,
        store: &Path,
        file_number: u64,
    ) -> Result<Self, ReadError> {
        Ok(Self {
            index: file.reader()?,
            store: StoreView::open(store, &Redaction::new())?,
            file_number,
        })
    }

    /// Returns a page, and how many executions were compared with the text.
    pub(super) fn page(
        &mut self,
        filter: &StoreFilter,
        text: &str,
    ) -> Result<(ExecutionPage, usize), ReadError> {
        let limit = filter.limit.unwrap_or(usize::MAX);
        let Self { index, store, .. } = self;
        let (query, values) = query(filter.after, text);
        let mut statement = index.prepare_cached(&query)?;
        // The candidates are sorted without their texts.
        let mut texts = index
            .prepare_cached("SELECT input, output, error, cause FROM entries WHERE key = ?")?;
        let mut candidates = statement.query(params_from_iter(values))?;
        let mut rows: Vec<StoredExecution> = Vec::new();
        let mut compared = 0;
        while let Some(candidate) = candidates.next()? {
            let (key, started): (i64, i64) = (candidate.get(0)?, candidate.get(1)?);
            compared += 1;
            if contains(&mut texts, key, text)?
                && let Some(row) = store.execution(key)?
                && row.started.unix_micros() == started
                && filter.passes(&row)
            {
                if rows.len() == limit {
                    let next = rows.last().map(StoredExecution::position);
                    return Ok((ExecutionPage::of_rows(rows, next), compared));
                }
                rows.push(row);
            }
            if compared >= MOST_COMPARED {
                let next = ListPosition {
                    order: started,
                    key: u64::try_from(key).unwrap_or_default(),
                };
                return Ok((ExecutionPage::of_rows(rows, Some(next)), compared));
            }
        }
        Ok((ExecutionPage::of_rows(rows, None), compared))
    }
}

/// Returns the query for the candidates after a position, in the order of lists, with its values.
fn query(after: Option<ListPosition>, text: &str) -> (String, Vec<Sql>) {
    let mut values = Vec::new();
    let (from, mut conditions) = match needle::query_of(text) {
        Some(terms) => {
            values.push(Sql::from(terms));
            (
                "entry_texts JOIN entries ON entries.key = entry_texts.rowid",
                vec!["entry_texts MATCH ?"],
            )
        }
        // A text without a term is compared with all.
        None => ("entries", Vec::new()),
    };
    if let Some(after) = after {
        conditions.push("(entries.started, entries.key) < (?, ?)");
        values.push(after.order.into());
        values.push(i64::try_from(after.key).unwrap_or(i64::MAX).into());
    }
    let conditions = if conditions.is_empty() {
        "1".to_owned()
    } else {
        conditions.join(" AND ")
    };
    let query = format!(
        "SELECT entries.key, entries.started FROM {from} WHERE {conditions}
         ORDER BY entries.started DESC, entries.key DESC"
    );
    (query, values)
}

/// Whether one of the texts of an execution contains the text.
fn contains(texts: &mut Statement<'_>, key: i64, text: &str) -> Result<bool, ReadError> {
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
