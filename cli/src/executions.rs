//! `stepwright executions`: what a store has.

use serde_json::{Value as Json, json};
use stepwright_runtime::{ExecutionFilter, ExecutionPage, ExecutionSummary};

use crate::args::{ExecutionsArguments, StoreFormat};
use crate::failure::Failure;
use crate::output;
use crate::report;
use crate::store;
use crate::table::{cell, table};

/// Prints a page of the executions.
pub(crate) fn executions(arguments: &ExecutionsArguments) -> Result<(), Failure> {
    let mut filter = ExecutionFilter::new().limit(arguments.limit);
    if let Some(status) = arguments.status {
        filter = filter.status(status.into());
    }
    if let Some(machine) = &arguments.machine {
        filter = filter.machine(machine);
    }
    if let Some(token) = &arguments.next_token {
        filter = filter.after(token);
    }
    let page = store::open(&arguments.store)?
        .list(&filter)
        .map_err(store::cannot)?;
    match arguments.format {
        StoreFormat::Json => output::line(format_args!("{:#}", in_json(&page))),
        StoreFormat::Text => print(&page),
    }
    Ok(())
}

/// As ListExecutions answers.
fn in_json(page: &ExecutionPage) -> Json {
    let executions = page.executions.iter().map(|one| {
        let mut row = json!({
            "executionArn": one.id,
            "stateMachineArn": machine_arn(one),
            "name": one.name,
            "status": one.status.as_str(),
            "startDate": one.started.to_string(),
        });
        if let Some(stopped) = one.stopped {
            row["stopDate"] = json!(stopped.to_string());
        }
        row
    });
    let mut answer = json!({ "executions": executions.collect::<Vec<_>>() });
    if let Some(next) = &page.next {
        answer["nextToken"] = json!(next);
    }
    answer
}

/// The state machine's ARN, which has the region and the account of the execution's.
fn machine_arn(one: &ExecutionSummary) -> String {
    let place: Vec<&str> = one.id.split(':').take(5).collect();
    format!("{}:stateMachine:{}", place.join(":"), one.machine)
}

fn print(page: &ExecutionPage) {
    if page.executions.is_empty() {
        report::note("there is no such execution");
        return;
    }
    let rows = page.executions.iter().map(|one| {
        [
            cell(&one.name),
            cell(&one.machine),
            one.status.to_string(),
            one.started.to_string(),
            one.stopped.map_or_else(String::new, |at| at.to_string()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    output::print(table(
        ["NAME", "MACHINE", "STATUS", "STARTED", "ENDED"],
        &rows,
    ));
    if let Some(next) = &page.next {
        report::note(&format!(
            "there are more; --limit shows more at once, and --next-token '{next}' the next page"
        ));
    }
}
