//! The public type of the search index: it starts the thread that fills it, and searches.

use std::fmt;
#[cfg(feature = "sqlite")]
use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use stepwright_asl::redaction::Redaction;

use super::index_reader;
use super::index_state::{IndexProgress, IndexState};
use super::index_storage::{IndexSearcher, IndexStorage};
use super::index_thread::{IndexRequest, IndexThread};
#[cfg(feature = "sqlite")]
use super::sqlite_tables::SqliteIndex;
use crate::ExecutionFilter;
use crate::search::execution_search::{ExecutionSearch, SearchError, SearchPage};
use crate::store::{DerivedError, StoreError};

/// How many requests to the thread can wait.
const REQUESTS: usize = 16;

/// An index for text in the inputs, outputs, error names and causes of executions:
/// [`ExecutionSearch`].
///
/// The index of a store in a file (feature `sqlite`) is a file next to it: `orders.db-index` next
/// to `orders.db`. That of a store in PostgreSQL is in its schema. A thread of this program fills
/// it from what is committed, so that the engine never waits for it. The file can be deleted while
/// no program uses it; a missing, damaged or older file is built again. When it cannot be written,
/// for example because the disk is full, the index stops with a line in the log, and the engine
/// continues. While a database is away, the index waits.
///
/// The index contains the data of executions in plain text, as the store does, but without task
/// tokens and without the fields of the redaction with which it is opened.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// # #[cfg(feature = "sqlite")] #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::search::{ExecutionIndex, ExecutionSearch};
/// use stepwright_runtime::store::SqliteStore;
/// use stepwright_runtime::{Engine, ExecutionFilter, MachineType, StartOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("orders.db");
/// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
/// let store = SqliteStore::open(&path)?;
/// let engine = Engine::builder().register_json("greet", text, MachineType::Standard).store(store).build()?;
/// let index = ExecutionIndex::open(&path)?;
/// engine.start_machine("greet", json!("Ada"), StartOptions::new().name("g-1")).await?.await?;
/// engine.start_machine("greet", json!("Grace"), StartOptions::new().name("g-2")).await?.await?;
///
/// // A server does not wait.
/// index.catch_up()?;
/// let found = index.page(&ExecutionFilter::new(), "Ada")?;
/// assert_eq!(found.page.executions[0].name, "g-1");
/// assert_eq!((found.page.executions.len(), found.compared), (1, 1));
/// # Ok(()) }
/// ```
pub struct ExecutionIndex {
    storage: Arc<dyn IndexStorage>,
    redaction: Redaction,
    state: Arc<IndexState>,
    reader: Mutex<Option<IndexReader>>,
    requests: Option<SyncSender<IndexRequest>>,
    thread: Option<JoinHandle<()>>,
}

/// An open searcher.
struct IndexReader {
    searcher: Box<dyn IndexSearcher>,
    /// Which of the tables that the thread has opened.
    generation: u64,
}

impl ExecutionIndex {
    /// Opens the index of a store in a file, and begins to fill it. The store must exist. Problems
    /// of the index itself are reported in the log, and by [`page`](ExecutionSearch::page).
    ///
    /// # Errors
    ///
    /// Those of reading the store, and [`StoreError::Io`] when the system cannot create a thread.
    #[cfg(feature = "sqlite")]
    pub fn open(store: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_redacted(store, &Redaction::new())
    }

    /// Opens the index of a store in a file, as [`open`](Self::open) does, with masks instead of
    /// these fields, and of those that the store's engines mask. A file with other masks is built
    /// again. The console of an engine that masks fields uses only an index that masks them, too.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    #[cfg(feature = "sqlite")]
    pub fn open_redacted(
        store: impl AsRef<Path>,
        redaction: &Redaction,
    ) -> Result<Self, StoreError> {
        Self::open_in(SqliteIndex::new(store.as_ref()), redaction)
    }

    /// Opens an index that is stored elsewhere, and begins to fill it, with masks instead of these
    /// fields, and of those that the store's engines mask.
    ///
    /// # Errors
    ///
    /// Those of reading the store, and [`StoreError::Io`] when the system cannot create a thread.
    pub fn open_in(storage: impl IndexStorage, redaction: &Redaction) -> Result<Self, StoreError> {
        // Reports a missing or foreign store, too.
        let masked = storage.reader()?.masked_fields()?;
        let redaction = redaction.clone().and(&masked).task_tokens();
        let storage: Arc<dyn IndexStorage> = Arc::new(storage);
        let state = Arc::new(IndexState::default());
        let (sender, requests) = mpsc::sync_channel(REQUESTS);
        let thread = IndexThread {
            storage: storage.clone(),
            redaction: redaction.clone(),
            state: state.clone(),
            requests,
        };
        let started = std::thread::Builder::new()
            .name("stepwright-index".to_owned())
            .spawn(move || thread.run());
        let thread = started.map_err(|error| StoreError::Io {
            path: None,
            doing: "start the thread of the index".to_owned(),
            why: error.to_string(),
        })?;
        Ok(Self {
            storage,
            redaction,
            state,
            reader: Mutex::default(),
            requests: Some(sender),
            thread: Some(thread),
        })
    }

    /// Waits until the index has all executions that were committed before this call. Tests need
    /// it; a server does not.
    ///
    /// # Errors
    ///
    /// When the index has stopped.
    ///
    /// # Blocking
    ///
    /// Blocks the thread while it waits.
    pub fn catch_up(&self) -> Result<(), SearchError> {
        let (answer, answered) = mpsc::sync_channel(1);
        if let Some(requests) = &self.requests {
            // When the thread has ended, the receiver below reports it.
            let _ = requests.send(IndexRequest::CatchUp(answer));
        }
        answered.recv().map_err(|_| self.stopped())
    }

    fn stopped(&self) -> SearchError {
        let why = self.state.lock().stopped.clone();
        SearchError::new(why.unwrap_or_else(|| "the index has stopped".to_owned()))
    }

    fn read(
        &self,
        reader: &mut Option<IndexReader>,
        progress: IndexProgress,
        filter: &ExecutionFilter,
        text: &str,
    ) -> Result<SearchPage, DerivedError> {
        let generation = progress.generation;
        let reader = match reader {
            Some(reader) if reader.generation == generation => reader,
            // The tables were replaced, or are not open yet.
            reader => {
                *reader = None;
                let searcher = self.storage.searcher()?;
                reader.insert(IndexReader {
                    searcher,
                    generation,
                })
            }
        };
        let (page, compared) = index_reader::page(&mut *reader.searcher, &filter.stored(), text)?;
        Ok(SearchPage::new(page, compared, progress.indexed_to))
    }
}

impl ExecutionSearch for ExecutionIndex {
    fn masks(&self, redaction: &Redaction) -> bool {
        self.redaction.includes(redaction)
    }

    fn page(&self, filter: &ExecutionFilter, text: &str) -> Result<SearchPage, SearchError> {
        if let Some(why) = &self.state.lock().stopped {
            return Err(SearchError::new(why));
        }
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = self.state.lock().clone();
        let generation = progress.generation;
        if generation == 0 {
            // The tables may be of another version, or have other masks.
            return Err(SearchError::new("the index is not open yet"));
        }
        let read = self.read(&mut reader, progress, filter, text);
        read.map_err(|error| {
            *reader = None;
            if matches!(error, DerivedError::Damaged(_)) {
                let mut state = self.state.lock();
                // The thread may have replaced the tables before this line.
                state.is_damaged |= state.generation == generation;
            }
            SearchError::new(error.to_string())
        })
    }
}

impl Drop for ExecutionIndex {
    fn drop(&mut self) {
        // The thread ends when the sender is gone.
        self.requests = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the index panicked");
        }
    }
}

impl fmt::Debug for ExecutionIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionIndex")
            .field("storage", &self.storage)
            .finish_non_exhaustive()
    }
}
