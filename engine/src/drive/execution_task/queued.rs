//! Drives the executions of the start queue.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{Driver, ExecutionTask};
use crate::execution::pending_execution::PendingExecution;
use crate::shared::EngineShared;

impl ExecutionTask {
    /// Drives executions that this one started, in their order.
    pub(super) fn enqueue(
        engine: &Arc<EngineShared>,
        runtime: &Handle,
        started: impl Iterator<Item = PendingExecution>,
    ) {
        engine.start_queue.push(runtime, started);
        spawn_queued(engine);
    }

    /// Lets the next execution of the queue begin, because this one waits or has ended.
    pub(super) fn release_start_permit(&mut self) {
        let engine = &self.resources.engine;
        if std::mem::take(&mut self.has_start_permit) && engine.start_queue.release() {
            spawn_queued(engine);
        }
    }
}

fn spawn_queued(engine: &Arc<EngineShared>) {
    while let Some((runtime, pending_execution)) = engine.start_queue.begin_spawn() {
        let mut task = ExecutionTask::new(engine.clone(), pending_execution);
        task.has_start_permit = true;
        runtime.spawn(Driver::new(task));
        engine.start_queue.end_spawn();
    }
}
