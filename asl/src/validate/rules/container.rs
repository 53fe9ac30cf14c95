//! Containers: the machine, branches and processors, each with `StartAt` and `States`.

use indexmap::IndexMap;

use crate::diagnostic::Severity;
use crate::edit::Edit;
use crate::fix::Fix;
use crate::graph::{Container, State};
use crate::json::{Json, Object};
use crate::limits::AwaitedEvent;
use crate::model::{StateKind, StateMachine, ValueKind};
use crate::validate::definition::Definition;
use crate::validate::flow::has_state;
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, SCHEMA, TARGET, source};

use super::fields::is_substitution;
use super::proposals;

pub(super) const NO_STATES: Rule = Rule {
    id: "SW010",
    name: "missing-states",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Measured,
    summary: "The machine, a branch or a processor has no `States`.",
    doc: "A container is the machine itself, a branch of a Parallel, or the processor of a Map; each has its own `States`.",
    source: source::STRUCTURE,
    check: |definition, report| required(definition, report, true),
};

pub(super) const NO_START_AT: Rule = Rule {
    id: "SW011",
    name: "missing-start-at",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "The machine, a branch or a processor has `States` but no `StartAt`.",
    doc: "`StartAt` names the first state of a container. It is required even if there is only one state.",
    source: source::STRUCTURE,
    check: |definition, report| required(definition, report, false),
};

/// Names all missing fields in one message, as AWS does.
fn required(definition: &Definition<'_>, report: &mut Report<'_>, without_states: bool) {
    for container in definition.graph.containers() {
        let missing: Vec<&str> = ["States", "StartAt"]
            .into_iter()
            .filter(|field| !container.object.contains_key(*field) && !is_below(container, field))
            .collect();
        if !missing.is_empty() && missing.contains(&"States") == without_states {
            let message = format!("These fields are required: [{}]", missing.join(", "));
            report.add(&container.pointer, message);
        }
    }
}

/// Whether a member of `States` is not a state but a misplaced field of its container, such as `StartAt`. Other rules then skip it.
pub(super) fn is_misplaced(name: &str, object: Option<&Object>) -> bool {
    match (
        StateMachine::schema().field(name).map(|field| field.kind),
        object,
    ) {
        // A state with this name has a `Type`. A container's `States` has the types one level deeper.
        (Some(ValueKind::States), Some(states)) => {
            !states.contains_key("Type")
                && !states.is_empty()
                && states.values().all(|state| state.get("Type").is_some())
        }
        (Some(_), None) => true,
        _ => false,
    }
}

/// Whether a field of the container is among its states by mistake.
fn is_below(container: &Container<'_>, field: &str) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    states
        .and_then(|states| states.get(field))
        .is_some_and(|value| is_misplaced(field, value.as_object()))
}

pub(super) const START_AT_MISSING: Rule = Rule {
    id: "SW012",
    name: "missing-start-target",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Measured,
    summary: "`StartAt` names no state of the same container.",
    doc: "Names are case-sensitive and refer only to states of the same container.",
    source: source::STRUCTURE,
    check: start_at_missing,
};

fn start_at_missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        let Some(start_at) = container.start_at else {
            continue;
        };
        let may_be_there = is_substitution(start_at) || definition.target_names.open[index];
        if container.states.is_empty()
            || may_be_there
            || has_state(container, start_at)
            || is_below(container, "States")
        {
            continue;
        }
        let names = names(definition, index);
        let pointer = container.pointer.key("StartAt");
        let message = format!("Missing 'StartAt' target: {start_at}");
        report
            .add(&pointer, message)
            .meant(start_at, names)
            .fix_meant(|meant| Some(proposals::replace(&pointer, start_at, meant)));
    }
}

pub(super) const EMPTY_STATES: Rule = Rule {
    id: "SW016",
    name: "empty-states",
    severity: Severity::Error,
    code: SCHEMA,
    known: Evidence::Documented,
    summary: "`States` is empty.",
    doc: "A container needs at least one state.",
    source: source::STRUCTURE,
    check: empty_states,
};

fn empty_states(definition: &Definition<'_>, report: &mut Report<'_>) {
    for container in definition.graph.containers() {
        let states = container.object.get("States").and_then(Json::as_object);
        if states.is_some_and(|states| states.is_empty()) {
            report.add(container.pointer.key("States"), "Value cannot be empty");
        }
    }
}

pub(super) const UNREACHABLE: Rule = Rule {
    id: "SW021",
    name: "unreachable-state",
    severity: Severity::Error,
    code: TARGET,
    known: Evidence::Measured,
    summary: "A state is named neither by `StartAt` nor by a transition.",
    doc: "AWS checks whether anything in the container names the state, not whether it is reachable from `StartAt`; SW022 checks that. Usually a transition is missing, or the state is no longer used.",
    source: source::DIAGNOSTICS,
    check: unreachable,
};

/// AWS checks whether any transition names the state, not whether the state is reachable from `StartAt`.
fn unreachable(definition: &Definition<'_>, report: &mut Report<'_>) {
    for state in unnamed(definition) {
        let state = &definition.graph.states()[state];
        let message = format!("State \"{}\" is not reachable.", state.name);
        let container = &definition.graph.containers()[state.container];
        report
            .add(&state.pointer, message)
            .at_key()
            .fix(removal(container, state));
    }
}

/// Removes a state that is not the only one.
fn removal(container: &Container<'_>, state: &State<'_>) -> Option<Fix> {
    let title = format!("remove state `{}`", state.name);
    let fix = Fix::risky(title, Edit::remove(&state.pointer));
    (container.states.len() > 1).then_some(fix)
}

/// The states that no transition names, in containers without broken transitions.
fn unnamed(definition: &Definition<'_>) -> impl Iterator<Item = usize> {
    let target_names = &definition.target_names;
    let states = definition.graph.states().iter().enumerate();
    states
        .filter(|(index, state)| {
            !target_names.named[*index] && !target_names.incomplete[state.container]
        })
        .map(|(index, _)| index)
}

pub(super) const ISLAND: Rule = Rule {
    id: "SW022",
    name: "unreachable-loop",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A transition names a state that is not reachable from `StartAt`.",
    doc: "States that lead only to each other, or a state that leads to itself, pass AWS's check (SW021) and never run. The diagnostic is about the first state of such a group; states that are reachable only from the group are not reported.",
    source: source::DIAGNOSTICS,
    check: island,
};

fn island(definition: &Definition<'_>, report: &mut Report<'_>) {
    let (flow, states) = (&definition.flow, definition.graph.states());
    let target_names = &definition.target_names;
    if flow.reached.iter().all(|reached| *reached) {
        return;
    }
    // States that are only reachable from an unnamed state are not reported: the unnamed state is the fault.
    let roots =
        (0..states.len()).filter(|state| flow.reached[*state] || !target_names.named[*state]);
    let explained = flow.walk(roots);
    let mut groups: IndexMap<usize, Vec<usize>> = IndexMap::new();
    for (index, state) in states.iter().enumerate() {
        if !explained[index] && !target_names.incomplete[state.container] {
            groups.entry(flow.cycle[index]).or_default().push(index);
        }
    }
    for (cycle, members) in &groups {
        let mut sources = members.iter().flat_map(|member| &flow.sources[*member]);
        if sources.any(|source| flow.cycle[*source] != *cycle) {
            continue;
        }
        let state = &states[members[0]];
        let others: Vec<String> = members[1..]
            .iter()
            .map(|member| format!("`{}`", states[*member].name))
            .collect();
        let from = if others.is_empty() {
            "itself".to_owned()
        } else {
            list(&others)
        };
        let message = format!(
            "state `{}` is never reached: it is reachable only from {from}, not from `StartAt`",
            state.name
        );
        // The states of a larger group may be meant to be reached.
        let container = &definition.graph.containers()[state.container];
        let fix = removal(container, state).filter(|_| members.len() == 1);
        report.add(&state.pointer, message).at_key().fix(fix);
    }
}

/// Formats the first few items of a list.
fn list(items: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = items[..items.len().min(SHOWN)].join(", ");
    match items.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

pub(super) const NO_END: Rule = Rule {
    id: "SW023",
    name: "missing-end-state",
    severity: Severity::Error,
    code: Some("MISSING_END_STATE"),
    known: Evidence::Measured,
    summary: "A container has no state that ends it.",
    doc: "A container ends at a Succeed or Fail state, or at a state with `\"End\": true`. AWS gives no location for this diagnostic. While a transition of the container is broken, only that fault is reported.",
    source: source::DIAGNOSTICS,
    check: no_end,
};

fn no_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        if container.states.is_empty()
            || definition.target_names.incomplete[index]
            || has_terminal(definition, container)
        {
            continue;
        }
        let message = "State Machine is missing a valid terminal state";
        report.add(&container.pointer, message).suggest(Some(
            "give the last state `\"End\": true`, or add a Succeed or Fail state".to_owned(),
        ));
    }
}

fn has_terminal(definition: &Definition<'_>, container: &Container<'_>) -> bool {
    let states = definition.graph.states();
    let mut own = container.states.iter();
    own.any(|state| states[*state].is_terminal())
}

pub(super) const ENDLESS: Rule = Rule {
    id: "SW024",
    name: "endless-loop",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "States form an endless loop, and none of them waits.",
    doc: "The container has a state that ends it, but that state is not reachable from the loop. The loop runs without a pause until the history is full (25,000 events), the execution times out, or it is stopped. A loop with a Wait, or with a task that waits for a job, a callback or an activity, is not reported here; see SW141.",
    source: source::STATES,
    check: endless,
};

fn endless(definition: &Definition<'_>, report: &mut Report<'_>) {
    for cycle in endless_cycles(definition) {
        if cycle.iter().any(|state| waits(definition, *state)) {
            continue;
        }
        let state = &definition.graph.states()[cycle[0]];
        let message = if cycle.len() == 1 {
            format!(
                "state `{}` leads to itself forever, without a pause",
                state.name
            )
        } else {
            format!(
                "state `{}` and {} more form an endless loop without a pause",
                state.name,
                cycle.len() - 1
            )
        };
        report.add(&state.pointer, message).at_key().suggest(Some(
            "add a transition out of the loop, or a Wait inside it".to_owned(),
        ));
    }
}

/// The reachable cycles without an exit, in containers with a terminal state.
pub(super) fn endless_cycles(definition: &Definition<'_>) -> Vec<Vec<usize>> {
    let (graph, flow) = (&definition.graph, &definition.flow);
    let mut cycles = Vec::new();
    for (index, container) in graph.containers().iter().enumerate() {
        let reached = |state: &&usize| flow.reached[**state];
        // If no terminal state is reachable, the unreachable states are the fault.
        let may_end = container
            .states
            .iter()
            .filter(reached)
            .any(|state| graph.states()[*state].is_terminal());
        if definition.target_names.incomplete[index] || !may_end {
            continue;
        }
        let mut members: IndexMap<usize, Vec<usize>> = IndexMap::new();
        for state in container.states.iter().filter(reached) {
            if !flow.ends[*state] {
                members.entry(flow.cycle[*state]).or_default().push(*state);
            }
        }
        cycles.extend(members.into_values().filter(|cycle| {
            flow.is_in_cycle(cycle[0])
                && cycle.iter().all(|state| {
                    let mut targets = flow.targets[*state].iter().flatten();
                    targets.all(|target| flow.cycle[*target] == flow.cycle[*state])
                })
        }));
    }
    cycles
}

/// Whether a state, or a state nested in it, waits for a time, a job, a callback or an activity.
pub(super) fn waits(definition: &Definition<'_>, state: usize) -> bool {
    let state = &definition.graph.states()[state];
    let inner = || {
        let mut inner = state.inner.iter();
        inner.any(|container| {
            let mut states = definition.graph.containers()[*container].states.iter();
            states.any(|state| waits(definition, *state))
        })
    };
    match state.kind {
        Some(StateKind::Wait) => true,
        Some(StateKind::Task) => {
            let resource = state.object.get("Resource").and_then(Json::as_str);
            resource.and_then(AwaitedEvent::of).is_some()
        }
        _ => inner(),
    }
}

/// The names of a container's states.
pub(super) fn names<'d>(
    definition: &'d Definition<'_>,
    container: usize,
) -> impl Iterator<Item = &'d str> {
    let container = &definition.graph.containers()[container];
    let states = definition.graph.states();
    container.states.iter().map(|state| states[*state].name)
}

pub(super) const TOO_DEEP: Rule = Rule {
    id: "SW032",
    name: "nested-too-deep",
    severity: Severity::Error,
    code: Some("TOO_DEEPLY_NESTED"),
    known: Evidence::Documented,
    summary: "Parallel and Map states are nested more than 32 levels deep.",
    doc: "AWS documents that there is a limit, but not its value; no recorded definition comes near this one. Start a nested workflow instead.",
    source: source::DIAGNOSTICS,
    check: too_deep,
};

/// Maximum nesting depth of Parallel and Map states.
const MAX_NESTING: usize = 32;

fn too_deep(definition: &Definition<'_>, report: &mut Report<'_>) {
    let graph = &definition.graph;
    let mut depths: Vec<usize> = Vec::new();
    for container in graph.containers() {
        // Containers follow their outer containers in the list.
        let outer = container
            .parent
            .map(|parent| graph.states()[parent].container);
        let depth = outer.map_or(0, |outer| depths[outer] + 1);
        depths.push(depth);
        if depth == MAX_NESTING + 1 {
            let message = format!("Parallel and Map states nest deeper than {MAX_NESTING} levels");
            report.add(&container.pointer, message);
        }
    }
}
