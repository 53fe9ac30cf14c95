//! The parts of an execution that a test repeats.

use stepwright_asl::model::MachineType;
use stepwright_asl::redaction::Redaction;
use stepwright_engine::clock::Timestamp;
use stepwright_history::timeline::Timeline;
use stepwright_interpreter::Status;
use stepwright_interpreter::history::{Event, History};
use stepwright_interpreter::value::Value;

use super::calls::{TaskAnswers, task_answers};

/// The reason why no test can be generated from an execution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TestGenerationError(pub(super) String);

/// The parts of an execution that a test repeats.
#[derive(Clone, Debug)]
pub(super) struct ExecutionModel {
    pub(super) machine: String,
    /// The name of the execution.
    pub(super) name: String,
    /// The definition, with the values of its placeholders.
    pub(super) definition: String,
    pub(super) machine_type: MachineType,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) started: Timestamp,
    pub(super) input: Value,
    pub(super) answers: Vec<TaskAnswers>,
    pub(super) end: ExecutionEnd,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExecutionEnd {
    pub(super) status: Status,
    pub(super) output: Option<Value>,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
    pub(super) path: Vec<String>,
}

/// Which conditions of the execution a test repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conditions {
    /// The answers of its tasks, without delays.
    Answers,
    /// Also its name, its start time, its region and account, and the durations of its tasks.
    All,
}

/// The assertions that hold in the generated test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Assertions {
    pub(super) has_output: bool,
    pub(super) has_error: bool,
    pub(super) has_cause: bool,
    /// The states in their order.
    pub(super) has_path: bool,
    /// The states in any order.
    pub(super) has_states: bool,
}

impl TestGenerationError {
    /// The error of a definition that ends differently.
    pub(super) fn other_end(expected: &ExecutionEnd, actual: &ExecutionEnd) -> Self {
        let mut text = format!(
            "with the same input and the same results of its tasks, the definition ends as {} instead of {}",
            actual.status, expected.status
        );
        if let Some(error) = &actual.error {
            text.push_str(&format!(", with the error `{error}`"));
        }
        let same = expected.path.iter().zip(&actual.path);
        let same = same.take_while(|(expected, actual)| expected == actual);
        if let Some(state) = actual.path.get(same.count()) {
            text.push_str(&format!("; the first other state is `{state}`"));
        }
        text.push_str(
            "; the execution depends on the time, on random numbers or on the order of events",
        );
        Self(text)
    }
}

impl ExecutionModel {
    pub(super) fn of(history: &History, children: &[History]) -> Result<Self, TestGenerationError> {
        let refused = |reason: &str| Err(TestGenerationError(reason.to_owned()));
        let timeline = Timeline::of(history);
        let about = history.execution();
        match timeline.status() {
            Status::Succeeded | Status::Failed | Status::TimedOut => {}
            Status::Aborted => {
                return refused(
                    "the execution was stopped, and a test cannot repeat the moment of the stop",
                );
            }
            _ => return refused("the execution has not ended; wait for its end"),
        }
        if timeline.is_redriven() {
            return refused(
                "the execution was redriven; a test repeats an execution only up to its first end",
            );
        }
        if about.machine_name().contains('/') {
            return refused(
                "the execution is a child of a Map Run; generate a test of the execution that started the Map Run",
            );
        }
        if history.dropped() > 0 || history.is_empty() {
            return refused(
                "the history is incomplete, so results of tasks are missing; use an engine that records histories",
            );
        }
        if has_masked_data(history) || children.iter().any(has_masked_data) {
            return refused(
                "this engine masks fields of the execution, and a test contains the input and the results without masks",
            );
        }
        let Some(definition) = history.definition() else {
            return refused(
                "this engine does not have the definition with which the execution started",
            );
        };
        let mut timelines = vec![timeline];
        timelines.extend(children.iter().map(Timeline::of));
        let answers = task_answers(&timelines).map_err(TestGenerationError)?;
        let timeline = timelines.swap_remove(0);
        let mut arn = about.machine_id().split(':').skip(3);
        let mut part = || arn.next().unwrap_or_default().to_owned();
        Ok(Self {
            machine: about.machine_name().to_owned(),
            name: about.name().to_owned(),
            definition: definition.to_owned(),
            machine_type: history.machine_type(),
            region: part(),
            account: part(),
            started: about.started(),
            input: about.input().clone(),
            answers,
            end: ExecutionEnd::of(history, &timeline),
        })
    }
}

/// Whether the engine masks fields of an execution's data, and not only task tokens.
fn has_masked_data(history: &History) -> bool {
    let (redaction, tokens) = (history.redaction(), Redaction::new().task_tokens());
    let is_masked = |event: Event| {
        let event = event.print(true, &tokens);
        redaction.value(&event) != event
    };
    redaction.has_fields() && history.events().any(is_masked)
}

impl ExecutionEnd {
    pub(super) fn of(history: &History, timeline: &Timeline) -> Self {
        Self {
            status: timeline.status(),
            output: timeline.output().cloned(),
            error: timeline.error().map(str::to_owned),
            cause: timeline.cause().map(str::to_owned),
            path: history.path(),
        }
    }
}

impl Assertions {
    /// Returns the assertions on the expected end that the actual one passes.
    pub(super) fn of(expected: &ExecutionEnd, actual: &ExecutionEnd) -> Self {
        let sorted = |path: &[String]| {
            let mut path = path.to_vec();
            path.sort_unstable();
            path
        };
        Self {
            has_output: expected.output == actual.output,
            has_error: expected.error == actual.error,
            has_cause: expected.cause == actual.cause,
            has_path: expected.path == actual.path,
            has_states: sorted(&expected.path) == sorted(&actual.path),
        }
    }

    pub(super) fn are_all(self) -> bool {
        self.has_output && self.has_error && self.has_cause && self.has_path
    }
}
