//! The store of an engine, and how long it retains executions.

use std::time::Duration;

use super::{BuiltEngine, EngineBuilder};
use crate::store::Store;

/// # Durability: engines with a store
impl<E: BuiltEngine> EngineBuilder<E> {
    /// Stores Standard executions durably: an execution that was started continues after the
    /// process ended, also after a crash. [`build`](Self::build) then continues the open
    /// executions, and needs a tokio runtime for it.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::store::MemoryStore;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let store = MemoryStore::new();
    /// let builder = || Engine::builder().register_json("greet", text, MachineType::Standard).store(store.clone());
    ///
    /// let run = builder().build()?.start_machine("greet", json!("Ada"), StartOptions::new().name("g-1")).await?;
    /// let id = run.id().to_owned();
    /// run.await?;
    /// // Another engine on the same store knows it.
    /// let known = builder().build()?.execution(&id).await?.expect("it is stored");
    /// assert_eq!(known.await?.to_text(), r#""Ada""#);
    /// # Ok(()) }
    /// ```
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Does not continue the open executions of the [store](Self::store) until
    /// [`Engine::resume`](crate::Engine::resume) is called: the program first adds the state
    /// machines and activities that they may need. A server (crate `stepwright-server`) deploys the
    /// state machines that its clients created, and then resumes its engine.
    pub fn resume_later(mut self) -> Self {
        self.resumes_later = true;
        self
    }

    /// Continues only the open execution of this name, and the executions that it started. The
    /// [store](Self::store) retains the other open executions unchanged for a later engine. For a
    /// tool that works on one execution.
    pub fn resume_execution_only(
        mut self,
        machine: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        self.resumes_only = Some((machine.into(), name.into()));
        self
    }

    /// Sets how many closed executions can still be described: those that ended last. Older ones
    /// are forgotten, and their names are free again.
    ///
    /// Without a [store](Self::store), the default is 1,000. A store has no limit unless set; then
    /// it deletes the older executions. The children of a Map Run do not count: each run retains
    /// this number of children, as long as its execution is retained.
    pub fn retention(mut self, executions: usize) -> Self {
        self.retention.executions = Some(executions);
        self
    }

    /// Sets about how many bytes closed executions may take. The executions that ended first are
    /// forgotten first, and without a store the one that ended last is retained even if it is
    /// larger.
    ///
    /// Without a [store](Self::store), the default is 16 MiB of memory. A store has no limit unless
    /// set; then closed executions are deleted as long as all data of the store, with that of
    /// running executions, takes more.
    pub fn retention_bytes(mut self, bytes: u64) -> Self {
        self.retention.bytes = Some(bytes);
        self
    }

    /// Sets how long after its end an execution can be described, on the engine's clock.
    ///
    /// A [store](Self::store) retains executions for 90 days unless set, as AWS does, and deletes
    /// them within a sixty-fourth of this time, at most an hour. Without a store there is no limit
    /// unless set; then executions are forgotten when the next one ends. `Duration::MAX` retains
    /// them for ever.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::store::MemoryStore;
    ///
    /// let week = Duration::from_secs(7 * 86_400);
    /// let engine = Engine::builder().store(MemoryStore::new()).retention_time(week).build()?;
    /// # drop(engine);
    /// # Ok(()) }
    /// ```
    pub fn retention_time(mut self, time: Duration) -> Self {
        self.retention.time = Some(time);
        self
    }

    /// Confirms that the machine's clock is right, for an engine with a [store](Self::store).
    ///
    /// The store remembers the newest time that has passed for certain. When the clock is days
    /// ahead of it, the clock may be wrong, or no engine was running for that long. The engine then
    /// logs a warning and does not count that time when it deletes executions by their age
    /// ([`retention_time`](Self::retention_time)). Build it once with this setting to make it
    /// count. Do not set it in every start: a clock that is 100 days ahead would delete the
    /// executions of 100 days too early.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::store::MemoryStore;
    ///
    /// let is_confirmed = std::env::args().any(|argument| argument == "--confirm-clock");
    /// let mut builder = Engine::builder().store(MemoryStore::new());
    /// if is_confirmed {
    ///     builder = builder.confirm_clock();
    /// }
    /// let engine = builder.build()?;
    /// # drop(engine);
    /// # Ok(()) }
    /// ```
    pub fn confirm_clock(mut self) -> Self {
        self.confirms_clock = true;
        self
    }
}
