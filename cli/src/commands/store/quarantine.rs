//! `stepwright store quarantine`: the open executions that no engine can read.

use serde_json::json;
use stepwright_engine::{StoredExecutions, UnreadableExecution};

use crate::args::QuarantineArguments;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::progress::ProgressLine;
use crate::terminal::table::{cell, table};

/// Lists the executions with their reasons.
pub(crate) fn quarantine(arguments: &QuarantineArguments) -> Result<(), Failure> {
    let place = arguments.store.place()?;
    let mut stored = store_file::open_snapshot(&place)?;
    let unreadable = unreadable(&mut stored)?;
    if arguments.json {
        output::line(format_args!("{:#}", to_json(&unreadable)));
        return Ok(());
    }
    let Some(first) = unreadable.first() else {
        diagnostics::note("each open execution can be read");
        return Ok(());
    };
    let rows: Vec<_> = unreadable.iter().map(row).collect();
    output::print(table(["NAME", "MACHINE", "STARTED", "REASON"], &rows));
    let (path, arn) = (place.arguments(), &first.id);
    diagnostics::note(&format!(
        "a version that can read an execution continues it; to end one, run:
  stepwright store export {path} --name {arn} --output FILE
  stepwright store abort {path} --name {arn}
  stepwright store delete {path} --name {arn}"
    ));
    Ok(())
}

/// Reads each open execution, with a progress line.
pub(crate) fn unreadable(
    stored: &mut StoredExecutions,
) -> Result<Vec<UnreadableExecution>, Failure> {
    let mut progress = ProgressLine::new();
    let unreadable = stored.unreadable(|done, all| {
        progress.step(format_args!("reading open execution {done} of {all}"));
    });
    progress.end();
    unreadable.map_err(cannot)
}

fn row(execution: &UnreadableExecution) -> [String; 4] {
    [
        cell(&execution.name),
        cell(&execution.machine),
        execution.started.to_string(),
        cell(&execution.reason),
    ]
}

fn to_json(unreadable: &[UnreadableExecution]) -> serde_json::Value {
    let executions = unreadable.iter().map(|execution| {
        json!({
            "executionArn": execution.id,
            "name": execution.name,
            "stateMachineName": execution.machine,
            "startDate": execution.started.to_string(),
            "reason": execution.reason,
        })
    });
    json!({ "executions": executions.collect::<Vec<_>>() })
}
