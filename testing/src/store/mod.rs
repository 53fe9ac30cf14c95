//! Tests of a store: what every engine expects of a [`Store`], compared with the store in memory.
//!
//! Each function is one topic, and panics with the difference. A store of your own is tested as
//! those of Stepwright are:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use stepwright_engine::store::{MemoryStore, StoreError};
//! use stepwright_testing::store::{self, TestedStore};
//!
//! #[derive(Default)]
//! struct Memory(HashMap<u32, MemoryStore>);
//!
//! impl TestedStore for Memory {
//!     type Store = MemoryStore;
//!
//!     fn open(&mut self, number: u32) -> Result<MemoryStore, StoreError> {
//!         // A store that is opened again has the committed content.
//!         let store = self.0.entry(number).or_default();
//!         *store = store.copy();
//!         Ok(store.clone())
//!     }
//! }
//!
//! store::map_runs(&mut Memory::default());
//! store::random_changes(&mut Memory::default(), 10);
//! // Copies to another kind of store and back.
//! store::random_copies(&mut Memory::default(), &mut Memory::default(), 10);
//! ```

mod engine_of_store;
mod execution_search;
mod handler_logs;
mod map_runs;
mod random_changes;
mod random_copies;

use stepwright_engine::store::{Store, StoreError, StoreReader};

pub use self::engine_of_store::TestedDerivedData;
pub use self::execution_search::{indexed_changes, indexed_masks, random_searches, same_searches};
pub use self::handler_logs::handler_logs;
pub use self::map_runs::map_runs;
pub use self::random_changes::{random_changes, random_messages};
pub use self::random_copies::random_copies;

/// A kind of store that is tested.
pub trait TestedStore {
    /// The store.
    type Store: Store;

    /// Opens the store with a number, or creates it if there is none. No two stores with the same
    /// number are open at the same time.
    ///
    /// # Errors
    ///
    /// Those of the store.
    fn open(&mut self, number: u32) -> Result<Self::Store, StoreError>;

    /// Opens a reader of a store that no engine has open, as a command does; `None` if the store
    /// has no such readers.
    fn reader(&mut self, number: u32) -> Option<Result<Box<dyn StoreReader>, StoreError>> {
        let _ = number;
        None
    }
}
