//! The cost of an execution on AWS so far: its state transitions, and the state transitions of the
//! children of its Map Runs.

use maud::{Markup, html};
use stepwright_engine::MapRun;
use stepwright_engine::store::StoreError;
use stepwright_history::report::text;
use stepwright_history::timeline::{Attempt, Timeline};
use stepwright_tools::estimate::{PriceTable, prices_of};

use super::transition_cache::ChildTransitions;
use crate::console::state::Console;

/// The number of children of a Map Run that are read. The transitions of more children are
/// estimated from these.
const MOST_READ: u32 = 100;

/// The state transitions of an execution.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Transitions {
    own: u64,
    /// Those of the children of its Map Runs.
    of_children: u64,
    children: u64,
    /// Whether the number of the children's transitions is an estimate.
    is_estimate: bool,
}

impl Transitions {
    /// Counts the transitions of an execution so far.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(crate) async fn of(console: &Console, timeline: &Timeline) -> Result<Self, StoreError> {
        let mut counted = Self {
            own: transitions(timeline),
            ..Self::default()
        };
        let attempts = timeline.visits().iter().flat_map(|visit| visit.attempts());
        for run in attempts.filter_map(Attempt::map_run) {
            counted.add(console, run).await?;
        }
        Ok(counted)
    }

    async fn add(&mut self, console: &Console, run: &str) -> Result<(), StoreError> {
        let Some(run) = console.source.map_run(run).await? else {
            return Ok(());
        };
        let cache = &console.transitions;
        let known = run.stopped.and_then(|stopped| cache.get(&run.arn, stopped));
        let counted = match known {
            Some(known) => known,
            None => of_children(console, &run).await?,
        };
        if let Some(stopped) = run.stopped {
            cache.put(&run.arn, stopped, counted);
        }
        self.children += counted.children;
        self.of_children += counted.transitions;
        self.is_estimate |= counted.is_estimate;
        Ok(())
    }

    /// Shows the cost in a region; nothing without prices of the region.
    pub(crate) fn render(&self, region: &str) -> Markup {
        let Some(prices) = prices_of(region) else {
            return html! {};
        };
        let sum = self.own + self.of_children;
        html! {
            div { dt { "Cost on AWS" } dd title="State transitions, also of retries, without the free ones. Tasks, Express children and nested executions cost extra." {
                @if self.is_estimate { "about " }
                (dollars(sum, &prices))
                @if self.of_children > 0 {
                    " " span class="hint" { "with " (dollars(self.of_children, &prices)) " of " (text::count(usize::try_from(self.children).unwrap_or(usize::MAX), "child execution")) }
                }
            } }
        }
    }
}

/// Reads the transitions of the children of a Map Run. Express children have other prices, and
/// none.
async fn of_children(console: &Console, run: &MapRun) -> Result<ChildTransitions, StoreError> {
    let children = console
        .source
        .map_run_children(&run.arn, 0..MOST_READ, None);
    let (mut sum, mut read) = (0, 0);
    for child in children.await? {
        let Some(child) = console.source.execution(&child.summary.id).await? else {
            continue;
        };
        if child.execution().machine.is_express {
            return Ok(ChildTransitions::default());
        }
        read += 1;
        sum += transitions(&Timeline::of(child.history()));
    }
    let children = run.executions.total - run.executions.pending;
    let is_estimate = read < children && read > 0;
    Ok(ChildTransitions {
        transitions: if is_estimate {
            sum * children / read
        } else {
            sum
        },
        children,
        is_estimate,
    })
}

/// Returns the state transitions of one execution. Each retry is one, too.
fn transitions(timeline: &Timeline) -> u64 {
    let visits = timeline.visits().iter();
    let retries: usize = visits
        .map(|visit| visit.attempts().len().saturating_sub(1))
        .sum();
    (timeline.visits().len() + retries) as u64
}

fn dollars(transitions: u64, prices: &PriceTable) -> String {
    let dollars = transitions as f64 / 1_000.0 * prices.per_thousand_transitions;
    format!("${dollars:.6}")
}
