//! The list of state machines, with the executions of the last hour.

use std::sync::Arc;

use maud::{Markup, html};
use stepwright_asl::model::MachineType;
use stepwright_engine::store::StoreError;
use stepwright_engine::{ExecutionFilter, ExecutionPage, Status};

use crate::console::form::params::Params;
use crate::console::http::error::PageResult;
use crate::console::live;
use crate::console::markup::charts::Charts;
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::markup::notice;
use crate::console::source::ExecutionCounts;
use crate::console::state::Console;
use crate::control::Machine;

/// How many executions are read for the charts, in total.
const MOST_READ: usize = 5_000;

impl Console {
    /// Returns a page of executions.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(crate) async fn executions(
        &self,
        filter: ExecutionFilter,
    ) -> Result<ExecutionPage, StoreError> {
        self.source.executions(filter).await
    }

    /// Returns the charts. On a busy server they can be a second old, because live pages request
    /// them often.
    async fn charts(&self) -> Result<Arc<Charts>, StoreError> {
        if let Some(charts) = self.charts.get() {
            return Ok(charts);
        }
        let newest = self.executions(ExecutionFilter::new().limit(MOST_READ));
        let newest = newest.await?;
        let charts = Arc::new(Charts::of(&newest, self.service.now()));
        if charts.is_cut {
            self.charts.set(charts.clone());
        }
        Ok(charts)
    }
}

pub(crate) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let live = live::url_of_lists(console);
    let machines = console.service.control.machines_after(None, usize::MAX);
    let charts = console.charts().await?;
    let counts = console.source.counts().await?;
    Ok(Page::new("State machines", Section::Machines)
        .notice(params.text(notice::PARAM))
        .live(live)
        .render(
            console,
            html! {
                h1 { "State machines" }
                @if machines.is_empty() {
                    div data-part="machines" {
                        @if console.source.store().is_some() { p class="panel" { "The store has no state machine yet." } } @else { (no_machines_yet()) }
                    }
                } @else {
                    div data-part="machines" { (table(&machines, &charts, &counts)) }
                    p class="hint" {
                        (counts.description) " The chart shows the starts of the last hour"
                        @if charts.is_cut { ", at most the newest " (MOST_READ) }
                        "."
                    }
                }
            },
        ))
}

/// Shows how to create the first state machine.
fn no_machines_yet() -> Markup {
    html! {
        section class="panel" {
            p { "There is no state machine yet. A program registers its workflows; a client creates one with the API:" }
            pre tabindex="0" { code { "aws stepfunctions create-state-machine --name greet --definition file://greet.asl.json \\\n  --role-arn arn:aws:iam::123456789012:role/local --endpoint-url http://127.0.0.1:8083" } }
        }
    }
}

fn table(machines: &[Arc<Machine>], charts: &Charts, counts: &ExecutionCounts) -> Markup {
    html! {
        div class="scroll" {
            table {
                thead { tr {
                    th { "Name" } th { "Type" } th class="number" { "Running" } th class="number" { "Succeeded" }
                    th class="number" { "Failed" } th class="number" { "Timed out" } th class="number" { "Aborted" } th { "Last hour" }
                } }
                tbody {
                    @for machine in machines {
                        tr {
                            th scope="row" { a href=(link::machine(&machine.name, "")) { (machine.name) } }
                            td { (kind(machine.machine_type)) }
                            @for status in [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted] {
                                @let number = counts.of_machine(&machine.name, status);
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
pub(crate) fn kind(machine_type: MachineType) -> &'static str {
    match machine_type {
        MachineType::Standard => "Standard",
        MachineType::Express => "Express",
    }
}
