//! Distributed Maps that fail, are stopped or aborted, and are redriven until all items are sent.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use stepwright_runtime::{MapRun, Status};

use crate::client::{Client, Started};
use crate::machines::key;
use crate::world::{Lost, in_time, lock, must};

impl Client {
    /// Items, of which some fail on their first attempt.
    pub(crate) fn items(&self) -> Vec<Value> {
        let run = self.name();
        let count = 1 + self.below(12);
        let items: Vec<Value> = (0..count)
            .map(|number| json!({"run": run, "number": number, "fails": self.below(4) == 0}))
            .collect();
        let keys = items.iter().map(|item| (key(item), 0));
        lock(&self.world.sent).extend(keys);
        items
    }

    pub(crate) async fn send_batch(&self) -> Result<(), Lost> {
        let items = self.items();
        let run = self.start("batch", json!(items)).await?;
        if self.below(4) == 0 {
            tokio::time::sleep(Duration::from_micros(self.below(10_000))).await;
            self.world.counts.stopped.add(1);
            in_time(format!("the stop of {}", run.id()), run.stop(None, None)).await?;
        }
        self.send_rest(&run, &items).await
    }

    /// Redrives until each item is sent. A successful item is not sent again.
    pub(crate) async fn send_rest(&self, run: &Started, items: &[Value]) -> Result<(), Lost> {
        let mut report = self.end(run).await?;
        let mut redrives = 0;
        while report.status != Status::Succeeded {
            let done = self.done(run)?;
            let before = self.sent(&done);
            let again = self.redrive(run.id()).await?;
            report = self.end(&again).await?;
            redrives += 1;
            must(self.sent(&done) == before, || {
                let after = self.sent(&done);
                format!(
                    "{}: items were sent {before:?} times, and after a redrive {after:?}",
                    run.id()
                )
            })?;
            self.world.counts.kept.add(done.len() as u64);
            // Each redrive makes progress: a failed item stops its neighbours, and fails once.
            must(redrives <= items.len() + 2, || {
                format!(
                    "{}: {redrives} redrives were not enough: {:?}",
                    run.id(),
                    report.cause
                )
            })?;
        }
        let map_run = self.map_run(run)?;
        let succeeded = map_run
            .as_ref()
            .map_or(0, |map_run| map_run.items.succeeded);
        must(succeeded == items.len() as u64, || {
            format!(
                "{}: of {} items {succeeded} succeeded",
                run.id(),
                items.len()
            )
        })?;
        let mut sent = lock(&self.world.sent);
        for item in items {
            let times = sent.remove(&key(item)).unwrap_or_default() as usize;
            let least = if item["fails"] == true { 2 } else { 1 };
            // An item that was stopped while it ran is sent again.
            must((least..=least + redrives).contains(&times), || {
                format!(
                    "{}: {item} was sent {times} times in {redrives} redrives",
                    run.id()
                )
            })?;
        }
        Ok(())
    }

    /// The items that succeeded so far.
    fn done(&self, run: &Started) -> Result<Vec<String>, Lost> {
        let Some(map_run) = self.map_run(run)? else {
            return Ok(Vec::new());
        };
        let children = self.engine.blocking_map_run_executions(&map_run.arn);
        let children = children.map_err(|error| error.to_string())?;
        let done = children
            .iter()
            .filter(|child| child.status == Status::Succeeded);
        done.map(|child| {
            let execution = self.engine.blocking_execution(&child.id);
            let execution = execution.map_err(|error| error.to_string())?;
            let execution = execution.ok_or_else(|| format!("{} is not described", child.id))?;
            Ok(key(&execution.execution().input().to_json()))
        })
        .collect()
    }

    /// The Map Run; `None` if the execution was stopped before it began.
    fn map_run(&self, run: &Started) -> Result<Option<MapRun>, Lost> {
        let runs = self.engine.blocking_map_runs(run.id());
        let mut runs = runs.map_err(|error| error.to_string())?;
        must(runs.len() < 2, || {
            format!("{} has {} Map Runs", run.id(), runs.len())
        })?;
        Ok(runs.pop())
    }

    fn sent(&self, keys: &[String]) -> HashMap<String, u32> {
        let sent = lock(&self.world.sent);
        let times = |key: &String| sent.get(key).copied().unwrap_or_default();
        keys.iter().map(|key| (key.clone(), times(key))).collect()
    }
}
