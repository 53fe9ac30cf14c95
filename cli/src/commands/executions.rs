//! `stepwright executions`: the executions in a store.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value as Json, json};
use stepwright_engine::{ExecutionFilter, ExecutionPage, ExecutionSummary, StoredExecutions};

use crate::args::{ExecutionsArguments, Status, StoreFormat};
use crate::commands::store::quarantine;
use crate::failure::Failure;
use crate::store_file;
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::table::{cell, table};

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
    let place = arguments.store.in_schema(arguments.schema.as_deref())?;
    let (mut stored, page);
    if arguments.status == Some(Status::Unreadable) {
        stored = store_file::open_snapshot(&place)?;
        page = unreadable_page(&mut stored, filter)?;
    } else {
        stored = store_file::open(&place)?;
        page = stored.list(&filter).map_err(store_file::cannot)?;
    }
    let unreadable = unreadable(&mut stored, &page);
    match arguments.format {
        StoreFormat::Json => output::line(format_args!("{:#}", to_json(&page, &unreadable))),
        StoreFormat::Text => print(&page, &unreadable),
    }
    Ok(())
}

/// Returns the unreadable executions of the first page of running ones that has any.
fn unreadable_page(
    stored: &mut StoredExecutions,
    mut filter: ExecutionFilter,
) -> Result<ExecutionPage, Failure> {
    let unreadable = quarantine::unreadable(stored)?;
    let arns: HashSet<String> = unreadable.into_iter().map(|one| one.id).collect();
    loop {
        let mut page = stored.list(&filter).map_err(store_file::cannot)?;
        page.executions.retain(|one| arns.contains(&one.id));
        match &page.next {
            Some(next) if page.executions.is_empty() => filter = filter.after(next),
            _ => return Ok(page),
        }
    }
}

/// The unreadable executions of the page, by their ARNs, with the reasons.
fn unreadable(stored: &mut StoredExecutions, page: &ExecutionPage) -> BTreeMap<String, String> {
    let all = page.executions.iter();
    let reasons = all.filter_map(|one| {
        let error = stored.describe(&one.id).err()?;
        Some((one.id.clone(), error.to_string()))
    });
    reasons.collect()
}

/// The format of ListExecutions, with the reason for each unreadable execution.
fn to_json(page: &ExecutionPage, unreadable: &BTreeMap<String, String>) -> Json {
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
        if let Some(reason) = unreadable.get(&one.id) {
            row["unreadable"] = json!(reason);
        }
        row
    });
    let mut answer = json!({ "executions": executions.collect::<Vec<_>>() });
    if let Some(next) = &page.next {
        answer["nextToken"] = json!(next);
    }
    answer
}

/// The state machine's ARN, with the region and the account of the execution.
fn machine_arn(one: &ExecutionSummary) -> String {
    let place: Vec<&str> = one.id.split(':').take(5).collect();
    format!("{}:stateMachine:{}", place.join(":"), one.machine)
}

fn print(page: &ExecutionPage, unreadable: &BTreeMap<String, String>) {
    if page.executions.is_empty() {
        diagnostics::note("there is no such execution");
        return;
    }
    let rows = page.executions.iter().map(|one| {
        [
            cell(&one.name),
            cell(&one.machine),
            if unreadable.contains_key(&one.id) {
                format!("{} (unreadable)", one.status)
            } else {
                one.status.to_string()
            },
            one.started.to_string(),
            one.stopped.map_or_else(String::new, |at| at.to_string()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    output::print(table(
        ["NAME", "MACHINE", "STATUS", "STARTED", "ENDED"],
        &rows,
    ));
    for (id, reason) in unreadable {
        diagnostics::warning(&format!("`{id}` is unreadable: {reason}"));
    }
    if let Some(next) = &page.next {
        diagnostics::note(&format!(
            "there are more executions; use --next-token '{next}' for the next page, or a higher --limit"
        ));
    }
}
