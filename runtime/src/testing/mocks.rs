use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use stepwright::Task;
use tokio::sync::Notify;

use super::matcher::Matcher;
use super::mock::{Mock, Raw, Steps, arguments};
use crate::clock::Listeners;
use crate::panics::said;
use crate::task::handler::INVALID_INPUT;
use crate::task::{Answer, DefinedState, TaskCall, TaskFailure, TaskSource, envelope};
use crate::value::Value;

/// Mocks of tasks: by state, by function or by resource. Clones are the same mocks, so a test keeps one to ask which
/// calls were made.
///
/// Where several fit a call, the last one answers; a second mock of the same task takes the place of the first. Mocks that
/// are given to one start answer in the workflows that it nests and in the children of its Map Runs as well, and a sequence
/// goes on from one to the next of them.
///
/// A test with mocks fails when they are wrong, not only when the workflow is:
///
/// - The engine is not built, or the execution not started, when a mock names a state, function, resource or task that no
///   registered definition has.
/// - Dropping the engine's last handle panics when a mock answered nothing ([`Mock::optional`] says that this may be), or when
///   a mock itself panicked. Where the test keeps a clone, that is when the clone is dropped as well.
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
///     .definition_json("orders", text, MachineType::Standard)
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
    handle: Handle,
}

/// What each clone of a test has, and no engine: with the last of them, and of the engines, the mocks are judged.
#[derive(Debug)]
struct Handle(Arc<Record>);

/// Mocks as an engine or a start has them.
#[derive(Debug)]
struct Given {
    rules: Vec<Arc<Rule>>,
    record: Arc<Record>,
    is_over: AtomicBool,
}

/// One mock.
#[derive(Debug)]
struct Rule {
    matcher: Matcher,
    /// The task function, where it is one.
    function: Option<&'static str>,
    steps: Steps,
    answered: AtomicBool,
}

/// What clones and the engines that they were given to share.
#[derive(Debug, Default)]
struct Record {
    state: Mutex<Recorded>,
    /// A call was answered.
    called: Notify,
    listeners: Arc<Listeners>,
    /// How many clones, engines and starts have the mocks.
    holders: AtomicUsize,
}

#[derive(Debug, Default)]
struct Recorded {
    calls: Vec<MockedCall>,
    /// How many calls each mock has answered, by the execution that was started from outside.
    answered: HashMap<(usize, SmolStr), usize>,
    /// What mocks panicked with, by state.
    panics: Vec<(String, String)>,
    /// The mocks of engines that are over.
    over: Vec<Arc<Rule>>,
}

/// A call that a mock answered.
#[derive(Clone, Debug)]
pub struct MockedCall {
    /// The execution's ARN.
    pub execution: String,
    /// The state.
    pub state: String,
    /// The state's `Resource`.
    pub resource: String,
    /// The effective parameters.
    pub parameters: Value,
    /// How often this visit of the state was retried before.
    pub attempt: u32,
    /// The task token, where the task has one.
    pub token: Option<String>,
}

impl Mocks {
    /// No mocks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Mocks the task of a state. The output is the raw result of the state's resource, as in AWS's
    /// `MockConfigFile.json`.
    #[must_use]
    pub fn state(self, name: impl Into<String>, mock: Mock<Raw>) -> Self {
        self.rule(Matcher::State(name.into()), None, mock.into_steps())
    }

    /// Mocks a function by its name, ARN or placeholder. The output is the function's result; `lambda:invoke` puts
    /// it into its envelope.
    #[must_use]
    pub fn function(self, name: impl Into<String>, mock: Mock<Raw>) -> Self {
        self.rule(Matcher::Function(name.into()), None, mock.into_steps())
    }

    /// Mocks a task function, wherever it is called. The output is what the function gives, and of its type.
    #[must_use]
    pub fn task<T: Task>(self, mock: Mock<T>) -> Self {
        self.rule(Matcher::task::<T>(), Some(T::FUNCTION), mock.into_steps())
    }

    /// Mocks a task function by another one, which the compiler holds against the function's own types. What it
    /// gives, or its error, is what the function itself would. Several parameters are a tuple.
    ///
    /// ```
    /// use stepwright::task;
    /// use stepwright_runtime::testing::Mocks;
    ///
    /// #[task]
    /// async fn price(article: String) -> f64;
    /// #[task]
    /// async fn total(price: f64, quantity: u32) -> f64;
    ///
    /// let mocks = Mocks::new()
    ///     .task_with::<price>(|article| Ok(article.len() as f64))
    ///     .task_with::<total>(|(price, quantity)| Ok(price * f64::from(quantity)));
    /// # let _ = mocks;
    /// ```
    #[must_use]
    pub fn task_with<T: Task>(
        self,
        answer: impl Fn(T::Arguments) -> Result<T::Output, T::Error> + Send + Sync + 'static,
    ) -> Self
    where
        T::Arguments: DeserializeOwned,
    {
        self.task::<T>(Mock::function(move |payload| {
            let arguments = serde_json::from_value(arguments::<T>(payload))
                .map_err(|error| TaskFailure::internal(INVALID_INPUT, &error.to_string()))?;
            answer(arguments).map_err(TaskFailure::from)
        }))
    }

    /// Mocks a resource, or all that a pattern with `*` fits. The output is its raw result.
    #[must_use]
    pub fn resource(self, pattern: impl Into<String>, mock: Mock<Raw>) -> Self {
        self.rule(Matcher::Resource(pattern.into()), None, mock.into_steps())
    }

    /// The calls that were answered so far, in their order.
    pub fn calls(&self) -> Vec<MockedCall> {
        self.handle.0.lock().calls.clone()
    }

    /// The calls of one state.
    pub fn calls_of(&self, state: &str) -> Vec<MockedCall> {
        let mut calls = self.calls();
        calls.retain(|call| call.state == state);
        calls
    }

    /// Waits until a state has called a mock, and gives the token of its last call: what
    /// [`Engine::send_task_success`](crate::Engine::send_task_success) and its likes answer.
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
    ///     .definition_json("orders", text, MachineType::Standard)
    ///     .tasks(mocks.clone())
    ///     .virtual_time()
    ///     .build()?;
    /// let run = engine.start_machine("orders", json!({}), StartOptions::new()).await?;
    /// let token = mocks.token_of("Approve").await;
    /// engine.send_task_success(&token, "approved").await?;
    /// assert_eq!(run.await?.to_text(), r#""approved""#);
    /// # Ok(()) }
    /// ```
    pub async fn token_of(&self, state: &str) -> String {
        let _listening = self.handle.0.listeners.listen();
        loop {
            let mut called = std::pin::pin!(self.handle.0.called.notified());
            called.as_mut().enable();
            let last = self.calls_of(state).pop();
            if let Some(token) = last.and_then(|call| call.token) {
                return token;
            }
            called.await;
        }
    }

    fn rule(mut self, matcher: Matcher, function: Option<&'static str>, steps: Steps) -> Self {
        self.rules.retain(|rule| rule.matcher != matcher);
        self.rules.push(Arc::new(Rule {
            matcher,
            function,
            steps,
            answered: AtomicBool::new(false),
        }));
        self
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function {
            Some(function) => write!(f, "the task `{function}`"),
            None => self.matcher.fmt(f),
        }
    }
}

impl Handle {
    fn new(record: Arc<Record>) -> Self {
        record.holders.fetch_add(1, Ordering::SeqCst);
        Self(record)
    }
}

impl Default for Handle {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl Record {
    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One holder less; the last one panics with what is wrong with the mocks.
    fn let_go(&self) {
        if self.holders.fetch_sub(1, Ordering::SeqCst) > 1 || std::thread::panicking() {
            return;
        }
        let wrong = self.lock().wrong();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

impl Recorded {
    fn wrong(&self) -> Vec<String> {
        let panics = self.panics.iter();
        let mut wrong: Vec<String> = panics
            .map(|(state, said)| format!("the mock that answered `{state}` panicked: {said}"))
            .collect();
        for rule in &self.over {
            if !rule.steps.is_optional && !rule.answered.load(Ordering::Relaxed) {
                wrong.push(format!(
                    "nothing called the mock of {}; take it out, or say `.optional()` on the mock",
                    rule
                ));
            }
        }
        wrong
    }
}

impl TaskSource for Mocks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        answer(&self.rules, &self.handle.0, call)
    }

    fn into_shared(self) -> Arc<dyn TaskSource> {
        let record = self.handle.0.clone();
        record.holders.fetch_add(1, Ordering::SeqCst);
        Arc::new(Given {
            rules: self.rules.clone(),
            record,
            is_over: AtomicBool::new(false),
        })
    }
}

impl TaskSource for Given {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        answer(&self.rules, &self.record, call)
    }

    fn check(&self, states: &[DefinedState]) -> Vec<String> {
        let rules = self.rules.iter();
        let problems = rules.filter_map(|rule| {
            let problem = rule.matcher.problem(states)?;
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

    fn finish(&self) {
        if !self.is_over.swap(true, Ordering::SeqCst) {
            let mut recorded = self.record.lock();
            for rule in &self.rules {
                if !recorded.over.iter().any(|other| Arc::ptr_eq(other, rule)) {
                    recorded.over.push(rule.clone());
                }
            }
            drop(recorded);
            self.record.let_go();
        }
    }
}

/// An engine that was never built, or that went away on its own, judges nothing.
impl Drop for Given {
    fn drop(&mut self) {
        if !self.is_over.swap(true, Ordering::SeqCst) {
            self.record.holders.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// What the last mock that fits a call answers.
fn answer(rules: &[Arc<Rule>], record: &Record, call: &TaskCall<'_>) -> Option<Answer> {
    let mut rules = rules.iter().rev();
    let rule = rules.find(|rule| rule.matcher.is_for_call(call))?;
    rule.answered.store(true, Ordering::Relaxed);
    let number = {
        let mut recorded = record.lock();
        recorded.calls.push(MockedCall {
            execution: call.execution().id.to_string(),
            state: call.state().to_owned(),
            resource: call.resource().to_string(),
            parameters: call.parameters().clone(),
            attempt: call.attempt(),
            token: call.token().map(str::to_owned),
        });
        let key = (Arc::as_ptr(rule).addr(), call.execution().root.clone());
        let answered = recorded.answered.entry(key).or_default();
        *answered += 1;
        *answered - 1
    };
    record.called.notify_waiters();
    let wraps = rule.matcher.is_function() && call.resource().is_lambda_invoke();
    let step = rule.steps.step(number)?;
    let answered = catch_unwind(AssertUnwindSafe(|| {
        step.answer(call, &record.listeners, |output| {
            if wraps {
                envelope::lambda(output, envelope::request_id(call))
            } else {
                output
            }
        })
    }));
    Some(answered.unwrap_or_else(|panic| {
        let said = said(panic);
        let state = call.state().to_owned();
        // No Catch takes this failure, and the test fails with what the panic said.
        let refused = Answer::refused(format!("The mock of '{state}' panicked: {said}"));
        record.lock().panics.push((state, said));
        refused
    }))
}
