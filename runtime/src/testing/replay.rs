use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value as Json;
use stepwright_asl::model::{MachineType, StateMachine};

use super::difference::{line, short, walk};
use super::recorded::{RecordedHistory, RecordedHistoryError, Step, steps};
use crate::clock::Timestamp;
use crate::engine::{Engine, StartOptions};
use crate::task::{Answer, Family, Pattern, TaskCall, TaskFailure, TaskSource};

/// Runs a definition again as a history recorded it, and finds the first difference: on the recorded input, at the
/// recorded time, with each task answering what it answered then, after as long.
///
/// What counts is what an execution does: the types of the events, their states, and their data. Events inside different
/// iterations and branches may come in another order. Values that come from the clock, from chance or from the ids of an
/// execution cannot be the same again; they are found by running the definition twice with other times, seeds and
/// ids, and what differs between these two runs is not compared. A history that ends before the execution did is compared as far as
/// it goes.
///
/// The executions of a Distributed Map's items are not in the history of its parent: a definition with tasks in them differs where
/// the Map ends.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::testing::{RecordedHistory, replay};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "Result": "hello", "End": true}}}"#;
/// let machine = StateMachine::from_json(text)?;
/// let engine = Engine::builder().definition("greet", &machine, MachineType::Standard).virtual_time().build()?;
/// let report = engine.execute_machine("greet", json!({}), StartOptions::new()).await?;
/// let recorded = RecordedHistory::from_json(&report.history.to_json())?;
///
/// replay(&machine, &recorded).await?;
/// let changed = StateMachine::from_json(&text.replace("hello", "good morning"))?;
/// let error = replay(&changed, &recorded).await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"event 3, PassStateExited of `Greet`: /output: recorded "hello", now "good morning""#
/// );
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// The first difference, or a definition that cannot run.
pub async fn replay(machine: &StateMachine, recorded: &RecordedHistory) -> Result<(), ReplayError> {
    if let Some(reason) = recorded.incomplete {
        return Err(ReplayError::Unusable(reason.to_owned()));
    }
    if let Some(step) = recorded
        .steps
        .iter()
        .find(|step| step.kind == "ExecutionRedriven")
    {
        return Err(ReplayError::Unusable(format!(
            "event {}: the execution was redriven, and a redriven execution cannot be run again as one",
            step.id
        )));
    }
    let ours = run(machine, recorded, false).await?;
    let other = run(machine, recorded, true).await?;
    compare(recorded, &ours, &other).map_err(ReplayError::Differs)
}

/// Why [`replay`] did not find the definition to do what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// It does something else.
    #[error("{0}")]
    Differs(FirstDifference),
    /// It cannot run.
    #[error("the definition cannot run: {0}")]
    Definition(String),
    /// The history is of a kind that cannot be replayed.
    #[error("{0}")]
    Unusable(String),
}

impl From<RecordedHistoryError> for ReplayError {
    fn from(error: RecordedHistoryError) -> Self {
        Self::Unusable(error.to_string())
    }
}

/// Where a run first differs from a recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirstDifference {
    /// The number of the recorded event; where nothing more was recorded, the number that our event has.
    pub event: u32,
    /// The type of that event.
    pub kind: String,
    /// The state that it belongs to.
    pub state: Option<String>,
    /// The enclosing iterations (`Map[2]`) and branches (`Parallel/FirstState`), outermost first.
    pub scope: Vec<String>,
    /// What differs.
    pub detail: String,
}

impl FirstDifference {
    fn at(step: &Step, detail: String) -> Self {
        Self {
            event: step.id,
            kind: step.kind.clone(),
            state: step.state.clone(),
            scope: step.scope.clone(),
            detail,
        }
    }
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}, {}", self.event, self.kind)?;
        if let Some(state) = &self.state {
            write!(f, " of `{state}`")?;
        }
        if !self.scope.is_empty() {
            write!(f, " in {}", self.scope.join(", "))?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for FirstDifference {}

/// One run; the `other` one has another time and other ids, so that what depends on them shows.
async fn run(
    machine: &StateMachine,
    recorded: &RecordedHistory,
    other: bool,
) -> Result<Vec<Step>, ReplayError> {
    let (name, seed, later) = if other {
        ("other", 1, Duration::from_secs(86_400 * 400 + 12_345))
    } else {
        ("replay", 0, Duration::ZERO)
    };
    let cannot = |error: &dyn fmt::Display| ReplayError::Definition(error.to_string());
    let recording = Recording::new(&recorded.steps, machine);
    let mut builder = Engine::builder()
        .definition(name, machine, MachineType::Standard)
        .seed(seed)
        .virtual_time_from(recorded.started() + later);
    if other {
        builder = builder.unmeasured();
    }
    if let Some(region) = &recorded.region {
        builder = builder.region(region);
    }
    // An activity that was never scheduled may not exist any more.
    for arn in &recording.activities {
        builder = builder.activity(arn);
    }
    builder = builder.tasks(recording);
    let engine = builder.build().map_err(|error| cannot(&error))?;
    let mut options = StartOptions::new().name(name);
    if let Some(role) = &recorded.role {
        options = options.role_arn(role);
    }
    let report = engine
        .execute_machine(name, recorded.input(), options)
        .await
        .map_err(|error| cannot(&error))?;
    Ok(steps(&report.history))
}

/// Where a task is called from: its scope and its state.
type Place = (Vec<String>, String);

/// Answers tasks as a history says.
struct Recording {
    attempts: HashMap<Place, Vec<Attempt>>,
    /// Those that were scheduled.
    activities: HashSet<String>,
    /// Whether the machine has a TimeoutSeconds.
    ends: bool,
    /// How many of them were given.
    given: Mutex<HashMap<Place, usize>>,
}

/// One attempt, as it was recorded.
#[derive(Clone, Default)]
struct Attempt {
    scheduled: Timestamp,
    started: bool,
    worker: Option<String>,
    submitted: Option<Json>,
    end: End,
    took: Duration,
}

#[derive(Clone, Default)]
enum End {
    Output(Json),
    Failure(TaskFailure),
    /// Its time ran out, or the execution's did.
    #[default]
    None,
}

impl Recording {
    fn new(steps: &[Step], machine: &StateMachine) -> Self {
        let mut attempts: HashMap<Place, Vec<Attempt>> = HashMap::new();
        for step in steps {
            let Some(kind) = ["Task", "LambdaFunction", "Activity"]
                .iter()
                .find_map(|family| step.kind.strip_prefix(family))
            else {
                continue;
            };
            let Some(state) = &step.state else { continue };
            let attempts = attempts
                .entry((step.scope.clone(), state.clone()))
                .or_default();
            if kind == "Scheduled" {
                attempts.push(Attempt {
                    scheduled: step.at,
                    ..Attempt::default()
                });
                continue;
            }
            let Some(attempt) = attempts.last_mut() else {
                continue;
            };
            let text = |field: &str| step.details[field].as_str().map(Into::into);
            match kind {
                "Started" => {
                    attempt.started = true;
                    attempt.worker = step.details["workerName"].as_str().map(str::to_owned);
                }
                "Submitted" => attempt.submitted = Some(step.details["output"].clone()),
                "Succeeded" => attempt.end = End::Output(step.details["output"].clone()),
                "Failed" | "StartFailed" | "SubmitFailed" | "ScheduleFailed" => {
                    attempt.end = End::Failure(TaskFailure {
                        error: text("error"),
                        cause: text("cause"),
                    });
                }
                "TimedOut" => {}
                // An event of the state.
                _ => continue,
            }
            attempt.took = step.at.since(attempt.scheduled);
        }
        let scheduled = steps.iter().filter(|step| step.kind == "ActivityScheduled");
        let activities = scheduled.filter_map(|step| step.details["resource"].as_str());
        Self {
            attempts,
            activities: activities.map(str::to_owned).collect(),
            ends: machine.timeout_seconds.is_some(),
            given: Mutex::default(),
        }
    }
}

impl TaskSource for Recording {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let place = (call.scope(), call.state().to_owned());
        let number = {
            let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            let given = given.entry(place.clone()).or_default();
            *given += 1;
            *given - 1
        };
        let attempt = self
            .attempts
            .get(&place)
            .and_then(|attempts| attempts.get(number));
        let is_activity = call.resource().family() == Family::Activity;
        let Some(attempt) = attempt.cloned() else {
            if is_activity && !self.activities.contains(call.resource().as_str()) {
                // It does not exist: the engine says so.
                return None;
            }
            // A call that was not recorded is a difference as soon as it is scheduled.
            return Some(Answer::never());
        };
        if is_activity && !attempt.started && (self.ends || call.timeout().is_some()) {
            // No worker took it: it waits in the activity's queue, until something ends it.
            return None;
        }
        let answer = match attempt.end {
            End::Output(output) => Answer::output(output),
            End::Failure(failure) => {
                let waits = call.resource().pattern() != Pattern::RequestResponse;
                if waits && attempt.submitted.is_none() {
                    // The request itself failed.
                    return Some(Answer::submit(Box::pin(async { Err(failure) })));
                }
                Answer::result(Err(failure))
            }
            End::None => return Some(with(Answer::never(), attempt.submitted, attempt.worker)),
        };
        // It was in time then; heartbeats are not recorded.
        let bound = [call.timeout(), call.heartbeat()]
            .into_iter()
            .flatten()
            .min();
        let took = match bound {
            Some(bound) => attempt
                .took
                .min(bound.saturating_sub(Duration::from_millis(1))),
            None => attempt.took,
        };
        Some(with(answer, attempt.submitted, attempt.worker).after(took))
    }
}

fn with(mut answer: Answer, submitted: Option<Json>, worker: Option<String>) -> Answer {
    if let Some(submitted) = submitted {
        answer = answer.submitted(submitted);
    }
    if let Some(worker) = worker {
        answer = answer.worker(worker);
    }
    answer
}

type ByScope<'a> = IndexMap<&'a [String], Vec<&'a Step>>;

/// The first difference in the order of the recording.
fn compare(
    recorded: &RecordedHistory,
    ours: &[Step],
    other: &[Step],
) -> Result<(), FirstDifference> {
    const ENDS: [&str; 3] = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut"];
    let all = &recorded.steps;
    let is_whole = all
        .last()
        .is_some_and(|step| ENDS.contains(&step.kind.as_str()));
    // Nobody stops the run where somebody stopped the execution.
    let stop = all.iter().position(|step| step.kind == "ExecutionAborted");
    let compared = &all[..stop.unwrap_or(all.len())];
    let (theirs, ours, other) = (by_scope(compared), by_scope(ours), by_scope(other));
    let is_forked = theirs.len() > 1 || ours.len() > 1;
    let mut first: Option<FirstDifference> = None;
    let mut keep = |found: Option<FirstDifference>| {
        if let Some(found) = found
            && first.as_ref().is_none_or(|first| found.event < first.event)
        {
            first = Some(found);
        }
    };
    let none = Vec::new();
    for (scope, theirs) in &theirs {
        let ours = ours.get(scope).unwrap_or(&none);
        let other = other.get(scope).unwrap_or(&none);
        keep(in_scope(theirs, ours, other, is_whole, is_forked));
    }
    if is_whole {
        for (_, steps) in ours
            .iter()
            .filter(|(scope, _)| !theirs.contains_key(*scope))
        {
            keep(steps.first().map(|step| unrecorded(step)));
        }
    }
    first.map_or(Ok(()), Err)
}

fn by_scope(steps: &[Step]) -> ByScope<'_> {
    let mut scopes = ByScope::new();
    for step in steps {
        scopes.entry(step.scope.as_slice()).or_default().push(step);
    }
    scopes
}

fn unrecorded(step: &Step) -> FirstDifference {
    let data = short(&step.details);
    FirstDifference::at(
        step,
        format!("was not recorded, and happens now with {data}"),
    )
}

/// The first difference in one iteration, one branch, or outside of them.
fn in_scope(
    theirs: &[&Step],
    ours: &[&Step],
    other: &[&Step],
    is_whole: bool,
    is_forked: bool,
) -> Option<FirstDifference> {
    for (index, step) in theirs.iter().enumerate() {
        let Some(now) = ours.get(index) else {
            let last = ours
                .last()
                .map_or_else(String::new, |last| format!(" after {}", told(last)));
            let detail = format!("was recorded, and now nothing happens{last}");
            return Some(FirstDifference::at(step, detail));
        };
        if kind(step) != kind(now) || step.state != now.state {
            let mut detail = format!("was recorded, now it is {}", told(now));
            for field in ["error", "cause"] {
                if let Some(text) = now.details[field].as_str() {
                    detail.push_str(if field == "error" { " with " } else { ": " });
                    detail.push_str(text);
                }
            }
            if step.kind.starts_with("MapRun") {
                detail.push_str("; the items of a Distributed Map, and what their tasks answered, are not in the history");
            }
            return Some(FirstDifference::at(step, detail));
        }
        let details = |step: &Step| {
            let mut details = step.details.clone();
            if is_forked {
                hide_event_numbers(&mut details);
            }
            details
        };
        let (then, now_details) = (details(step), details(now));
        let mut volatile = HashSet::new();
        if let Some(other) = other.get(index).filter(|other| kind(other) == kind(now)) {
            walk("", &now_details, &details(other), &mut |pointer, _, _| {
                volatile.insert(pointer.to_owned());
            });
        }
        let mut found = None;
        walk("", &then, &now_details, &mut |pointer, then, now| {
            let is_volatile = volatile.iter().any(|start| {
                pointer
                    .strip_prefix(start.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            // What was cut from the history, or left out of it, is not there to be compared.
            let is_cut = then.is_none() && ["/input", "/output", "/parameters"].contains(&pointer);
            if found.is_none() && !is_volatile && !is_cut {
                let text = line(pointer, then, now);
                found = Some(
                    text.trim_start_matches("at ")
                        .replacen("expected ", "recorded ", 1)
                        .replacen(", got ", ", now ", 1),
                );
            }
        });
        if let Some(detail) = found {
            return Some(FirstDifference::at(step, detail));
        }
    }
    let more = ours.get(theirs.len()).filter(|_| is_whole);
    more.map(|step| unrecorded(step))
}

/// The service has more words for a request that fails than we have.
fn kind(step: &Step) -> &str {
    match step.kind.as_str() {
        "TaskSubmitFailed" => "TaskFailed",
        kind => kind,
    }
}

fn told(step: &Step) -> String {
    match &step.state {
        Some(state) => format!("{} of `{state}`", step.kind),
        None => step.kind.clone(),
    }
}

/// Replaces the number in `(entered at the event id #k)`: where branches interleave, k is not the state's own.
fn hide_event_numbers(value: &mut Json) {
    const MARK: &str = "entered at the event id #";
    match value {
        Json::String(text) => {
            if let Some(start) = text.find(MARK).map(|at| at + MARK.len()) {
                let digits = text[start..]
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .count();
                text.replace_range(start..start + digits, "k");
            }
        }
        Json::Array(items) => items.iter_mut().for_each(hide_event_numbers),
        Json::Object(fields) => fields.values_mut().for_each(hide_event_numbers),
        _ => {}
    }
}
