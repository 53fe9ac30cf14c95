//! Search for executions by text in their inputs, outputs, error names and causes.
//!
//! An [`ExecutionSearch`] answers for lists of the console, which otherwise read a bounded number
//! of executions. [`ExecutionIndex`] (feature `sqlite`) is an index of a store, in a file next to
//! it.

mod execution_search;
#[cfg(feature = "sqlite")]
mod index;

pub use self::execution_search::{
    ExecutionSearch, IndexedExecution, SearchError, SearchPage, searched_text, searched_texts,
};
#[cfg(feature = "sqlite")]
pub use self::index::ExecutionIndex;
