//! Stores in files, which must have the same results.

use stepwright_engine::handler_logs::HandlerLogs;
use stepwright_engine::search::ExecutionIndex;
use stepwright_engine::store::{SqliteStore, StoreError};
use stepwright_engine::{Engine, Redaction};
use stepwright_testing::store::{self, TestedDerivedData, TestedStore};
use tempfile::TempDir;

use crate::stores::{cases, schemas};

/// Stores in the files of a folder.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, number: u32) -> std::path::PathBuf {
        self.0.path().join(format!("{number}.db"))
    }
}

impl TestedStore for Files {
    type Store = SqliteStore;

    fn open(&mut self, number: u32) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.path(number))
    }
}

impl TestedDerivedData for Files {
    fn index(
        &mut self,
        number: u32,
        _: &Engine,
        masked: &Redaction,
    ) -> Result<ExecutionIndex, StoreError> {
        ExecutionIndex::open_redacted(self.path(number), masked)
    }

    fn keep_logs(&mut self, number: u32, logs: &HandlerLogs) {
        logs.keep(self.path(number));
    }
}

#[test]
#[ignore = "needs a PostgreSQL server"]
fn an_index_has_the_same_pages_as_one_in_a_file() {
    store::same_searches(&mut Files::new(), &mut schemas("same"), cases());
}
