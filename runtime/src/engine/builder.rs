use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stepwright::builder::BuiltWorkflow;
use stepwright::{Payload, Task, Workflow};
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_asl::redaction::Redaction;

use super::Engine;
use super::activities::Activities;
use super::dispatch::unhandled_tasks::UnhandledTasks;
use super::drive::running_executions::RunningExecutions;
use super::drive::runtimes::Runtimes;
use super::durable::DurableState;
use super::error::BuildError;
use super::machines::registry::{self, Registry};
use super::machines::{CompileSettings, Machines};
use super::nested::map_runs::MapRuns;
use super::observer::Observer;
use super::queries::executions::Executions;
use super::retention::ChosenRetention;
use super::shared::EngineShared;
use super::tokens::Tokens;
use crate::clock::{Clock, Timestamp, VIRTUAL_START};
use crate::limits::Limits;
use crate::objects::ObjectStore;
use crate::query::SharedEntropy;
use crate::store::Store;
use crate::task::{
    Resource, ResourceKind, SharedState, TaskFailure, TaskSource, blocking_watcher, handler,
};
use crate::testing::{Measure, MockConfig, coverage_folder};

/// Builds an engine; see [`Engine::builder`].
#[must_use]
pub struct EngineBuilder {
    registry: Registry,
    sources: Vec<Arc<dyn TaskSource>>,
    test_cases: Option<MockConfig>,
    missing_handler_hint: String,
    state: SharedState,
    clock: Clock,
    limits: Limits,
    keeps_history: Option<bool>,
    seed: Option<u64>,
    region: String,
    account: String,
    role: String,
    retention: ChosenRetention,
    roundtrip_on_idle: bool,
    blocking_threshold: Duration,
    objects: Option<Arc<dyn ObjectStore>>,
    store: Option<Box<dyn Store>>,
    confirms_clock: bool,
    resumes_only: Option<(String, String)>,
    resumes_later: bool,
    substitutions: HashMap<String, String>,
    redaction: Redaction,
    observer: Option<Arc<dyn Observer>>,
    /// The directory for coverage; the value of the environment variable unless set.
    coverage: Option<PathBuf>,
}

impl Engine {
    /// Returns a builder of an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::new()
    }
}

impl EngineBuilder {
    fn new() -> Self {
        Self {
            registry: Registry::default(),
            sources: Vec::new(),
            test_cases: None,
            missing_handler_hint: "register one with the engine".to_owned(),
            state: SharedState::new(),
            clock: Clock::real(),
            limits: Limits::default(),
            keeps_history: None,
            seed: None,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            role: "arn:aws:iam::123456789012:role/stepwright".to_owned(),
            retention: ChosenRetention::default(),
            roundtrip_on_idle: false,
            blocking_threshold: blocking_watcher::THRESHOLD,
            objects: None,
            store: None,
            confirms_clock: false,
            resumes_only: None,
            resumes_later: false,
            substitutions: HashMap::new(),
            redaction: Redaction::new(),
            observer: None,
            coverage: None,
        }
    }

    /// Registers a workflow, its tasks and its nested workflows.
    pub fn register<W: Workflow>(mut self) -> Self {
        self.registry.workflow::<W>();
        self
    }

    /// Registers a workflow that the typed builder made, with its tasks and its nested workflows.
    ///
    /// ```
    /// use stepwright::builder::FlowBuilder;
    /// use stepwright_runtime::{Engine, StartOptions};
    ///
    /// #[stepwright::task]
    /// async fn double(number: u32) -> u32 {
    ///     number * 2
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let flow = FlowBuilder::<u32, u32>::new("Doubling");
    /// let state = flow.declare("Double");
    /// flow.start_at(&state);
    /// flow.task(&state, double {}).end();
    /// let doubling = flow.build()?;
    ///
    /// let engine = Engine::builder().register_built(&doubling).build()?;
    /// let run = engine.start_built(&doubling, 21, StartOptions::new()).await?;
    /// assert_eq!(run.await?, 42);
    /// # Ok(()) }
    /// ```
    pub fn register_built<In: Payload, Out>(mut self, built: &BuiltWorkflow<In, Out>) -> Self {
        self.registry.built(built);
        self
    }

    /// Registers a definition under a name.
    pub fn definition(
        mut self,
        name: impl Into<String>,
        machine: &StateMachine,
        machine_type: MachineType,
    ) -> Self {
        self.registry
            .definition(name.into(), machine.clone(), machine_type);
        self
    }

    /// Registers a definition from its JSON text. An invalid text is an error of [`build`](Self::build).
    pub fn definition_json(
        mut self,
        name: impl Into<String>,
        text: &str,
        machine_type: MachineType,
    ) -> Self {
        let name = name.into();
        match registry::read(&name, text, &self.limits) {
            Ok(machine) => self.registry.definition(name, machine, machine_type),
            Err(problem) => self.registry.problems.push(problem),
        }
        self
    }

    /// Registers a handler for the tasks of a resource, or of all resources that match a pattern with `*`.
    ///
    /// The closure gets the effective parameters, and returns the raw result of the resource: for `lambda:invoke` the envelope with its
    /// `Payload`. Where the resource is a function's own ARN, parameters and result are those of the function.
    ///
    /// You choose the types: anything that serde reads and writes, `serde_json::Value`, or [`Value`](crate::value::Value), which needs no
    /// conversion.
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// let builder = Engine::builder().handler("arn:aws:states:::aws-sdk:s3:*", |request: Value| async move {
    ///     Ok::<_, TaskFailure>(json!({ "Body": format!("of {}", request["Key"]) }))
    /// });
    /// # let _ = builder;
    /// ```
    pub fn handler<I, O, E, F, Fut>(mut self, pattern: impl Into<String>, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + 'static,
        E: Into<TaskFailure>,
        F: Fn(I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O, E>> + Send + 'static,
    {
        let pattern = pattern.into();
        let handler = handler::of_closure(&pattern, handler);
        self.registry.resource(pattern, handler);
        self
    }

    /// Registers a handler for a function, by its name, its ARN or its placeholder, whether states invoke it through `lambda:invoke` or use it
    /// as their resource. The closure gets the payload and returns the function's result.
    pub fn function<I, O, E, F, Fut>(mut self, name: impl Into<String>, handler: F) -> Self
    where
        I: DeserializeOwned + Send + 'static,
        O: Serialize + 'static,
        E: Into<TaskFailure>,
        F: Fn(I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<O, E>> + Send + 'static,
    {
        let name = name.into();
        let handler = handler::of_closure(&name, handler);
        self.registry.function(name, handler);
        self
    }

    /// Declares that the closures which [`handler`](Self::handler) and [`function`](Self::function) registered under this text may be called
    /// twice with the same input: an engine with a [store](Self::store) calls them again when its process ended while they were running.
    /// Otherwise such a task fails with `Stepwright.TaskLost`, which `Retry` and `Catch` can name. A task with a body declares it with
    /// `#[task(idempotent)]`.
    ///
    /// A text under which nothing is registered is an error of [`build`](Self::build).
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// let pack = |order: Value| async move { Ok::<_, TaskFailure>(json!({ "packed": order })) };
    /// assert!(Engine::builder().function("pack", pack).idempotent("pack").build().is_ok());
    /// assert!(Engine::builder().function("pack", pack).idempotent("pakc").build().is_err());
    /// ```
    pub fn idempotent(mut self, key: impl Into<String>) -> Self {
        self.registry.idempotent.insert(key.into());
        self
    }

    /// Sets how long one poll of a handler may take before a warning with the handler, the execution and the state is logged: one second unless
    /// set, never with [`Duration::MAX`]. The warning comes while the handler still blocks, at most about a quarter of the threshold later. A
    /// second message follows when the handler continues. Handlers that are `#[task(blocking)]` may block.
    ///
    /// ```
    /// use std::time::Duration;
    /// use stepwright_runtime::Engine;
    ///
    /// let engine = Engine::builder().blocking_threshold(Duration::from_millis(100)).build()?;
    /// # Ok::<(), stepwright_runtime::BuildError>(())
    /// ```
    pub fn blocking_threshold(mut self, threshold: Duration) -> Self {
        self.blocking_threshold = threshold;
        self
    }

    /// Limits how many handlers may run at a time in the engine, over all executions: in place, spawned or on a thread. There is no limit
    /// unless set.
    ///
    /// Further tasks wait, and run in the order in which they were queued. The history records such a task as started: its `TimeoutSeconds` and
    /// `HeartbeatSeconds` count while it waits. A task that times out, or whose execution ends, leaves the queue. Blocking work whose task has
    /// ended counts until its thread is done. Workers of activities, nested executions, mocks and other [sources](Self::tasks) do not count. A
    /// handler that itself waits for an execution of this engine may deadlock, because it occupies the permit that the execution needs.
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// let builder = Engine::builder()
    ///     .function("render", |page: Value| async move { Ok::<_, TaskFailure>(json!({ "rendered": page })) })
    ///     .max_running_tasks(64)
    ///     .max_running_of("render", 4);
    /// assert!(builder.build().is_ok());
    /// ```
    pub fn max_running_tasks(mut self, most: usize) -> Self {
        self.registry.running.all = Some(most);
        self
    }

    /// Limits how many calls of one task may run at a time, independent of which handler in this process executes them; see
    /// [`max_running_tasks`](Self::max_running_tasks). Tasks that wait only for this limit do not block other tasks.
    ///
    /// A task that no registered workflow calls is an error of [`build`](Self::build).
    ///
    /// ```
    /// use stepwright::prelude::*;
    /// use stepwright_runtime::Engine;
    ///
    /// #[task(blocking)]
    /// fn render(page: u32) -> u32 {
    ///     page
    /// }
    ///
    /// workflow! {
    ///     workflow Printing(page: u32) -> u32 {
    ///         task Render { let rendered = render(page); end rendered; }
    ///     }
    /// }
    ///
    /// let engine = Engine::builder().register::<Printing>().max_running::<render>(2).build()?;
    /// # Ok::<(), stepwright_runtime::BuildError>(())
    /// ```
    pub fn max_running<T: Task>(mut self, most: usize) -> Self {
        let limit = (TypeId::of::<T>(), T::FUNCTION, most);
        self.registry.running.tasks.push(limit);
        self
    }

    /// Limits the closures that [`handler`](Self::handler) and [`function`](Self::function) registered under this text in the same manner.
    ///
    /// A text under which nothing is registered is an error of [`build`](Self::build).
    pub fn max_running_of(mut self, key: impl Into<String>, most: usize) -> Self {
        self.registry.running.keys.push((key.into(), most));
        self
    }

    /// Adds a source of task results that is consulted before any handler. Sources are consulted in the order in which they are added. A task
    /// without a handler is no error of [`build`](Self::build) when a source may execute it.
    pub fn tasks(mut self, source: impl TaskSource + 'static) -> Self {
        self.sources.push(source.into_shared());
        self
    }

    /// Sets the mock file for [`StartOptions::test_case`](crate::StartOptions::test_case). A [store](Self::store) stores only the names of the
    /// test cases: the next process must have a file that contains them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::testing::MockConfig;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let mocks = MockConfig::parse(r#"{
    ///     "StateMachines": {"Orders": {"TestCases": {"Paid": {"Charge": "Paid"}}}},
    ///     "MockedResponses": {"Paid": {"0": {"Return": {"id": "ch-1"}}}}
    /// }"#)?;
    /// let text = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
    ///     "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge"}}}"#;
    /// let engine = Engine::builder().definition_json("Orders", text, MachineType::Standard).test_cases(mocks).build()?;
    /// let run = engine.start_machine("Orders", json!({}), StartOptions::new().test_case("Paid")).await?;
    /// assert_eq!(run.await?.to_text(), r#"{"id":"ch-1"}"#);
    /// # Ok(()) }
    /// ```
    pub fn test_cases(mut self, mocks: MockConfig) -> Self {
        self.test_cases = Some(mocks);
        self
    }

    /// Sets the hint for tasks that no handler executes. It is the end of the error's cause, after the state and its resource.
    /// `register one with the engine` unless set.
    pub fn to_answer(mut self, hint: impl Into<String>) -> Self {
        self.missing_handler_hint = hint.into();
        self
    }

    /// Declares an activity whose workers poll [`Engine::get_activity_task`]. It exists in every engine that is built in this manner.
    /// [`Engine::create_activity`] creates others.
    pub fn activity(mut self, arn: impl Into<String>) -> Self {
        let arn = arn.into();
        let base = Resource::parse(&arn).base().to_owned();
        self.registry.families.insert(base, ResourceKind::Activity);
        self.registry.activities.insert(arn);
        self
    }

    /// Shares a value with all tasks: `context.state::<T>()`. A second value of one type replaces the first.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        self.state.insert(TypeId::of::<T>(), Box::new(state));
        self
    }

    /// Runs on virtual time, which begins at 2026-01-01T00:00:00Z: waits, retries and timeouts take no real time, and all runs are
    /// identical.
    pub fn virtual_time(self) -> Self {
        self.virtual_time_from(VIRTUAL_START)
    }

    /// Runs on virtual time that begins at `start`.
    pub fn virtual_time_from(self, start: Timestamp) -> Self {
        self.clock(Clock::virtual_from(start))
    }

    /// Runs on a clock that the program shares, with its tasks for example: a task that calls an external service can then hold virtual time
    /// until the response arrives.
    ///
    /// ```
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::clock::{Clock, VIRTUAL_START};
    ///
    /// let clock = Clock::virtual_from(VIRTUAL_START);
    /// let engine = Engine::builder().state(clock.clone()).clock(clock).build()?;
    /// # Ok::<(), stepwright_runtime::BuildError>(())
    /// ```
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets other limits than AWS's.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets whether executions record their history. Without it, reports and failures have an empty history, and executions are cheaper.
    ///
    /// Unless set, Standard executions record their history, and Express executions do on virtual time only, where tests read it: in
    /// production, there may be a million events of each. An Express execution retains the last
    /// [`Limits::events`](crate::Limits::events).
    pub fn history(mut self, keeps: bool) -> Self {
        self.keeps_history = Some(keeps);
        self
    }

    /// Sets the seed of names, jitter and random functions. By default it is 0 on virtual time, and random on real time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the region in ARNs; `us-east-1` unless set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the account in ARNs; `123456789012` unless set.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Sets the role of executions that are started without another role.
    pub fn role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.role = role_arn.into();
        self
    }

    /// Sets the object store that Distributed Maps read and write instead of S3. Without one, each ItemReader and each ResultWriter fails.
    ///
    /// ```
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::objects::Memory;
    ///
    /// let store = Memory::new().with("orders", "today.json", "[1, 2]").bucket("results");
    /// let builder = Engine::builder().objects(store);
    /// # let _ = builder;
    /// ```
    pub fn objects(mut self, store: impl ObjectStore + 'static) -> Self {
        self.objects = Some(Arc::new(store));
        self
    }

    /// Stores Standard executions durably: an execution that was started continues after the process ended, also after a crash.
    /// [`build`](Self::build) then continues the open executions, and needs a tokio runtime for it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::store::MemoryStore;
    /// use stepwright_runtime::{Engine, MachineType, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}}"#;
    /// let store = MemoryStore::new();
    /// let builder = || Engine::builder().definition_json("greet", text, MachineType::Standard).store(store.clone());
    ///
    /// let run = builder().build()?.start_machine("greet", json!("Ada"), StartOptions::new().name("g-1")).await?;
    /// let id = run.id().to_owned();
    /// run.await?;
    /// // Another engine on the same store knows it.
    /// let known = builder().build()?.execution(&id)?.expect("it is stored");
    /// assert_eq!(known.await?.to_text(), r#""Ada""#);
    /// # Ok(()) }
    /// ```
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Does not continue the open executions of the [store](Self::store) until [`Engine::resume`] is called: the program first adds the
    /// state machines and activities that they may need. A [server](crate::serve::Server) deploys the state machines that its clients
    /// created, and then resumes its engine.
    pub fn resume_later(mut self) -> Self {
        self.resumes_later = true;
        self
    }

    /// Continues only the open execution of this name, and the executions that it started. The [store](Self::store) retains the other open
    /// executions unchanged for a later engine. For a tool that works on one execution.
    pub fn resume_only(mut self, machine: impl Into<String>, name: impl Into<String>) -> Self {
        self.resumes_only = Some((machine.into(), name.into()));
        self
    }

    /// Sets the value of a user's placeholder, as a template does when the workflow is deployed: `name` is the name in
    /// `placeholder!("TopicArn")`, or in `${TopicArn}` of a definition. A second value for one name replaces the first.
    ///
    /// The value is used literally, with all its characters. A state of a workflow that reads a placeholder without a value fails with
    /// `States.Runtime`, which no catcher matches, and its cause names this method. The engine is built all the same, because a test may never
    /// enter the state. In a definition without a workflow, such a text stays unchanged.
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use stepwright::prelude::*;
    /// use stepwright_runtime::{Engine, task::TaskFailure};
    ///
    /// workflow! {
    ///     workflow Telling(order: String) -> String {
    ///         task Tell {
    ///             let sent: Value = service "arn:aws:states:::sns:publish" { TopicArn: placeholder!("TopicArn"), Message: order };
    ///             end jsonata!("$states.result.MessageId", String);
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let engine = Engine::builder()
    ///     .register::<Telling>()
    ///     .substitute("TopicArn", "arn:aws:sns:us-east-1:123456789012:orders")
    ///     .handler("arn:aws:states:::sns:publish", |message: Value| async move {
    ///         Ok::<_, TaskFailure>(json!({ "MessageId": message["TopicArn"] }))
    ///     })
    ///     .build()?;
    /// let run = engine.start::<Telling>("o-1".to_owned()).await?;
    /// assert_eq!(run.await?, "arn:aws:sns:us-east-1:123456789012:orders");
    /// # Ok(()) }
    /// ```
    pub fn substitute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.substitutions.insert(name.into(), value.into());
        self
    }

    /// Masks these fields, in addition to those with `#[payload(redact)]` in the types of registered workflows, in output for people: the
    /// engine's log and its errors, failed assertions of tests, and pictures.
    ///
    /// Tasks, the store and the API get the unmasked values. [`HistoryQuery::redact`](crate::history::HistoryQuery::redact) masks the fields
    /// in a history that is printed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType, Redaction, StartOptions};
    ///
    /// let text = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Fail", "Error": "Declined", "CausePath": "States.JsonToString($)"}}}"#;
    /// let engine = Engine::builder()
    ///     .definition_json("orders", text, MachineType::Standard)
    ///     .redact(&Redaction::new().path("card.number")?)
    ///     .build()?;
    /// let order = json!({ "card": { "number": "4111 1111" } });
    /// let error = engine.start_machine("orders", order, StartOptions::new()).await?.await.unwrap_err();
    /// assert!(error.to_string().ends_with(r#"Declined: {"card":{"number":"[redacted]"}}"#));
    /// # Ok(()) }
    /// ```
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.redaction = self.redaction.and(redaction);
        self
    }

    /// Sets how many closed executions can still be described: those that ended last. Older ones are forgotten, and their names are free
    /// again.
    ///
    /// Without a [store](Self::store), the default is 1,000. A store has no limit unless set; then it deletes the older executions. The children
    /// of a Map Run do not count: each run retains this number of children, as long as its execution is retained.
    pub fn retention(mut self, executions: usize) -> Self {
        self.retention.executions = Some(executions);
        self
    }

    /// Sets about how many bytes closed executions may take. The executions that ended first are forgotten first.
    ///
    /// Without a [store](Self::store), the default is 16 MiB of memory. A store has no limit unless set; then closed executions are deleted as
    /// long as all data of the store, with that of running executions, takes more.
    pub fn retention_bytes(mut self, bytes: u64) -> Self {
        self.retention.bytes = Some(bytes);
        self
    }

    /// Sets how long after its end an execution can be described, on the engine's clock.
    ///
    /// A [store](Self::store) retains executions for 90 days unless set, as AWS does, and deletes them within a sixty-fourth of this time, at most
    /// an hour. Without a store there is no limit unless set; then executions are forgotten when the next one ends. `Duration::MAX` retains them
    /// for ever.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::store::MemoryStore;
    ///
    /// let week = Duration::from_secs(7 * 86_400);
    /// let engine = Engine::builder().store(MemoryStore::new()).retention_time(week).build()?;
    /// # drop(engine);
    /// # Ok(()) }
    /// ```
    pub fn retention_time(mut self, time: Duration) -> Self {
        self.retention.time = Some(time);
        self
    }

    /// Confirms that the machine's clock is right, for an engine with a [store](Self::store).
    ///
    /// The store remembers the newest time that has passed for certain. When the clock is days ahead of it, the clock may be wrong, or no engine
    /// was running for that long. The engine then logs a warning and does not count that time when it deletes executions by their age
    /// ([`retention_time`](Self::retention_time)). Build it once with this setting to make it count. Do not set it in every start: a clock that
    /// is 100 days ahead would delete the executions of 100 days too early.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use stepwright_runtime::Engine;
    /// use stepwright_runtime::store::MemoryStore;
    ///
    /// let is_confirmed = std::env::args().any(|argument| argument == "--confirm-clock");
    /// let mut builder = Engine::builder().store(MemoryStore::new());
    /// if is_confirmed {
    ///     builder = builder.confirm_clock();
    /// }
    /// let engine = builder.build()?;
    /// # drop(engine);
    /// # Ok(()) }
    /// ```
    pub fn confirm_clock(mut self) -> Self {
        self.confirms_clock = true;
        self
    }

    /// Writes each parked execution to bytes and reads it again, as a durable engine does after a restart. For tests of this crate: it must not
    /// change any result.
    #[doc(hidden)]
    pub fn roundtrip_on_idle(mut self) -> Self {
        self.roundtrip_on_idle = true;
        self
    }

    /// Sets a shared object store for Distributed Maps.
    pub(crate) fn shared_objects(mut self, store: Arc<dyn ObjectStore>) -> Self {
        self.objects = Some(store);
        self
    }

    /// Writes the coverage of executions into a directory, for a [`SuiteCoverage`](crate::testing::SuiteCoverage), instead of the directory in
    /// the environment variable `STEPWRIGHT_COVERAGE`. An engine without either, or without [history](Self::history), records no coverage.
    pub fn coverage(mut self, folder: impl Into<PathBuf>) -> Self {
        self.coverage = Some(folder.into());
        self
    }

    /// Sets the observer of executions, instead of the one that measures coverage.
    pub(crate) fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Compiles all definitions and checks that every task of a workflow has a handler.
    ///
    /// # Errors
    ///
    /// All problems: definitions that do not compile, two machines with one name, two tasks with one key, tasks without a handler.
    pub fn build(self) -> Result<Engine, BuildError> {
        let mut registry = self.registry;
        registry.settle(&self.clock);
        let mut problems = std::mem::take(&mut registry.problems);
        let unanswered = registry.handlers.unanswered(&registry.activities);
        let folder = match self.coverage {
            Some(folder) => Ok(Some(folder)),
            None if self.observer.is_some() => Ok(None),
            None => coverage_folder(),
        };
        let measure = folder.and_then(|folder| folder.map(|to| Measure::to(&to)).transpose());
        let mut measure = measure.map_err(BuildError::new)?;
        let definitions = registry.definitions.values();
        let redaction = definitions.fold(self.redaction, |redaction, pending| {
            redaction.and(&pending.redaction)
        });
        let setting = CompileSettings {
            region: self.region,
            account: self.account,
            role: self.role.into(),
            substitutions: self.substitutions,
            families: registry.families,
            handlers: registry.handlers,
            redaction: Arc::new(redaction),
        };
        let resumes_only = self.resumes_only;
        let resumes_only = resumes_only
            .map(|(machine, name)| setting.arn("execution", &format!("{machine}:{name}")));
        let mut machines = Vec::new();
        for (name, pending) in &registry.definitions {
            match setting.compile(name, pending) {
                Ok(machine) => {
                    if let Some(measure) = &mut measure
                        && let Err(problem) =
                            measure.machine(name, &machine.program, &pending.machine.to_value())
                    {
                        problems.push(problem);
                    }
                    machines.push(machine);
                }
                Err(found) => problems.extend(found),
            }
        }
        let machines = Machines::new(machines, registry.machines_by_target);
        let states = machines.defined();
        for task in unanswered {
            let mut callers = states.iter().filter(|state| task.is_called_by(state));
            let mocks = self.test_cases.as_ref();
            let is_answered = |state| {
                self.sources.iter().any(|source| source.may_answer(state))
                    || mocks.is_some_and(|mocks| mocks.may_answer(state))
            };
            if (self.sources.is_empty() && mocks.is_none()) || !callers.all(is_answered) {
                problems.push(task.problem);
            }
        }
        for source in &self.sources {
            problems.extend(source.check(&states));
        }
        if !problems.is_empty() {
            return Err(BuildError { problems });
        }
        let retention = self.retention.in_memory(self.store.is_some());
        let in_store = self.retention.in_store();
        let open = |store| DurableState::open(store, in_store, &self.clock, self.confirms_clock);
        let durable = self.store.map(open).transpose();
        let durable = durable.map_err(|error| BuildError::new(error.to_string()))?;
        let activities = Activities::new(durable.is_some());
        if let Some(durable) = &durable {
            let stored = durable.reader().activities();
            for activity in stored.map_err(|error| BuildError::new(error.to_string()))? {
                activities.open(&activity.arn, activity.created);
            }
        }
        for arn in &registry.activities {
            activities.open(arn, self.clock.now());
        }
        let seed = match self.seed {
            Some(seed) => seed,
            None if self.clock.is_virtual() => 0,
            None => {
                let (seed, _) = uuid::Uuid::new_v4().as_u64_pair();
                seed
            }
        };
        let seed = durable.as_ref().map_or(seed, |durable| durable.seed(seed));
        let is_watched = self.blocking_threshold < Duration::MAX;
        blocking_watcher::check_within(self.blocking_threshold);
        let engine = Engine::new(EngineShared {
            clock: self.clock,
            limits: Arc::new(self.limits),
            keeps_history: self.keeps_history,
            machines,
            setting,
            sources: self.sources,
            own_api: OnceLock::new(),
            test_cases: self.test_cases,
            missing_handler_hint: self.missing_handler_hint,
            start_sources: Mutex::default(),
            has_start_sources: AtomicBool::new(false),
            entropy: SharedEntropy::new(seed),
            running: RunningExecutions::default(),
            runtimes: Runtimes::default(),
            state: Arc::new(self.state),
            tokens: Tokens::default(),
            activities,
            executions: Arc::new(Mutex::new(Executions::new(retention, durable.is_some()))),
            runs: Arc::new(MapRuns::default()),
            unanswered: UnhandledTasks::default(),
            objects: self.objects,
            retention: retention.executions,
            durable,
            resumes_only,
            roundtrip_on_idle: self.roundtrip_on_idle,
            blocking_threshold: is_watched.then_some(self.blocking_threshold),
            observer: self
                .observer
                .or_else(|| measure.map(|measure| Arc::new(measure) as Arc<dyn Observer>)),
        });
        if !self.resumes_later {
            engine.resume()?;
        }
        Ok(engine)
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("machines", &self.registry.definitions.keys())
            .field("virtual_time", &self.clock.is_virtual())
            .finish_non_exhaustive()
    }
}
