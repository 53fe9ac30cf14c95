//! Sends status events to EventBridge, and repeats the events that it did not accept.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::event_batch::next_batch;
use super::event_queue::EventQueue;
use super::status_event::StatusEvent;
use crate::client::{CallError, ServiceClient, is_transient};
use crate::protocol::Naming;

pub(super) const EVENTS: &str = "events";

/// How many changes are converted in advance, so that batches are full although each has one event
/// of an execution only.
const AHEAD: usize = 100;
/// How often a batch is sent at most. An endpoint has about half a minute to restart.
const MAX_ROUNDS: u32 = 8;
/// The longest time between two attempts.
const MAX_DELAY: Duration = Duration::from_secs(8);

/// Sends the events of a queue until it is closed and empty.
pub(super) async fn send_all(queue: &EventQueue, client: &ServiceClient, bus: &str) {
    let mut events = VecDeque::new();
    loop {
        let more = if events.is_empty() {
            queue.take(AHEAD).await
        } else {
            Some(queue.take_available(AHEAD.saturating_sub(events.len())))
        };
        let Some(more) = more else {
            report_rejected(queue);
            return;
        };
        events.extend(more.iter().map(|change| StatusEvent::new(change, bus)));
        report_rejected(queue);
        let batch = next_batch(&mut events);
        let count = batch.len();
        let durable = batch.iter().filter(|event| event.durable.is_some()).count();
        send(client, batch).await;
        queue.finished(count, durable);
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

/// Sends a batch. Events that EventBridge does not accept are sent again. Then they are given up,
/// unless a store retains them.
async fn send(client: &ServiceClient, mut batch: Vec<StatusEvent>) {
    let mut round = 1;
    loop {
        let refused = match put(client, &batch).await {
            Ok(None) => return batch.iter().for_each(StatusEvent::confirm),
            Ok(Some(refused)) => refused,
            Err(refused) => RefusedEvents {
                events: batch.clone(),
                ..refused
            },
        };
        let RefusedEvents {
            events,
            reason,
            refusal,
        } = refused;
        let is_refused = |event: &&StatusEvent| {
            let mut refused = events.iter();
            refused.any(|refused| refused.execution == event.execution)
        };
        // A batch has one event of each execution.
        let sent = batch.iter().filter(|event| !is_refused(event));
        sent.for_each(StatusEvent::confirm);
        let is_durable = events.iter().any(|event| event.durable.is_some());
        let is_over = match refusal {
            Refusal::OfEvents => true,
            Refusal::OfCall => !is_durable,
            Refusal::Transient => !is_durable && round >= MAX_ROUNDS,
        };
        let count = events.len();
        if is_over {
            tracing::warn!(
                count,
                reason,
                "status events are lost, because EventBridge does not accept them"
            );
            return events.iter().for_each(StatusEvent::confirm);
        }
        if is_durable && round >= MAX_ROUNDS && round.is_power_of_two() {
            tracing::warn!(
                count,
                reason,
                "status events wait in the store, because EventBridge does not accept them"
            );
        }
        batch = events;
        tokio::time::sleep(delay(round)).await;
        round += 1;
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
    refusal: Refusal,
}

/// Whether EventBridge can accept events later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// It can: it did not respond, or only for the moment.
    Transient,
    /// It can after a change by an operator: the event bus is missing, or access is denied.
    OfCall,
    /// It never accepts these events.
    OfEvents,
}

impl Refusal {
    fn of(status: u16, code: &str) -> Self {
        /// The codes of calls with an invalid content.
        const INVALID: [&str; 3] = [
            "ValidationException",
            "SerializationException",
            "RequestEntityTooLargeException",
        ];
        // Entries have the codes `InternalException` and `InternalFailure`, without a status.
        if is_transient(status, code) || code.starts_with("Internal") {
            Self::Transient
        } else if status == 413 || INVALID.contains(&code) {
            Self::OfEvents
        } else {
            Self::OfCall
        }
    }
}

/// Calls PutEvents. Returns the entries that it refused; an error if it refused the whole call,
/// without its events.
async fn put(
    client: &ServiceClient,
    batch: &[StatusEvent],
) -> Result<Option<RefusedEvents>, RefusedEvents> {
    let refused = |reason: String, refusal| RefusedEvents {
        events: Vec::new(),
        reason,
        refusal,
    };
    let entries: Vec<_> = batch.iter().map(|event| &event.entry).collect();
    let parameters = json!({"Entries": entries});
    let prepared = client.prepare(EVENTS, "putEvents", Naming::Optimized, &parameters, "");
    let call = prepared.map_err(|error| refused(error.to_string(), Refusal::OfEvents))?;
    let call =
        call.ok_or_else(|| refused("EventBridge has no endpoint".to_owned(), Refusal::OfCall))?;
    // An event may arrive twice, as on AWS.
    let output = client.send(call.idempotent()).await;
    let output = output.map_err(|error| match error {
        CallError::Client(message, _) | CallError::TooLarge(message) => {
            refused(message, Refusal::Transient)
        }
        CallError::Api(error, _) => refused(
            format!("{}: {}", error.code, error.message),
            Refusal::of(error.status, &error.code),
        ),
    })?;
    Ok(refused_entries(batch, output.members.get("Entries")))
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
        // The service names no entry that it may accept after a change.
        refusal: if failed
            .iter()
            .any(|(_, code, _)| Refusal::of(200, code) == Refusal::Transient)
        {
            Refusal::Transient
        } else {
            Refusal::OfEvents
        },
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
