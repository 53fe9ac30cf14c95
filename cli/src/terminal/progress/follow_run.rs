//! The progress of `stepwright run`.

use std::sync::Arc;
use std::time::Duration;

use stepwright_engine::{Engine, Events, ExecutionHandle, ExecutionReport};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::destination::Destination;
use super::execution_progress::ExecutionProgress;
use super::live_block::LiveBlock;
use super::terminal;
use crate::terminal::diagnostics;

/// The interval in which events are read and the block is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How many ticks pass between two looks at what the execution waits for.
const TICKS_OF_WAITS: u32 = 3;
/// How many ticks pass between two looks at Map Runs, which may read the store.
const TICKS_OF_MAP_RUNS: u32 = 5;
/// How long a look waits: an execution answers no question while the store cannot commit.
const PATIENCE: Duration = Duration::from_millis(200);

/// Follows an execution to its end, and shows its progress.
pub(crate) async fn follow<T>(
    engine: &Engine,
    run: &ExecutionHandle<T>,
    destination: Destination,
) -> Arc<ExecutionReport> {
    let about = run.execution();
    let title = format!("{} {}", about.machine_name(), about.name());
    let mut shown = ShownProgress {
        progress: ExecutionProgress::new(title, about.started()),
        events: run.events(),
        block: (destination == Destination::Block).then(LiveBlock::new),
    };
    let mut report = std::pin::pin!(run.report());
    let mut ticks = interval_at(Instant::now() + TICK, TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0_u32;
    let report = loop {
        tokio::select! {
            biased;
            report = &mut report => break report,
            _ = ticks.tick() => {}
        }
        shown.read_written_events().await;
        count = count.wrapping_add(1);
        tokio::select! {
            biased;
            report = &mut report => break report,
            () = shown.look(engine, run, count) => {}
        }
        shown.show(engine);
    };
    while let Some(event) = shown.events.next().await {
        shown.progress.apply(&event);
    }
    // The block is cleared before the lines and the result are written.
    let lines = shown.take_lines();
    drop(shown);
    diagnostics::show(lines);
    report
}

/// The progress of an execution, and where it is shown.
struct ShownProgress {
    progress: ExecutionProgress,
    events: Events,
    /// The block of a terminal.
    block: Option<LiveBlock>,
}

impl ShownProgress {
    /// Reads the events that were written, without waiting for more.
    async fn read_written_events(&mut self) {
        loop {
            let event = tokio::select! {
                biased;
                event = self.events.next() => event,
                () = std::future::ready(()) => None,
            };
            match event {
                Some(event) => self.progress.apply(&event),
                None => return,
            }
        }
    }

    /// Asks the execution for its waits, and the engine for Map Runs, a few times a second.
    async fn look<T>(&mut self, engine: &Engine, run: &ExecutionHandle<T>, count: u32) {
        if count.is_multiple_of(TICKS_OF_WAITS)
            && let Ok(waits) = timeout(PATIENCE, run.waits()).await
        {
            self.progress.note_waits(waits, engine.clock().now());
        }
        if count.is_multiple_of(TICKS_OF_MAP_RUNS)
            && self.progress.has_map_runs()
            && let Ok(Ok(runs)) = timeout(PATIENCE, engine.map_runs(run.id())).await
        {
            let runs = runs.into_iter().map(|run| (run.arn, run.items));
            self.progress.note_map_runs(runs);
        }
    }

    fn show(&mut self, engine: &Engine) {
        let lines = self.take_lines();
        match &self.block {
            Some(block) => block.show(&lines, self.progress.rows(engine.clock().now())),
            None => diagnostics::show(lines),
        }
    }

    /// Returns the lines of all changes. The block counts iterations instead of showing their
    /// states.
    fn take_lines(&mut self) -> String {
        let has_colors = terminal::has_colors();
        let changes = self.progress.take_changes().into_iter();
        changes
            .filter(|change| self.block.is_none() || !change.is_of_iteration)
            .map(|change| change.row.text(has_colors) + "\n")
            .collect()
    }
}
