//! Copies the store of a running engine to a new file.

use std::path::Path;

use crate::Engine;
use crate::blocking;
use crate::store::StoreError;

impl Engine {
    /// Writes a copy of the [store](crate::EngineBuilder::store), as it is at one moment of this
    /// call, to a new file, while executions continue. The copy contains everything that was
    /// acknowledged before the call. When this returns `Ok`, the whole copy is on the disk; before
    /// that, there is no file at `to`.
    ///
    /// An engine that is built on the copy continues the executions that were open then. Do not run
    /// it concurrently with this engine: both would continue the same executions.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[cfg(feature = "sqlite")] mod needs_sqlite {
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::store::SqliteStore;
    ///
    /// # #[tokio::main(flavor = "current_thread")] pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let store = SqliteStore::open(folder.path().join("orders.db"))?;
    /// let engine = Engine::builder().store(store).build()?;
    /// engine.backup(folder.path().join("backup.db")).await?;
    /// # Ok(()) } }
    /// # #[cfg(feature = "sqlite")] needs_sqlite::main()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when there is a file at `to`, or it cannot be written, or the engine has
    /// no store that makes copies; [`StoreError::Full`]; the errors of reading the store.
    pub async fn backup(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let to = to.as_ref().to_owned();
        let doing = format!("write a backup to `{}`", to.display());
        let cannot = |why: String| StoreError::Io {
            path: None,
            doing,
            why,
        };
        let Some(durable) = &self.shared.durable else {
            return Err(cannot("the engine has none".to_owned()));
        };
        // This reader sees everything that was submitted to the journal before.
        let mut reader = durable.journal.reader().await?;
        let written = blocking::run(move || reader.backup(&to)).await;
        written.unwrap_or_else(|why| Err(cannot(why)))
    }
}
