//! Measures an execution: its transitions, events, duration, largest data and price.

use std::collections::HashMap;

use serde::Serialize;
use stepwright_asl::MachineType;
use stepwright_history::runtime_support::RecordedEvent;
use stepwright_interpreter::history::EventGroup;
use stepwright_tools::estimate::PriceTable;

/// The amounts of an execution that AWS charges and limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Measure {
    /// State transitions as AWS charges them: entered states and retries.
    pub transitions: u64,
    /// The events of its history.
    pub events: u64,
    /// Its duration in seconds.
    pub seconds: f64,
    /// The bytes of its largest input, output or arguments.
    pub payload_bytes: u64,
    /// Its price in US dollars, without the free tier.
    pub price: f64,
}

impl Measure {
    /// Measures a history.
    pub(super) fn of(
        events: &[RecordedEvent],
        machine_type: MachineType,
        prices: Option<&PriceTable>,
    ) -> Self {
        let mut measure = Self {
            events: events.len() as u64,
            ..Self::default()
        };
        let mut attempts: HashMap<(&[String], &str), u64> = HashMap::new();
        for event in events {
            let state = (
                event.scope.as_slice(),
                event.state.as_deref().unwrap_or_default(),
            );
            match event.kind.group() {
                Some(EventGroup::Entered) => {
                    measure.transitions += 1;
                    attempts.insert(state, 0);
                }
                Some(EventGroup::Scheduled) => {
                    let attempts = attempts.entry(state).or_default();
                    // A retry is one more transition.
                    measure.transitions += u64::from(*attempts > 0);
                    *attempts += 1;
                }
                _ => {}
            }
            for field in ["input", "output", "parameters"] {
                if let Some(value) = event.details.get(field) {
                    measure.payload_bytes = measure.payload_bytes.max(length(value));
                }
            }
        }
        if let (Some(first), Some(last)) = (events.first(), events.last()) {
            measure.seconds = last.at.since(first.at).as_secs_f64();
        }
        if let Some(prices) = prices {
            measure.price = prices.price_of_execution(
                machine_type,
                measure.transitions as f64,
                measure.seconds,
                measure.payload_bytes as f64,
            );
        }
        measure
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.transitions += other.transitions;
        self.events += other.events;
        self.seconds += other.seconds;
        self.payload_bytes = self.payload_bytes.max(other.payload_bytes);
        self.price += other.price;
    }
}

/// Returns the bytes of a value as JSON text.
fn length(value: &serde_json::Value) -> u64 {
    struct Counter(u64);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // A value that was parsed is always written.
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) => counter.0,
        Err(_) => 0,
    }
}
