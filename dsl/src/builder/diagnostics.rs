//! InvalidWorkflow of a body that rustc cannot find.

use super::scope::BuilderScope;
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};

/// Finds the faults of a body and of all bodies inside of it; `of` is the body's name in messages.
pub(super) fn find(
    scope: &BuilderScope,
    of: &str,
    around: &[&BuilderScope],
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    for mistake in scope.mistakes.borrow().iter() {
        let fault = problem(mistake.state.as_deref(), mistake.message.clone());
        faults.push(fault.at(Some(mistake.place)));
    }
    used(scope, around, faults);
    check_input_name(scope, around, faults);
    let declared = scope.declared.borrow();
    for declared in declared.iter().filter(|declared| declared.definitions == 0) {
        faults.push(problem(
            Some(&declared.name),
            "it is declared and never defined; call `task`, `pass` or another method of the builder with its handle, or \
             remove the declaration",
        )
        .at(Some(declared.place))
        .with_code("SW020"));
    }
    let states = scope.states.borrow();
    for defined in states.iter().flatten().filter(|defined| !defined.closed) {
        let (code, message) = if defined.is_choice {
            (
                "SW074",
                "it is a choice without a default; call `.otherwise(&state)` on it, or `.otherwise_fail()`",
            )
        } else {
            (
                "SW028",
                "it goes nowhere; call `.next(&state)` on it, or `.end()`",
            )
        };
        let fault = problem(Some(&defined.state.name), message).at(defined.state.place);
        faults.push(fault.with_code(code));
    }
    match scope.start.get() {
        Some(start) => unreached(scope, start, faults),
        None => {
            let (code, message) = if states.is_empty() && declared.is_empty() {
                let message = format!(
                    "{of} has no states; declare one, define it and call `start_at(&state)`"
                );
                ("SW016", message)
            } else {
                let message = format!("{of} has no start; call `start_at(&state)` on it");
                ("SW011", message)
            };
            let fault = problem(None, message).at(Some(scope.place));
            faults.push(fault.with_code(code));
        }
    }
    let around = [around, &[scope]].concat();
    for inner in scope.inner.borrow().iter() {
        find(inner, "a branch or a map's body", &around, faults);
    }
}

/// Whether each state of a body and of all bodies inside of it is defined exactly once and has a
/// valid transition.
pub(super) fn ways_are_known(scope: &BuilderScope) -> bool {
    let declared = scope.declared.borrow();
    let states = scope.states.borrow();
    scope.start.get().is_some()
        && declared.iter().all(|declared| declared.definitions == 1)
        && states
            .iter()
            .flatten()
            .all(|defined| defined.closed && !defined.astray)
        && scope
            .inner
            .borrow()
            .iter()
            .all(|inner| ways_are_known(inner))
}

/// The name of a body's item or of the workflow's input must be unique.
fn check_input_name(
    scope: &BuilderScope,
    around: &[&BuilderScope],
    faults: &mut Vec<WorkflowDiagnostic>,
) {
    let own = scope.given.borrow();
    if let Some(name) = &*own
        && around
            .iter()
            .any(|outer| outer.given.borrow().as_ref() == Some(name))
    {
        faults.push(problem(
            None,
            format!(
                "`{name}` names the input of a branch or a map's body, and of a body around it; rename the inner one"
            ),
        ).at(Some(scope.place)));
    }
    let scopes = || around.iter().copied().chain([scope]);
    for variable in scope.variables.borrow().iter() {
        let is_given = scopes().any(|one| one.given.borrow().as_ref() == Some(&variable.name));
        if is_given {
            let message = format!(
                "the variable `{}` has the name of the workflow's input or of an item around it; give it another name",
                variable.name
            );
            faults.push(problem(None, message).at(Some(variable.place)));
        }
    }
    if let Some(name) = &*own {
        let outer = around.iter().find_map(|outer| {
            let variables = outer.variables.borrow();
            variables
                .iter()
                .find(|variable| variable.name == *name)
                .map(|variable| variable.place)
        });
        if let Some(place) = outer {
            let message = format!(
                "the item `{name}` has the name of a variable around its map; give it another name"
            );
            faults.push(problem(None, message).at(Some(place)));
        }
    }
}

/// An expression may read the variables of its body and of the bodies around it; a state may assign
/// only those of the body that contains it.
fn used(scope: &BuilderScope, around: &[&BuilderScope], faults: &mut Vec<WorkflowDiagnostic>) {
    let mut said = Vec::new();
    for used in scope.used.borrow().iter() {
        let own = used.scope == scope.id;
        let outer = around.iter().any(|outer| outer.id == used.scope);
        let is_outer_assigned = used.is_assigned && outer;
        let message = if is_outer_assigned {
            format!(
                "it assigns `{}`, a variable outside of this branch or map, which may read but not assign it; declare one in \
                 the body, and hand the value out as its result",
                used.name
            )
        } else if own || outer {
            continue;
        } else {
            format!(
                "it uses `{}`, a variable of another body; use a variable only in the body that declares it, or in bodies inside it",
                used.name
            )
        };
        if said.contains(&message) {
            continue;
        }
        let fault = problem(used.state.as_deref(), message.clone()).at(Some(used.place));
        faults.push(if is_outer_assigned {
            fault.with_code("SW132")
        } else {
            fault
        });
        said.push(message);
    }
}

/// Whether a state of a body, or of a body inside of it, goes to a state of another body.
fn goes_astray(scope: &BuilderScope) -> bool {
    let states = scope.states.borrow();
    states.iter().flatten().any(|defined| defined.astray)
        || scope.inner.borrow().iter().any(|inner| goes_astray(inner))
}

/// Finds states that are unreachable from the start. Reports nothing if a reachable state is
/// undefined or has no valid transition: once that is fixed, more states may be reachable.
fn unreached(scope: &BuilderScope, start: usize, faults: &mut Vec<WorkflowDiagnostic>) {
    if scope.inner.borrow().iter().any(|inner| goes_astray(inner)) {
        return;
    }
    let declared = scope.declared.borrow();
    let states = scope.states.borrow();
    let mut definitions = vec![Vec::new(); declared.len()];
    for defined in states.iter().flatten() {
        if let Some(handle) = defined.handle {
            definitions[handle].push(defined);
        }
    }
    let mut reached = vec![false; declared.len()];
    let mut open = vec![start];
    while let Some(index) = open.pop() {
        if std::mem::replace(&mut reached[index], true) {
            continue;
        }
        if definitions[index].is_empty() {
            return;
        }
        for defined in &definitions[index] {
            if !defined.closed || defined.astray {
                return;
            }
            open.extend(&defined.targets);
        }
    }
    for (declared, reached) in declared.iter().zip(reached) {
        if !reached && declared.definitions > 0 {
            faults.push(
                problem(
                    Some(&declared.name),
                    "no transition leads to it; add one, or remove the state",
                )
                .at(Some(declared.place))
                .with_code("SW021"),
            );
        }
    }
}
