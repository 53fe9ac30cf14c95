//! Continues the executions of the store, and starts the background jobs of the store.

use std::sync::PoisonError;

use stepwright_interpreter::execution::Failure;

use crate::Engine;
use crate::drive::execution_task::{Driver, ExecutionTask};
use crate::durable::step_attempts::StepAttempts;
use crate::durable::step_watch::StepWatch;
use crate::error::BuildError;
use crate::execution::message::Message;
use crate::outbox::stop_message::StopMessage;
use crate::outbox::{Outbox, Receivers};
use crate::retention::retention_job::RetentionJob;
use crate::retention::retention_thread::RetentionThread;
use crate::shared::EngineShared;
use crate::store::{OutboxQueue, StoreError};

impl Engine {
    /// Continues the open executions of the store, if the engine was built with
    /// [`EngineBuilder::resume_later`](crate::EngineBuilder::resume_later). A second call does
    /// nothing.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, and outside of a tokio runtime.
    pub fn resume(&self) -> Result<(), BuildError> {
        let Some(durable) = &self.shared.durable else {
            return Ok(());
        };
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            BuildError::new("there is no tokio runtime here; build an engine with a store within one, on which its executions continue".to_owned())
        })?;
        if durable.resume() {
            return Ok(());
        }
        if self.shared.running.is_shut_down() {
            // The next engine continues them.
            return Ok(());
        }
        let mut open = self.shared.recover()?;
        let watched = self.shared.watch_steps();
        watched.map_err(|error| BuildError::new(error.to_string()))?;
        let stopped = self.shared.stop_recovered();
        stopped.map_err(|error| BuildError::new(error.to_string()))?;
        loop {
            while let Some(pending_execution) = open.pop() {
                let mut task = ExecutionTask::new(self.shared.clone(), pending_execution);
                // From here on, answers to its task tokens are accepted.
                task.watch_steps();
                task.reattach();
                open.extend(task.take_pending_executions());
                runtime.spawn(Driver::new(task));
            }
            // Their parents ended before they had stopped.
            let Some(left) = durable.recovered().take_next() else {
                break;
            };
            durable.add_orphan(&left.state);
            // It has a mailbox, and has not ended.
            let _over = left.state.send(Message::Stop(Failure::stopped(None, None)));
            open.push(left);
        }
        let begun = self.shared.start_retention();
        let begun = begun.and_then(|()| self.shared.start_outbox(runtime));
        begun.map_err(|error| BuildError::new(error.to_string()))
    }
}

impl EngineShared {
    /// Starts to watch the steps of the executions of the store. On virtual time there is no time
    /// to measure.
    fn watch_steps(&self) -> Result<(), StoreError> {
        let Some(durable) = self.durable.as_ref().filter(|_| !self.clock.is_virtual()) else {
            return Ok(());
        };
        let attempts = StepAttempts::read(&mut **durable.reader())?;
        let watch = StepWatch::start(attempts, durable.journal.submitter())?;
        // It starts only once.
        let _ = durable.step_watch.set(watch);
        Ok(())
    }

    /// Starts the job that deletes the executions of the store after their retention time.
    fn start_retention(&self) -> Result<(), StoreError> {
        let Some(durable) = &self.durable else {
            return Ok(());
        };
        let reader = durable.retention_reader.lock();
        let Some(reader) = reader.unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(());
        };
        let retention = durable.retention;
        let job = RetentionJob {
            retention,
            trusted_clock: durable.trusted_clock.clone(),
            reader,
            journal: durable.journal.submitter(),
            executions: self.executions.clone(),
            runs: self.runs.clone(),
            versions: durable.versions.clone(),
            meter: self.meter.clone(),
            batch: 1,
            has_deleted_versions: false,
        };
        let retention_thread = RetentionThread::start(&self.clock, retention, job)?;
        // It starts only once.
        let _ = durable.retention_thread.set(retention_thread);
        Ok(())
    }

    /// Stops the executions whose stop an earlier process had committed, before they are driven.
    fn stop_recovered(&self) -> Result<(), StoreError> {
        let Some(durable) = &self.durable else {
            return Ok(());
        };
        let messages = durable
            .reader()
            .outbox(OutboxQueue::Stops, 0, usize::MAX)?
            .into_iter()
            .filter_map(|message| StopMessage::decode(&message.data?).ok());
        for message in messages {
            let StopMessage::Execution(arn) = message else {
                continue;
            };
            let running = self.executions().get(&arn).cloned();
            if let Some(running) = running {
                // It has a mailbox, and has not ended.
                let _over = running.send(Message::Stop(Failure::stopped(None, None)));
            }
        }
        Ok(())
    }

    /// Starts to deliver the messages of the outbox.
    fn start_outbox(&self, runtime: tokio::runtime::Handle) -> Result<(), StoreError> {
        let Some(durable) = &self.durable else {
            return Ok(());
        };
        let reader = durable.outbox_reader.lock();
        let Some(reader) = reader.unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(());
        };
        let receivers = Receivers {
            listener: self.status_listener.clone(),
            sources: self.sources.all().cloned().collect(),
            executions: self.executions.clone(),
            undelivered: self.meter.undelivered.clone(),
            runtime,
        };
        let outbox = Outbox::start(reader, durable.journal.submitter(), receivers)?;
        // It starts only once.
        let _ = durable.outbox.set(outbox);
        Ok(())
    }
}
