//! Invariants of the children of Distributed Maps.

use std::collections::HashMap;

use stepwright_runtime::{Engine, MapRun, Status};

use crate::check;
use crate::logged::LoggedExecution;
use crate::machines::{self, SPREAD};
use crate::verdict::{Broken, Verdict};

/// How many children each Map Run has.
const CHILDREN: u64 = 3;

/// Checks a finished Map Run and its Standard children, which are ordinary executions.
pub(crate) async fn check(
    engine: &Engine,
    map_run: &MapRun,
    logged: &mut HashMap<String, LoggedExecution>,
    verdict: &mut Verdict,
) -> Result<(), Broken> {
    let arn = &map_run.arn;
    let counts = map_run.executions;
    if map_run.status != Status::Succeeded
        || (counts.succeeded, counts.total) != (CHILDREN, CHILDREN)
    {
        verdict.broken(format!("{arn} ended {}: {counts:?}", map_run.status));
    }
    if is_express(arn) {
        return Ok(());
    }
    let children = engine.blocking_map_run_executions(arn);
    let children = children.map_err(|error| error.to_string())?;
    if children.len() as u64 != CHILDREN {
        verdict.lost(format!("{arn} has {} children", children.len()));
    }
    for child in children {
        let found = engine.blocking_execution(&child.id);
        let Some(run) = found.map_err(|error| error.to_string())? else {
            verdict.lost(format!("{} is not there", child.id));
            continue;
        };
        if run.status() == Status::Running {
            verdict.stuck(format!("{} still runs", child.id));
            continue;
        }
        let report = run.report().await;
        let output = machines::output_of_child(&run.execution().input().to_json());
        let logged = logged.remove(&child.id).unwrap_or_default();
        check::judge(&child.id, &report, Some(&output), &logged, verdict);
    }
    Ok(())
}

fn is_express(map_run: &str) -> bool {
    map_run.contains("/express:")
}

/// Express children are not stored: a running child restarts whenever the process was killed, and
/// ends at last.
pub(crate) fn check_express(logged: &mut HashMap<String, LoggedExecution>, verdict: &mut Verdict) {
    let prefix = format!(":express:{SPREAD}/express:");
    for (arn, logged) in logged.extract_if(|arn, _| arn.contains(&prefix)) {
        if !logged.attempts.iter().any(|attempt| attempt.is_over) {
            verdict.broken(format!("{arn}: its task never ended"));
        }
    }
}
