//! Failures, grouped by state machine, error and state.

use std::collections::BTreeMap;

use maud::{Markup, html};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::StoreError;
use stepwright_engine::{ExecutionFilter, ExecutionSummary, Status};
use stepwright_history::report::text;
use stepwright_history::timeline::Timeline;

use super::failure_cache::Failure;
use crate::console::form::params::Params;
use crate::console::http::error::PageResult;
use crate::console::live;
use crate::console::markup::layout::{Page, Section};
use crate::console::markup::link;
use crate::console::state::Console;

/// How many failed executions a page reads.
const MOST_READ: usize = 250;

/// Failures of the same kind.
struct Group {
    failure: Failure,
    count: usize,
    newest: ExecutionSummary,
    oldest: Timestamp,
}

pub(crate) async fn render(console: Console, params: Params) -> PageResult {
    let (console, params) = (&console, &params);
    let live = live::url_of_lists(console);
    let machine = params.text("machine");
    let (groups, read) = read(console, machine).await?;
    let machines = console.service.control.machines_after(None, usize::MAX);
    Ok(Page::new("Failures", Section::Failures).live(live).render(
        console,
        html! {
            h1 { "Failures" }
            form class="filters" method="get" action=(link::FAILURES) role="search" aria-label="Filter failures" {
                label { "State machine"
                    select name="machine" {
                        option value="" { "All" }
                        @for known in &machines { option value=(known.name) selected[known.name == machine] { (known.name) } }
                    }
                }
                div class="buttons" { button type="submit" class="primary" { "Filter" } }
            }
            div data-part="failures" {
                @if groups.is_empty() { p class="panel" { "No execution has failed." } } @else { (table(&groups)) }
                p class="hint" { "The newest failures and timeouts of Standard executions: " (text::count(read, "execution")) " read." }
            }
        },
    ))
}

/// Reads the newest failures. Returns the groups, the largest first, and how many executions were
/// read.
async fn read(console: &Console, machine: &str) -> Result<(Vec<Group>, usize), StoreError> {
    let mut groups: BTreeMap<Failure, Group> = BTreeMap::new();
    let mut read = 0;
    for status in [Status::Failed, Status::TimedOut] {
        let mut filter = ExecutionFilter::new().status(status).limit(MOST_READ);
        if !machine.is_empty() {
            filter = filter.machine(machine);
        }
        for execution in console.executions(filter).await?.executions {
            let Some(failure) = failure(console, &execution).await? else {
                continue;
            };
            read += 1;
            let group = groups.entry(failure.clone()).or_insert_with(|| Group {
                failure,
                count: 0,
                newest: execution.clone(),
                oldest: execution.started,
            });
            group.count += 1;
            group.oldest = group.oldest.min(execution.started);
            if execution.started > group.newest.started {
                group.newest = execution;
            }
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Ok((groups, read))
}

/// Returns the failure of an execution; `None` if it was deleted.
async fn failure(
    console: &Console,
    execution: &ExecutionSummary,
) -> Result<Option<Failure>, StoreError> {
    if let Some(known) = console.failures.get(execution) {
        return Ok(Some(known));
    }
    let Some(run) = console.source.execution(&execution.id).await? else {
        return Ok(None);
    };
    let timeline = Timeline::of(run.history());
    let redaction = run.history().redaction();
    let origin = timeline.failure_origin();
    let origin = origin.and_then(|index| timeline.visit(index));
    let own = timeline.error().unwrap_or(match execution.status {
        Status::TimedOut => "States.Timeout",
        _ => "no error name",
    });
    let error = redaction.text(own).into_owned();
    let began = origin.and_then(|visit| visit.error());
    let caught = began.map(|error| redaction.text(error).into_owned());
    let failure = Failure {
        machine: execution.machine.clone(),
        state: origin
            .map(|visit| visit.state().to_owned())
            .unwrap_or_default(),
        caught: caught.filter(|caught| *caught != error),
        error,
    };
    console.failures.put(execution, failure.clone());
    Ok(Some(failure))
}

fn table(groups: &[Group]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="Failures" { table {
            thead { tr { th { "Error" } th { "State" } th { "State machine" } th class="number" { "Executions" } th { "Newest" } th { "Newest start (UTC)" } th { "Oldest start (UTC)" } } }
            tbody { @for group in groups {
                @let failure = &group.failure;
                @let all = link::with(link::EXECUTIONS, &[("machine", &failure.machine), ("status", group.newest.status.as_str()), ("error", &failure.error)]);
                tr {
                    th scope="row" { (failure.error) @if let Some(caught) = &failure.caught { " " span class="hint" { "after " (caught) } } }
                    td { (failure.state) }
                    td { a href=(link::machine(&failure.machine, "")) { (failure.machine) } }
                    td class="number" { a href=(all) aria-label={ (group.count) " executions with " (failure.error) } { (group.count) } }
                    td { a href=(link::execution(&group.newest.id)) { (group.newest.name) } }
                    td { (text::time(group.newest.started)) }
                    td { (text::time(group.oldest)) }
                }
            } }
        } }
    }
}
