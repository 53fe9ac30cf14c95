//! The list of state machines, with the executions of the last hour.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use stepwright_asl::model::MachineType;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::store::StoreError;
use stepwright_runtime::{ExecutionFilter, ExecutionPage, ExecutionSummary, Status};

use super::error::{PageResult, respond};
use super::layout::{Page, Section};
use super::link;
use super::params::Params;
use super::state::Console;
use crate::control::Machine;

/// The period of the small charts.
const PERIOD: Duration = Duration::from_secs(3_600);
/// The bars of a chart.
const BARS: usize = 30;
/// How many executions are read for the charts, in total.
const MOST_READ: usize = 5_000;

pub(super) async fn page(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let params = Params::of_query(query.as_deref());
    let page = render(&console, &params).await;
    respond(&console, page)
}

impl Console {
    /// Returns a page of executions. The store is read on a thread for blocking work.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) async fn executions(
        &self,
        filter: ExecutionFilter,
    ) -> Result<ExecutionPage, StoreError> {
        let engine = self.service.engine.clone();
        let read = tokio::task::spawn_blocking(move || engine.executions(&filter));
        match read.await {
            Ok(page) => page,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

async fn render(console: &Console, params: &Params) -> PageResult {
    let machines = console.service.control.machines_after(None, usize::MAX);
    let now = console.service.now();
    let newest = console.executions(ExecutionFilter::new().limit(MOST_READ));
    let newest = newest.await?;
    let charts = Charts::of(&newest.executions, now);
    Ok(Page::new("State machines", Section::Machines)
        .notice(params.get("notice"))
        .live(link::with("/console/live", &[]))
        .render(
            console,
            html! {
                h1 { "State machines" }
                @if machines.is_empty() {
                    div data-part="machines" { (none()) }
                } @else {
                    div data-part="machines" { (table(console, &machines, &charts)) }
                    p class="hint" { "Numbers count since the server started. The chart shows the starts of the last hour." }
                }
            },
        ))
}

/// Shows how to create the first state machine.
fn none() -> Markup {
    html! {
        section class="panel" {
            p { "There is no state machine yet. A program registers its workflows; a client creates one with the API:" }
            pre tabindex="0" { code { "aws stepfunctions create-state-machine --name greet --definition file://greet.asl.json \\\n  --role-arn arn:aws:iam::123456789012:role/local --endpoint-url http://127.0.0.1:8083" } }
        }
    }
}

fn table(console: &Console, machines: &[Arc<Machine>], charts: &Charts) -> Markup {
    let statistics = console.service.engine.statistics();
    html! {
        div class="scroll" {
            table {
                thead { tr {
                    th { "Name" } th { "Type" } th class="number" { "Running" } th class="number" { "Succeeded" }
                    th class="number" { "Failed" } th class="number" { "Timed out" } th class="number" { "Aborted" } th { "Last hour" }
                } }
                tbody {
                    @for machine in machines {
                        @let numbers = statistics.state_machine(&machine.name).cloned().unwrap_or_default();
                        tr {
                            th scope="row" { a href=(link::machine(&machine.name, "")) { (machine.name) } }
                            td { (kind(machine.machine_type)) }
                            @for (status, number) in [
                                (Status::Running, numbers.open),
                                (Status::Succeeded, numbers.succeeded),
                                (Status::Failed, numbers.failed),
                                (Status::TimedOut, numbers.timed_out),
                                (Status::Aborted, numbers.aborted),
                            ] {
                                td class="number" {
                                    @if number > 0 && machine.machine_type == MachineType::Standard {
                                        a class={ "plain " (status.as_str()) } href=(link::executions(&machine.name, status.as_str())) { (number) }
                                    } @else { (number) }
                                }
                            }
                            td { (charts.draw(&machine.name)) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the name of a type.
pub(super) fn kind(machine_type: MachineType) -> &'static str {
    match machine_type {
        MachineType::Standard => "Standard",
        MachineType::Express => "Express",
    }
}

/// The starts of the last hour, by state machine.
struct Charts(HashMap<String, [Bar; BARS]>);

/// The starts in a part of the period.
#[derive(Clone, Copy, Default)]
struct Bar {
    all: u32,
    unsuccessful: u32,
}

impl Charts {
    fn of(executions: &[ExecutionSummary], now: Timestamp) -> Self {
        let mut charts: HashMap<String, [Bar; BARS]> = HashMap::new();
        for execution in executions {
            let age = now.since(execution.started);
            if age >= PERIOD {
                break;
            }
            let newest_first = (age.as_secs() * BARS as u64 / PERIOD.as_secs()) as usize;
            let bars = charts.entry(execution.machine.clone()).or_default();
            let bar = &mut bars[BARS - 1 - newest_first.min(BARS - 1)];
            bar.all += 1;
            let is_good = matches!(execution.status, Status::Running | Status::Succeeded);
            bar.unsuccessful += u32::from(!is_good);
        }
        Self(charts)
    }

    /// Draws the bars of a state machine.
    fn draw(&self, machine: &str) -> Markup {
        const WIDTH: usize = 4;
        const HEIGHT: u32 = 24;
        let Some(bars) = self.0.get(machine) else {
            return html! { span class="hint" { "–" } };
        };
        let highest = bars.iter().map(|bar| bar.all).max().unwrap_or(1).max(1);
        let height = |number: u32| (number * HEIGHT).div_ceil(highest);
        let sum: u32 = bars.iter().map(|bar| bar.all).sum();
        let bad: u32 = bars.iter().map(|bar| bar.unsuccessful).sum();
        let label = format!("{sum} started, {bad} of them without success");
        html! {
            svg class="spark" role="img" aria-label=(label) width=(BARS * WIDTH) height=(HEIGHT) {
                title { (label) }
                @for (index, bar) in bars.iter().enumerate().filter(|(_, bar)| bar.all > 0) {
                    rect x=(index * WIDTH) width=(WIDTH - 1) y=(HEIGHT - height(bar.all)) height=(height(bar.all)) {}
                    @if bar.unsuccessful > 0 {
                        rect class="bad" x=(index * WIDTH) width=(WIDTH - 1) y=(HEIGHT - height(bar.unsuccessful)) height=(height(bar.unsuccessful)) {}
                    }
                }
            }
        }
    }
}
