//! Reads a page of a search from the candidates of an index.

use super::index_storage::{IndexQuery, IndexSearcher};
use super::needle;
use crate::ExecutionPage;
use crate::store::{DerivedError, ListPosition, StoreFilter, StoredExecution};

/// How many executions one page compares with the text. The next page continues.
const MOST_COMPARED: usize = 20_000;

/// Returns a page, and how many executions were compared with the text.
pub(super) fn page(
    searcher: &mut dyn IndexSearcher,
    filter: &StoreFilter,
    text: &str,
) -> Result<(ExecutionPage, usize), DerivedError> {
    let limit = filter.limit.unwrap_or(usize::MAX);
    let query = IndexQuery {
        text,
        trigrams: needle::terms_of(text),
        after: filter.after,
    };
    let mut rows: Vec<StoredExecution> = Vec::new();
    let mut next = None;
    let mut compared = 0;
    searcher.search(&query, &mut |candidate| {
        compared += 1;
        if let Some(row) = candidate.found
            && row.started.unix_micros() == candidate.started
            && filter.passes(&row)
        {
            if rows.len() == limit {
                next = rows.last().map(StoredExecution::position);
                return false;
            }
            rows.push(row);
        }
        let is_last = compared >= MOST_COMPARED;
        if is_last {
            next = Some(ListPosition {
                order: candidate.started,
                key: u64::try_from(candidate.key).unwrap_or_default(),
            });
        }
        !is_last
    })?;
    Ok((ExecutionPage::of_rows(rows, next), compared))
}
