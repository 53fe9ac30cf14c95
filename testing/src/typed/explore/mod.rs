//! Exploration of a definition: all combinations of the outcomes of its tasks.

mod bounds;
pub(super) mod declarations;
mod exploration;
mod explorer;
mod finding;
mod nested;
mod outcome;
mod outcomes;
mod run_record;
mod script;

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fmt, thread};

use stepwright::builder::{Bindings, BuiltWorkflow};
use stepwright::shape::Shape;
use stepwright::{Definition, Payload, Workflow};
use stepwright_asl::model::{MachineType, StateMachine};
use stepwright_interpreter::value::Value;
use tokio::sync::oneshot;

use self::declarations::{Declarations, input_of};
use self::explorer::MachineFamily;
use stepwright_engine::BuildError;

pub use self::bounds::Bounds;
pub use self::exploration::Exploration;
pub use self::finding::{HiddenFailure, StuckExecution, UncaughtError};
pub use self::outcome::{ANY_OTHER_ERROR, Decision, Outcome};

/// Runs a definition with every combination of the outcomes of its tasks, up to a bound, and
/// reports findings: errors that no catcher matches, executions that do not end, and parts that are
/// never reached.
///
/// A task may succeed, with each of its samples. It may fail with each error that was
/// [declared](Bounds::error) for it, or that a Retry or Catch of its state, or of a Map or Parallel
/// around it, names. It may time out, if it has a timeout or a handler names one. A task with a
/// token and without any timeout may also never be answered. `States.ALL` and `States.TaskFailed`
/// count as an error that is named nowhere else, [`ANY_OTHER_ERROR`]. A service integration fails
/// only with errors of its service.
///
/// A run has up to [`Bounds::faults`] faults, 2 by default. Combinations with fewer faults run
/// first, so a bound of runs skips those with the most; all combinations up to
/// [`Exploration::complete_faults`] faults were run. A retry of a task has the same outcome again,
/// or succeeds. The same bounds always have the same result.
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
    let (machine, declared) = (machine.clone(), Declarations::default());
    begin(machine, MachineType::Standard, bounds.clone(), declared).await
}

/// Explores a workflow in the same manner. Its tasks fail with every error that their functions
/// declare, with the cause of such an error. If the bounds have no input or no sample of a task,
/// values of the types are used: text is `"sample"`, numbers are 1, and each variant of an enum is
/// tried.
///
/// Nested workflows are explored too, each separately and with an input of its type. A state that
/// waits for one gets each value of its output type, and the failures that were found.
///
/// # Errors
///
/// A workflow that cannot run.
pub async fn explore_workflow<W: Workflow>(bounds: &Bounds) -> Result<Exploration, BuildError> {
    let mut bindings = Bindings::default();
    W::bind(&mut bindings);
    let input = <W::Input as Payload>::shape;
    begin_typed(&W::definition(), &bindings, input, bounds).await
}

/// Explores a workflow that the typed builder made, in the same manner.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright::builder::FlowBuilder;
/// use stepwright::task;
/// use stepwright_runtime::testing::{Bounds, explore_built};
///
/// #[task]
/// async fn charge_card(amount: f64) -> String;
///
/// let flow = FlowBuilder::<f64, String>::new("Checkout");
/// let charge = flow.declare::<f64>("Charge");
/// flow.start_at(&charge);
/// flow.task(&charge, charge_card {}).end();
/// let checkout = flow.build()?;
///
/// explore_built(&checkout, &Bounds::new()).await?.assert_clean();
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// A workflow that cannot run.
pub async fn explore_built<In: Payload, Out: Payload>(
    built: &BuiltWorkflow<In, Out>,
    bounds: &Bounds,
) -> Result<Exploration, BuildError> {
    begin_typed(built.definition(), built.bindings(), In::shape, bounds).await
}

/// Explores a workflow whose types are known.
async fn begin_typed(
    definition: &Definition,
    bindings: &Bindings,
    input: fn() -> Shape,
    bounds: &Bounds,
) -> Result<Exploration, BuildError> {
    let declared = Declarations::of(definition, bindings);
    let mut bounds = bounds.clone();
    if bounds.inputs.is_empty() {
        bounds.inputs.push(input_of(input).into());
    }
    let machine = definition.machine().clone();
    begin(machine, definition.machine_type(), bounds, declared).await
}

/// Explores in a separate thread: then the children of Map Runs run in the same order every time.
async fn begin(
    machine: StateMachine,
    machine_type: MachineType,
    mut bounds: Bounds,
    declared: Declarations,
) -> Result<Exploration, BuildError> {
    /// Notifies the thread when the result is not awaited any more.
    struct CancelOnDrop(Arc<AtomicBool>);
    impl Drop for CancelOnDrop {
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
    let wanted = CancelOnDrop(Arc::default());
    let is_given_up = wanted.0.clone();
    let (sender, receiver) = oneshot::channel();
    let work = move || {
        let mut family = MachineFamily {
            bounds,
            found: BTreeMap::new(),
            open: Vec::new(),
            is_given_up,
            runtime,
        };
        let found = family.explore(&machine, machine_type, inputs, declared);
        // The result may not be awaited any more.
        let _ = sender.send(found.map(|found| found.with_nested(family.found)));
    };
    let thread = thread::Builder::new()
        .name("stepwright-explore".to_owned())
        .spawn(work)
        .map_err(|error| cannot("the thread", &error))?;
    match receiver.await {
        Ok(found) => found,
        Err(ended) => match thread.join() {
            Err(panic) => resume_unwind(panic),
            Ok(()) => Err(cannot("the result", &ended)),
        },
    }
}
