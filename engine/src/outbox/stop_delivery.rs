//! Delivers the stop messages of the outbox: stops nested executions and jobs of services.

use std::sync::{Arc, Mutex, PoisonError};

use stepwright_interpreter::Status;
use stepwright_interpreter::execution::Failure;
use stepwright_interpreter::value::Value;

use super::job_stopper::job_stop;
use super::receipt::Receipt;
use super::stop_message::StopMessage;
use crate::execution::executions::Executions;
use crate::execution::message::Message;
use crate::store::StoreReader;
use crate::task::TaskSource;

/// Stops jobs and executions.
pub(super) struct StopDelivery {
    sources: Vec<Arc<dyn TaskSource>>,
    executions: Arc<Mutex<Executions>>,
    runtime: tokio::runtime::Handle,
}

impl StopDelivery {
    pub(super) fn new(
        sources: Vec<Arc<dyn TaskSource>>,
        executions: Arc<Mutex<Executions>>,
        runtime: tokio::runtime::Handle,
    ) -> Self {
        Self {
            sources,
            executions,
            runtime,
        }
    }

    /// Stops a job or an execution, and confirms the message when it is stopped.
    pub(super) fn stop(
        &self,
        reader: &mut dyn StoreReader,
        message: StopMessage,
        receipt: Receipt,
    ) {
        match message {
            StopMessage::Execution(arn) => self.stop_execution(reader, &arn, receipt),
            StopMessage::Job(request) => self.stop_job(request, receipt),
        }
    }

    fn stop_execution(&self, reader: &mut dyn StoreReader, arn: &str, receipt: Receipt) {
        let executions = self.executions.lock();
        let executions = executions.unwrap_or_else(PoisonError::into_inner);
        let running = executions.get(arn).cloned();
        drop(executions);
        let Some(running) = running else {
            // An open execution that this engine does not drive is stopped by a later one.
            let stored = reader.execution(arn);
            if matches!(stored, Ok(None))
                || matches!(stored, Ok(Some(row)) if row.status != Status::Running)
            {
                receipt.confirm();
            }
            return;
        };
        // An execution that has ended ignores the message.
        let _over = running.send(Message::Stop(Failure::stopped(None, None)));
        self.runtime.spawn(async move {
            if running.finished().await.is_over() {
                receipt.confirm();
            }
        });
    }

    fn stop_job(&self, request: Value, receipt: Receipt) {
        let Some(stop) = job_stop(self.sources.iter(), &request) else {
            tracing::warn!(
                "a job is not stopped, because no source of this engine stops it; the store retains the request for the next engine"
            );
            return;
        };
        self.runtime.spawn(async move {
            stop.await;
            receipt.confirm();
        });
    }
}
