//! A client of an engine: starts an execution, applies random operations to it, and checks how it
//! ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use stepwright_interpreter::query::Entropy;
use stepwright_runtime::{
    Engine, ExecutionHandle, ExecutionReport, RedriveError, StartOptions, Status,
};

use crate::machines::COUNT;
use crate::world::{Lost, World, in_time, lock, must};

/// An execution that was started by a machine's name.
pub(crate) type Started = ExecutionHandle<stepwright_runtime::value::Value>;

/// A client of an engine.
pub(crate) struct Client {
    pub(crate) engine: Engine,
    /// Its Express executions record their history.
    pub(crate) recording: Engine,
    pub(crate) world: Arc<World>,
    pub(crate) entropy: Mutex<Entropy>,
}

impl Client {
    pub(crate) fn below(&self, bound: u64) -> u64 {
        lock(&self.entropy).next_u64() % bound
    }

    pub(crate) fn name(&self) -> String {
        lock(&self.entropy).uuid()
    }

    pub(crate) async fn start(&self, machine: &str, input: Value) -> Result<Started, Lost> {
        self.start_on(&self.engine, machine, input).await
    }

    async fn start_on(
        &self,
        engine: &Engine,
        machine: &str,
        input: Value,
    ) -> Result<Started, Lost> {
        let options = StartOptions::new().name(self.name());
        let started = engine.start_machine(machine, input, options).await;
        let run = started.map_err(|error| format!("`{machine}` was not started: {error}"))?;
        self.world.counts.started.add(1);
        Ok(run)
    }

    /// Waits for the end, within a time limit.
    pub(crate) async fn end(&self, run: &Started) -> Result<Arc<ExecutionReport>, Lost> {
        let report = in_time(run.id(), run.report()).await?;
        self.world.counts.ended.add(1);
        Ok(report)
    }

    /// Redrives; the redrive must be accepted.
    pub(crate) async fn redrive(&self, id: &str) -> Result<Started, Lost> {
        let again = in_time(format!("the redrive of {id}"), self.engine.redrive(id)).await?;
        let run = again.map_err(|error| format!("{id} was not redriven: {error}"))?;
        self.world.counts.redriven.add(1);
        Ok(run)
    }

    /// Does one random piece of work.
    pub(crate) async fn work(&self) -> Result<(), Lost> {
        match self.below(12) {
            0 | 1 => self.order().await,
            2 | 3 => self.approve().await,
            4 => self.pick().await,
            5 | 6 => self.send_batch().await,
            7 => self.join().await,
            8 => self.stop().await,
            9 => self.read().await,
            10 => self.count(&self.engine).await,
            _ => self.count(&self.recording).await,
        }
    }

    async fn order(&self) -> Result<(), Lost> {
        let (does, expected) = [
            ("succeeds", Value::Null),
            ("fails once", Value::Null),
            ("fails", json!("Busy")),
            ("panics", json!("Stepwright.TaskPanicked")),
            ("panics in drop", json!("Stepwright.TaskPanicked")),
            ("hangs", json!("States.Timeout")),
            ("hangs, and panics in drop", json!("States.Timeout")),
        ][self.below(7) as usize]
            .clone();
        let run = self.start("order", json!({"does": does})).await?;
        let output = output(&*self.end(&run).await?)?;
        must(output["Error"] == expected, || {
            format!("{}: an order that {does} gave {output}", run.id())
        })
    }

    async fn pick(&self) -> Result<(), Lost> {
        let id = self.name();
        let does = match self.below(16) {
            0 => "is late",
            1..4 => "panics",
            _ => "succeeds",
        };
        lock(&self.world.worked).insert(id.clone(), 0);
        let run = self
            .start("picking", json!({"id": id, "does": does}))
            .await?;
        let output = output(&*self.end(&run).await?)?;
        let worked = lock(&self.world.worked).remove(&id);
        let is_right = match output["Error"].as_str() {
            None => worked == Some(1) && does == "succeeds" && output["id"] == id.as_str(),
            Some("Stepwright.TaskPanicked") => worked == Some(1) && does == "panics",
            // It timed out while a worker had it, or while it waited for a worker.
            Some("States.Timeout") => matches!(worked, Some(0 | 1)),
            Some(_) => false,
        };
        must(is_right, || {
            format!(
                "{}: a task that {does} was worked on {worked:?} times and gave {output}",
                run.id()
            )
        })
    }

    /// Parents that wait for one child by its name.
    async fn join(&self) -> Result<(), Lost> {
        let child = self.name();
        let start = || self.start("parent", json!({"child": child}));
        let (one, other, third) = tokio::join!(start(), start(), start());
        for run in [one?, other?, third?] {
            let output = output(&*self.end(&run).await?)?;
            let is_late = output["Error"] == "StepFunctions.ExecutionAlreadyExistsException";
            let is_joined = output["child"] == child.as_str();
            self.world.counts.joined.add(u64::from(is_joined));
            must(is_late || is_joined, || {
                format!("{}: a parent gave {output}", run.id())
            })?;
        }
        Ok(())
    }

    /// Stops from three tasks, and two concurrent redrives.
    async fn stop(&self) -> Result<(), Lost> {
        let run = Arc::new(self.start("waiting", json!({})).await?);
        tokio::time::sleep(Duration::from_millis(self.below(1_050))).await;
        let stops = [(); 3].map(|()| {
            let run = run.clone();
            tokio::spawn(async move { run.stop(Some("Enough"), None).await.status })
        });
        let mut told = Vec::new();
        for stop in stops {
            let stopped = in_time(format!("a stop of {}", run.id()), stop).await?;
            told.push(stopped.map_err(|error| error.to_string())?);
        }
        let status = self.end(&run).await?.status;
        must(told.iter().all(|told| *told == status), || {
            format!(
                "{} ended {status}, but its stops returned {told:?}",
                run.id()
            )
        })?;
        if status == Status::Succeeded {
            return Ok(());
        }
        self.world.counts.stopped.add(1);
        let what = format!("the redrives of {}", run.id());
        let redrive = || self.engine.redrive(run.id());
        let redrives = in_time(what, async { tokio::join!(redrive(), redrive()) }).await?;
        let again = match redrives {
            (Ok(again), Err(RedriveError::ExecutionNotRedrivable(_)))
            | (Err(RedriveError::ExecutionNotRedrivable(_)), Ok(again)) => again,
            other => return Err(format!("{}: two redrives gave {other:?}", run.id())),
        };
        self.world.counts.redriven.add(1);
        self.succeeds(&again).await.map(drop)
    }

    pub(crate) async fn succeeds(&self, run: &Started) -> Result<Arc<ExecutionReport>, Lost> {
        let report = self.end(run).await?;
        must(report.status == Status::Succeeded, || {
            let (error, cause) = (&report.error, &report.cause);
            format!("{} ended {}: {error:?}: {cause:?}", run.id(), report.status)
        })?;
        Ok(report)
    }

    /// Readers of events: some read all, some start late, some pause, some stop early.
    async fn read(&self) -> Result<(), Lost> {
        let run = self.start("waiting", json!({})).await?;
        let (all, mut leaves, mut rests) = (run.events(), run.events(), run.events());
        in_time("the first event", leaves.next()).await?;
        drop(leaves);
        in_time("the first event", rests.next()).await?;
        let reader = tokio::spawn(count_events(all));
        let report = self.succeeds(&run).await?;
        let read = reader.await.map_err(|error| error.to_string())??;
        let late = count_events(run.events()).await?;
        let rested = count_events(rests).await?;
        self.note_read([read, late, rested]);
        let written = report.history.len() as u64;
        let expected = ((written, 0), (written, 0), (written - 1, 0));
        must((read, late, rested) == expected, || {
            format!(
                "{}: of {written} events {read:?}, late {late:?} and after a rest {rested:?} were read and missed",
                run.id()
            )
        })
    }

    /// An Express execution, with a concurrent or later reader of its events, or without a reader.
    async fn count(&self, engine: &Engine) -> Result<(), Lost> {
        let run = self.start_on(engine, "counting", json!({})).await?;
        let events = run.events();
        let reads = self.below(3);
        let reader = (reads == 0).then(|| tokio::spawn(count_events(run.events())));
        let report = self.succeeds(&run).await?;
        let output = output(&report)?;
        must(output == COUNT, || {
            format!("{}: it counted to {output}", run.id())
        })?;
        let (read, missed) = match reader {
            Some(reader) => reader.await.map_err(|error| error.to_string())??,
            None if reads == 1 => count_events(events).await?,
            None => return Ok(()),
        };
        self.note_read([(read, missed)]);
        let written = (report.history.len() + report.history.dropped()) as u64;
        must(written > COUNT * 4 && read + missed == written, || {
            format!(
                "{}: of {written} events {read} were read and {missed} missed",
                run.id()
            )
        })
    }

    fn note_read(&self, readers: impl IntoIterator<Item = (u64, u64)>) {
        for (read, missed) in readers {
            self.world.counts.events.add(read);
            self.world.counts.missed.add(missed);
        }
    }
}

/// How many events were read, and how many were missed.
async fn count_events(mut events: stepwright_runtime::Events) -> Result<(u64, u64), Lost> {
    let mut read = 0;
    let mut last = 0;
    while let Some(event) = in_time("the next event", events.next()).await? {
        must(event.id() > last, || {
            format!("the event {} came after {last}", event.id())
        })?;
        last = event.id();
        read += 1;
    }
    Ok((read, u64::from(events.missed())))
}

/// The output of an execution that succeeded.
pub(crate) fn output(report: &ExecutionReport) -> Result<Value, Lost> {
    let id = report.execution().id();
    match &report.output {
        Some(output) => Ok(output.to_json()),
        None => Err(format!(
            "{id} ended {}: {:?}: {:?}",
            report.status, report.error, report.cause
        )),
    }
}
