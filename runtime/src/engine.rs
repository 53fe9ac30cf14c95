//! The engine of a program with workflows.

use std::convert::Infallible;
use std::future::Future;
use std::ops::Deref;
#[cfg(feature = "testing")]
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stepwright::builder::BuiltWorkflow;
use stepwright::task::IntoTaskFailure;
use stepwright::{Payload, Workflow};
#[cfg(feature = "testing")]
use stepwright_engine::MeasuresCoverage;
#[cfg(feature = "testing")]
use stepwright_engine::test_support::CreateObserver;
use stepwright_engine::{
    ActivityError, BuiltEngine, ExecuteError, ExecutionHandle, StartError, StartOptions,
};
#[cfg(feature = "testing")]
use stepwright_testing::test_state::{TestStateError, TestStateRequest, TestStateResponse};

use crate::typed_value;

/// Builds an [`Engine`]; see [`Engine::builder`].
///
/// A workflow that the typed builder made is registered as a value:
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
///
/// A limit of concurrent calls names a task by its function:
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
///
/// A placeholder of a workflow gets its value as in a template:
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
///     .resource("arn:aws:states:::sns:publish", |message: Value| async move {
///         Ok::<_, TaskFailure>(json!({ "MessageId": message["TopicArn"] }))
///     })
///     .build()?;
/// let run = engine.start::<Telling>("o-1".to_owned()).await?;
/// assert_eq!(run.await?, "arn:aws:sns:us-east-1:123456789012:orders");
/// # Ok(()) }
/// ```
pub type EngineBuilder = stepwright_engine::EngineBuilder<Engine>;

/// Runs workflows. Clones refer to the same engine.
///
/// It adds what needs the Rust types of workflows and tasks to
/// [`stepwright_engine::Engine`], to which it dereferences: these are its other methods.
///
/// # Names of the methods
///
/// | method | name and parameters |
/// |---|---|
/// | starts an execution, and returns a handle | `start_…`, after what is started, with [`StartOptions`] as the last parameter: [`start_workflow`](Self::start_workflow), [`start_machine`](stepwright_engine::Engine::start_machine), [`start_built`](Self::start_built), [`start_from_state`](stepwright_engine::Engine::start_from_state) |
/// | runs an execution to its end on the caller's task | `execute_…`: [`execute_machine`](stepwright_engine::Engine::execute_machine) |
/// | the same for a workflow without options | [`start`](Self::start), [`execute`](Self::execute) |
///
/// # Types
///
/// The engine knows the types of the workflows that it registered:
///
/// ```
/// use stepwright::prelude::*;
/// use stepwright_runtime::Engine;
///
/// workflow! {
///     workflow Hello(name: String) -> String {
///         succeed Done { name }
///     }
/// }
///
/// let engine = Engine::builder().register::<Hello>().build()?;
/// let schema = engine.input_schema("Hello").expect("it has a type");
/// assert_eq!(schema["type"], "string");
/// # Ok::<(), stepwright_runtime::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Engine(stepwright_engine::Engine);

impl Deref for Engine {
    type Target = stepwright_engine::Engine;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<stepwright_engine::Engine> for Engine {
    fn from(engine: stepwright_engine::Engine) -> Self {
        Self(engine)
    }
}

impl From<Engine> for stepwright_engine::Engine {
    fn from(engine: Engine) -> Self {
        engine.0
    }
}

impl BuiltEngine for Engine {
    #[cfg(feature = "testing")]
    fn observer_of_tests() -> Option<CreateObserver> {
        Some(Self::coverage_observer(None))
    }
}

#[cfg(feature = "testing")]
impl MeasuresCoverage for Engine {
    fn coverage_observer(folder: Option<PathBuf>) -> CreateObserver {
        stepwright_testing::coverage_observer(folder)
    }
}

impl Engine {
    /// Returns a builder of an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Starts a workflow. The execution runs independently of the returned handle.
    ///
    /// # Errors
    ///
    /// When the workflow is not registered or the input cannot be used.
    pub async fn start<W: Workflow>(
        &self,
        input: W::Input,
    ) -> Result<ExecutionHandle<W::Output>, StartError> {
        self.start_workflow::<W>(input, StartOptions::default())
            .await
    }

    /// Starts a workflow with options: a name or mocks, for example.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and when the name is taken.
    pub async fn start_workflow<W: Workflow>(
        &self,
        input: W::Input,
        options: StartOptions,
    ) -> Result<ExecutionHandle<W::Output>, StartError> {
        self.start_typed(
            W::NAME,
            typed_value::input(input)?,
            options,
            typed_value::read,
        )
        .await
    }

    /// Runs a workflow to its end on the caller's own task, without spawning one. Use it when the
    /// caller waits for the result anyway. Dropping the future stops the execution.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and when the execution did not succeed.
    pub async fn execute<W: Workflow>(&self, input: W::Input) -> Result<W::Output, ExecuteError> {
        self.execute_typed(W::NAME, typed_value::input(input)?, typed_value::read)
            .await
    }

    /// Starts a workflow that the typed builder made and that
    /// [`register_built`](EngineBuilder::register_built) registered.
    ///
    /// # Errors
    ///
    /// As [`start_workflow`](Self::start_workflow).
    pub async fn start_built<In: Payload, Out: Payload>(
        &self,
        built: &BuiltWorkflow<In, Out>,
        input: In,
        options: StartOptions,
    ) -> Result<ExecutionHandle<Out>, StartError> {
        self.start_typed(
            built.name(),
            typed_value::input(input)?,
            options,
            typed_value::read,
        )
        .await
    }

    /// Works for an activity, as [the engine below](stepwright_engine::Engine::work_on_activity)
    /// does, with work that may also fail with the error of a task function.
    ///
    /// # Errors
    ///
    /// When the activity does not exist, or is deleted during the call.
    pub async fn work_on_activity<I, O, E, F, Fut>(
        &self,
        arn: &str,
        worker: Option<&str>,
        work: F,
    ) -> Result<Infallible, ActivityError>
    where
        I: DeserializeOwned,
        O: Serialize,
        E: IntoTaskFailure,
        F: Fn(I) -> Fut,
        Fut: Future<Output = Result<O, E>>,
    {
        let work = |input| {
            let work = work(input);
            async { work.await.map_err(IntoTaskFailure::into_task_failure) }
        };
        self.0.work_on_activity(arn, worker, work).await
    }

    /// Tests a state, as [`test_state`](crate::test_state) does, on this engine's clock. A task
    /// without a mock is executed by the engine's sources and handlers.
    ///
    /// # Errors
    ///
    /// The errors of the service, with the exception's name and message.
    #[cfg(feature = "testing")]
    pub async fn test_state(
        &self,
        request: &TestStateRequest,
    ) -> Result<TestStateResponse, TestStateError> {
        stepwright_testing::test_state::test_state_on(&self.0, request).await
    }
}
