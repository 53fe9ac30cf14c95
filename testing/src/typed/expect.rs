//! Assertions on finished executions: their output, error, path, calls and duration.

use std::borrow::Borrow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;
use stepwright::Task;
use stepwright::task::{ExpectedError, message_of_cause, read_cause};
use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_asl::redaction::Redaction;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::task::{DefinedState, Resource};
use stepwright_engine::{ExecutionFailed, ExecutionReport};
use stepwright_history::runtime_support::{differences, short};
use stepwright_history::timeline::Timeline;
use stepwright_interpreter::Status;
use stepwright_interpreter::history::{FoldedPath, History};
use stepwright_interpreter::value::Value;

#[cfg(feature = "report")]
use super::failure_report;
use super::tasks::{arguments, calls_of};
use crate::matcher::{Matcher, hint, payload};

/// Asserts on a finished execution. A failed assertion panics at its line in the test. The message
/// contains the difference, the path of the execution and its end.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use serde_json::json;
/// use stepwright_runtime::testing::{Mock, Mocks, expect};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Cool", "States": {
///     "Cool": {"Type": "Wait", "Seconds": 86400, "Next": "Charge"},
///     "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:charge", "End": true}
/// }}"#;
/// let engine = Engine::builder()
///     .register_json("orders", text, MachineType::Standard)
///     .tasks(Mocks::new().function("charge", Mock::output(json!({"paid": true}))))
///     .virtual_time()
///     .build()?;
/// let report = engine.execute_machine("orders", json!({"total": 12}), StartOptions::new()).await?;
/// expect(&report)
///     .output(json!({"paid": true}))
///     .path(["Cool", "Charge"])
///     .calls("Charge", [json!({"total": 12})])
///     .took(Duration::from_secs(86_400));
/// # Ok(()) }
/// ```
pub fn expect<R: EndedExecution + ?Sized>(ended: &R) -> Expect<'_> {
    ended.ended()
}

/// The argument of [`expect`]: an [`ExecutionReport`], also in an `Arc`, or an [`ExecutionFailed`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no ended execution",
    label = "no report or failure of an execution",
    note = "pass an `ExecutionReport`, or the `ExecutionFailed` of `run.await`; the `PlainFailure` of a plain run has the assertions itself: `failure.failed_with(..)`"
)]
pub trait EndedExecution: sealed::Sealed {
    #[doc(hidden)]
    fn ended(&self) -> Expect<'_>;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for ExecutionReport {}
impl<R: EndedExecution> sealed::Sealed for Arc<R> {}
impl sealed::Sealed for ExecutionFailed {}

impl EndedExecution for ExecutionReport {
    fn ended(&self) -> Expect<'_> {
        Expect {
            status: self.status,
            output: self.output.as_ref(),
            error: self.error.as_deref(),
            cause: self.cause.as_deref(),
            stopped: self.stopped,
            history: &self.history,
        }
    }
}

impl<R: EndedExecution> EndedExecution for Arc<R> {
    fn ended(&self) -> Expect<'_> {
        (**self).ended()
    }
}

impl EndedExecution for ExecutionFailed {
    fn ended(&self) -> Expect<'_> {
        Expect {
            status: self.status,
            output: self.output.as_deref(),
            error: self.error.as_deref(),
            cause: self.cause.as_deref(),
            // The last event is the execution's end; without a history the time is not known.
            stopped: self.history.events().last().map_or_else(
                || self.history.execution().started,
                |event| event.timestamp(),
            ),
            history: &self.history,
        }
    }
}

/// The assertions of [`expect`].
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    status: Status,
    output: Option<&'a Value>,
    error: Option<&'a str>,
    cause: Option<&'a str>,
    stopped: Timestamp,
    history: &'a History,
}

/// A call of a task, including retries.
struct Call {
    state: String,
    resource: Resource,
    parameters: Value,
}

impl Expect<'_> {
    /// Asserts that it succeeded.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        if self.status != Status::Succeeded {
            self.fail("the execution did not succeed", []);
        }
        self
    }

    /// Asserts that it succeeded with this output; numbers are compared by value.
    #[track_caller]
    pub fn output(self, expected: impl Serialize) -> Self {
        let actual = match &self.succeeded().output {
            Some(output) => output.to_json(),
            None => Json::Null,
        };
        let differences = differences(&self.json(expected), &actual, self.history.redaction());
        if !differences.is_empty() {
            self.fail("the output differs", differences);
        }
        self
    }

    /// Asserts that it failed with this error, either of a Fail state or uncaught.
    #[track_caller]
    pub fn failed(self, error: &str) -> Self {
        if self.status != Status::Failed {
            self.fail(&format!("the execution did not fail with `{error}`"), []);
        }
        if self.error != Some(error) {
            self.fail(&format!("the error is not `{error}`"), []);
        }
        self
    }

    /// Asserts that it failed with this error: a value of an error type, including its fields, or
    /// the name of an error. Either the error was not caught, or a Fail state raised it.
    /// `PlainFailure` of a function has the same method.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use stepwright::prelude::*;
    /// use stepwright_runtime::testing::expect;
    /// use stepwright_runtime::{Engine, ExecuteError};
    ///
    /// #[derive(Debug, thiserror::Error, TaskError)]
    /// enum PaymentError {
    ///     #[error("declined: {reason}")]
    ///     Declined { reason: String },
    /// }
    ///
    /// #[task]
    /// async fn charge(total: f64) -> Result<String, PaymentError> {
    ///     Err(PaymentError::Declined { reason: format!("{total} is too much") })
    /// }
    ///
    /// workflow! {
    ///     workflow Sale(total: f64) -> String {
    ///         task Charge { let receipt = charge(total); end receipt; }
    ///     }
    /// }
    ///
    /// let engine = Engine::builder().register::<Sale>().virtual_time().build()?;
    /// let run = engine.start::<Sale>(12.5).await?;
    /// let failed = run.await.unwrap_err();
    /// expect(&failed)
    ///     .failed_with(PaymentError::Declined { reason: "12.5 is too much".to_owned() })
    ///     .failed_with("PaymentError.Declined")
    ///     .message("declined: 12.5 is too much");
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn failed_with(self, expected: impl ExpectedError) -> Self {
        let this = self.failed(&expected.expected_name());
        let Some(cause) = expected.expected_cause() else {
            return this;
        };
        let differences = match (read_cause(&cause), self.cause.and_then(read_cause)) {
            (Some(expected), Some(actual)) => {
                differences(&expected, &actual, this.history.redaction())
            }
            _ if self.cause == Some(cause.as_str()) => Vec::new(),
            _ => vec![this.causes(&cause)],
        };
        if !differences.is_empty() {
            self.fail("the error's fields differ", differences);
        }
        this
    }

    /// Asserts the message of the error: that of the Rust error of a task or function, or the cause
    /// of a Fail state with a text.
    #[track_caller]
    pub fn message(self, expected: &str) -> Self {
        let message = self.cause.map(message_of_cause);
        if message.as_deref() != Some(expected) {
            let redaction = self.history.redaction();
            let line = format!(
                "expected {}, got {}",
                redaction.text(expected),
                redaction.text(text(message.as_deref()))
            );
            self.fail("the message of the error differs", [line]);
        }
        self
    }

    /// Asserts that it ended with this cause.
    #[track_caller]
    pub fn cause(self, cause: &str) -> Self {
        if self.cause != Some(cause) {
            self.fail("the cause differs", [self.causes(cause)]);
        }
        self
    }

    /// Asserts that it ended with this status.
    #[track_caller]
    pub fn status(self, status: Status) -> Self {
        if self.status != status {
            self.fail(&format!("the status is not {status}"), []);
        }
        self
    }

    /// Asserts that it entered exactly these states in this order, including states inside branches
    /// and iterations.
    #[track_caller]
    pub fn path<S: AsRef<str>>(self, states: impl IntoIterator<Item = S>) -> Self {
        let expected: Vec<String> = states
            .into_iter()
            .map(|state| state.as_ref().to_owned())
            .collect();
        let actual = self.history.path();
        if expected != actual {
            let at = (expected.iter())
                .zip(&actual)
                .take_while(|(expected, actual)| expected == actual)
                .count();
            let name = |path: &[String]| {
                path.get(at)
                    .map_or_else(|| "the end".to_owned(), |state| format!("`{state}`"))
            };
            let line = format!(
                "at step {}: expected {}, got {}\n  expected path: {}",
                at + 1,
                name(&expected),
                name(&actual),
                FoldedPath::new(&expected).split_at(at)
            );
            self.fail_at(at, "the path differs", [line]);
        }
        self
    }

    /// Asserts that it entered this state.
    #[track_caller]
    pub fn entered(self, state: &str) -> Self {
        self.state(state);
        if !self.history.path().iter().any(|name| name == state) {
            self.fail(&format!("the state `{state}` was not entered"), []);
        }
        self
    }

    /// Asserts that it did not enter this state.
    #[track_caller]
    pub fn not_entered(self, state: &str) -> Self {
        self.state(state);
        if self.history.path().iter().any(|name| name == state) {
            self.fail(&format!("the state `{state}` was entered"), []);
        }
        self
    }

    /// Asserts that the task of this state was called this number of times, including retries.
    #[track_caller]
    pub fn called(self, state: &str, times: usize) -> Self {
        let what = format!("the task of `{state}`");
        let calls = self.calls_that(&Matcher::State(state.to_owned()), &what);
        self.count(&what, &calls, times)
    }

    /// Asserts that the calls of this state's task, including retries, had these effective
    /// parameters in this order.
    #[track_caller]
    pub fn calls<P: Serialize>(self, state: &str, parameters: impl IntoIterator<Item = P>) -> Self {
        let what = format!("the task of `{state}`");
        let calls = self.calls_that(&Matcher::State(state.to_owned()), &what);
        let actual = calls.iter().map(|call| call.parameters.to_json()).collect();
        self.each(&what, &calls, actual, parameters)
    }

    /// Asserts that the task function was called this number of times, including retries.
    ///
    /// A nested workflow has a separate history:
    /// [`Mocks::calls_of`](crate::Mocks::calls_of) returns the calls of its states.
    #[track_caller]
    pub fn task_called<T: Task>(self, times: usize) -> Self {
        let what = format!("`{}`", T::FUNCTION);
        let calls = self.calls_that(&calls_of::<T>(), &what);
        self.count(&what, &calls, times)
    }

    /// Asserts that the calls of the task function, including retries, had these arguments in this
    /// order. Several arguments are a tuple.
    ///
    /// A nested workflow has a separate history:
    /// [`Mocks::calls_of`](crate::Mocks::calls_of) returns the calls of its states.
    #[track_caller]
    pub fn task_calls<T: Task>(
        self,
        expected: impl IntoIterator<Item = impl Borrow<T::Arguments>>,
    ) -> Self
    where
        T::Arguments: Serialize,
    {
        let what = format!("`{}`", T::FUNCTION);
        let calls = self.calls_that(&calls_of::<T>(), &what);
        let actual = calls.iter().map(|call| {
            let payload = payload(&call.resource, &call.parameters);
            payload.map_or(Json::Null, arguments::<T>)
        });
        let expected = expected.into_iter().map(|one| self.json(one.borrow()));
        let expected: Vec<Json> = expected.collect();
        self.each(&what, &calls, actual.collect(), expected)
    }

    /// Asserts that it took exactly this time on the engine's clock.
    #[track_caller]
    pub fn took(self, expected: Duration) -> Self {
        let actual = self.duration();
        if actual != expected {
            let line = format!("expected {expected:?}, got {actual:?}");
            self.fail("the time differs", [line]);
        }
        self
    }

    /// Asserts that it took at most this time on the engine's clock.
    #[track_caller]
    pub fn took_at_most(self, max: Duration) -> Self {
        let actual = self.duration();
        if actual > max {
            let line = format!("at most {max:?} expected, got {actual:?}");
            self.fail("it took too long", [line]);
        }
        self
    }

    fn duration(self) -> Duration {
        self.stopped - self.history.execution().started
    }

    #[track_caller]
    fn calls_that(self, matcher: &Matcher, what: &str) -> Vec<Call> {
        self.task(matcher, what);
        let events = self.history.events();
        events
            .filter(|event| event.is_scheduled())
            .filter_map(|event| {
                let (state, resource) = (event.state_name()?, event.resource()?);
                let parameters = event.value()?;
                matcher.is_for(state, resource, parameters).then(|| Call {
                    state: state.to_owned(),
                    resource: resource.clone(),
                    parameters: parameters.clone(),
                })
            })
            .collect()
    }

    /// Checks that the definition has the state, in this execution's part of it.
    #[track_caller]
    fn state(self, name: &str) {
        let states = self.history.defined();
        if !states.iter().any(|state| state.name() == name) {
            let hint = hint(name, states.iter().map(|state| state.name()));
            let title = format!("the definition has no state `{name}`{hint}");
            self.fail(&title, nested_workflow(&states));
        }
        self.check_definition(&states, &format!("the state `{name}`"), |state| {
            state.name() == name
        });
    }

    /// Checks that a state of this execution calls the task.
    #[track_caller]
    fn task(self, matcher: &Matcher, what: &str) {
        let states = self.history.defined();
        if let Some(problem) = matcher.problem(&states) {
            let title = format!("{what} is never called: {problem}");
            self.fail(&title, nested_workflow(&states));
        }
        self.check_definition(&states, what, |state| matcher.may_be_for(state));
    }

    /// Checks that at least one of the matching states belongs to this execution: the children of a
    /// Map Run have separate histories.
    #[track_caller]
    fn check_definition(
        self,
        states: &[DefinedState],
        what: &str,
        is_meant: impl Fn(&DefinedState) -> bool,
    ) {
        let elsewhere = self.history.elsewhere();
        let count = |states: &mut dyn Iterator<Item = &DefinedState>| {
            states.filter(|state| is_meant(state)).count()
        };
        let there = count(&mut elsewhere.iter().map(|(state, _)| state));
        if there < count(&mut states.iter()) {
            return;
        }
        let map = elsewhere.iter().find(|(state, _)| is_meant(state));
        let map = map.map_or("", |(_, map)| map.as_str());
        let title = format!(
            "{what} is not in this history: the children of the Distributed Map `{map}` have separate histories"
        );
        let fix = "ask the mocks (`mocks.calls_of(..)`), or the report of the child: `engine.map_runs(run.id())` has the Map Runs, \
                    `engine.map_run_executions(arn)` their children, and `engine.execution(id)` one of these";
        self.fail(&title, [fix.to_owned()]);
    }

    #[track_caller]
    fn count(self, what: &str, calls: &[Call], times: usize) -> Self {
        if calls.len() != times {
            let title = format!("{what} was called {} times, not {times}", calls.len());
            self.fail(&title, listed(calls, self.history.redaction()));
        }
        self
    }

    #[track_caller]
    fn each<P: Serialize>(
        self,
        what: &str,
        calls: &[Call],
        actual: Vec<Json>,
        expected: impl IntoIterator<Item = P>,
    ) -> Self {
        let expected: Vec<Json> = expected.into_iter().map(|value| self.json(value)).collect();
        let this = self.count(what, calls, expected.len());
        for (number, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
            let differences = differences(expected, actual, this.history.redaction());
            if !differences.is_empty() {
                this.fail(
                    &format!("call {} of {what} differs", number + 1),
                    differences,
                );
            }
        }
        this
    }

    #[track_caller]
    fn json(self, value: impl Serialize) -> Json {
        match serde_json::to_value(value) {
            Ok(json) => json,
            Err(error) => self.fail("the expected value is not JSON", [error.to_string()]),
        }
    }

    /// Formats the expected cause and the actual one.
    fn causes(self, expected: &str) -> String {
        let redaction = self.history.redaction();
        format!(
            "expected {}, got {}",
            redaction.text(expected),
            redaction.text(text(self.cause))
        )
    }

    /// Writes a [report](stepwright_history::report::Report) of the execution to a file. It blocks
    /// the thread until the file is written.
    ///
    /// A failed assertion writes a report, too, to `stepwright-reports` in Cargo's target folder or
    /// to the folder that the environment variable `STEPWRIGHT_REPORTS` names. Its message contains
    /// the path.
    ///
    /// # Panics
    ///
    /// When the file cannot be written.
    #[cfg(feature = "report")]
    #[track_caller]
    pub fn report(self, path: impl AsRef<std::path::Path>) -> Self {
        let path = path.as_ref();
        if let Err(error) = stepwright_history::report::Report::of(self.history).write(path) {
            panic!("cannot write the report {}: {error}", path.display());
        }
        self
    }

    #[track_caller]
    fn fail(self, title: &str, lines: impl IntoIterator<Item = String>) -> ! {
        self.fail_at(0, title, lines)
    }

    /// [`fail`](Self::fail) with an index of the path that must not be inside repeated rounds.
    #[track_caller]
    fn fail_at(self, at: usize, title: &str, lines: impl IntoIterator<Item = String>) -> ! {
        let mut message = title.to_owned();
        for line in lines {
            let _ = write!(message, "\n  {line}");
        }
        let report = self;
        let redaction = report.history.redaction();
        let path = report.history.path();
        let _ = write!(message, "\npath: {}", FoldedPath::new(&path).split_at(at));
        let _ = write!(message, "\nstatus: {}", report.status);
        if let Some(output) = report.output {
            let output = redaction.value(&output.to_json());
            let _ = write!(message, "\noutput: {}", short(&output));
        }
        if report.error.is_some() || report.cause.is_some() {
            let (error, cause) = (text(report.error), redaction.text(text(report.cause)));
            let _ = write!(message, "\nerror: {error}\ncause: {cause}");
        }
        let timeline = Timeline::of(report.history);
        let failed = timeline.visits().iter().rev();
        let mut failed = failed.filter(|visit| visit.status() == VisitStatus::Failed);
        // Of a failure inside of a container, the inner state is the cause.
        if let Some(visit) = failed.next()
            && let Some(location) = visit.source_location()
        {
            let state = visit.state();
            let _ = write!(message, "\nfailed state: `{state}`, declared at {location}");
        }
        #[cfg(feature = "report")]
        let _ = write!(message, "\n{}", failure_report::write(report.history));
        panic!("{message}")
    }
}

/// Says where the states and calls of a nested workflow are, if one of the states starts one.
fn nested_workflow(states: &[DefinedState]) -> Option<String> {
    let starts = |state: &&DefinedState| {
        let task = state.task();
        task.is_some_and(|task| task.resource().target_key() == Some("StateMachineArn"))
    };
    let name = states.iter().find(starts)?.name();
    Some(format!(
        "the workflow that the state `{name}` starts has a separate history: ask the mocks for the calls of its states, \
         `mocks.calls_of(\"State\")`"
    ))
}

fn listed(calls: &[Call], redaction: &Redaction) -> Vec<String> {
    let each = calls.iter().enumerate();
    each.map(|(number, call)| {
        format!(
            "call {} by `{}`: {}",
            number + 1,
            call.state,
            short(&redaction.value(&call.parameters.to_json()))
        )
    })
    .collect()
}

fn text(text: Option<&str>) -> &str {
    text.unwrap_or("none")
}
