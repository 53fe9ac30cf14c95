//! The history of an execution, compared with the log.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use stepwright_runtime::history::Event;

use crate::logged::LoggedExecution;
use crate::verdict::Verdict;
use crate::world;

/// The events that end a history.
const ENDS: [&str; 4] = [
    "ExecutionSucceeded",
    "ExecutionFailed",
    "ExecutionAborted",
    "ExecutionTimedOut",
];

/// An event of the library or of the API.
#[derive(Debug)]
pub(crate) struct HistoryEvent {
    id: u32,
    previous: u32,
    /// Microseconds since 1970.
    at: i64,
    kind: String,
    /// The parameters, the input or the output.
    value: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
}

impl HistoryEvent {
    /// Converts an event of the library.
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            id: event.id(),
            previous: event.previous_id(),
            at: event.timestamp().unix_micros(),
            kind: event.kind().name().to_owned(),
            value: event.value().map(|value| value.to_json()),
            error: event.error().map(str::to_owned),
            cause: event.cause().map(str::to_owned),
        }
    }

    /// Converts an event of GetExecutionHistory.
    pub(crate) fn of_api(event: &Value) -> Self {
        let number = |key: &str| {
            let number = event[key].as_u64().and_then(|id| id.try_into().ok());
            number.unwrap_or(u32::MAX)
        };
        let members = event.as_object().into_iter().flatten();
        let details = members
            .filter(|(name, _)| name.ends_with("EventDetails"))
            .map(|(_, details)| details)
            .next();
        let text = |key: &str| details.and_then(|details| details[key].as_str());
        let data = ["parameters", "input", "output"]
            .iter()
            .find_map(|key| text(key));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds of this century fit"
        )]
        let at = (event["timestamp"].as_f64().unwrap_or_default() * 1e6) as i64;
        Self {
            id: number("id"),
            previous: number("previousEventId"),
            at,
            kind: event["type"].as_str().unwrap_or_default().to_owned(),
            value: data.and_then(|data| serde_json::from_str(data).ok()),
            error: text("error").map(str::to_owned),
            cause: text("cause").map(str::to_owned),
        }
    }

    /// Returns the type and the time of the event.
    pub(crate) fn summary(&self) -> String {
        format!("{} at {}", self.kind, self.at / 1_000)
    }
}

/// How an attempt of a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    /// Its request has perhaps not ended.
    Begun,
    /// Its request has ended, or it has none.
    Open,
    Succeeded,
    Failed(String),
}

/// A state of a history that starts an execution.
#[derive(Clone, Debug)]
pub(crate) struct NestedStart {
    /// The text in the child's input that names the state.
    pub(crate) origin: String,
    /// The ARN of the child, once it is started.
    pub(crate) execution: Option<String>,
    /// The result of the state, or the cause of its failure.
    pub(crate) result: Option<Value>,
}

/// The tasks and the events of a history.
pub(crate) struct TaskHistory {
    /// The end of each attempt of each task.
    attempts: HashMap<(String, u32), End>,
    /// The types of the events; the first has the id 1.
    kinds: Vec<String>,
    /// The results of tasks, and the causes of their failures, as text.
    results: Vec<String>,
    /// The states that start executions.
    pub(crate) starts: Vec<NestedStart>,
}

/// The task that an event belongs to.
#[derive(Clone)]
enum Chain {
    Attempt(String, u32),
    /// An index of [`TaskHistory::starts`].
    Start(usize),
}

impl TaskHistory {
    /// Reads a history. It must be complete and in order, and schedule each attempt once.
    pub(crate) fn read(
        arn: &str,
        events: impl IntoIterator<Item = HistoryEvent>,
        verdict: &mut Verdict,
    ) -> Self {
        let mut history = Self {
            attempts: HashMap::new(),
            kinds: Vec::new(),
            results: Vec::new(),
            starts: Vec::new(),
        };
        let mut chains: HashMap<u32, Chain> = HashMap::new();
        let mut last = None;
        for event in events {
            let (id, previous) = (event.id, event.previous);
            let expected = history.kinds.len() + 1;
            if id as usize != expected || previous >= id {
                verdict.broken(format!(
                    "{arn}: the event {expected} has the id {id} and follows {previous}"
                ));
            }
            if last.is_some_and(|last| event.at < last) {
                verdict.broken(format!(
                    "{arn}: the event {id} is older than the one before it"
                ));
            }
            last = Some(event.at);
            history.kinds.push(event.kind.clone());
            let chain = if event.kind.ends_with("Scheduled") {
                history.schedule(arn, &event, verdict)
            } else {
                let chain = chains.get(&previous).cloned();
                chain.and_then(|chain| history.follow(chain, event))
            };
            if let Some(chain) = chain {
                chains.insert(id, chain);
            }
        }
        history.check_ends(arn, verdict);
        history
    }

    /// Adds an event that schedules a task.
    fn schedule(
        &mut self,
        arn: &str,
        event: &HistoryEvent,
        verdict: &mut Verdict,
    ) -> Option<Chain> {
        let value = event.value.as_ref()?;
        if let Some(origin) = origin(&value["Input"]) {
            if self.starts.iter().any(|start| start.origin == origin) {
                verdict.twice(format!("{arn}: the start of {origin} was scheduled twice"));
            }
            self.starts.push(NestedStart {
                origin,
                execution: None,
                result: None,
            });
            return Some(Chain::Start(self.starts.len() - 1));
        }
        let about = value.get("Payload").unwrap_or(value);
        about.get("task")?;
        let attempt = world::attempt(about);
        let key = (attempt.task, attempt.attempt);
        let begun = match event.kind.as_str() {
            "TaskScheduled" => End::Begun,
            _ => End::Open,
        };
        if self.attempts.insert(key.clone(), begun).is_some() {
            verdict.twice(format!("{arn}: {key:?} was scheduled twice"));
        }
        self.after_no_success(arn, &key, verdict);
        Some(Chain::Attempt(key.0, key.1))
    }

    /// Adds an event that follows another one of the same task. Returns the task if more events may
    /// follow.
    fn follow(&mut self, chain: Chain, event: HistoryEvent) -> Option<Chain> {
        let end = match event.kind.as_str() {
            "TaskStarted" | "ActivityStarted" => return Some(chain),
            "TaskSubmitted" => End::Open,
            "TaskSucceeded" | "ActivitySucceeded" => End::Succeeded,
            "TaskFailed" | "ActivityFailed" | "TaskTimedOut" | "ActivityTimedOut" => {
                End::Failed(event.error.unwrap_or_default())
            }
            _ => return None,
        };
        let is_open = end == End::Open;
        match &chain {
            Chain::Start(at) => {
                let start = &mut self.starts[*at];
                let cause = event
                    .cause
                    .and_then(|cause| serde_json::from_str(&cause).ok());
                let result: Option<Value> = event.value.or(cause);
                let named = result.as_ref().and_then(|one| one["ExecutionArn"].as_str());
                if let Some(named) = named {
                    start.execution = Some(named.to_owned());
                }
                if !is_open {
                    start.result = result;
                }
            }
            Chain::Attempt(task, attempt) => {
                if !is_open {
                    self.results
                        .extend(event.value.map(|value| value.to_string()).or(event.cause));
                }
                self.attempts.insert((task.clone(), *attempt), end);
            }
        }
        is_open.then_some(chain)
    }

    fn check_ends(&self, arn: &str, verdict: &mut Verdict) {
        let ends = self
            .kinds
            .iter()
            .filter(|kind| ENDS.contains(&kind.as_str()));
        let begins = self
            .kinds
            .first()
            .is_some_and(|kind| kind == "ExecutionStarted");
        if ends.count() != 1 || !begins {
            verdict.broken(format!(
                "{arn}: the history does not begin once and end once: {:?}",
                self.kinds
            ));
        }
    }

    /// No task is scheduled again after it succeeded.
    fn after_no_success(&self, arn: &str, key: &(String, u32), verdict: &mut Verdict) {
        let (task, attempt) = key;
        for before in 0..*attempt {
            if self.attempts.get(&(task.clone(), before)) == Some(&End::Succeeded) {
                verdict.twice(format!("{arn}: {task} was scheduled again (attempt {attempt}) after its attempt {before} succeeded"));
            }
        }
    }

    /// Whether the execution was stopped before the request that gave away a token had ended: an
    /// answer to the token takes effect after that.
    fn stopped_first(&self, token: &str, logged: &LoggedExecution) -> bool {
        let is_stopped = self
            .kinds
            .last()
            .is_some_and(|kind| kind == "ExecutionAborted");
        let mut attempts = logged.attempts.iter().map(|begun| &begun.attempt);
        let asked = attempts.find(|attempt| attempt.token.as_deref() == Some(token));
        is_stopped
            && asked.is_some_and(|asked| {
                let key = (asked.task.clone(), asked.attempt);
                self.attempts.get(&key) == Some(&End::Begun)
            })
    }

    /// Compares the history with the log.
    pub(crate) fn compare(&self, arn: &str, logged: &LoggedExecution, verdict: &mut Verdict) {
        let mut begun = HashMap::new();
        for start in &logged.attempts {
            let key = (start.attempt.task.clone(), start.attempt.attempt);
            match self.attempts.get(&key) {
                None => verdict.broken(format!("{arn}: {key:?} ran, and is not in the history")),
                Some(end) if begun.contains_key(&key) => {
                    verdict.twice(format!(
                        "{arn}: {key:?} began a second time without a Retry; it ended {end:?}"
                    ));
                }
                Some(_) => {}
            }
            // Another task of this program answers a token, possibly in a later process.
            *begun.entry(key).or_insert(false) |= start.is_over || start.attempt.token.is_some();
        }
        for (key, end) in &self.attempts {
            if *end == End::Succeeded && begun.get(key) != Some(&true) {
                verdict.broken(format!(
                    "{arn}: {key:?} succeeded, and did not run to its end"
                ));
            }
        }
        let mut tokens = HashSet::new();
        for token in &logged.answered {
            if !tokens.insert(token) {
                verdict.twice(format!("{arn}: the token {token} was answered twice"));
            }
            let has_effect = |result: &String| result.contains(token.as_str());
            if !self.results.iter().any(has_effect) && !self.stopped_first(token, logged) {
                verdict.undone(format!(
                    "{arn}: the answer to the token {token} was accepted and has no effect"
                ));
            }
        }
        for (id, kind) in &logged.seen {
            if self.kinds.get((*id as usize).wrapping_sub(1)) != Some(kind) {
                verdict.undone(format!("{arn}: a reader received the event {id}, {kind}, which the history does not have"));
            }
        }
    }
}

/// Returns the text that names the starter in the input of a nested execution; the input may be
/// text itself.
pub(crate) fn origin(input: &Value) -> Option<String> {
    let parsed: Option<Value> = input
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    let input = parsed.as_ref().unwrap_or(input);
    input["origin"].as_str().map(str::to_owned)
}
