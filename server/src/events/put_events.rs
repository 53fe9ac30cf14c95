//! PutEvents: the entries of a request as events.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stepwright_asl::json::Json;
use stepwright_asl::limits::MAX_PAYLOAD_BYTES;
use stepwright_engine::clock::Timestamp;
use stepwright_events::bus::EventBuses;
use stepwright_events::event::{Event, EventFields};
use stepwright_events::rule::{DEFAULT_BUS, bus_name};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::delivery::deliver;
use crate::error::ApiError;
use crate::response::print_seconds;
use crate::service::Service;

/// The maximum number of entries of a request.
const MAX_ENTRIES: usize = 10;
/// What EventBridge counts for the time of an entry.
const TIME_BYTES: usize = 14;

/// The request of PutEvents.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutEvents {
    entries: Vec<Entry>,
}

/// An entry of the request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    time: Option<serde_json::Number>,
    source: Option<String>,
    resources: Option<Vec<String>>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

/// The response of PutEvents.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutEventsOutput {
    entries: Vec<EntryResult>,
    failed_entry_count: usize,
}

/// The result of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum EntryResult {
    #[serde(rename_all = "PascalCase")]
    Accepted { event_id: String },
    #[serde(rename_all = "PascalCase")]
    Refused {
        error_code: &'static str,
        error_message: String,
    },
}

impl EntryResult {
    fn refused(error_code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused {
            error_code,
            error_message: message.into(),
        }
    }

    fn missing(parameter: &str) -> Self {
        Self::refused(
            "InvalidArgument",
            format!(
                "Parameter {parameter} is not valid. Reason: {parameter} is a required argument."
            ),
        )
    }
}

/// Accepts the entries of a request. An entry is accepted when each execution that it starts is
/// durable.
pub(super) async fn put_events(
    service: &Arc<Service>,
    buses: &Arc<EventBuses>,
    request: PutEvents,
) -> Result<PutEventsOutput, ApiError> {
    check_limits(&request.entries)?;
    let received = service.now();
    let mut accepted: Vec<Option<EntryResult>> = vec![None; request.entries.len()];
    let mut tasks = JoinSet::new();
    for (index, entry) in request.entries.into_iter().enumerate() {
        let (service, buses) = (service.clone(), buses.clone());
        tasks.spawn(async move { (index, entry.accept(&service, &buses, received).await) });
    }
    while let Some(ended) = tasks.join_next().await {
        let (index, result) = ended.map_err(|error| ApiError::internal(error.to_string()))?;
        if let Some(slot) = accepted.get_mut(index) {
            *slot = Some(result);
        }
    }
    let entries: Vec<EntryResult> = accepted.into_iter().flatten().collect();
    let failed = entries
        .iter()
        .filter(|entry| matches!(entry, EntryResult::Refused { .. }));
    Ok(PutEventsOutput {
        failed_entry_count: failed.count(),
        entries,
    })
}

fn check_limits(entries: &[Entry]) -> Result<(), ApiError> {
    let violated = match entries.len() {
        0 => "greater than or equal to 1",
        1..=MAX_ENTRIES => {
            let bytes: usize = entries.iter().map(Entry::bytes).sum();
            // The limit of a request is that of an execution's input.
            return if bytes > MAX_PAYLOAD_BYTES as usize {
                Err(ApiError::validation(
                    "Total size of the entries in the request is over the limit.",
                ))
            } else {
                Ok(())
            };
        }
        _ => "less than or equal to 10",
    };
    // EventBridge prints the entries, too.
    Err(ApiError::validation(format!(
        "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length {violated}"
    )))
}

impl Entry {
    /// The size of the entry as EventBridge counts it.
    fn bytes(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        let texts = texts.into_iter().flatten();
        let texts = texts.chain(self.resources.iter().flatten());
        let time = self.time.as_ref().map_or(0, |_| TIME_BYTES);
        texts.map(String::len).sum::<usize>() + time
    }

    async fn accept(
        self,
        service: &Arc<Service>,
        buses: &EventBuses,
        received: Timestamp,
    ) -> EntryResult {
        let id = Uuid::new_v4().to_string();
        let event = match self.event(service, &id, received) {
            Ok(event) => event,
            Err(refused) => return refused,
        };
        let bus = self.event_bus_name.as_deref().map_or(DEFAULT_BUS, bus_name);
        match deliver(service, buses, bus, &event, received).await {
            Ok(()) => EntryResult::Accepted { event_id: id },
            Err(reason) => EntryResult::refused("InternalFailure", reason),
        }
    }

    /// The event of the entry, or why there is none.
    fn event(&self, service: &Service, id: &str, now: Timestamp) -> Result<Event, EntryResult> {
        let text = |text: &'_ Option<String>| text.clone().filter(|text| !text.is_empty());
        let source = text(&self.source).ok_or_else(|| EntryResult::missing("Source"))?;
        let detail_type = text(&self.detail_type);
        let detail_type = detail_type.ok_or_else(|| EntryResult::missing("DetailType"))?;
        let detail = text(&self.detail).ok_or_else(|| EntryResult::missing("Detail"))?;
        let detail: Option<Json> = detail.parse().ok();
        let detail = detail
            .filter(|detail| detail.as_object().is_some())
            .ok_or_else(|| EntryResult::refused("MalformedDetail", "Detail is malformed."))?;
        let time = self.time.as_ref().and_then(moment).unwrap_or(now);
        let fields = EventFields {
            id,
            source: &source,
            detail_type: &detail_type,
            account: service.engine.account(),
            region: service.engine.region(),
            time: &print_seconds(time),
            resources: self.resources.as_deref().unwrap_or_default(),
        };
        Ok(Event::new(&fields, detail))
    }
}

/// The time of seconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a conversion from floating point ends at the limits of the target"
)]
fn moment(seconds: &serde_json::Number) -> Option<Timestamp> {
    let micros = (seconds.as_f64()? * 1_000_000.0) as i64;
    Some(Timestamp::from_unix_micros(micros))
}
