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
use stepwright_interpreter::value::Value;

pub use stepwright_explore::{
    Action, Compensation, Counterexample, Finding, Formula, NestedMachine, Pattern, Property,
    PropertyFileError, Report, Rule, Settings, TaskSettings, TemplateError, UnknownName,
};

use stepwright_explore::unknown_names;

use super::explore::declarations::{Declarations, input_of};
use crate::matcher::{Matcher, TaskAddress};

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

/// Returns the name of a task in a definition.
fn name_of(address: Address) -> String {
    address.target.unwrap_or(address.resource)
}

/// Explores all paths of a workflow. Its tasks fail with the errors that their functions declare.
/// If the settings have no input, values of its type are used, and if they have no results of a
/// task, values of the types of its output.
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
    let declared = Declarations::of(definition, bindings);
    let answers = declared.answers.into_iter();
    let mut tasks: Vec<TaskSettings> = Vec::new();
    for (matcher, value) in declared.samples.into_iter().chain(answers) {
        add(&mut tasks, &settings, matcher, |task, is_given| {
            if !is_given {
                task.results.push(Value::clone(&value));
            }
        });
    }
    for (matcher, error) in declared.errors {
        add(&mut tasks, &settings, matcher, |task, _| {
            task.errors.push(error.error.clone())
        });
    }
    // A workflow may bind a task that its definition does not call.
    let mut bound = Settings::new();
    bound.machine_type = settings.machine_type;
    bound.tasks.clone_from(&tasks);
    let unknown = unknown_names(definition.machine(), &bound)?;
    tasks.retain(|task| !unknown.iter().any(|name| name.name() == task.target));
    settings.tasks.extend(tasks);
    stepwright_explore::explore(definition.machine(), &settings)
}

/// Changes the settings of a task. `is_given` is whether the caller gave results of the task.
fn add(
    tasks: &mut Vec<TaskSettings>,
    settings: &Settings,
    matcher: Matcher,
    change: impl FnOnce(&mut TaskSettings, bool),
) {
    let target = match matcher {
        Matcher::Task(TaskAddress { resource, target }) => target.unwrap_or(resource),
        Matcher::State(name) | Matcher::Function(name) | Matcher::Resource(name) => name,
    };
    let mut given = settings.tasks.iter().filter(|task| task.target == target);
    let is_given = given.any(|task| !task.results.is_empty());
    let at = tasks.iter().position(|task| task.target == target);
    let at = at.unwrap_or_else(|| {
        tasks.push(TaskSettings {
            target,
            ..TaskSettings::default()
        });
        tasks.len() - 1
    });
    change(&mut tasks[at], is_given);
}
