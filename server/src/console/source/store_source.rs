//! A store without an engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use stepwright_engine::store::{StoreError, StoreView, StoredDocument, StoredMachine};
use stepwright_engine::{ExecutionDescription, ExecutionFilter, Redaction, StoredExecutions};

use super::idle_readers::{IdleReaders, OpenReader};
use crate::service::Service;
use crate::standby::ReportStandby;

/// How old the state machines can be. The pages of a busy store do not read them each time.
const CACHE_TIME: Duration = Duration::from_millis(500);

/// A store without an engine. Each page reads it again.
pub(crate) struct StoreSource {
    view: Arc<dyn StoreView>,
    /// The fields of [`redact`](Self::redact), and those that the engines of the store mask.
    redaction: Redaction,
    given_redaction: Redaction,
    reveals_secrets: bool,
    idle: IdleReaders,
    machines: tokio::sync::Mutex<Option<StoredControl>>,
    /// The state of the standby that shows the store.
    pub(crate) standby: Option<ReportStandby>,
}

/// The state machines of a store, as they were read last.
struct StoredControl {
    read: Instant,
    change: u64,
    documents: Vec<StoredDocument>,
    versions: Vec<StoredMachine>,
}

impl StoreSource {
    /// Creates the source. Nothing is opened.
    pub(crate) fn new(view: Arc<dyn StoreView>) -> Self {
        Self {
            view,
            redaction: Redaction::new().task_tokens(),
            given_redaction: Redaction::new(),
            reveals_secrets: false,
            idle: IdleReaders::default(),
            machines: tokio::sync::Mutex::default(),
            standby: None,
        }
    }

    /// Reads the fields that the engines of the store mask.
    ///
    /// # Errors
    ///
    /// Those of reading the store.
    pub(crate) async fn read_masked_fields(&mut self) -> Result<(), StoreError> {
        let fields = self.read(|stored| stored.reader().masked_fields()).await?;
        self.redaction = self.redaction.clone().and(&fields);
        Ok(())
    }

    /// Masks fields in the pages.
    pub(crate) fn redact(&mut self, redaction: &Redaction) {
        self.given_redaction = self.given_redaction.clone().and(redaction);
        self.redaction = self.redaction.clone().and(redaction);
        // Open readers mask less.
        self.idle = IdleReaders::default();
    }

    /// Shows the fields that the engines of the store mask.
    pub(crate) fn reveal_secrets(&mut self) {
        self.reveals_secrets = true;
        self.redaction = self.given_redaction.clone().task_tokens();
        self.idle = IdleReaders::default();
    }

    /// Returns what the pages mask.
    pub(in crate::console) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Reads the store on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of opening the store, and of `read`.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut StoredExecutions) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (view, idle) = (self.view.clone(), self.idle.clone());
        let (redaction, reveals_secrets) = (self.redaction.clone(), self.reveals_secrets);
        let work = move || {
            let mut reader = match idle.take() {
                Some(reader) => reader,
                None => {
                    let mut executions = StoredExecutions::new(view.reader()?).redact(&redaction);
                    if reveals_secrets {
                        executions = executions.reveal_secrets();
                    }
                    OpenReader::new(executions, &idle)
                }
            };
            let result = read(&mut reader.executions);
            // After an error the next request opens the store again.
            if result.is_ok() {
                idle.put(reader);
            }
            result
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Returns the name of the store.
    pub(in crate::console) fn name(&self) -> String {
        self.view.name()
    }

    /// Returns a number that differs after a commit.
    pub(in crate::console) fn change(&self) -> u64 {
        self.view.change()
    }

    /// Returns an execution with its history.
    ///
    /// # Errors
    ///
    /// Those of reading the store.
    pub(in crate::console) async fn describe(
        &self,
        arn: &str,
    ) -> Result<Option<ExecutionDescription>, StoreError> {
        let arn = arn.to_owned();
        self.read(move |stored| stored.describe(&arn)).await
    }

    /// Returns the ARN of the newest execution, if there is one.
    ///
    /// # Errors
    ///
    /// Those of reading the store.
    pub(crate) async fn newest(&self) -> Result<Option<String>, StoreError> {
        let page = self.read(|stored| stored.list(&ExecutionFilter::new().limit(1)));
        let newest = page.await?.executions.into_iter().next();
        Ok(newest.map(|execution| execution.id))
    }

    /// Reads the state machines again, if the store has changed.
    ///
    /// # Errors
    ///
    /// Those of reading the store.
    pub(crate) async fn refresh(&self, service: &Service) -> Result<(), StoreError> {
        let mut machines = self.machines.lock().await;
        let is_fresh = |known: &StoredControl| known.read.elapsed() < CACHE_TIME;
        if machines.as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        let change = self.change();
        if let Some(known) = machines.as_mut().filter(|known| known.change == change) {
            known.read = Instant::now();
            return Ok(());
        }
        let read = self.read(|stored| {
            let reader = stored.reader();
            Ok((reader.documents()?, reader.machines()?))
        });
        let (documents, versions) = read.await?;
        let is_same =
            |known: &StoredControl| known.documents == documents && known.versions == versions;
        if !machines.as_ref().is_some_and(is_same) {
            let control = &service.control;
            control.replace(&service.engine, &documents, &versions, service.now());
        }
        *machines = Some(StoredControl {
            read: Instant::now(),
            change,
            documents,
            versions,
        });
        Ok(())
    }
}
