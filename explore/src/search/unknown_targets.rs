//! Targets of properties that name nothing in the explored definitions: such a property holds on
//! all paths, because it means no event.

use std::collections::BTreeSet;

use stepwright_asl::similar::nearest;
use stepwright_interpreter::program::Kind;

use super::machine::ExploredMachine;
use crate::event::Action;

/// Returns a note for each target that names no task or state.
pub(super) fn unknown_targets(machine: &ExploredMachine) -> BTreeSet<String> {
    let settings = &machine.settings;
    let patterns = settings
        .properties
        .iter()
        .flat_map(|property| property.formula.patterns());
    let (of_tasks, of_states): (Vec<_>, Vec<_>) = patterns
        .filter_map(|pattern| Some((pattern.action(), pattern.target()?)))
        .filter(|(action, _)| {
            action.is_of_task() || matches!(action, Action::Entered | Action::Exited)
        })
        .partition(|(action, _)| action.is_of_task());
    let pairs = settings.compensations.iter();
    let pairs = pairs.flat_map(|pair| [pair.undo.as_str(), pair.of.as_str()]);
    let tasks = settings.tasks.iter().map(|task| task.target.as_str());
    let tasks = of_tasks
        .into_iter()
        .map(|(_, target)| target)
        .chain(pairs)
        .chain(tasks);
    let states = of_states.into_iter().map(|(_, target)| target);
    let unknown_tasks = tasks.filter(|target| !is_task(machine, target));
    let unknown_states = states.filter(|target| !is_state(machine, target));
    let task_notes =
        unknown_tasks.map(|target| note("task", target, nearest(target, task_names(machine))));
    let state_notes =
        unknown_states.map(|target| note("state", target, nearest(target, state_names(machine))));
    task_notes.chain(state_notes).collect()
}

fn note(kind: &str, target: &str, similar: Option<&str>) -> String {
    let hint = similar.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    format!(
        "no {kind} of the explored definitions is named `{target}`, so a property about it has no effect{hint}"
    )
}

/// Returns whether a task has this name, or may have it: the function of a call may be computed.
fn is_task(machine: &ExploredMachine, target: &str) -> bool {
    is_state(machine, target)
        || machine.definitions.iter().any(|definition| {
            let mut states = definition.program.states().iter().zip(&definition.tasks);
            states.any(|(state, names)| {
                let is_computed = match (&state.kind, names) {
                    (Kind::Task(task), Some(names)) => {
                        task.resource.is_lambda_invoke() && names.function().is_none()
                    }
                    _ => false,
                };
                is_computed || names.as_ref().is_some_and(|names| names.contain(target))
            })
        })
}

fn is_state(machine: &ExploredMachine, target: &str) -> bool {
    state_names(machine).any(|name| name == target)
}

fn state_names(machine: &ExploredMachine) -> impl Iterator<Item = &str> {
    let definitions = machine.definitions.iter();
    definitions.flat_map(|definition| {
        let states = definition.program.states().iter();
        states.map(|state| state.name.as_ref())
    })
}

fn task_names(machine: &ExploredMachine) -> impl Iterator<Item = &str> {
    let definitions = machine.definitions.iter();
    let names = definitions.flat_map(|definition| definition.tasks.iter().flatten());
    let functions = names.filter_map(|names| names.function());
    functions.chain(state_names(machine))
}
