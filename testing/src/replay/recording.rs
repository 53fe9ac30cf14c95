//! The answers of tasks in recorded histories.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use smol_str::SmolStr;
use stepwright_asl::model::StateMachine;
use stepwright_asl::redaction::Redaction;
use stepwright_history::RecordedHistory;
use stepwright_history::runtime_support::{
    AttemptEnd, CallKey, RecordedAttempts, RecordedEvent, recorded_attempts, recorded_events, short,
};
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::history::EventKind;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::task::IntegrationPattern;
use stepwright_interpreter::value::Value;

use stepwright_engine::ExecutionReport;
use stepwright_engine::task::{Answer, ResourceKind, TaskCall, TaskSource};
use stepwright_engine::test_support::Observer;

/// Answers the tasks of an execution, and of the children of its Map Runs, with the recorded
/// answers.
pub(super) struct Recording {
    own: RecordedAttempts,
    children: Vec<RecordedChild>,
    /// The activities that were scheduled.
    pub(super) activities: HashSet<String>,
    /// Whether the machine has a TimeoutSeconds.
    ends: bool,
    has_objects: bool,
    /// The Map Runs that were recorded.
    map_runs: Vec<String>,
    /// The fields whose values are masked in messages.
    redaction: Redaction,
    progress: Mutex<ReplayProgress>,
}

/// A child of a Map Run.
struct RecordedChild {
    input: Value,
    attempts: RecordedAttempts,
}

/// The progress of a run.
#[derive(Default)]
struct ReplayProgress {
    /// The number of attempts that were answered, for each child and for the execution itself
    /// (`None`).
    given: HashMap<(Option<usize>, CallKey), usize>,
    /// The recorded child that each execution replays.
    children: HashMap<SmolStr, Option<usize>>,
    taken: HashSet<usize>,
    /// The steps of the children that ended.
    ended: BTreeMap<usize, Vec<RecordedEvent>>,
    /// The message about data that the histories lack.
    missing: Option<String>,
}

impl Recording {
    /// Collects the answers in the history of an execution and in those of children, some of which
    /// the history itself may contain. `has_objects` is whether ItemReaders read from a store.
    pub(super) fn new(
        machine: &StateMachine,
        recorded: &RecordedHistory,
        children: &[RecordedHistory],
        has_objects: bool,
    ) -> Self {
        let all = recorded.children().iter().chain(children);
        let children: Vec<RecordedChild> = all
            .map(|child| RecordedChild {
                input: child.input(),
                attempts: recorded_attempts(child.events()),
            })
            .collect();
        let steps = recorded.events().iter();
        let scheduled = steps.filter(|step| step.kind == EventKind::ActivityScheduled);
        let activities = scheduled.filter_map(|step| step.details["resource"].as_str());
        Self {
            own: recorded_attempts(recorded.events()),
            children,
            activities: activities.map(str::to_owned).collect(),
            ends: machine.timeout_seconds.is_some(),
            has_objects,
            map_runs: recorded.map_runs().to_vec(),
            redaction: recorded.redaction().clone(),
            progress: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, ReplayProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the message about data that the replay lacks.
    pub(super) fn missing(&self) -> Option<String> {
        self.lock().missing.take()
    }

    /// Returns the steps of the children in this run, by the numbers of the recorded children.
    pub(super) fn ended(&self) -> BTreeMap<usize, Vec<RecordedEvent>> {
        std::mem::take(&mut self.lock().ended)
    }

    /// Returns the recorded child of an execution: the first one with its input, otherwise the
    /// first remaining one.
    fn child(&self, progress: &mut ReplayProgress, execution: &ExecutionInfo) -> Option<usize> {
        if let Some(known) = progress.children.get(execution.id()) {
            return *known;
        }
        let free = |number: &usize| !progress.taken.contains(number);
        let numbers = || (0..self.children.len()).filter(free);
        let same = |number: &usize| self.children[*number].input == execution.input;
        let found = numbers().find(same).or_else(|| numbers().next());
        progress.taken.extend(found);
        progress.children.insert(execution.arn().clone(), found);
        found
    }

    /// Records that the histories of items are missing.
    fn miss_child(&self, progress: &mut ReplayProgress, call: &TaskCall<'_>) {
        let which = match self.children.len() {
            0 => "the histories of its items".to_owned(),
            _ => format!(
                "no history was given of the item with the input {}; all of them",
                short(&self.redaction.value(&call.execution().input.to_json()))
            ),
        };
        let arn = self.map_runs.first().map_or("ARN", String::as_str);
        progress.missing.get_or_insert_with(|| {
            format!(
                "what the task of `{}` answered in a Distributed Map is not in this history: {which} are needed, each with `Replay::child` or `--child FILE`; \
                 `aws stepfunctions list-executions --map-run-arn {arn}` lists the executions; AWS stores no history of Express executions",
                call.state()
            )
        });
    }
}

fn is_child(execution: &ExecutionInfo) -> bool {
    execution.machine_name().contains('/')
}

impl Observer for Recording {
    fn ended(&self, _: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        if !is_child {
            return;
        }
        let mut progress = self.lock();
        if let Some(number) = self.child(&mut progress, report.execution()) {
            progress
                .ended
                .insert(number, recorded_events(&report.history));
        }
    }

    fn items(&self, _: &ExecutionInfo, state: &str) -> Option<Result<Value, String>> {
        if self.has_objects {
            return None;
        }
        self.lock().missing.get_or_insert_with(|| {
            format!(
                "the Map `{state}` reads its items from objects, which are not in the history: give them with `Replay::objects` or `--objects DIR`"
            )
        });
        Some(Ok(std::iter::empty::<Value>().collect()))
    }

    fn results_written(&self, _: &ExecutionInfo, _: &str) -> Option<Result<(), String>> {
        Some(Ok(()))
    }
}

impl TaskSource for Recording {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let call_key = (call.scope(), call.state().to_owned());
        let (attempts, number) = {
            let mut progress = self.lock();
            let child = if is_child(call.execution()) {
                let Some(number) = self.child(&mut progress, call.execution()) else {
                    self.miss_child(&mut progress, call);
                    return Some(Answer::never());
                };
                Some(number)
            } else {
                None
            };
            let given = progress.given.entry((child, call_key.clone())).or_default();
            *given += 1;
            let attempts = child.map_or(&self.own, |child| &self.children[child].attempts);
            (attempts, *given - 1)
        };
        let attempt = attempts
            .get(&call_key)
            .and_then(|attempts| attempts.get(number));
        let is_activity = call.resource().kind() == ResourceKind::Activity;
        let Some(attempt) = attempt.cloned() else {
            if is_activity && !self.activities.contains(call.resource().as_str()) {
                // The activity does not exist, and the engine answers with that error.
                return None;
            }
            // A call that was not recorded is a difference as soon as it is scheduled.
            return Some(Answer::never());
        };
        if is_activity && attempt.started.is_none() && (self.ends || call.timeout().is_some()) {
            // No worker took the task: it stays in the queue of the activity until a timeout ends
            // it.
            return None;
        }
        let answer = match attempt.end {
            AttemptEnd::Output(output) => Answer::output(output),
            AttemptEnd::Failure(failure) => {
                let waits = call.resource().pattern() != IntegrationPattern::RequestResponse;
                if waits && attempt.submitted.is_none() {
                    // The request itself failed.
                    return Some(Answer::request_failed(failure));
                }
                Answer::result(Err(failure))
            }
            AttemptEnd::TimedOut | AttemptEnd::None => {
                return Some(with(Answer::never(), attempt.submitted, attempt.worker));
            }
        };
        // The recorded answer was in time. Heartbeats are not recorded, so a longer attempt is
        // shortened to just below the bound.
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
