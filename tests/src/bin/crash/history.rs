//! What a history tells, beside what the log does.

use std::collections::{HashMap, HashSet};

use stepwright_runtime::history::History;

use crate::check::Logged;
use crate::verdict::Verdict;
use crate::world;

/// How an attempt of a task ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    Open,
    Succeeded,
    Failed(String),
}

/// What a history tells.
pub(crate) struct Told {
    /// The end of each attempt of each task.
    attempts: HashMap<(String, u32), End>,
    /// The types of the events; the first has the id 1.
    kinds: Vec<String>,
    /// What tasks gave, as text.
    results: Vec<String>,
}

impl Told {
    /// Reads a history, which must be without a gap and in order.
    pub(crate) fn read(arn: &str, history: &History, verdict: &mut Verdict) -> Self {
        let mut told = Self {
            attempts: HashMap::new(),
            kinds: Vec::new(),
            results: Vec::new(),
        };
        // The attempt that an event belongs to.
        let mut chains: HashMap<u32, (String, u32)> = HashMap::new();
        let mut last = None;
        for (before, event) in history.events().enumerate() {
            let (id, kind) = (event.id(), event.kind().name());
            if id as usize != before + 1 || event.previous_id() >= id {
                verdict.broken(format!(
                    "{arn}: the event {} has the id {id} and follows {}",
                    before + 1,
                    event.previous_id()
                ));
            }
            if last.is_some_and(|last| event.timestamp() < last) {
                verdict.broken(format!(
                    "{arn}: the event {id} is older than the one before it"
                ));
            }
            last = Some(event.timestamp());
            told.kinds.push(kind.to_owned());
            if kind.ends_with("Scheduled") {
                let Some(value) = event.value() else { continue };
                let value = value.to_json();
                let about = value.get("Payload").unwrap_or(&value);
                // A task that starts an execution tells nothing.
                if about.get("task").is_none() {
                    continue;
                }
                let attempt = world::attempt(about);
                let key = (attempt.task, attempt.attempt);
                if told.attempts.insert(key.clone(), End::Open).is_some() {
                    verdict.broken(format!("{arn}: {key:?} was scheduled twice"));
                }
                told.after_no_success(arn, &key, verdict);
                chains.insert(id, key);
                continue;
            }
            let Some(key) = chains.get(&event.previous_id()).cloned() else {
                continue;
            };
            let end = match kind {
                "TaskStarted" | "TaskSubmitted" | "ActivityStarted" => {
                    chains.insert(id, key);
                    continue;
                }
                "TaskSucceeded" | "ActivitySucceeded" => {
                    told.results
                        .extend(event.value().map(|value| value.to_text()));
                    End::Succeeded
                }
                "TaskFailed" | "ActivityFailed" | "TaskTimedOut" | "ActivityTimedOut" => {
                    End::Failed(event.error().unwrap_or_default().to_owned())
                }
                _ => continue,
            };
            told.attempts.insert(key, end);
        }
        let ends = told.kinds.iter().filter(|kind| {
            [
                "ExecutionSucceeded",
                "ExecutionFailed",
                "ExecutionAborted",
                "ExecutionTimedOut",
            ]
            .contains(&kind.as_str())
        });
        if ends.count() != 1
            || told
                .kinds
                .first()
                .is_none_or(|kind| kind != "ExecutionStarted")
        {
            verdict.broken(format!(
                "{arn}: the history does not begin once and end once: {:?}",
                told.kinds
            ));
        }
        told
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

    /// Compares with what the log says.
    pub(crate) fn compare(&self, arn: &str, logged: &Logged, verdict: &mut Verdict) {
        let mut begun = HashMap::new();
        for (start, is_over) in &logged.starts {
            let key = (start.task.clone(), start.attempt);
            match self.attempts.get(&key) {
                None => verdict.broken(format!("{arn}: {key:?} ran, and is not in the history")),
                Some(end) if begun.contains_key(&key) => {
                    verdict.twice(format!(
                        "{arn}: {key:?} began a second time without a Retry; it ended {end:?}"
                    ));
                }
                Some(_) => {}
            }
            // What has a token is answered by somebody else, in a later process if need be.
            *begun.entry(key).or_insert(false) |= *is_over || start.token.is_some();
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
                verdict.broken(format!("{arn}: the token {token} was answered twice"));
            }
            if !self
                .results
                .iter()
                .any(|result| result.contains(token.as_str()))
            {
                verdict.broken(format!(
                    "{arn}: the answer to the token {token} was taken, and does not count"
                ));
            }
        }
        for (id, kind) in &logged.seen {
            if self.kinds.get((*id as usize).wrapping_sub(1)) != Some(kind) {
                verdict.broken(format!("{arn}: a reader was told of the event {id}, {kind}, which is not there any more"));
            }
        }
    }
}
