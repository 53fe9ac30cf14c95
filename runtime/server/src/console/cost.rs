//! What an execution cost on AWS so far: its state transitions, and those of the children of its Map Runs.

use maud::{Markup, html};
use stepwright_asl::estimate::{PriceTable, prices_of};
use stepwright_runtime::report::text;
use stepwright_runtime::store::StoreError;
use stepwright_runtime::timeline::{Attempt, Timeline};

use super::state::Console;

/// The number of children of a Map Run that are read. The transitions of more children are estimated from these.
const MOST_READ: u32 = 250;

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
    pub(super) async fn of(console: &Console, timeline: &Timeline) -> Result<Self, StoreError> {
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
        let read = console
            .source
            .map_run_children(&run.arn, 0..MOST_READ, None);
        let (mut sum, mut read_children) = (0, 0);
        for child in read.await? {
            let Some(child) = console.source.execution(&child.summary.id).await? else {
                continue;
            };
            // Express executions have other prices.
            if child.execution().machine.is_express {
                return Ok(());
            }
            read_children += 1;
            sum += transitions(&Timeline::of(child.history()));
        }
        let started = run.executions.total - run.executions.pending;
        self.children += started;
        if read_children < started && read_children > 0 {
            self.is_estimate = true;
            sum = sum * started / read_children;
        }
        self.of_children += sum;
        Ok(())
    }

    /// Shows the cost in a region; nothing without prices of the region.
    pub(super) fn render(&self, region: &str) -> Markup {
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
