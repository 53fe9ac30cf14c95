//! Shuts an engine down: waits for running handlers, then stops or suspends executions.

use std::time::Duration;

use futures_util::future::{Either, join, select};

use super::drive::execution_task::SHUT_DOWN;
use super::engine_handle::Engine;
use super::queries::execution_list::ExecutionSummary;
use super::retention::trusted_clock::OFTEN;
use super::shared::EngineShared;
use crate::execution::drain::Drain;
use crate::execution::message::Message;

impl Engine {
    /// Shuts the engine down: nothing is started any more. Running handlers have `grace`, on the
    /// engine's clock, to end. An execution does not call the next task: it waits before the state,
    /// until the shutdown ends. The shutdown ends when no handler runs, or after `grace`. Then
    /// executions are stopped with `Stepwright.ShutDown`, so that they can be redriven from where
    /// they were. Returns the stopped executions, including those of an earlier call.
    ///
    /// With a [store](crate::EngineBuilder::store) an execution is suspended, and the next engine
    /// continues it. Until then it accepts answers to its tokens. Tokens, workers of activities in
    /// other processes, jobs of services and the timeouts of these tasks do not delay the shutdown.
    ///
    /// An Express execution, and a Wait state without a store, cannot continue later: they may end
    /// within `grace`, and an Express execution may call tasks.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, StartError, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "SecondsPath": "$", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("rest", text, MachineType::Standard).virtual_time().build()?;
    /// let short = engine.start_machine("rest", json!(5), StartOptions::new()).await?;
    /// let long = engine.start_machine("rest", json!(500), StartOptions::new()).await?;
    ///
    /// let stopped = engine.shutdown(Duration::from_secs(30)).await;
    /// assert_eq!(stopped.len(), 1);
    /// assert_eq!(stopped[0].id, long.id());
    /// assert!(short.await.is_ok());
    /// let refused = engine.start_machine("rest", json!(1), StartOptions::new()).await;
    /// assert!(matches!(refused, Err(StartError::ShutDown)));
    /// # Ok(()) }
    /// ```
    pub async fn shutdown(&self, grace: Duration) -> Vec<ExecutionSummary> {
        self.shared.shut_down(grace).await
    }

    /// Begins a [shutdown](Self::shutdown) without waiting for it: nothing is started from now on,
    /// and no execution calls its next task.
    pub fn begin_shutdown(&self) {
        self.shared.running.forbid_starts();
    }
}

impl EngineShared {
    /// Forbids starts, and ends the running executions. Returns the stopped ones.
    pub(super) async fn shut_down(&self, grace: Duration) -> Vec<ExecutionSummary> {
        let running = self.running.shut_down();
        let (drain, drained) = Drain::new(&self.clock, self.clock.now() + grace);
        for state in &running {
            // An execution that has ended concurrently ignores the message.
            let _ = state.send(Message::Drain(drain.clone()));
        }
        drop(drain);
        let waits = self.clock.await_end();
        let ends = join(drained, self.running.workers_end());
        // The guard of the drain, or of the finished sleep, holds virtual time during the following
        // steps.
        let _awake = match select(std::pin::pin!(ends), self.clock.sleep(grace)).await {
            Either::Left(((hold, ()), sleep)) => {
                // Virtual time must not jump to its end when the guard is dropped.
                drop(sleep);
                hold.ok()
            }
            Either::Right((hold, _)) => Some(hold),
        };
        drop(waits);
        // Executions that wait for a failing store do not read their messages.
        if let Some(durable) = &self.durable {
            durable.journal.end_retries();
        }
        for state in &running {
            let _ = state.send(Message::ShutDown);
        }
        for state in &running {
            let report = state.finished().await;
            for child in self.runs.at_work(state.about.arn()) {
                child.finished().await;
            }
            if !report.is_over() || report.error.as_deref() == Some(SHUT_DOWN) {
                self.running.add_stopped(state);
            }
        }
        if let Some(durable) = &self.durable {
            durable.trusted_clock.save(OFTEN);
        }
        let stopped = self.running.stopped();
        let stopped = stopped.iter().map(|state| ExecutionSummary::of(state));
        stopped.collect()
    }
}
