//! How far a worker's end has come.

use tokio::sync::watch;

/// What a worker still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It asks for tasks.
    Works,
    /// It asks for no more, and waits for what is under way.
    Drains,
    /// It gives up what is under way.
    GivesUp,
}

/// Ends when the worker has come that far.
pub(super) async fn reached(mut stages: watch::Receiver<Stage>, stage: Stage) {
    // Without a sender the worker is gone.
    let _ = stages.wait_for(|now| *now >= stage).await;
}
