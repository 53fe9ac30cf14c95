use std::borrow::Borrow;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value as Json;
use stepwright::Task;

use super::difference::{differences, short};
use super::matcher::{Matcher, payload};
use crate::engine::{ExecutionReport, Status};
use crate::task::Resource;
use crate::value::Value;

/// Asserts on a finished execution. Each assertion panics at the line of the test that makes it, with what differs, the
/// path that was taken and how the execution ended.
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
///     .definition_json("orders", text, MachineType::Standard)
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
pub fn expect<R: Borrow<ExecutionReport>>(report: &R) -> Expect<'_> {
    Expect {
        report: report.borrow(),
    }
}

/// The assertions of [`expect`].
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    report: &'a ExecutionReport,
}

/// A call of a task, retries included.
struct Call {
    state: String,
    resource: Resource,
    parameters: Value,
}

impl Expect<'_> {
    /// It succeeded.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        if self.report.status != Status::Succeeded {
            self.fail("the execution did not succeed", []);
        }
        self
    }

    /// It succeeded with this output; numbers are compared by value.
    #[track_caller]
    pub fn output(self, expected: impl Serialize) -> Self {
        let actual = match &self.succeeded().report.output {
            Some(output) => output.to_json(),
            None => Json::Null,
        };
        let differences = differences(&self.json(expected), &actual);
        if !differences.is_empty() {
            self.fail("the output differs", differences);
        }
        self
    }

    /// It failed with this error, whether a Fail state raised it or nothing caught it.
    #[track_caller]
    pub fn failed(self, error: &str) -> Self {
        if self.report.status != Status::Failed {
            self.fail(&format!("the execution did not fail with `{error}`"), []);
        }
        if self.report.error.as_deref() != Some(error) {
            self.fail(&format!("the error is not `{error}`"), []);
        }
        self
    }

    /// It ended with this cause.
    #[track_caller]
    pub fn cause(self, cause: &str) -> Self {
        if self.report.cause.as_deref() != Some(cause) {
            let line = format!("expected {cause}, got {}", text(self.report.cause.as_ref()));
            self.fail("the cause differs", [line]);
        }
        self
    }

    /// It ended with this status.
    #[track_caller]
    pub fn status(self, status: Status) -> Self {
        if self.report.status != status {
            self.fail(&format!("the status is not {status}"), []);
        }
        self
    }

    /// It entered exactly these states in this order, those inside branches and iterations included.
    #[track_caller]
    pub fn path<S: AsRef<str>>(self, states: impl IntoIterator<Item = S>) -> Self {
        let expected: Vec<String> = states
            .into_iter()
            .map(|state| state.as_ref().to_owned())
            .collect();
        let actual = self.report.history.path();
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
                expected.join(" -> ")
            );
            self.fail("the path differs", [line]);
        }
        self
    }

    /// It entered this state.
    #[track_caller]
    pub fn entered(self, state: &str) -> Self {
        if !self.report.history.path().iter().any(|name| name == state) {
            self.fail(&format!("the state `{state}` was not entered"), []);
        }
        self
    }

    /// It did not enter this state.
    #[track_caller]
    pub fn not_entered(self, state: &str) -> Self {
        if self.report.history.path().iter().any(|name| name == state) {
            self.fail(&format!("the state `{state}` was entered"), []);
        }
        self
    }

    /// The task of this state was called this often, retries included.
    #[track_caller]
    pub fn called(self, state: &str, times: usize) -> Self {
        let calls = self.calls_that(&Matcher::State(state.to_owned()));
        self.count(&format!("the task of `{state}`"), &calls, times)
    }

    /// The calls of this state's task, retries included, had these effective parameters in this order.
    #[track_caller]
    pub fn calls<P: Serialize>(self, state: &str, parameters: impl IntoIterator<Item = P>) -> Self {
        let calls = self.calls_that(&Matcher::State(state.to_owned()));
        let actual = calls.iter().map(|call| call.parameters.to_json()).collect();
        self.each(
            &format!("the task of `{state}`"),
            &calls,
            actual,
            parameters,
        )
    }

    /// The task function was called this often, retries included.
    #[track_caller]
    pub fn task_called<T: Task>(self, times: usize) -> Self {
        let calls = self.calls_that(&Matcher::task::<T>());
        self.count(&format!("`{}`", T::FUNCTION), &calls, times)
    }

    /// The calls of the task function, retries included, had these inputs in this order.
    #[track_caller]
    pub fn task_calls<T: Task>(
        self,
        inputs: impl IntoIterator<Item = impl Borrow<T::Input>>,
    ) -> Self {
        let calls = self.calls_that(&Matcher::task::<T>());
        let actual = calls
            .iter()
            .map(|call| {
                let payload = payload(&call.resource, &call.parameters);
                let mut payload = payload.map_or(Json::Null, Value::to_json);
                // Where the function takes its context, the input travels beside it.
                if T::SENDS_CONTEXT
                    && let Some(input) = payload.get_mut("input")
                {
                    payload = input.take();
                }
                payload
            })
            .collect();
        let inputs: Vec<Json> = inputs
            .into_iter()
            .map(|input| self.json(input.borrow()))
            .collect();
        self.each(&format!("`{}`", T::FUNCTION), &calls, actual, inputs)
    }

    /// It took this long on the engine's clock.
    #[track_caller]
    pub fn took(self, expected: Duration) -> Self {
        let actual = self.duration();
        if actual != expected {
            let line = format!("expected {expected:?}, got {actual:?}");
            self.fail("the time differs", [line]);
        }
        self
    }

    /// It took no longer than this on the engine's clock.
    #[track_caller]
    pub fn took_at_most(self, most: Duration) -> Self {
        let actual = self.duration();
        if actual > most {
            let line = format!("at most {most:?} expected, got {actual:?}");
            self.fail("it took too long", [line]);
        }
        self
    }

    fn duration(self) -> Duration {
        self.report.stopped - self.report.execution().started
    }

    fn calls_that(self, matcher: &Matcher) -> Vec<Call> {
        let events = self.report.history.events();
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

    #[track_caller]
    fn count(self, what: &str, calls: &[Call], times: usize) -> Self {
        if calls.len() != times {
            let title = format!("{what} was called {} times, not {times}", calls.len());
            self.fail(&title, listed(calls));
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
            let differences = differences(expected, actual);
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
            Err(error) => self.fail("the expected value is no JSON", [error.to_string()]),
        }
    }

    #[track_caller]
    fn fail(self, title: &str, lines: impl IntoIterator<Item = String>) -> ! {
        let mut message = title.to_owned();
        for line in lines {
            let _ = write!(message, "\n  {line}");
        }
        let report = self.report;
        let _ = write!(message, "\npath: {}", report.history.path().join(" -> "));
        let _ = write!(message, "\nstatus: {}", report.status);
        if let Some(output) = &report.output {
            let _ = write!(message, "\noutput: {}", short(&output.to_json()));
        }
        if report.error.is_some() || report.cause.is_some() {
            let (error, cause) = (text(report.error.as_ref()), text(report.cause.as_ref()));
            let _ = write!(message, "\nerror: {error}\ncause: {cause}");
        }
        panic!("{message}")
    }
}

fn listed(calls: &[Call]) -> Vec<String> {
    let each = calls.iter().enumerate();
    each.map(|(number, call)| {
        format!(
            "call {} by `{}`: {}",
            number + 1,
            call.state,
            short(&call.parameters.to_json())
        )
    })
    .collect()
}

fn text(text: Option<&String>) -> &str {
    text.map_or("none", String::as_str)
}
