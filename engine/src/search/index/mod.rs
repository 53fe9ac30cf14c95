//! An index for text in the data of the executions of a store.
//!
//! | file | content |
//! |---|---|
//! | `execution_index.rs` | the index as a program uses it |
//! | `index_thread.rs`, `store_view.rs` | the thread that follows the store; what it reads |
//! | `index_reader.rs`, `needle.rs` | a page of a search; the text as terms of the index |
//! | `index_storage.rs` | the interface to the tables, which a file or a database has |
//! | `sqlite_tables.rs`, `index_format.rs` | the tables in a file next to a store |

mod execution_index;
#[cfg(feature = "sqlite")]
mod index_format;
mod index_reader;
mod index_state;
mod index_storage;
mod index_thread;
mod needle;
#[cfg(feature = "sqlite")]
mod sqlite_tables;
mod store_view;
#[cfg(all(test, feature = "sqlite"))]
mod tests;

pub use self::execution_index::ExecutionIndex;
pub use self::index_storage::{
    IndexCandidate, IndexChange, IndexEntry, IndexQuery, IndexSearcher, IndexStorage, IndexTables,
    IndexedStore, trigrams,
};
