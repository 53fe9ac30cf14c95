use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};
use stepwright_asl::redaction::Redaction;
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::history::{EventGroup, EventKind};
use stepwright_interpreter::value::{Object, Value};

use crate::container_ends::{ContainerEnds, PreviousKind};
use crate::event_scope::{EventScope, Frame};
use crate::numbered_visits::number_visits;
use crate::recorded_event::{RecordedEvent, without_volatile_values};
use crate::recorded_kind::RecordedKind;
use crate::short_text::short;
use crate::timeline::Timeline;

/// A recorded history: the JSON of `GetExecutionHistory`, of
/// `aws stepfunctions get-execution-history`, or of `stepwright run --history`.
///
/// ```
/// use stepwright_runtime::testing::RecordedHistory;
///
/// let history = RecordedHistory::parse(r#"{"events": [
///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
///      "executionStartedEventDetails": {"input": "{}", "roleArn": "arn:aws:iam::111111111111:role/orders"}}
/// ]}"#)?;
/// assert_eq!(history.len(), 1);
/// # Ok::<(), stepwright_runtime::testing::RecordedHistoryError>(())
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

/// An event of the JSON, with its scope, which is derived from the chain of `previousEventId`.
struct RawEvent {
    id: u32,
    previous: u32,
    kind: RecordedKind,
    name: Option<String>,
    index: u32,
    details: Json,
    map_run: Option<String>,
    at: Timestamp,
    scope: EventScope,
}

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
            .collect::<Result<Vec<_>, _>>()?;
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
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use stepwright_asl::StateMachine;
    /// use stepwright_runtime::Redaction;
    /// use stepwright_runtime::testing::{RecordedHistory, replay};
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Hash", "States": {
    ///     "Hash": {"Type": "Pass", "Result": {"password": "abc"}, "End": true}
    /// }}"#)?;
    /// let recorded = RecordedHistory::parse(r#"{"events": [
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
    ///      "executionStartedEventDetails": {"input": "{}"}},
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "PassStateEntered", "id": 2, "previousEventId": 0,
    ///      "stateEnteredEventDetails": {"name": "Hash", "input": "{}"}},
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "PassStateExited", "id": 3, "previousEventId": 2,
    ///      "stateExitedEventDetails": {"name": "Hash", "output": "{\"password\":\"xyz\"}"}}
    /// ]}"#)?;
    /// let recorded = recorded.redact(&Redaction::new().path("password")?);
    /// let error = replay(&machine, &recorded).await.unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#"event 3, PassStateExited of `Hash`: /output/password: recorded "[redacted]", now "[redacted]""#
    /// );
    /// # Ok(()) }
    /// ```
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
    /// use stepwright_runtime::testing::RecordedHistory;
    ///
    /// let history = RecordedHistory::parse(r#"{"events": [
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
    ///      "executionStartedEventDetails": {"input": "{}"}},
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "WaitStateEntered", "id": 2, "previousEventId": 0,
    ///      "stateEnteredEventDetails": {"name": "Cool", "input": "{}"}}
    /// ]}"#)?;
    /// assert_eq!(history.timeline().visits()[0].state(), "Cool");
    /// # Ok::<(), stepwright_runtime::testing::RecordedHistoryError>(())
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

impl RawEvent {
    fn read(event: &Json) -> Result<Self, RecordedHistoryError> {
        let number = |field: &str| {
            let number = event[field].as_u64();
            number.and_then(|number| u32::try_from(number).ok())
        };
        let (Some(id), Some(kind)) = (number("id"), event["type"].as_str()) else {
            return Err(RecordedHistoryError(format!(
                "this is not an event of a history, because it has no `id` and `type`: {}",
                short(event)
            )));
        };
        let kind = RecordedKind::of(kind);
        let members = event.as_object().into_iter().flatten();
        let details = members
            .filter(|(key, _)| key.ends_with("EventDetails"))
            .find_map(|(_, details)| details.as_object());
        let text = |field: &str| Some(details?.get(field)?.as_str()?.to_owned());
        Ok(Self {
            id,
            previous: number("previousEventId").unwrap_or(0),
            name: text("name").or_else(|| text("state")),
            index: details
                .and_then(|details| u32::try_from(details.get("index")?.as_u64()?).ok())
                .unwrap_or(0),
            details: without_volatile_values(decoded(&kind, details)),
            kind,
            map_run: text("mapRunArn"),
            at: match &event["timestamp"] {
                Json::String(text) => Timestamp::parse(text).unwrap_or_default(),
                Json::Number(seconds) => {
                    let micros = seconds.as_f64().unwrap_or(0.0) * 1e6;
                    Timestamp::from_unix_micros(micros.round() as i64)
                }
                _ => Timestamp::default(),
            },
            scope: EventScope::default(),
        })
    }
}

/// Returns the details with parsed JSON texts. Truncated data is omitted.
fn decoded(kind: &RecordedKind, details: Option<&Map<String, Json>>) -> Json {
    let read = |value: &Json| match value.as_str() {
        // serde_json refuses values that are as deep as AWS's may be.
        Some(text) => serde_json::from_str(text)
            .ok()
            .or_else(|| Some(Value::from_text(text).ok()?.to_json()))
            .unwrap_or_else(|| value.clone()),
        None => value.clone(),
    };
    let has_name = matches!(kind.group(), Some(EventGroup::Entered | EventGroup::Exited));
    let mut members = Map::new();
    for (key, value) in details.into_iter().flatten() {
        let cut = details.and_then(|details| details.get(&format!("{key}Details")));
        if cut.is_some_and(|cut| cut["truncated"] == true) || (key == "name" && has_name) {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("input" | "output" | "parameters", _) => read(value),
            ("assignedVariables", Json::Object(variables)) => {
                let variables = variables.iter();
                variables
                    .map(|(name, text)| (name.clone(), read(text)))
                    .collect()
            }
            _ => value.clone(),
        };
        members.insert(key.clone(), value);
    }
    Json::Object(members)
}

/// Determines the state and the iterations and branches of each event. The API does not return
/// them, but each event refers to the previous one in its chain
/// (docs/reference/service-behaviour.md, "Chains of events").
fn assign_scopes(events: &mut [RawEvent]) {
    let by_id: HashMap<u32, usize> = events
        .iter()
        .enumerate()
        .map(|(index, event)| (event.id, index))
        .collect();
    let types: HashMap<String, String> = events
        .iter()
        .filter_map(|event| {
            let word = event.kind.entered_type()?;
            Some((event.name.clone()?, word.to_owned()))
        })
        .collect();
    // The state that was entered last in each iteration and branch.
    let mut entered: HashMap<Vec<String>, String> = HashMap::new();
    let mut ends = ContainerEnds::default();
    for at in 0..events.len() {
        let mut before = None;
        let mut is_continued = false;
        let mut from = at;
        // A redriven execution continues where it was before it ended.
        while let Some(&found) = by_id
            .get(&events[from].previous)
            .filter(|found| **found < from)
        {
            before = Some(&events[found]);
            from = found;
            is_continued |= events[found].kind == EventKind::ExecutionRedriven;
            if !matches!(
                events[found].kind.known(),
                Some(EventKind::ExecutionRedriven | EventKind::ExecutionFailed)
            ) {
                break;
            }
        }
        let mut last = before
            .map(|before| before.scope.clone())
            .unwrap_or_default();
        let mut last_kind = before
            .and_then(|before| before.kind.known())
            .map_or(PreviousKind::Other, PreviousKind::Known);
        let group = events[at].kind.group();
        if last_kind == PreviousKind::Known(EventKind::MapIterationStarted)
            && group != Some(EventGroup::Iteration)
            && let Some(state) = entered.get(&last.texts())
        {
            // A redriven iteration continues in its last state.
            last.state = Some(state.clone());
            last_kind = PreviousKind::Resumed;
            is_continued = true;
        }
        let parallel = last.state.as_ref().and_then(|state| types.get(state));
        // Without a redrive, a state follows the Exited event of the Parallel.
        is_continued |= last_kind == PreviousKind::Known(EventKind::ParallelStateFailed);
        if is_continued
            && group == Some(EventGroup::Entered)
            && parallel.is_some_and(|word| word == "Parallel")
            && last.state != events[at].name
        {
            // A branch that had not started.
            last_kind = PreviousKind::Known(EventKind::ParallelStateStarted);
        }
        let aborted = at.checked_sub(1).map(|before| &events[before]);
        let aborted = aborted.filter(|before| {
            before.kind == EventKind::MapIterationAborted
                && before.previous == events[at].previous
                && group == Some(EventGroup::Aborted)
                && events[at].kind != EventKind::MapRunAborted
        });
        let scope = match aborted {
            // Both refer to the failure of another iteration; the state is the last one of the
            // aborted iteration.
            Some(iteration) => EventScope {
                frames: iteration.scope.frames.clone(),
                state: entered.get(&iteration.scope.texts()).cloned(),
            },
            None => scope_of(&events[at], last, last_kind, &types, &ends),
        };
        if group == Some(EventGroup::Entered)
            && let Some(state) = &scope.state
        {
            entered.insert(scope.texts(), state.clone());
        }
        if events[at].kind == EventKind::MapStateStarted {
            // The iterations of an earlier visit have ended.
            let around = scope.texts();
            let is_inside = |inner: &[String]| {
                inner.len() > around.len()
                    && inner.starts_with(&around)
                    && inner[around.len()]
                        .rsplit_once('[')
                        .is_some_and(|(map, _)| Some(map) == scope.state.as_deref())
            };
            entered.retain(|inner, _| !is_inside(inner));
        }
        events[at].scope = scope;
        ends.add(at, &events[at].kind, &events[at].scope);
    }
}

/// Returns the scope of an event, from that of the previous event.
fn scope_of(
    event: &RawEvent,
    last: EventScope,
    last_kind: PreviousKind,
    types: &HashMap<String, String>,
    ends: &ContainerEnds,
) -> EventScope {
    let group = event.kind.group();
    if group == Some(EventGroup::Execution) {
        return EventScope::default();
    }
    if matches!(group, Some(EventGroup::Entered | EventGroup::Evaluation)) {
        let mut frames = last.frames;
        if last_kind == PreviousKind::Known(EventKind::ParallelStateStarted)
            && let (Some(parallel), Some(first)) = (last.state, event.name.clone())
        {
            frames.push(Frame::Branch { parallel, first });
        }
        let state = event.name.clone();
        return EventScope { frames, state };
    }
    if group == Some(EventGroup::Exited) {
        let frames = frames_of(&last.frames, event.name.as_deref());
        let state = event.name.clone();
        return EventScope { frames, state };
    }
    if group == Some(EventGroup::Iteration) {
        let mut frames = frames_of(&last.frames, event.name.as_deref());
        let map = event.name.clone().unwrap_or_default();
        let index = event.index;
        frames.push(Frame::Iteration { map, index });
        let state = event.name.clone();
        return EventScope { frames, state };
    }
    let Some((kind, word)) = event
        .kind
        .known()
        .and_then(|kind| Some((kind, container_type(kind)?)))
    else {
        return last;
    };
    let is_map = word == "Map";
    let around = last
        .frames
        .iter()
        .rposition(|frame| matches!(frame, Frame::Iteration { .. }) == is_map)
        .map(|inner| EventScope {
            state: Some(last.frames[inner].container().to_owned()),
            frames: last.frames[..inner].to_vec(),
        });
    let state_type = last.state.as_ref().and_then(|state| types.get(state));
    // The state of an event of an iteration is the Map around the iteration.
    let is_same_type =
        state_type.is_some_and(|of| of == word) && last_kind.group() != Some(EventGroup::Iteration);
    match around {
        Some(around)
            if !is_same_type
                || (around.frames.len() + 1 == last.frames.len()
                    && !ends.is_of_inner(kind, last_kind, &last, &around)) =>
        {
            around
        }
        _ => last,
    }
}

/// Returns the type of the Map or Parallel that wrote an event.
fn container_type(kind: EventKind) -> Option<&'static str> {
    match kind {
        EventKind::MapStateStarted
        | EventKind::MapStateSucceeded
        | EventKind::MapStateFailed
        | EventKind::MapStateAborted
        | EventKind::MapRunStarted
        | EventKind::MapRunRedriven
        | EventKind::MapRunSucceeded
        | EventKind::MapRunFailed
        | EventKind::MapRunAborted => Some("Map"),
        EventKind::ParallelStateStarted
        | EventKind::ParallelStateSucceeded
        | EventKind::ParallelStateFailed
        | EventKind::ParallelStateAborted => Some("Parallel"),
        _ => None,
    }
}

/// Returns the frames around a container, for an event inside it; all frames for an event outside
/// of it.
fn frames_of(frames: &[Frame], container: Option<&str>) -> Vec<Frame> {
    let inside = frames
        .iter()
        .rposition(|frame| Some(frame.container()) == container);
    frames[..inside.unwrap_or(frames.len())].to_vec()
}

impl From<RawEvent> for RecordedEvent {
    fn from(event: RawEvent) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            scope: event.scope.texts(),
            state: event.scope.state,
            details: event.details,
            map_run: event.map_run,
            at: event.at,
        }
    }
}
