//! The steps of a worker's shutdown.

use tokio::sync::watch;

/// The current step of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WorkerStage {
    /// It polls for tasks.
    Polling,
    /// It polls no more, and waits for its running tasks.
    Draining,
    /// It cancels its running tasks.
    Cancelling,
}

/// Waits until the worker has reached this step.
pub(super) async fn reached(mut stages: watch::Receiver<WorkerStage>, stage: WorkerStage) {
    // Without a sender the worker was dropped.
    let _ = stages.wait_for(|now| *now >= stage).await;
}
