mod calls;
mod dry_run;
mod rust_literal;
mod source;

use std::fmt;

use stepwright_asl::model::MachineType;
use stepwright_interpreter::Status;
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;

use self::calls::{TaskAnswers, task_answers};
use self::dry_run::{DryRun, dry_run};
use crate::clock::Timestamp;
use crate::timeline::Timeline;

/// The Rust source of a test that repeats an execution: its definition, its input, a mock for each state whose task was called, and assertions on its
/// end and its path.
///
/// [`GeneratedTest::of`] runs the definition with these mocks on virtual time. An assertion that would fail is omitted, and a comment names it: values that
/// depend on the clock or on random numbers differ in each run. The source needs the crates `stepwright-runtime`, `serde_json`, and `tokio` with its features
/// `macros` and `rt`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::testing::{GeneratedTest, Mock, Mocks};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Charge", "States": {
///     "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true}
/// }}"#;
/// let engine = Engine::builder()
///     .register_json("orders", text, MachineType::Standard)
///     .tasks(Mocks::new().state("Charge", Mock::output(json!({"paid": true}))))
///     .virtual_time()
///     .build()?;
/// let report = engine.execute_machine("orders", json!({"total": 12}), StartOptions::new().name("o-17")).await?;
/// let test = GeneratedTest::of(&report.history).await?;
/// assert!(test.source().contains("async fn o_17_succeeds()"));
/// assert!(test.source().contains(r#".state("Charge", Mock::output(json!({"paid": true})))"#));
/// assert!(test.source().contains(r#".output(json!({"paid": true}))"#));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct GeneratedTest {
    source: String,
}

/// The reason why no test can be generated from an execution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TestGenerationError(String);

/// The parts of an execution that a test repeats.
#[derive(Clone, Debug)]
struct ExecutionModel {
    machine: String,
    /// The name of the execution.
    name: String,
    /// The definition, with the values of its placeholders.
    definition: String,
    machine_type: MachineType,
    region: String,
    account: String,
    started: Timestamp,
    input: Value,
    answers: Vec<TaskAnswers>,
    end: ExecutionEnd,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
struct ExecutionEnd {
    status: Status,
    output: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
    path: Vec<String>,
}

/// Which conditions of the execution a test repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conditions {
    /// The answers of its tasks, without delays.
    Answers,
    /// Also its name, its start time, its region and account, and the durations of its tasks.
    All,
}

/// The assertions that hold in the generated test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Assertions {
    has_output: bool,
    has_error: bool,
    has_cause: bool,
    /// The states in their order.
    has_path: bool,
    /// The states in any order.
    has_states: bool,
}

impl GeneratedTest {
    /// Generates the test of an execution that ended.
    ///
    /// # Errors
    ///
    /// An execution that a test cannot repeat: it runs, was stopped or redriven, has a Map Run or is a child of one, its history is incomplete, fields of its
    /// data are masked, or the definition ends differently with the same answers.
    pub async fn of(history: &History) -> Result<Self, TestGenerationError> {
        let model = ExecutionModel::of(history)?;
        let mut best: Option<(Assertions, Conditions)> = None;
        let mut problem = TestGenerationError(String::new());
        for conditions in [Conditions::Answers, Conditions::All] {
            match dry_run(&model, conditions).await {
                DryRun::Ended(end) if end.status == model.end.status => {
                    let assertions = Assertions::of(&model.end, &end);
                    if best.is_none_or(|(best, _)| best < assertions) {
                        best = Some((assertions, conditions));
                    }
                    if assertions.are_all() {
                        break;
                    }
                }
                DryRun::Ended(end) => problem = TestGenerationError::other_end(&model.end, &end),
                DryRun::Refused(reason) => problem = TestGenerationError(reason),
            }
        }
        let (assertions, conditions) = best.ok_or(problem)?;
        Ok(Self {
            source: source::of(&model, conditions, assertions),
        })
    }

    /// Returns the text of the source.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl fmt::Display for GeneratedTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl TestGenerationError {
    /// The error of a definition that ends differently.
    fn other_end(expected: &ExecutionEnd, actual: &ExecutionEnd) -> Self {
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
    fn of(history: &History) -> Result<Self, TestGenerationError> {
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
        if !history.redaction().is_empty() {
            return refused(
                "this engine masks fields, and a test contains the input and the results without masks",
            );
        }
        let Some(definition) = history.definition() else {
            return refused(
                "this engine does not have the definition with which the execution started",
            );
        };
        let answers = task_answers(&timeline).map_err(TestGenerationError)?;
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

impl ExecutionEnd {
    fn of(history: &History, timeline: &Timeline) -> Self {
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
    fn of(expected: &ExecutionEnd, actual: &ExecutionEnd) -> Self {
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

    fn are_all(self) -> bool {
        self.has_output && self.has_error && self.has_cause && self.has_path
    }
}
