//! The histories that this crate reads: parsing, the input, the events and the timeline.

use std::collections::HashSet;

use serde_json::Value as Json;
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::EventKind;
use stepwright_interpreter::value::{Object, Value};

use crate::assigned_scopes::assign_scopes;
use crate::numbered_visits::number_visits;
use crate::raw_event::RawEvent;
use crate::recorded_event::RecordedEvent;
use crate::timeline::Timeline;

/// A recorded history: the JSON of `GetExecutionHistory`, of
/// `aws stepfunctions get-execution-history`, or of `stepwright run --history`.
///
/// ```
/// use stepwright_history::RecordedHistory;
///
/// let history = RecordedHistory::parse(r#"{"events": [
///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
///      "executionStartedEventDetails": {"input": "{}", "roleArn": "arn:aws:iam::111111111111:role/orders"}}
/// ]}"#)?;
/// assert_eq!(history.len(), 1);
/// # Ok::<(), stepwright_history::RecordedHistoryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordedHistory {
    steps: Vec<RecordedEvent>,
    role: Option<String>,
    region: Option<String>,
    /// The reason why the execution cannot be replayed.
    incomplete: Option<&'static str>,
    /// Whether the execution has further events.
    has_more_events: bool,
    /// The histories of the children of its Map Runs, if they are included.
    children: Vec<RecordedHistory>,
    /// The ARNs of its Map Runs.
    map_runs: Vec<String>,
    /// The fields whose values are masked in messages.
    redaction: Redaction,
}

/// Invalid text of a recorded history, or a history that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RecordedHistoryError(String);

impl RecordedHistory {
    /// Parses a history.
    ///
    /// # Errors
    ///
    /// Text that is not such JSON, and the errors of [`from_json`](Self::from_json).
    pub fn parse(text: &str) -> Result<Self, RecordedHistoryError> {
        let json = serde_json::from_str(text)
            .map_err(|error| RecordedHistoryError(format!("the history is not JSON: {error}")))?;
        Self::from_json(&json)
    }

    /// Converts a history: `{"events": [..]}` or the list alone, in either order. The list
    /// `children` next to `events` may contain the histories of the children of Map Runs, as
    /// `stepwright run --history` writes them.
    ///
    /// # Errors
    ///
    /// JSON that is not a history, and a history that does not begin with ExecutionStarted.
    pub fn from_json(json: &Json) -> Result<Self, RecordedHistoryError> {
        let events = json.get("events").unwrap_or(json).as_array();
        let events = events.ok_or_else(|| {
            refused(
                "this is not a history: it has no list `events`, as in the response of GetExecutionHistory",
            )
        })?;
        // The spelling of CloudWatch logs; no event of a history has it.
        if events
            .iter()
            .any(|event| event.get("execution_arn").is_some())
        {
            return Err(refused(
                "this is a log of an Express execution in CloudWatch, not a history: events may be missing or repeated, and data may be truncated. AWS stores no history of Express \
                 executions; replay one of a Standard execution of the definition",
            ));
        }
        let mut raw = events
            .iter()
            .map(RawEvent::read)
            .collect::<Result<Vec<_>, _>>()
            .map_err(RecordedHistoryError)?;
        raw.sort_by_key(|event| event.id);
        let started = events
            .iter()
            .find_map(|event| event.get("executionStartedEventDetails"));
        let is_first = |first: &RawEvent| first.kind == EventKind::ExecutionStarted;
        let Some(started) = started.filter(|_| raw.first().is_some_and(is_first)) else {
            return Err(refused(
                "the history does not begin with ExecutionStarted; fetch all of its events",
            ));
        };
        let incomplete = if started["inputDetails"]["truncated"] == true {
            Some("the execution's input was cut from the history, so it cannot be replayed")
        } else if started.get("input").is_none() {
            Some("the history has no execution data; fetch it with `--include-execution-data`")
        } else {
            None
        };
        assign_scopes(&mut raw);
        let children = json.get("children").and_then(Json::as_array);
        let children = children.into_iter().flatten().map(Self::from_json);
        let map_runs = events
            .iter()
            .filter_map(|event| event["mapRunStartedEventDetails"]["mapRunArn"].as_str());
        let role = started["roleArn"].as_str();
        let region = events
            .iter()
            .find_map(|event| event["taskScheduledEventDetails"]["region"].as_str());
        Ok(Self {
            steps: raw.into_iter().map(RecordedEvent::from).collect(),
            role: role.map(str::to_owned),
            region: region.map(str::to_owned),
            incomplete,
            children: children.collect::<Result<_, _>>()?,
            map_runs: map_runs.map(str::to_owned).collect(),
            has_more_events: json.get("nextToken").is_some_and(|token| !token.is_null()),
            redaction: Redaction::new(),
        })
    }

    /// Masks these fields in the differences that a replay finds
    /// (`stepwright_runtime::testing::replay`), and in [pictures](Self::overlay).
    #[must_use]
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.redaction = self.redaction.and(redaction);
        self
    }

    /// Returns the number of events.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Returns whether it has no events; a parsed history has at least ExecutionStarted.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Returns the execution's input.
    pub fn input(&self) -> Value {
        let input = self.steps.first().map(|step| &step.details["input"]);
        input.map_or(Value::Null, |input| Value::from(input.clone()))
    }

    /// Computes what happened in the recorded execution, state by state. The recording does not
    /// contain the execution's ARN and name.
    ///
    /// ```
    /// use stepwright_history::RecordedHistory;
    ///
    /// let history = RecordedHistory::parse(r#"{"events": [
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
    ///      "executionStartedEventDetails": {"input": "{}"}},
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "WaitStateEntered", "id": 2, "previousEventId": 0,
    ///      "stateEnteredEventDetails": {"name": "Cool", "input": "{}"}}
    /// ]}"#)?;
    /// assert_eq!(history.timeline().visits()[0].state(), "Cool");
    /// # Ok::<(), stepwright_history::RecordedHistoryError>(())
    /// ```
    pub fn timeline(&self) -> Timeline {
        let mut execution = Object::new();
        if let Some(input) = self
            .steps
            .first()
            .and_then(|first| first.details.get("input"))
        {
            execution.insert("Input", Value::from(input));
        }
        if let Some(role) = &self.role {
            execution.insert("RoleArn", role.as_str().into());
        }
        execution.insert("StartTime", self.started().to_string().into());
        let context = [("Execution", Value::from(execution))];
        let mut timeline = Timeline::new(context.into_iter().collect());
        for event in &self.steps {
            timeline.apply(&event.timeline_event());
        }
        timeline
    }

    /// Returns the events in their order.
    #[doc(hidden)]
    pub fn events(&self) -> &[RecordedEvent] {
        &self.steps
    }

    /// Renames states, in the events and in their scopes, also in the histories of children.
    #[doc(hidden)]
    pub fn rename_states(&mut self, new_name: &dyn Fn(&str) -> Option<String>) {
        for step in &mut self.steps {
            if let Some(state) = &mut step.state
                && let Some(name) = new_name(state)
            {
                *state = name;
            }
            for frame in &mut step.scope {
                if let Some(renamed) = renamed_frame(frame, new_name) {
                    *frame = renamed;
                }
            }
        }
        for child in &mut self.children {
            child.rename_states(new_name);
        }
    }

    /// Numbers the visits of Maps and Parallels in the scopes of the events, also in the histories
    /// of children.
    #[doc(hidden)]
    pub fn number_visits(&mut self) {
        number_visits(&mut self.steps);
        for child in &mut self.children {
            child.number_visits();
        }
    }

    /// Whether a Map or a Parallel started twice, also in the histories of children.
    #[doc(hidden)]
    pub fn has_repeated_containers(&self) -> bool {
        let mut started = HashSet::new();
        let starts = self.steps.iter().filter(|step| {
            matches!(
                step.kind.known(),
                Some(EventKind::ParallelStateStarted | EventKind::MapStateStarted)
            )
        });
        let mut starts = starts.map(|step| (&step.scope, &step.state));
        starts.any(|start| !started.insert(start))
            || self.children.iter().any(Self::has_repeated_containers)
    }

    /// Returns the reason why the execution cannot be replayed.
    #[doc(hidden)]
    pub fn incomplete(&self) -> Option<&'static str> {
        self.incomplete
    }

    /// Returns whether the execution has events after those of this part of its history.
    pub fn has_more_events(&self) -> bool {
        self.has_more_events
    }

    /// Returns the histories of the children of its Map Runs, if the recording includes them.
    pub fn children(&self) -> &[RecordedHistory] {
        &self.children
    }

    /// Returns the ARNs of its Map Runs.
    pub fn map_runs(&self) -> &[String] {
        &self.map_runs
    }

    /// Returns the ARN of the execution's role, if the recording contains it.
    pub fn role_arn(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// Returns the region of the execution's tasks, if the recording contains one.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Returns the fields that messages, reports and pictures mask.
    pub fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Returns when the execution started.
    pub fn started(&self) -> Timestamp {
        self.steps
            .first()
            .map_or(Timestamp::default(), |step| step.at)
    }
}

/// Returns the text of a frame with new names: `Map[2]`, or `Parallel/FirstState`. Names may
/// contain `/`, so each part before one is tried as the name of the Parallel.
fn renamed_frame(frame: &str, new_name: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(at) = frame.rfind('[').filter(|_| frame.ends_with(']')) {
        return Some(format!("{}{}", new_name(&frame[..at])?, &frame[at..]));
    }
    let mut renamed = frame.to_owned();
    for (at, _) in frame.match_indices('/') {
        let (parallel, first) = (&frame[..at], &frame[at + 1..]);
        let (outer, inner) = (new_name(parallel), new_name(first));
        if outer.is_some() || inner.is_some() {
            let outer = outer.as_deref().unwrap_or(parallel);
            renamed = format!("{outer}/{}", inner.as_deref().unwrap_or(first));
            break;
        }
    }
    Some(renamed)
}

fn refused(text: &str) -> RecordedHistoryError {
    RecordedHistoryError(text.to_owned())
}
