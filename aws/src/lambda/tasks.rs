//! The tasks of a program.

use std::any::{Any, TypeId};
use std::collections::HashSet;
use std::env;
use std::fmt;

use lambda_runtime::Error;
use stepwright::{Address, Binder, Handler, Task, TaskBinder, Workflow};

use super::choose::choose;
use super::{ChooseError, TASK_VARIABLE, TaskService, environment, init_error};
use crate::task_function::{SharedState, TaskFunction};

/// The tasks that a program can serve as a Lambda function, and the state that they share.
///
/// The [module](super) has an example.
#[derive(Default)]
#[must_use = "nothing is served before `run`"]
pub struct Tasks {
    shared: SharedState,
    tasks: Vec<TaskFunction>,
    workflows: HashSet<TypeId>,
}

impl Tasks {
    /// Creates a set without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shares a value with all tasks: a database pool or a client, for example. Tasks get it by its
    /// type, with [`TaskContext::state`](stepwright::TaskContext::state). The value is created
    /// once, before the first call. A later value of the same type replaces it.
    pub fn state<T: Any + Send + Sync>(mut self, state: T) -> Self {
        self.shared.insert(TypeId::of::<T>(), Box::new(state));
        self
    }

    /// Adds a task. Adding a task again has no effect.
    pub fn task<T: Handler>(mut self) -> Self {
        self.add(TaskFunction::of::<T>());
        self
    }

    /// Adds all tasks with a body of a workflow and of its nested workflows.
    pub fn workflow<W: Workflow>(mut self) -> Self {
        self.bind::<W>();
        self
    }

    fn add(&mut self, task: TaskFunction) {
        if self.tasks.iter().all(|known| known.type_id != task.type_id) {
            self.tasks.push(task);
        }
    }

    fn bind<W: Workflow>(&mut self) {
        if self.workflows.insert(TypeId::of::<W>()) {
            W::bind(&mut Binding(self));
        }
    }

    /// Returns the task that a name chooses as a service, which [`run`](Self::run) passes to
    /// [`lambda_runtime::run`]. Use it for a [`lambda_runtime::Runtime`] with your own layers, or
    /// for a test.
    ///
    /// ```
    /// use lambda_runtime::{Context, LambdaEvent, Service};
    /// use serde_json::value::to_raw_value;
    /// use stepwright_aws::lambda::{Tasks, lambda_runtime};
    ///
    /// #[stepwright::task]
    /// async fn double(number: u32) -> u32 {
    ///     number * 2
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut service = Tasks::new().task::<double>().service(None)?;
    /// let event = LambdaEvent::new(to_raw_value(&21)?, Context::default());
    /// assert_eq!(service.call(event).await.unwrap().get(), "42");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// When the name matches no task, or there is no name and not exactly one task.
    pub fn service(self, name: Option<&str>) -> Result<TaskService, ChooseError> {
        let task = choose(&self.tasks, name)?;
        Ok(TaskService::new(task, self.shared))
    }

    /// Serves the task that [`STEPWRIGHT_TASK`](TASK_VARIABLE) names, or the only one, until Lambda
    /// ends the process.
    ///
    /// # Errors
    ///
    /// Outside of Lambda ([`NotInLambda`](super::NotInLambda)), when the variable chooses no task,
    /// which is also reported to Lambda, and when the Lambda Runtime API cannot be reached.
    pub async fn run(self) -> Result<(), Error> {
        environment::check(|variable| env::var_os(variable).is_some())?;
        let name = env::var(TASK_VARIABLE).ok();
        match self.service(name.as_deref()) {
            Ok(service) => lambda_runtime::run(service).await,
            Err(error) => {
                if let Err(lost) = init_error::report(&error).await {
                    tracing::warn!(error = %lost, "the initialization error could not be reported to Lambda");
                }
                Err(error.into())
            }
        }
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.tasks.iter().map(|task| task.name).collect();
        f.debug_struct("Tasks")
            .field("tasks", &names)
            .finish_non_exhaustive()
    }
}

/// Adds the tasks of a workflow.
struct Binding<'a>(&'a mut Tasks);

impl TaskBinder for Binding<'_> {
    fn handler<T: Handler>(&mut self, _: Address) {
        self.0.add(TaskFunction::of::<T>());
    }

    // A task without a body, which is implemented elsewhere.
    fn declaration<T: Task>(&mut self, _: Address) {}
}

impl Binder for Binding<'_> {
    fn workflow<W: Workflow>(&mut self, _: Address) {
        self.0.bind::<W>();
    }
}
