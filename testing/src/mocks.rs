//! The set of mocks that a test passes to an engine, and its checks at the end of the test.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use stepwright_engine::task::{Answer, DefinedState, EngineMonitor, TaskCall, TaskSource};
use stepwright_engine::test_support::panic_message;
use stepwright_interpreter::task::envelope;

use super::matcher::Matcher;
use super::mock::{AnyOutput, Mock};
use super::mocked_call::MockedCall;
use super::record::{Record, RecordHandle, calls};
use super::rule::Rule;
use super::token;

/// Mocks of tasks: by state, by function or by resource. Clones share the same mocks, so that a
/// test can retain one to read the calls.
///
/// If several mocks match a call, the last one answers; a second mock of the same task replaces the
/// first. Mocks of one start also answer in its nested workflows and in the children of its Map
/// Runs. A sequence of answers continues over all of them.
///
/// A test fails when its mocks are wrong, not only when the workflow is:
///
/// - The engine is not built, or the execution not started, when a mock names a state, function,
///   resource or task that no registered definition has.
/// - Dropping the engine's last handle panics when a mock answered no call (unless it is
///   [`Mock::optional`]), was called more often than its [`Mock::times`] allow, or panicked itself.
///   If the test retains a clone, the check also waits until the clone is dropped. Call
///   [`Mocks::verify`] to check earlier, or for an engine that is never dropped: in a `static`, or
///   in a separate task.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::json;
/// use stepwright_runtime::testing::{Mock, Mocks};
/// use stepwright_runtime::{Engine, MachineType, StartOptions};
///
/// let text = r#"{"StartAt": "Charge", "States": {"Charge": {
///     "Type": "Task",
///     "Resource": "arn:aws:states:::lambda:invoke",
///     "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
///     "OutputPath": "$.Payload",
///     "Retry": [{"ErrorEquals": ["Throttled"]}],
///     "End": true
/// }}}"#;
/// let mocks = Mocks::new().function(
///     "charge",
///     Mock::failure("Throttled", "slow down").times(2).then(Mock::output(json!({"paid": true}))),
/// );
/// let engine = Engine::builder()
///     .register_json("orders", text, MachineType::Standard)
///     .tasks(mocks.clone())
///     .virtual_time()
///     .build()?;
/// let run = engine.start_machine("orders", json!({"total": 12}), StartOptions::new()).await?;
/// assert_eq!(run.await?.to_text(), r#"{"paid":true}"#);
/// assert_eq!(mocks.calls_of("Charge").len(), 3);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    rules: Vec<Arc<Rule>>,
    handle: RecordHandle,
}

/// The mocks of an engine or a start.
#[derive(Debug)]
struct MockSource {
    rules: Vec<Arc<Rule>>,
    record: Arc<Record>,
    is_over: AtomicBool,
}

impl Mocks {
    /// Creates a set without mocks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Mocks the task of a state. The output is the raw result of the state's resource, as in AWS's
    /// `MockConfigFile.json`.
    #[must_use]
    pub fn state(self, name: impl Into<String>, mock: Mock<AnyOutput>) -> Self {
        self.rule(Rule::new(Matcher::State(name.into()), mock.into_steps()))
    }

    /// Mocks a function by its name, ARN or placeholder. The output is the function's result;
    /// `lambda:invoke` puts it into its envelope.
    #[must_use]
    pub fn function(self, name: impl Into<String>, mock: Mock<AnyOutput>) -> Self {
        self.rule(Rule::new(Matcher::Function(name.into()), mock.into_steps()))
    }

    /// Mocks a resource, or all resources that match a pattern with `*`. The output is the raw
    /// result.
    #[must_use]
    pub fn resource(self, pattern: impl Into<String>, mock: Mock<AnyOutput>) -> Self {
        self.rule(Rule::new(
            Matcher::Resource(pattern.into()),
            mock.into_steps(),
        ))
    }

    /// Returns the calls that were answered so far, in their order.
    pub fn calls(&self) -> Vec<MockedCall> {
        self.handle.0.lock().calls.clone()
    }

    /// Returns the calls of one state, also of a state in a nested workflow or a Map Run.
    ///
    /// # Panics
    ///
    /// When no registered definition has a state of that name that calls a task.
    #[track_caller]
    pub fn calls_of(&self, state: &str) -> Vec<MockedCall> {
        let record = self.record().lock();
        let problem = record.state_problem(state);
        let calls = record.calls.iter().filter(|call| call.state == state);
        let calls = calls.cloned().collect();
        drop(record);
        match problem {
            Some(problem) => panic!("no mock is called by the state `{state}`: {problem}"),
            None => calls,
        }
    }

    /// Checks the mocks now, instead of when the last handle of the engine is dropped. Use it for
    /// an engine in a `static`, or in a separate task, such as an activity's worker.
    ///
    /// # Panics
    ///
    /// When one of them was not called, was called more often than it has answers for, or panicked.
    #[track_caller]
    pub fn verify(&self) {
        let wrong = self.record().lock().wrong(&self.rules);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Waits until a state has called a mock, and returns the token of its last call, for
    /// [`Engine::send_task_success`](stepwright_engine::Engine::send_task_success) and the related
    /// methods.
    ///
    /// # Panics
    ///
    /// When no registered definition has the state, no mock answers it, or it has no token. Also a
    /// few seconds after the last moment at which an execution could call it: all of them ended, or
    /// wait for an answer from outside. On real time it waits as long as an execution is running.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::testing::{Mock, Mocks};
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Approve", "States": {"Approve": {
    ///     "Type": "Task",
    ///     "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    ///     "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
    ///     "TimeoutSeconds": 3600,
    ///     "End": true
    /// }}}"#;
    /// let mocks = Mocks::new().state("Approve", Mock::token());
    /// let engine = Engine::builder()
    ///     .register_json("orders", text, MachineType::Standard)
    ///     .tasks(mocks.clone())
    ///     .virtual_time()
    ///     .build()?;
    /// let run = engine.start_machine("orders", json!({}), StartOptions::new()).await?;
    /// let token = mocks.token_of("Approve").await;
    /// engine.send_task_success(&token, "approved").await?;
    /// assert_eq!(run.await?.to_text(), r#""approved""#);
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn token_of(&self, state: &str) -> impl Future<Output = String> + Send {
        token::of(self.record(), &self.rules, state, Location::caller())
    }

    fn record(&self) -> &Arc<Record> {
        &self.handle.0
    }

    /// Adds a mock. It replaces one of the same calls.
    pub(crate) fn rule(mut self, rule: Rule) -> Self {
        self.rules.retain(|other| other.matcher != rule.matcher);
        self.rules.push(Arc::new(rule));
        self
    }
}

impl TaskSource for Mocks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        answer(&self.rules, self.record(), call)
    }

    fn into_shared(self) -> Arc<dyn TaskSource> {
        Arc::new(MockSource {
            rules: self.rules.clone(),
            record: self.record().hold(),
            is_over: AtomicBool::new(false),
        })
    }
}

impl TaskSource for MockSource {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        answer(&self.rules, &self.record, call)
    }

    fn check(&self, states: &[DefinedState]) -> Vec<String> {
        let mut record = self.record.lock();
        record.knows(states);
        drop(record);
        let rules = self.rules.iter();
        let problems = rules.filter_map(|rule| {
            let problem = rule.problem(states)?;
            Some(format!("the mock of {rule}: {problem}"))
        });
        problems.collect()
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.matcher.may_be_for(state))
    }

    fn is_finished_by_engine(&self) -> bool {
        true
    }

    fn attach(&self, engine: &EngineMonitor) {
        self.record.lock().engines.push(engine.clone());
    }

    fn log(&self, message: &str, is_failure: bool) {
        self.record.lock().log(message, is_failure);
    }

    fn finish(&self) {
        if !self.is_over.swap(true, Ordering::SeqCst) {
            self.record.finish(&self.rules);
        }
    }
}

/// An engine that was never built, or that was dropped before `finish`, does not check the mocks.
impl Drop for MockSource {
    fn drop(&mut self) {
        if !self.is_over.swap(true, Ordering::SeqCst) {
            self.record.forget();
        }
    }
}

/// Returns the answer of the last mock that matches a call.
fn answer(rules: &[Arc<Rule>], record: &Arc<Record>, call: &TaskCall<'_>) -> Option<Answer> {
    let mut rules = rules.iter().rev();
    let rule = rules.find(|rule| rule.matcher.is_for_call(call))?;
    let number = record.count(rule, call);
    let refused = |problem: String| {
        // No Catch matches this failure, and the test fails with the same message.
        let refused = Answer::refused(format!("The mocks are wrong: {problem}"));
        record.lock().problems.push(problem);
        refused
    };
    let Some(step) = rule.steps.step(number) else {
        let problem = format!(
            "the mock of {rule} has answers for {} by its `times`, and `{}` called it once more; add `.then(..)`, or remove \
             the last `times`",
            calls(number),
            call.state()
        );
        return Some(refused(problem));
    };
    if step.is_token() && call.token().is_none() {
        let problem = format!(
            "the mock of {rule} answers through a task token, but `{}` has none, because `{}` does not wait for one; \
             `Mock::never()` never answers",
            call.state(),
            call.resource()
        );
        return Some(refused(problem));
    }
    let wraps = rule.matcher.is_function() && call.resource().is_lambda_invoke();
    let answered = catch_unwind(AssertUnwindSafe(|| {
        step.answer(call, &record.listeners, |output| {
            if wraps {
                envelope::lambda(output, call.request_id())
            } else {
                output
            }
        })
    }));
    Some(answered.unwrap_or_else(|panic| {
        let (state, message) = (call.state(), panic_message(panic));
        let problem = format!("the mock that answered `{state}` panicked: {message}");
        record.lock().problems.push(problem);
        Answer::refused(format!("The mock of '{state}' panicked: {message}"))
    }))
}
