use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::event_batch::next_batch;
use super::event_queue::EventQueue;
use super::status_event::StatusEvent;
use crate::client::{CallError, ServiceClient, is_transient};
use crate::protocol::Naming;

pub(super) const EVENTS: &str = "events";

/// How many changes are converted in advance, so that batches are full although each has one event of an execution only.
const AHEAD: usize = 100;
/// How often a batch is sent at most. An endpoint has about half a minute to restart.
const MAX_ROUNDS: u32 = 8;
/// The longest time between two attempts.
const MAX_DELAY: Duration = Duration::from_secs(8);

/// Sends the events of a queue until it is closed and empty.
pub(super) async fn send_all(queue: &EventQueue, client: &ServiceClient, bus: &str) {
    let mut events = VecDeque::new();
    loop {
        let more = match events.is_empty() {
            true => queue.take(AHEAD).await,
            false => Some(queue.take_available(AHEAD.saturating_sub(events.len()))),
        };
        let Some(more) = more else {
            report_rejected(queue);
            return;
        };
        events.extend(more.iter().map(|change| StatusEvent::new(change, bus)));
        report_rejected(queue);
        let batch = next_batch(&mut events);
        let count = batch.len();
        send(client, batch).await;
        queue.finished(count);
    }
}

fn report_rejected(queue: &EventQueue) {
    let count = queue.take_rejected();
    if count > 0 {
        tracing::warn!(
            count,
            "status events are lost, because EventBridge accepts them more slowly than executions change"
        );
    }
}

/// Sends a batch. Events that EventBridge does not accept are sent again, and then given up.
async fn send(client: &ServiceClient, mut batch: Vec<StatusEvent>) {
    for round in 1..=MAX_ROUNDS {
        let RefusedEvents {
            events,
            reason,
            is_transient,
        } = match put(client, &batch).await {
            Ok(None) => return,
            Ok(Some(refused)) => refused,
            Err(refused) => RefusedEvents {
                events: batch,
                ..refused
            },
        };
        if !is_transient || round == MAX_ROUNDS {
            let count = events.len();
            tracing::warn!(
                count,
                reason,
                "status events are lost, because EventBridge does not accept them"
            );
            return;
        }
        batch = events;
        tokio::time::sleep(delay(round)).await;
    }
}

fn delay(round: u32) -> Duration {
    const FIRST: Duration = Duration::from_millis(250);
    (FIRST * 2_u32.saturating_pow(round.saturating_sub(1).min(7))).min(MAX_DELAY)
}

/// Events that EventBridge did not accept.
struct RefusedEvents {
    events: Vec<StatusEvent>,
    reason: String,
    /// Whether it can accept them later.
    is_transient: bool,
}

/// Calls PutEvents. Returns the entries that it refused; an error if it refused the whole call, without its events.
async fn put(
    client: &ServiceClient,
    batch: &[StatusEvent],
) -> Result<Option<RefusedEvents>, RefusedEvents> {
    let refused = |reason: String, is_transient| RefusedEvents {
        events: Vec::new(),
        reason,
        is_transient,
    };
    let entries: Vec<_> = batch.iter().map(|event| &event.entry).collect();
    let parameters = json!({"Entries": entries});
    let prepared = client.prepare(EVENTS, "putEvents", Naming::Optimized, &parameters, "");
    let call = prepared.map_err(|error| refused(error.to_string(), false))?;
    let call = call.ok_or_else(|| refused("EventBridge has no endpoint".to_owned(), false))?;
    // An event may arrive twice, as on AWS.
    let output = client.send(call.repeatable()).await;
    let output = output.map_err(|error| match error {
        CallError::Client(message, _) => refused(message, true),
        CallError::Api(error, _) => refused(
            format!("{}: {}", error.code, error.message),
            may_succeed_later(error.status, &error.code),
        ),
    })?;
    Ok(refused_entries(batch, output.members.get("Entries")))
}

/// Entries have the codes `InternalException` and `InternalFailure`, without a status.
fn may_succeed_later(status: u16, code: &str) -> bool {
    is_transient(status, code) || code.starts_with("Internal")
}

/// Returns the events whose entries of the response have an error.
fn refused_entries(batch: &[StatusEvent], entries: Option<&Json>) -> Option<RefusedEvents> {
    let entries = entries.and_then(Json::as_array)?;
    let failed = batch.iter().zip(entries).filter_map(|(event, entry)| {
        let code = entry.get("ErrorCode")?.as_str()?;
        Some((event, code, entry))
    });
    let failed: Vec<_> = failed.collect();
    let (_, code, entry) = failed.first()?;
    let message = entry.get("ErrorMessage").and_then(Json::as_str);
    Some(RefusedEvents {
        reason: format!("{code}: {}", message.unwrap_or_default()),
        is_transient: failed
            .iter()
            .any(|(_, code, _)| may_succeed_later(200, code)),
        events: failed
            .iter()
            .map(|(event, ..)| StatusEvent::clone(event))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest() {
        let delays: Vec<_> = (1..=MAX_ROUNDS)
            .map(|round| delay(round).as_millis())
            .collect();
        assert_eq!(delays, [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    }
}
