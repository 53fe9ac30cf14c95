//! Measures waiting executions.

use std::time::{Duration, Instant};

use serde_json::json;

use super::clients::Clients;
use super::workload::Workload;
use super::{BenchPlan, Measurements, runtime, usage};
use crate::args::BenchArguments;
use crate::failure::Failure;

/// How long the cost of waiting executions is observed.
const WATCHED: Duration = Duration::from_secs(5);

/// Starts executions that wait, measures them, and with a store continues them in another engine.
pub(super) fn measure(
    arguments: &BenchArguments,
    plan: &BenchPlan,
    workload: &Workload,
) -> Result<Measurements, Failure> {
    let mut line = plan.line(arguments, workload);
    let executions = arguments.executions;
    runtime(arguments)?.block_on(async {
        let engine = plan.engine(arguments, workload, false)?;
        let clients = Clients {
            engine: &engine,
            workload,
            machine: &arguments.name,
            awaits_ends: false,
        };
        // Excludes fixed costs, which are independent of the number of executions.
        clients.run(1, 1, false).await?;
        let before = usage::resident_kb();
        let began = Instant::now();
        clients
            .run(executions, arguments.concurrency, false)
            .await?;
        line.insert("started_ms".to_owned(), json!(began.elapsed().as_millis()));
        // The executions reach their Wait state, and their queues are empty.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let grown = usage::resident_kb()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before));
        let each = grown.map(|kb| kb * 1_024 / executions as u64);
        line.insert("rss_bytes_per_execution".to_owned(), json!(each));
        let before = usage::cpu_ms();
        tokio::time::sleep(WATCHED).await;
        let used = usage::cpu_ms()
            .zip(before)
            .map(|(after, before)| after - before);
        let percent = used.map(|ms| (ms * 100.0 / WATCHED.as_secs_f64()).round() / 1_000.0);
        line.insert("cpu_percent".to_owned(), json!(percent));
        Ok::<_, Failure>(())
    })?;
    if arguments.store.is_some() {
        // The runtime and its tasks are dropped, as if the process had ended.
        runtime(arguments)?.block_on(async {
            let began = Instant::now();
            let engine = plan.engine(arguments, workload, false)?;
            line.insert("resumed_ms".to_owned(), json!(began.elapsed().as_millis()));
            drop(engine);
            Ok::<_, Failure>(())
        })?;
    }
    line.insert("rss_peak_kb".to_owned(), json!(usage::peak_kb()));
    Ok(Measurements {
        line,
        is_correct: true,
    })
}
