//! Everything that tasks may come to, in all combinations.

mod declared;
mod explorer;
mod found;
mod names;
mod nested;
mod script;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use stepwright::{Address, Task, Workflow};
use stepwright_asl::model::{MachineType, StateMachine};
use tokio::sync::oneshot;

pub use self::found::{Decision, Exploration, Hidden, Outcome, Stuck, Uncaught};

use self::declared::{Declared, input_of};
use self::explorer::Family;
use super::matcher::Matcher;
use crate::engine::BuildError;
use crate::objects::ObjectStore;
use crate::value::Value;

/// Runs a definition with every combination of what its tasks may come to, up to a bound, and reports what was found:
/// errors that nothing catches, executions that do not end, places that are never reached.
///
/// A task may succeed, with each of its samples; fail with each error that was [declared](Bounds::error) for it or that a
/// Retry or Catch of its state, or of a Map or Parallel around it, names; and time out, where it has a timeout or one is named. A
/// task with a token and without any timeout may also never be answered. `States.ALL` and `States.TaskFailed` count as an error that nobody
/// names elsewhere, [`ANY_OTHER_ERROR`].
///
/// Combinations come in the order of how many tasks do something else than succeed with their first sample, so a bound that is
/// reached leaves out the rare ones. A task that is tried again goes on as before, unless the combination says otherwise: that retriers
/// are used up is found as soon as that they help. The same bounds find the same, always.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::testing::{Bounds, explore};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Charge", "States": {
///     "Charge": {
///         "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:charge",
///         "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Reject"}], "End": true
///     },
///     "Reject": {"Type": "Fail", "Error": "OrderRejected"}
/// }}"#)?;
/// let found = explore(&machine, &Bounds::new()).await?;
/// assert_eq!(found.runs, 2); // it is charged, or declined
/// found.assert_clean();
///
/// let found = explore(&machine, &Bounds::new().error("Charge", "Busy")).await?;
/// assert_eq!(found.uncaught[0].to_string(), "`Busy` of `Charge` is not caught, when `Charge` fails with `Busy` (1 run)");
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// A definition that cannot run.
pub async fn explore(machine: &StateMachine, bounds: &Bounds) -> Result<Exploration, BuildError> {
    let (machine, declared) = (machine.clone(), Declared::default());
    begin(machine, MachineType::Standard, bounds.clone(), declared).await
}

/// The same for a workflow. Its tasks fail with every error that their functions declare, under the cause that such an error has. Where the
/// bounds have no input or no sample of a task, values of the types stand in: text is `"sample"`, numbers are 1, and of an enum each variant is
/// tried.
///
/// The workflows that it nests are explored too, each on its own and with an input of its type: what a state gets that waits for one is each value
/// of its type, and the failures that were found.
///
/// # Errors
///
/// A workflow that cannot run.
pub async fn explore_workflow<W: Workflow>(bounds: &Bounds) -> Result<Exploration, BuildError> {
    let mut declared = Declared::default();
    W::bind(&mut declared);
    let definition = W::definition();
    let mut bounds = bounds.clone();
    if bounds.inputs.is_empty() {
        bounds.inputs.push(input_of::<W>().into());
    }
    let machine = definition.machine().clone();
    begin(machine, definition.machine_type(), bounds, declared).await
}

/// Explores in a thread of its own: the children of Map Runs then take their turns in the same order every time.
async fn begin(
    machine: StateMachine,
    machine_type: MachineType,
    mut bounds: Bounds,
    declared: Declared,
) -> Result<Exploration, BuildError> {
    /// Tells the thread when nobody waits for it any more.
    struct Wanted(Arc<AtomicBool>);
    impl Drop for Wanted {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    let mut inputs = std::mem::take(&mut bounds.inputs);
    if inputs.is_empty() {
        inputs.push(Value::empty_object());
    }
    let cannot = |what: &str, error: &dyn fmt::Display| {
        BuildError::new(format!("{what} of an exploration cannot be made: {error}"))
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| cannot("the runtime", &error))?;
    let wanted = Wanted(Arc::default());
    let is_given_up = wanted.0.clone();
    let (tell, told) = oneshot::channel();
    let work = move || {
        let mut family = Family {
            bounds,
            found: BTreeMap::new(),
            open: Vec::new(),
            is_given_up,
            runtime,
        };
        let found = family.explore(&machine, machine_type, inputs, declared);
        // Whoever waited may have gone.
        let _ = tell.send(found.map(|found| found.with_nested(family.found)));
    };
    let thread = thread::Builder::new()
        .name("stepwright-explore".to_owned())
        .spawn(work)
        .map_err(|error| cannot("the thread", &error))?;
    match told.await {
        Ok(found) => found,
        Err(ended) => match thread.join() {
            Err(panic) => resume_unwind(panic),
            Ok(()) => Err(cannot("the result", &ended)),
        },
    }
}

/// The error that stands for all that only `States.ALL` or `States.TaskFailed` name.
pub const ANY_OTHER_ERROR: &str = "AnyOtherError";

/// How far [`explore`] goes, and with what.
#[derive(Clone, Debug)]
#[must_use]
pub struct Bounds {
    inputs: Vec<Value>,
    samples: Vec<(Matcher, Value)>,
    errors: Vec<(Matcher, String)>,
    /// What machines give, by their names or placeholders.
    machines: Vec<(String, Value)>,
    /// What readers give, by the states of their Maps.
    items: Vec<(String, Items)>,
    objects: Option<Objects>,
    runs: usize,
    calls: usize,
    events: u32,
}

/// The items of a Map, as a list.
#[derive(Clone, Debug)]
struct Items(Value);

#[derive(Clone)]
struct Objects(Arc<dyn ObjectStore>);

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Objects")
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            samples: Vec::new(),
            errors: Vec::new(),
            machines: Vec::new(),
            items: Vec::new(),
            objects: None,
            runs: 1_000,
            calls: 50,
            events: 1_000,
        }
    }
}

impl Bounds {
    /// At most 1,000 runs; in each the outcomes of the first 50 calls are combined, and after 1,000 events it counts as endless. The
    /// input is `{}`, and so is the result of a task without samples.
    pub fn new() -> Self {
        Self::default()
    }

    /// An input to begin with; several are tried one after the other.
    pub fn input(mut self, input: impl Into<Value>) -> Self {
        self.inputs.push(input.into());
        self
    }

    /// A result of the task of a state, as the state's resource gives it; several are combined.
    pub fn sample(mut self, state: impl Into<String>, result: impl Into<Value>) -> Self {
        self.samples
            .push((Matcher::State(state.into()), result.into()));
        self
    }

    /// A result of a function, by its name, ARN or placeholder, without the envelope of `lambda:invoke`.
    pub fn function_sample(mut self, name: impl Into<String>, result: impl Into<Value>) -> Self {
        self.samples
            .push((Matcher::Function(name.into()), result.into()));
        self
    }

    /// A result of a task function. A value that is no JSON is left out.
    pub fn task_sample<T: Task>(mut self, result: &T::Output) -> Self {
        if let Ok(result) = Value::from_typed(result) {
            self.samples.push((Matcher::task::<T>(), result));
        }
        self
    }

    /// An output of a nested workflow, in place of values of its type; several are combined.
    pub fn workflow_sample<W: Workflow>(mut self, output: &W::Output) -> Self {
        let target = Address::of_workflow::<W>().target;
        if let (Some(target), Ok(output)) = (target, Value::from_typed(output)) {
            self.machines.push((target, output));
        }
        self
    }

    /// An output of a state machine that states start, by its name, ARN or placeholder; without one it is `{}`.
    pub fn machine_sample(mut self, name: impl Into<String>, output: impl Into<Value>) -> Self {
        self.machines.push((name.into(), output.into()));
        self
    }

    /// What the ItemReader of a Distributed Map gives, whatever it reads; without, that is one item, `{}`.
    pub fn items<V: Into<Value>>(
        mut self,
        state: impl Into<String>,
        items: impl IntoIterator<Item = V>,
    ) -> Self {
        let items = items.into_iter().map(Into::into).collect();
        self.items.push((state.into(), Items(items)));
        self
    }

    /// The objects that ItemReaders read, as they read them. Nothing is ever written to the store.
    pub fn objects(mut self, store: impl ObjectStore + 'static) -> Self {
        self.objects = Some(Objects(Arc::new(store)));
        self
    }

    /// An error that the task of a state may fail with.
    pub fn error(mut self, state: impl Into<String>, error: impl Into<String>) -> Self {
        self.errors
            .push((Matcher::State(state.into()), error.into()));
        self
    }

    /// An error that every task may fail with.
    pub fn error_of_all(mut self, error: impl Into<String>) -> Self {
        self.errors
            .push((Matcher::Resource("*".to_owned()), error.into()));
        self
    }

    /// The most runs.
    pub fn runs(mut self, runs: usize) -> Self {
        self.runs = runs;
        self
    }

    /// Of how many calls in one run the outcomes are combined; later ones succeed.
    pub fn calls(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    /// After how many events a run counts as endless.
    pub fn events(mut self, events: u32) -> Self {
        self.events = events;
        self
    }
}
