//! Containers: the machine, branches and processors, each with `StartAt` and `States`.

use crate::finding::Severity;
use crate::graph::Container;
use crate::json::Json;
use crate::validate::definition::{Definition, member};
use crate::validate::report::Report;
use crate::validate::rule::{Known, Rule, SCHEMA, TARGET, source};

pub(super) const NO_STATES: Rule = Rule {
    id: "SW010",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Measured,
    summary: "The machine, a branch or a processor has no `States`.",
    doc: "A container is the machine itself, a branch of a Parallel, or the processor of a Map; each has its own `States`.",
    source: source::STRUCTURE,
    check: |definition, report| required(definition, report, true),
};

pub(super) const NO_START_AT: Rule = Rule {
    id: "SW011",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "The machine, a branch or a processor has `States` and no `StartAt`.",
    doc: "Each container says by `StartAt` where it begins, also when it has one state only.",
    source: source::STRUCTURE,
    check: |definition, report| required(definition, report, false),
};

/// What is missing is named in one message, as AWS does.
fn required(definition: &Definition<'_>, report: &mut Report<'_>, without_states: bool) {
    for container in definition.graph.containers() {
        let missing: Vec<&str> = ["States", "StartAt"]
            .into_iter()
            .filter(|field| !container.object.contains_key(*field))
            .collect();
        if !missing.is_empty() && missing.contains(&"States") == without_states {
            let message = format!("These fields are required: [{}]", missing.join(", "));
            report.add(container.pointer.as_str(), message);
        }
    }
}

pub(super) const START_AT_MISSING: Rule = Rule {
    id: "SW012",
    severity: Severity::Error,
    code: TARGET,
    known: Known::Measured,
    summary: "`StartAt` names no state of the same container.",
    doc: "Names are matched exactly, upper and lower case included, and only among the states of the same container.",
    source: source::STRUCTURE,
    check: start_at_missing,
};

fn start_at_missing(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        let Some(start_at) = container.start_at else {
            continue;
        };
        if container.states.is_empty() || has_state(container, start_at) {
            continue;
        }
        let names = names(definition, index);
        report
            .add(
                member(&container.pointer, "StartAt"),
                format!("Missing 'StartAt' target: {start_at}"),
            )
            .meant(start_at, names);
    }
}

pub(super) const EMPTY_STATES: Rule = Rule {
    id: "SW016",
    severity: Severity::Error,
    code: SCHEMA,
    known: Known::Documented,
    summary: "`States` is empty.",
    doc: "A container without a state cannot begin.",
    source: source::STRUCTURE,
    check: empty_states,
};

fn empty_states(definition: &Definition<'_>, report: &mut Report<'_>) {
    for container in definition.graph.containers() {
        let states = container.object.get("States").and_then(Json::as_object);
        if states.is_some_and(|states| states.is_empty()) {
            report.add(
                member(&container.pointer, "States"),
                "Value cannot be empty",
            );
        }
    }
}

pub(super) const UNREACHABLE: Rule = Rule {
    id: "SW021",
    severity: Severity::Error,
    code: TARGET,
    known: Known::Measured,
    summary: "A state is named by no transition and not by `StartAt`.",
    doc: "AWS asks whether anything in the container names the state, not whether a walk from `StartAt` arrives at it; the second question is SW022. Usually a transition was forgotten or the state is left over.",
    source: source::DIAGNOSTICS,
    check: unreachable,
};

/// AWS asks whether any transition names the state, not whether a walk from `StartAt` arrives at it.
fn unreachable(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        if is_incomplete(definition, index) {
            continue;
        }
        let states = definition.graph.states();
        let own = container.states.iter().map(|state| &states[*state]);
        let mut named: std::collections::HashSet<&str> = own
            .clone()
            .flat_map(|state| state.edges.iter().map(|edge| edge.target))
            .collect();
        named.extend(container.start_at);
        for state in own {
            if !named.contains(state.name) {
                let message = format!("State \"{}\" is not reachable.", state.name);
                report.add(state.pointer.as_str(), message).at_key();
            }
        }
    }
}

pub(super) const NO_END: Rule = Rule {
    id: "SW023",
    severity: Severity::Error,
    code: "MISSING_END_STATE",
    known: Known::Measured,
    summary: "A container has no state at which it may end.",
    doc: "A container ends at a Succeed or Fail state, or at a state with `\"End\": true`. AWS gives no location for this finding. As long as a transition of the container is broken, that fault is reported alone.",
    source: source::DIAGNOSTICS,
    check: no_end,
};

fn no_end(definition: &Definition<'_>, report: &mut Report<'_>) {
    for (index, container) in definition.graph.containers().iter().enumerate() {
        let states = definition.graph.states();
        let own = || container.states.iter().map(|state| &states[*state]);
        if container.states.is_empty()
            || is_incomplete(definition, index)
            || own().any(|state| state.is_terminal())
        {
            continue;
        }
        let message = "State Machine is missing a valid terminal state";
        report
            .add(container.pointer.as_str(), message)
            .suggest(Some(
                "give the last state `\"End\": true`, or add a Succeed or Fail state".to_owned(),
            ));
    }
}

/// Whether a transition is missing, or a state cannot be understood: what follows from that is no finding of its own.
fn is_incomplete(definition: &Definition<'_>, index: usize) -> bool {
    let container = &definition.graph.containers()[index];
    let states = container.object.get("States").and_then(Json::as_object);
    let unread = states.is_none_or(|states| states.len() != container.states.len());
    let lost_start = container
        .start_at
        .is_none_or(|start_at| !has_state(container, start_at));
    unread
        || lost_start
        || container.states.iter().any(|state| {
            let state = &definition.graph.states()[*state];
            let dangling = state
                .edges
                .iter()
                .any(|edge| !has_state(container, edge.target));
            state.kind.is_none() || dangling || (state.edges.is_empty() && !state.is_terminal())
        })
}

/// Whether a container has something of this name, be it a state that can be understood or not.
pub(super) fn has_state(container: &Container<'_>, name: &str) -> bool {
    let states = container.object.get("States").and_then(Json::as_object);
    states.is_some_and(|states| states.contains_key(name))
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
