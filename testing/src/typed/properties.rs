//! Properties of workflows over all paths, with tasks that are named by their functions.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use stepwright::builder::FlowBuilder;
//! use stepwright::task;
//! use stepwright_runtime::testing::properties::{
//!     Property, Settings, called, explore_built_paths, succeeded,
//! };
//!
//! #[task]
//! async fn charge_card(order: String) -> String;
//! #[task]
//! async fn ship(charge: String) -> String;
//! #[task]
//! async fn refund_card(charge: String) -> String;
//!
//! let flow = FlowBuilder::<String, String>::new("Checkout");
//! let charge = flow.declare::<String>("Charge");
//! let ship_it = flow.declare::<String>("Ship");
//! flow.start_at(&charge);
//! flow.task(&charge, charge_card {}).next(&ship_it);
//! flow.task(&ship_it, ship {}).end();
//! let checkout = flow.build()?;
//!
//! let mut settings = Settings::new();
//! settings.properties.push(Property::new(
//!     "a charge is shipped or refunded",
//!     succeeded::<charge_card>()
//!         .leads_to(succeeded::<ship>())
//!         .or(succeeded::<charge_card>().leads_to(called::<refund_card>())),
//! ));
//! let report = explore_built_paths(&checkout, &settings)?;
//! assert_eq!(report.findings()[0].name(), "a charge is shipped or refunded");
//! # Ok(()) }
//! ```
//!
//! [`Settings::add_file`] reads the same property from a file, for any definition: JSON, or YAML
//! with the feature `yaml`. The executions of [`Settings::nested`] are explored as parts of the
//! paths.

use stepwright::builder::{Bindings, BuiltWorkflow};
use stepwright::shape::Shape;
use stepwright::{Address, Definition, Payload, Task, Workflow};
use stepwright_interpreter::program::ProgramError;

pub use stepwright_explore::{
    ANY_OTHER_ERROR, Action, Compensation, Counterexample, Finding, Formula, NestedMachine,
    Pattern, Property, PropertyFileError, Report, Rule, Settings, TaskSettings, TemplateError,
    UnknownName,
};

use stepwright_explore::{started_machine, unknown_names};

use super::declarations::{declared_tasks, input_of, name_of};

/// Returns the pattern of the calls of a task function.
pub fn called<T: Task>() -> Pattern {
    Pattern::new(Action::Called, target::<T>())
}

/// Returns the pattern of the successful attempts of a task function.
pub fn succeeded<T: Task>() -> Pattern {
    Pattern::new(Action::Succeeded, target::<T>())
}

/// Returns the pattern of answers to the tokens of a task function that come after its end.
pub fn late<T: Task>() -> Pattern {
    Pattern::new(Action::Late, target::<T>())
}

/// Returns the pattern of the failed attempts of a task function.
pub fn failed<T: Task>() -> Pattern {
    Pattern::new(Action::Failed, target::<T>())
}

/// Declares that a task function undoes what another one does.
pub fn compensates<Undo: Task, Of: Task>() -> Compensation {
    Compensation {
        undo: target::<Undo>(),
        of: target::<Of>(),
    }
}

/// Returns the settings of a task function, to which results, errors and effects can be added.
pub fn task_settings<T: Task>() -> TaskSettings {
    TaskSettings {
        target: target::<T>(),
        ..TaskSettings::default()
    }
}

fn target<T: Task>() -> String {
    name_of(Address::of::<T>(None))
}

/// Explores all paths of a workflow. Its tasks fail with the errors that their functions declare.
/// If the settings have no input, a value of its type is used, and if they have no results of a
/// task or no items of a reader, values of their types: text is `"sample"`, numbers are 1, and each
/// variant of an enum, both booleans, a value and `None` occur at least once.
///
/// The executions of the workflows that it starts are parts of its paths, also without
/// [`Settings::nested`].
///
/// # Errors
///
/// A workflow that cannot run.
pub fn explore_paths<W: Workflow>(settings: &Settings) -> Result<Report, ProgramError> {
    let mut bindings = Bindings::default();
    W::bind(&mut bindings);
    explore_typed(
        &W::definition(),
        &bindings,
        <W::Input as Payload>::shape,
        settings,
    )
}

/// Explores all paths of a workflow of the typed builder, as [`explore_paths`] does.
///
/// # Errors
///
/// As [`explore_paths`].
pub fn explore_built_paths<In: Payload, Out: Payload>(
    built: &BuiltWorkflow<In, Out>,
    settings: &Settings,
) -> Result<Report, ProgramError> {
    explore_typed(built.definition(), built.bindings(), In::shape, settings)
}

fn explore_typed(
    definition: &Definition,
    bindings: &Bindings,
    input: fn() -> Shape,
    settings: &Settings,
) -> Result<Report, ProgramError> {
    let mut settings = settings.clone();
    settings.machine_type = definition.machine_type();
    if settings.inputs.is_empty() {
        settings.inputs.push(input_of(input).into());
    }
    let given = std::mem::take(&mut settings.tasks);
    let name = settings.machine_name.clone();
    settings.tasks = tasks_of(&name, definition, bindings, &given)?;
    let mut open = bindings.workflows().to_vec();
    while let Some(workflow) = open.pop() {
        let target = name_of(workflow.address.clone());
        let name = started_machine(&target).to_owned();
        if settings.nested.iter().any(|nested| nested.name == name) {
            continue;
        }
        let definition = workflow.build().map_err(|faults| {
            ProgramError::new(vec![format!("workflow `{}`: {faults}", workflow.name)])
        })?;
        let bindings = workflow.bindings();
        let tasks = tasks_of(&name, &definition, &bindings, &given)?;
        settings.tasks.extend(tasks);
        open.extend_from_slice(bindings.workflows());
        settings.nested.push(NestedMachine {
            name,
            machine: definition.machine().clone(),
            machine_type: definition.machine_type(),
        });
    }
    settings.tasks.extend(given);
    stepwright_explore::explore(definition.machine(), &settings)
}

/// Returns the settings of the tasks that the definition of a workflow calls, for the state machine
/// with this name. The results that the caller gave replace those of the types.
fn tasks_of(
    name: &str,
    definition: &Definition,
    bindings: &Bindings,
    given: &[TaskSettings],
) -> Result<Vec<TaskSettings>, ProgramError> {
    let mut tasks = declared_tasks(definition, bindings);
    // A workflow may bind a task that its definition does not call.
    let mut bound = Settings::new();
    bound.machine_type = definition.machine_type();
    bound.tasks.clone_from(&tasks);
    let unknown = unknown_names(definition.machine(), &bound)?;
    tasks.retain(|task| !unknown.iter().any(|name| name.name() == task.target));
    for task in &mut tasks {
        task.machine = Some(name.to_owned());
        let mut given = given.iter().filter(|given| given.target == task.target);
        if given.any(|given| !given.results.is_empty()) {
            task.results.clear();
        }
    }
    Ok(tasks)
}
