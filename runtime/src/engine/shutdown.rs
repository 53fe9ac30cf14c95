use std::time::Duration;

use futures_util::future::{join_all, select};

use super::drive::execution_state::Message;
use super::drive::execution_task::SHUT_DOWN;
use super::queries::execution_list::ExecutionSummary;
use super::retention::trusted_clock::OFTEN;
use super::shared::EngineShared;

impl EngineShared {
    /// Forbids starts, and ends the running executions. Returns the stopped ones.
    pub(super) async fn shut_down(&self, grace: Duration) -> Vec<ExecutionSummary> {
        let running = self.running.shut_down();
        for state in &running {
            // An execution that has ended concurrently ignores the message.
            let _ = state.send(Message::Drain);
        }
        let ends = join_all(running.iter().map(|state| state.finished()));
        // The guard of the finished sleep holds virtual time during the following steps.
        let _awake = select(std::pin::pin!(ends), self.clock.sleep(grace)).await;
        // Executions that wait for a failing store do not read their messages.
        if let Some(durable) = &self.durable {
            durable.journal.end_retries();
        }
        for state in &running {
            let _ = state.send(Message::ShutDown);
        }
        for state in &running {
            state.finished().await;
            for child in self.runs.at_work(state.about.arn()) {
                child.finished().await;
            }
        }
        if let Some(durable) = &self.durable {
            durable.trusted_clock.save(OFTEN);
        }
        let stopped = running.iter().filter(|state| {
            let report = state.report();
            report.is_some_and(|report| {
                !report.is_over() || report.error.as_deref() == Some(SHUT_DOWN)
            })
        });
        stopped.map(|state| ExecutionSummary::of(state)).collect()
    }
}
