//! Service limits that a definition exceeds.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::json::{Json, Object};
use crate::limits::MAX_PAYLOAD_BYTES;
use crate::model::{MachineType, QueryLanguage, StateKind};
use crate::resource::{IntegrationPattern, Resource};
use crate::validate::definition::Definition;
use crate::validate::history::{Events, MAX_EVENTS, counted, items};
use crate::validate::report::Report;
use crate::validate::rule::{Evidence, Rule, source};

use super::container::{endless_cycles, waits};
use super::distributed::children;

pub(super) const PAYLOAD: Rule = Rule {
    id: "SW140",
    name: "large-map-result",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A Map collects the whole response of a service for each item, and nothing reduces it.",
    doc: "A state's output has at most 262,144 bytes; beyond that the Map fails with `States.DataLimitExceeded`. The response of an optimized integration includes HTTP headers and metadata, about 2 KiB, so a few hundred items reach the limit. Select the part that you need with `ResultSelector`, `OutputPath` or `Output` of the Task that ends the iteration, discard the Map's result with `\"ResultPath\": null`, or let a Distributed Map write it with a `ResultWriter`. Maps over a list in the definition that is short enough are not reported, nor are Parallel states, because their number of branches is fixed.",
    source: source::QUOTAS,
    check: payload,
};

/// Maximum size of a state's output and of a service response, in bytes.
const MAX_PAYLOAD: u64 = MAX_PAYLOAD_BYTES;
const ANSWER: u64 = 2_048;

fn payload(definition: &Definition<'_>, report: &mut Report<'_>) {
    let graph = &definition.graph;
    let mut known = None;
    for (number, map) in graph.states().iter().enumerate() {
        if map.kind != Some(StateKind::Map)
            || drops_result(map.object)
            || map.object.contains_key("ResultWriter")
        {
            continue;
        }
        let Some(inner) = map.inner.first() else {
            continue;
        };
        let states = graph.containers()[*inner]
            .states
            .iter()
            .map(|state| (*state, &graph.states()[*state]));
        let whole = states.clone().find(|(state, last)| {
            definition.flow.reached[*state]
                && last.is_terminal()
                && gives_answer(definition, *state)
        });
        let Some((end, last)) = whole else { continue };
        let known = known.get_or_insert_with(|| items(definition));
        let items = known.get(&number).copied();
        if items.is_some_and(|items| items.saturating_mul(ANSWER) <= MAX_PAYLOAD) {
            continue;
        }
        let message = format!(
            "the Map collects the whole response of `{}` for each item; a few hundred responses exceed 256 KiB",
            last.name
        );
        report
            .add(&map.pointer, message)
            .at_key()
            .suggest(Some(format!(
                "select the part that you need with `{}` of `{}`",
                if definition.languages[end] == QueryLanguage::Jsonata {
                    "Output"
                } else {
                    "ResultSelector"
                },
                last.name
            )));
    }
}

/// Whether a Map reshapes or drops its result.
fn drops_result(map: &Object) -> bool {
    let shapes = ["ResultSelector", "Output"];
    shapes.iter().any(|field| map.contains_key(*field))
        || map.get("ResultPath").is_some_and(Json::is_null)
}

/// Whether a state's output is the response of an optimised integration, or contains it.
fn gives_answer(definition: &Definition<'_>, state: usize) -> bool {
    let task = definition.graph.states()[state].object;
    let resource = task.get("Resource").and_then(Json::as_str);
    let Some(resource) = resource.map(Resource::parse) else {
        return false;
    };
    let Some(action) = resource.integration() else {
        return false;
    };
    // These responses have no metadata. A callback's output is the value that was sent back.
    let is_lean = action.starts_with("aws-sdk:")
        || action.starts_with("events:")
        || resource.pattern() == IntegrationPattern::WaitForTaskToken;
    if is_lean {
        return false;
    }
    if definition.languages[state] == QueryLanguage::Jsonata {
        return !task.contains_key("Output");
    }
    let shapes = ["ResultSelector", "OutputPath"];
    !shapes.iter().any(|field| task.contains_key(*field))
        && !task.get("ResultPath").is_some_and(Json::is_null)
}

pub(super) const HISTORY: Rule = Rule {
    id: "SW141",
    name: "history-too-long",
    severity: Severity::Warning,
    code: None,
    known: Evidence::Presumed,
    summary: "A loop or an inline Map writes more events than a history can hold.",
    doc: "The history of a Standard execution has at most 25,000 events; the execution fails with the last one. The rule counts the minimum number of events, without retries. It reports a loop that waits and never ends, a loop that a Choice ends when a counter reaches a number, and an inline Map over a list whose length is in the definition. The counter may count up or down; it starts at the number that the states before the loop assign to it, or at 0. Move the work to a Distributed Map, whose children have separate histories, or continue in a new execution.",
    source: source::BEST_PRACTICES,
    check: history,
};

fn history(definition: &Definition<'_>, report: &mut Report<'_>) {
    endless(definition, report);
    let (counted, items) = (counted(definition), items(definition));
    if counted.is_empty() && items.is_empty() {
        return;
    }
    let events = Events::of(definition, &items);
    let mut told = HashSet::new();
    for counted in counted {
        if !has_history(definition, counted.state) || told.contains(&counted.state) {
            continue;
        }
        let round = events.round(counted.state);
        let total = round.map(|round| round.saturating_mul(counted.rounds));
        if let Some(total) = total.filter(|total| *total > MAX_EVENTS) {
            told.insert(counted.state);
            let state = &definition.graph.states()[counted.state];
            let message = format!(
                "the loop runs about {} times and writes at least {total} events; a history holds at most 25,000",
                counted.rounds
            );
            report.add(&state.pointer, message).at_key().suggest(mend());
        }
    }
    // Inner Maps follow their outer Maps in the list, and the innermost Map that exceeds the limit is reported.
    let mut full: HashSet<usize> = HashSet::new();
    for (number, map) in definition.graph.states().iter().enumerate().rev() {
        let (Some(StateKind::Map), Some(inner)) = (map.kind, map.inner.first()) else {
            continue;
        };
        let Some(items) = items.get(&number) else {
            continue;
        };
        let total = events.state(number);
        if total <= MAX_EVENTS
            || full.contains(&number)
            || definition.is_distributed(*inner)
            || !has_history(definition, number)
        {
            continue;
        }
        full.extend(around(definition, number));
        let message = format!(
            "{items} iterations write at least {total} events; a history holds at most 25,000"
        );
        report.add(&map.pointer, message).at_key().suggest(mend());
    }
}

fn mend() -> Option<String> {
    Some(
        "use a Distributed Map, or continue in a new execution before the history is full"
            .to_owned(),
    )
}

fn endless(definition: &Definition<'_>, report: &mut Report<'_>) {
    for cycle in endless_cycles(definition) {
        if !cycle.iter().any(|state| waits(definition, *state))
            || !has_history(definition, cycle[0])
        {
            continue;
        }
        let state = &definition.graph.states()[cycle[0]];
        let message = "this loop never ends, and after 25,000 events the execution fails";
        report.add(&state.pointer, message).at_key().suggest(Some(
            "continue in a new execution before the history is full, or add a transition out of the loop".to_owned(),
        ));
    }
}

/// The states that enclose a state, from the inside out.
fn around(definition: &Definition<'_>, state: usize) -> impl Iterator<Item = usize> {
    let graph = &definition.graph;
    std::iter::successors(Some(state), |state| {
        graph.containers()[graph.states()[*state].container].parent
    })
    .skip(1)
}

/// Whether a state runs in a Standard execution.
fn has_history(definition: &Definition<'_>, state: usize) -> bool {
    children(definition, state).unwrap_or(definition.machine_type) == MachineType::Standard
}
