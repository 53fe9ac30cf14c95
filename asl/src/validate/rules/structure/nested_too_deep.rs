//! Reports Parallel and Map states that contain each other on too many levels.

use crate::validate::rules::prelude::*;

pub(in crate::validate::rules) const RULE: Rule = Rule {
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
