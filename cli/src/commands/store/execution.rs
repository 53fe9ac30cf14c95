//! `stepwright store abort` and `delete`: executions that no engine continues, or that are no
//! longer needed.

use stepwright_engine::clock;
use stepwright_engine::store::{Change, Store, StoreError, StoredExecution};
use stepwright_engine::{Status, StoredExecutions};

use crate::args::StoredExecutionArguments;
use crate::commands::store::row;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;

/// The error of an aborted execution.
const ERROR: &str = "Stepwright.Aborted";
const CAUSE: &str = "`stepwright store abort` ended the execution";

/// Ends an open execution without an engine.
pub(crate) fn abort(arguments: &StoredExecutionArguments) -> Result<(), Failure> {
    let (mut store, row) = find(arguments)?;
    let arn = &row.arn;
    match row.status {
        Status::Running => {}
        Status::Aborted => {
            diagnostics::note(&format!("the execution `{arn}` was aborted before"));
            return Ok(());
        }
        status => {
            return Err(Failure::Usage(format!(
                "the execution `{arn}` is not open: its status is {status}"
            )));
        }
    }
    let mut stored = StoredExecutions::new(store.reader().map_err(cannot)?);
    let abort = stored
        .abort(&row, ERROR, CAUSE, clock::system_time())
        .map_err(cannot)?;
    store.commit(&abort.changes).map_err(cannot)?;
    diagnostics::note(&format!("the execution `{arn}` is aborted"));
    if abort.children > 0 {
        let children = abort.children;
        diagnostics::note(&format!("{children} children of its Map Runs are aborted"));
    }
    if let Some(error) = abort.unreadable {
        diagnostics::note(&format!("its history has no last event: {error}"));
    }
    Ok(())
}

/// Deletes an ended execution.
pub(crate) fn delete(arguments: &StoredExecutionArguments) -> Result<(), Failure> {
    let (mut store, row) = find(arguments)?;
    let arn = &row.arn;
    match store.commit(&[Change::Delete { key: row.key }]) {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => {
            let hint = diagnostics::hint("stop it first, or use `stepwright store abort`");
            return Err(Failure::Usage(format!(
                "the execution `{arn}`, or a child of its Map Runs, is open{hint}"
            )));
        }
        Err(error) => return Err(cannot(error)),
    }
    diagnostics::note(&format!("the execution `{arn}` is deleted"));
    Ok(())
}

/// Opens the store for writing, and finds the execution by its name or its ARN.
fn find(
    arguments: &StoredExecutionArguments,
) -> Result<(Box<dyn Store>, StoredExecution), Failure> {
    let StoredExecutionArguments {
        store,
        name,
        machine,
    } = arguments;
    let place = store.place()?;
    let store = store_file::writer(&place)?;
    let mut reader = store.reader().map_err(cannot)?;
    let row = row::find(&mut *reader, &place, name, machine.as_deref())?;
    Ok((store, row))
}
