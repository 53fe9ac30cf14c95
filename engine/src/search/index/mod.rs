//! An index for text in the data of the executions of a store, in a file next to it.
//!
//! | file | content |
//! |---|---|
//! | `execution_index.rs` | the index as a program uses it |
//! | `index_thread.rs`, `index_writer.rs` | the thread that follows the store; the transactions that it writes |
//! | `index_reader.rs`, `needle.rs` | a page of a search; the text as terms of the index |
//! | `store_view.rs` | what the index reads of the store |
//! | `index_format.rs` | the tables |

mod execution_index;
mod index_format;
mod index_reader;
mod index_state;
mod index_thread;
mod index_writer;
mod needle;
mod store_view;
#[cfg(test)]
mod tests;

pub use self::execution_index::ExecutionIndex;
