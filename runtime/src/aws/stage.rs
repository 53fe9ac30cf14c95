//! The steps of a worker's shutdown.

use tokio::sync::watch;

/// The current step of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It polls for tasks.
    Works,
    /// It polls no more, and waits for its running tasks.
    Drains,
    /// It cancels its running tasks.
    GivesUp,
}

/// Waits until the worker has reached this step.
pub(super) async fn reached(mut stages: watch::Receiver<Stage>, stage: Stage) {
    // Without a sender the worker was dropped.
    let _ = stages.wait_for(|now| *now >= stage).await;
}
