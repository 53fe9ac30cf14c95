//! The executions of a list whose input, output and error do not pass a filter, but those of a
//! child of their Map Runs do.

use std::collections::HashMap;

use maud::{Markup, html};
use stepwright_engine::store::StoreError;
use stepwright_engine::{ExecutionData, ExecutionSummary};
use stepwright_history::report::text;

use crate::console::markup::link;
use crate::console::state::Console;

/// How many children a page compares at most, and how many at once.
const MOST_COMPARED: u32 = 5_000;
const BATCH: u32 = 500;

/// The Map Runs with a child that passes the filters of a list.
#[derive(Debug, Default)]
pub(super) struct ChildMatches {
    /// The name of each execution, and its Map Run.
    found: Vec<(String, String)>,
    compared: u32,
    /// Whether a state machine can have Map Runs, by its name.
    maps: HashMap<String, bool>,
}

impl ChildMatches {
    /// Returns the names of the state machines whose executions can have Map Runs: of all, or of
    /// the one with this name.
    pub(super) fn mapping_machines(console: &Console, machine: &str) -> Vec<String> {
        let machines = console.service.control.machines_after(None, usize::MAX);
        let chosen = machines
            .iter()
            .filter(|one| machine.is_empty() || one.name == machine);
        let mapping = chosen.filter(|one| is_mapping(&one.current.configuration.definition));
        mapping.map(|one| one.name.to_string()).collect()
    }

    /// Marks the executions that have a child which passes the filters.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(crate) async fn find(
        &mut self,
        console: &Console,
        executions: &[ExecutionSummary],
        passes: &mut [bool],
        has_match: impl Fn(&ExecutionData) -> bool,
    ) -> Result<(), StoreError> {
        for (execution, passes) in executions.iter().zip(passes) {
            if *passes || !self.can_map(console, &execution.machine) {
                continue;
            }
            for run in console.source.map_runs(&execution.id).await? {
                if self.has_child(console, &run, &has_match).await? {
                    let found = (execution.name.clone(), run);
                    if !self.found.contains(&found) {
                        self.found.push(found);
                    }
                    *passes = true;
                }
            }
        }
        Ok(())
    }

    async fn has_child(
        &mut self,
        console: &Console,
        run: &str,
        has_match: impl Fn(&ExecutionData) -> bool,
    ) -> Result<bool, StoreError> {
        let total = console.source.map_run(run).await?;
        let total = total.map_or(0, |run| run.executions.total);
        let total = u32::try_from(total).unwrap_or(u32::MAX);
        let mut from = 0;
        while from < total && self.compared < MOST_COMPARED {
            let end = total.min(from.saturating_add(BATCH));
            let children = console.source.map_run_children(run, from..end, None);
            let children = children.await?;
            self.compared += end - from;
            if children.iter().any(|child| has_match(&child.data)) {
                return Ok(true);
            }
            from = end;
        }
        Ok(false)
    }

    /// Returns whether the executions of a state machine can have Map Runs. A definition that is
    /// not known can have some.
    fn can_map(&mut self, console: &Console, machine: &str) -> bool {
        if let Some(known) = self.maps.get(machine) {
            return *known;
        }
        let found = console.service.control.machine(machine);
        let can_map =
            found.is_none_or(|machine| is_mapping(&machine.current.configuration.definition));
        self.maps.insert(machine.to_owned(), can_map);
        can_map
    }

    /// Shows the links to the Map Runs, with the same filters; nothing if there are none.
    pub(crate) fn render(&self, filtered_text: &str, error: &str) -> Markup {
        html! {
            @if !self.found.is_empty() {
                p { "Child executions of these Map Runs pass the filters:" }
                ul {
                    @for (name, run) in &self.found {
                        li { a href=(link::with("/console/map-run", &[("arn", run), ("text", filtered_text), ("error", error)])) { "Map Run of " (name) } }
                    }
                }
            }
            @if self.compared >= MOST_COMPARED {
                p class="hint" { "The first " (text::count(self.compared as usize, "child execution")) " of Map Runs were compared. The page of a Map Run compares all of its children." }
            }
        }
    }
}

/// Whether a definition has a Distributed Map.
fn is_mapping(definition: &str) -> bool {
    definition.contains("DISTRIBUTED")
}
