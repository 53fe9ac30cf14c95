//! Statistics of recorded executions.

use std::collections::{BTreeMap, HashMap};

use crate::json::Json;
use crate::timestamp;

/// Statistics of executions, from their histories: transitions, items, retries, sizes and
/// durations.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordedStatistics {
    ways: BTreeMap<(String, String), u64>,
    out: BTreeMap<String, u64>,
    items: BTreeMap<String, (u64, u64)>,
    tries: BTreeMap<String, (u64, u64)>,
    results: BTreeMap<String, (u64, u64)>,
    payload: usize,
    input: usize,
    seconds: f64,
    executions: u64,
}

/// An error: the JSON is not a history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a history must be the response of `GetExecutionHistory`: an object with `events`, each with `id` and `type`"
)]
pub struct NoHistory;

impl RecordedStatistics {
    /// Adds the history of an execution, as returned by GetExecutionHistory.
    ///
    /// ```
    /// use stepwright_asl::estimate::RecordedStatistics;
    /// use stepwright_asl::json;
    ///
    /// let mut recorded = RecordedStatistics::default();
    /// recorded.add(&json!({"events": [{"id": 1, "type": "ExecutionStarted"}]}))?;
    /// assert_eq!(recorded.executions(), 1);
    /// assert!(recorded.add(&json!({"states": {}})).is_err());
    /// # Ok::<(), stepwright_asl::estimate::NoHistory>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the JSON is not a history.
    pub fn add(&mut self, history: &Json) -> Result<(), NoHistory> {
        let events = history
            .get("events")
            .or(Some(history))
            .and_then(Json::as_array);
        let events: Option<Vec<Event<'_>>> =
            events.ok_or(NoHistory)?.iter().map(Event::of).collect();
        let mut events = events
            .filter(|events| !events.is_empty())
            .ok_or(NoHistory)?;
        // A history in reverse order, as with `--reverse-order`, is the same history.
        events.sort_by_key(|event| event.id);
        let by_id: HashMap<i64, usize> = events
            .iter()
            .enumerate()
            .map(|(at, event)| (event.id, at))
            .collect();
        // The state of each event: that of the previous event, unless the event enters a state.
        let mut state_of: Vec<Option<&str>> = Vec::with_capacity(events.len());
        for (at, event) in events.iter().enumerate() {
            let before = by_id
                .get(&event.previous)
                .copied()
                .filter(|before| *before < at);
            let own = event
                .name
                .or_else(|| before.and_then(|before| state_of[before]));
            state_of.push(own);
            self.payload = self.payload.max(event.bytes);
            let Some(state) = own else { continue };
            let kind = event.kind;
            if kind.ends_with("StateEntered") {
                let left = before.map(|before| &events[before]);
                let left = left.filter(|left| left.kind.ends_with("StateExited"));
                if let Some(from) = left.and_then(|left| left.name) {
                    let way = (from.to_owned(), state.to_owned());
                    *self.ways.entry(way).or_default() += 1;
                }
                if kind == "TaskStateEntered" {
                    self.tries.entry(state.to_owned()).or_default().0 += 1;
                }
            } else if kind.ends_with("StateExited") {
                *self.out.entry(state.to_owned()).or_default() += 1;
            } else if kind == "MapStateStarted" {
                let (count, sum) = self.items.entry(state.to_owned()).or_default();
                (*count, *sum) = (*count + 1, sum.saturating_add(event.length));
            } else if kind.ends_with("Scheduled") {
                self.tries.entry(state.to_owned()).or_default().1 += 1;
            } else if matches!(
                kind,
                "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded"
            ) {
                let (count, sum) = self.results.entry(state.to_owned()).or_default();
                (*count, *sum) = (*count + 1, *sum + event.bytes as u64);
            }
        }
        if let Some(started) = events
            .first()
            .filter(|event| event.kind == "ExecutionStarted")
        {
            self.input = self.input.max(started.bytes);
        }
        let times: Vec<f64> = events.iter().filter_map(|event| event.seconds).collect();
        if let (Some(first), Some(last)) = (times.first(), times.last()) {
            self.seconds += (last - first).max(0.0);
        }
        self.executions += 1;
        Ok(())
    }

    /// The number of added histories.
    pub fn executions(&self) -> u64 {
        self.executions
    }

    /// The average duration of an execution in seconds; `None` without histories.
    pub fn seconds(&self) -> Option<f64> {
        (self.executions > 0).then(|| self.seconds / self.executions as f64)
    }

    /// The bytes of the largest payload; `None` without histories.
    pub fn payload_bytes(&self) -> Option<f64> {
        (self.executions > 0).then_some(self.payload as f64)
    }

    /// The fraction of exits from a state that went to another state; `None` if no execution left
    /// it.
    pub(super) fn share(&self, from: &str, to: &str) -> Option<f64> {
        let out = *self.out.get(from)?;
        let taken = self.ways.get(&(from.to_owned(), to.to_owned()));
        Some(taken.copied().unwrap_or_default() as f64 / out as f64)
    }

    /// The average number of items of a Map.
    pub(super) fn items(&self, state: &str) -> Option<f64> {
        let (count, sum) = self.items.get(state)?;
        Some(*sum as f64 / *count as f64)
    }

    /// The average number of retries of a Task.
    pub(super) fn retries(&self, state: &str) -> Option<f64> {
        let (entered, tried) = self.tries.get(state)?;
        (*entered > 0).then(|| (*tried as f64 / *entered as f64 - 1.0).max(0.0))
    }

    /// The average size of a Task's results in bytes.
    pub(super) fn result_bytes(&self, state: &str) -> Option<f64> {
        let (count, sum) = self.results.get(state)?;
        Some(*sum as f64 / *count as f64)
    }

    /// The bytes of the largest input.
    pub(super) fn input_bytes(&self) -> Option<f64> {
        (self.executions > 0).then_some(self.input as f64)
    }
}

struct Event<'j> {
    id: i64,
    previous: i64,
    kind: &'j str,
    /// The entered or exited state.
    name: Option<&'j str>,
    /// The larger of its input and output.
    bytes: usize,
    length: u64,
    seconds: Option<f64>,
}

impl<'j> Event<'j> {
    fn of(json: &'j Json) -> Option<Event<'j>> {
        let kind = json.get("type")?.as_str()?;
        let mut event = Event {
            id: json.get("id")?.as_i64()?,
            previous: json
                .get("previousEventId")
                .and_then(Json::as_i64)
                .unwrap_or_default(),
            kind,
            name: None,
            bytes: 0,
            length: 0,
            seconds: json.get("timestamp").and_then(seconds),
        };
        let details = json
            .as_object()?
            .iter()
            .filter(|(key, _)| key.ends_with("EventDetails"));
        for (key, details) in details {
            if key.starts_with("stateEntered") || key.starts_with("stateExited") {
                event.name = details.get("name").and_then(Json::as_str);
            }
            for field in ["input", "output"] {
                let text = details
                    .get(field)
                    .and_then(Json::as_str)
                    .unwrap_or_default();
                event.bytes = event.bytes.max(text.len());
            }
            let length = details
                .get("length")
                .and_then(Json::as_i64)
                .unwrap_or_default();
            event.length = u64::try_from(length).unwrap_or_default();
        }
        Some(event)
    }
}

/// The seconds of a timestamp: a number, as in SDKs, or a date and time, as in the CLI.
fn seconds(timestamp: &Json) -> Option<f64> {
    if let Some(seconds) = timestamp.as_f64() {
        return Some(seconds);
    }
    let nanoseconds = timestamp::read(timestamp.as_str()?)?;
    Some(nanoseconds as f64 / 1e9)
}
