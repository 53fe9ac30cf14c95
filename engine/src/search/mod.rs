//! Search for executions by text in their inputs, outputs, error names and causes.
//!
//! An [`ExecutionSearch`] answers for lists of the console, which otherwise read a bounded number
//! of executions. [`ExecutionIndex`] is an index of a store, in a file next to it (feature
//! `sqlite`) or in any other [`IndexStorage`].

mod execution_search;
mod index;

pub use self::execution_search::{
    ExecutionSearch, IndexedExecution, SearchError, SearchPage, searched_text, searched_texts,
};
pub use self::index::{
    ExecutionIndex, IndexCandidate, IndexChange, IndexEntry, IndexQuery, IndexSearcher,
    IndexStorage, IndexTables, IndexedStore, trigrams,
};
