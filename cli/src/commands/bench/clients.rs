//! Concurrent clients that start the executions of one repetition, and measure each of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stepwright_engine::value::Value;
use stepwright_engine::{Engine, ExecutionReport, StartOptions, Status};

use super::workload::Workload;
use crate::failure::Failure;

/// Concurrent clients that start executions.
pub(super) struct Clients<'a> {
    pub(super) engine: &'a Engine,
    pub(super) workload: &'a Workload,
    pub(super) machine: &'a str,
    /// Whether they wait for the ends of executions, or only for the starts.
    pub(super) awaits_ends: bool,
}

/// The result of one repetition.
pub(super) struct Repetition {
    /// Whether the outputs are correct, if they are compared.
    pub(super) is_correct: bool,
    /// The duration of each execution, or of each start.
    pub(super) took: Vec<Duration>,
}

impl Clients<'_> {
    /// Runs this number of executions, started by this number of clients.
    pub(super) async fn run(
        &self,
        executions: usize,
        concurrency: usize,
        compares: bool,
    ) -> Result<Repetition, Failure> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut all = Repetition {
            is_correct: true,
            took: Vec::with_capacity(executions),
        };
        if concurrency == 1 {
            self.client()
                .work(&next, executions, compares, &mut all)
                .await?;
            return Ok(all);
        }
        let clients: Vec<_> = (0..concurrency.min(executions))
            .map(|_| {
                let (client, next) = (self.client(), next.clone());
                tokio::spawn(async move {
                    let mut own = Repetition {
                        is_correct: true,
                        took: Vec::new(),
                    };
                    client.work(&next, executions, compares, &mut own).await?;
                    Ok::<_, Failure>(own)
                })
            })
            .collect();
        for client in clients {
            let own = client.await;
            let own = own.map_err(|error| Failure::Failed(error.to_string()))??;
            all.is_correct &= own.is_correct;
            all.took.extend(own.took);
        }
        Ok(all)
    }

    fn client(&self) -> Client {
        Client {
            engine: self.engine.clone(),
            machine: self.machine.into(),
            // A separate copy, so that no two threads share reference counts.
            input: self.workload.input(),
            expected: self.workload.expected.clone(),
            awaits_ends: self.awaits_ends,
        }
    }
}

struct Client {
    engine: Engine,
    machine: Arc<str>,
    input: Value,
    expected: Option<Value>,
    awaits_ends: bool,
}

impl Client {
    /// Starts executions one after the other, as long as some are left.
    async fn work(
        &self,
        next: &AtomicUsize,
        executions: usize,
        compares: bool,
        ran: &mut Repetition,
    ) -> Result<(), Failure> {
        while next.fetch_add(1, Ordering::Relaxed) < executions {
            let began = Instant::now();
            ran.is_correct &= self.one(compares).await?;
            ran.took.push(began.elapsed());
        }
        Ok(())
    }

    async fn one(&self, compares: bool) -> Result<bool, Failure> {
        let (machine, input) = (&*self.machine, self.input.clone());
        let options = StartOptions::new();
        let failed = |error: &dyn std::fmt::Display| Failure::Failed(error.to_string());
        if !self.awaits_ends {
            let started = self.engine.start_machine(machine, input, options).await;
            return started.map(|_| true).map_err(|error| failed(&error));
        }
        let report = self.engine.execute_machine(machine, input, options).await;
        let report = report.map_err(|error| failed(&error))?;
        if report.status != Status::Succeeded {
            return Err(Failure::Failed(how(&report)));
        }
        let expected = self.expected.as_ref().filter(|_| compares);
        Ok(expected.is_none_or(|expected| report.output.as_ref() == Some(expected)))
    }
}

/// Describes the end of an execution that did not succeed.
fn how(report: &ExecutionReport) -> String {
    let part = |text: &Option<String>| {
        text.as_deref()
            .map(|text| format!(": {text}"))
            .unwrap_or_default()
    };
    format!(
        "an execution ended with {}{}{}",
        report.status,
        part(&report.error),
        part(&report.cause)
    )
}
