use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use stepwright_runtime::{Engine, ExecutionReport, StartOptions, Status};

use super::workload::Workload;
use crate::failure::Failure;

/// Those who start executions.
pub(super) struct Clients<'a> {
    pub(super) engine: &'a Engine,
    pub(super) workload: &'a Workload,
    pub(super) machine: &'a str,
    /// They wait for the ends, or for the starts only.
    pub(super) awaits_ends: bool,
}

impl Clients<'_> {
    /// So many executions, started by so many clients. Gives whether the outputs are right, where they are compared.
    pub(super) async fn run(
        &self,
        executions: usize,
        concurrency: usize,
        compares: bool,
    ) -> Result<bool, Failure> {
        let mut is_correct = true;
        if concurrency == 1 {
            for _ in 0..executions {
                is_correct &= self.client().one(compares).await?;
            }
            return Ok(is_correct);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..concurrency.min(executions))
            .map(|_| {
                let (client, next) = (self.client(), next.clone());
                tokio::spawn(async move {
                    let mut is_correct = true;
                    while next.fetch_add(1, Ordering::Relaxed) < executions {
                        is_correct &= client.one(compares).await?;
                    }
                    Ok::<_, Failure>(is_correct)
                })
            })
            .collect();
        for client in clients {
            let done = client.await;
            is_correct &= done.map_err(|error| Failure::Failed(error.to_string()))??;
        }
        Ok(is_correct)
    }

    fn client(&self) -> Client {
        Client {
            engine: self.engine.clone(),
            machine: self.machine.into(),
            input: self.workload.input.clone(),
            expected: self.workload.expected.clone(),
            awaits_ends: self.awaits_ends,
        }
    }
}

struct Client {
    engine: Engine,
    machine: Arc<str>,
    input: stepwright_runtime::value::Value,
    expected: Option<stepwright_runtime::value::Value>,
    awaits_ends: bool,
}

impl Client {
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

/// How an execution ended that should have succeeded.
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
