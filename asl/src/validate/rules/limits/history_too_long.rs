//! Reports loops and inline Map states that exceed the 25,000 events of a history.

use std::collections::HashSet;

use crate::limits::MAX_EVENTS;
use crate::model::{MachineType, StateKind};
use crate::validate::history::{Events, counted, items};
use crate::validate::rules::maps::{children, distributed};
use crate::validate::rules::prelude::*;
use crate::validate::rules::transitions::cycles::{endless_cycles, waits};

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
    let mut reported = HashSet::new();
    for counted in counted {
        if !has_history(definition, counted.state) || reported.contains(&counted.state) {
            continue;
        }
        let round = events.round(counted.state);
        let total = round.map(|round| round.saturating_mul(counted.rounds));
        if let Some(total) = total.filter(|total| *total > u64::from(MAX_EVENTS)) {
            reported.insert(counted.state);
            let state = &definition.graph.states()[counted.state];
            let message = format!(
                "the loop runs about {} times and writes at least {total} events; a history holds at most 25,000",
                counted.rounds
            );
            report
                .add(&state.pointer, message)
                .at_key()
                .suggest(advice());
        }
    }
    // Inner Maps follow their outer Maps in the list, and the innermost Map that exceeds the limit
    // is reported.
    let mut full: HashSet<usize> = HashSet::new();
    for (number, map) in definition.graph.states().iter().enumerate().rev() {
        let (Some(StateKind::Map), Some(inner)) = (map.kind, map.inner.first()) else {
            continue;
        };
        let Some(items) = items.get(&number) else {
            continue;
        };
        let total = events.state(number);
        if total <= u64::from(MAX_EVENTS)
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
        let entry = report.add(&map.pointer, message).at_key().suggest(advice());
        entry.choices(|| {
            let mut parts = definition.parts_of("Map");
            let part = parts.find(|part| part.state == Some(number))?;
            distributed(definition, part)
        });
    }
}

fn advice() -> Option<String> {
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
        report.add(&state.pointer, message).at_key().suggest("continue in a new execution before the history is full, or add a transition out of the loop".to_owned()).choices(|| {
            let states = cycle.iter().rev();
            let mut ends = states.filter_map(|state| state_fixes::end_after(definition, *state));
            ends.next()
        });
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
