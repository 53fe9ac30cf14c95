//! Heartbeats of one task.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::callback_sender::CallbackSender;
use super::error::CallbackError;
use super::signals::TaskSignals;

/// The shortest interval between two heartbeats, also for a task that requests more.
const CLOSEST: Duration = Duration::from_secs(1);

/// Sends heartbeats to Step Functions: at each interval `every`, and when the task requests it.
/// Returns, with the reason, when the result is not awaited any more.
pub(super) async fn heartbeats(
    sender: &CallbackSender,
    token: &str,
    signals: &TaskSignals,
    every: Option<Duration>,
) -> CallbackError {
    let mut last: Option<Instant> = None;
    let mut next = every.map(|every| Instant::now() + every);
    loop {
        tokio::select! {
            () = due(next) => {}
            () = signals.beats.notified() => {
                if let Some(last) = last {
                    sleep_until(last + CLOSEST).await;
                }
            }
        }
        let sent = sender.send_task_heartbeat(token).await;
        let now = Instant::now();
        last = Some(now);
        next = every.map(|every| now + every);
        match sent {
            Ok(()) => {}
            Err(error) if error.is_too_late() => return error,
            Err(error) => {
                tracing::warn!(%error, "a heartbeat was not taken");
                // Sooner, for several attempts before the timeout.
                next = every.map(|every| now + every / 4);
            }
        }
    }
}

async fn due(next: Option<Instant>) {
    match next {
        Some(next) => sleep_until(next).await,
        None => std::future::pending().await,
    }
}
