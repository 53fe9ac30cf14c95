//! `stepwright store abort` and `delete`: executions that no engine can read, or that are no longer needed.

use stepwright_runtime::clock;
use stepwright_runtime::store::{Change, SqliteStore, Store, StoreError, StoredExecution};
use stepwright_runtime::{Status, StoredExecutions};

use crate::args::StoredExecutionArguments;
use crate::failure::Failure;
use crate::report;
use crate::store::{self, cannot};
use crate::store_row;

/// Ends an open execution that cannot be read.
pub(crate) fn abort(arguments: &StoredExecutionArguments) -> Result<(), Failure> {
    let (mut store, row) = find(arguments)?;
    let (arn, path) = (&row.arn, arguments.file.display());
    if row.status != Status::Running {
        return Err(Failure::Usage(format!(
            "the execution `{arn}` is not open: its status is {}",
            row.status
        )));
    }
    let mut stored = StoredExecutions::new(store.reader().map_err(cannot)?);
    if stored.describe(arn).is_ok() {
        let hint = report::hint(&format!(
            "stop it with StopExecution while `stepwright serve --store {path}` runs"
        ));
        return Err(Failure::Usage(format!(
            "only unreadable executions can be aborted here, but `{arn}` can be read{hint}"
        )));
    }
    let close = Change::Close {
        key: row.key,
        status: Status::Aborted,
        stopped: clock::system_time().max(row.started),
    };
    store.commit(&[close]).map_err(cannot)?;
    report::note(&format!("the execution `{arn}` is aborted"));
    Ok(())
}

/// Deletes an ended execution.
pub(crate) fn delete(arguments: &StoredExecutionArguments) -> Result<(), Failure> {
    let (mut store, row) = find(arguments)?;
    let arn = &row.arn;
    match store.commit(&[Change::Delete { key: row.key }]) {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => {
            let hint =
                report::hint("stop it first, or use `stepwright store abort` if it cannot be read");
            return Err(Failure::Usage(format!(
                "the execution `{arn}`, or a child of its Map Runs, is open{hint}"
            )));
        }
        Err(error) => return Err(cannot(error)),
    }
    report::note(&format!("the execution `{arn}` is deleted"));
    Ok(())
}

/// Opens the store for writing, and finds the execution by its name or its ARN.
fn find(arguments: &StoredExecutionArguments) -> Result<(SqliteStore, StoredExecution), Failure> {
    let StoredExecutionArguments {
        file,
        name,
        machine,
    } = arguments;
    store::check_exists(file)?;
    let store = SqliteStore::open(file).map_err(cannot)?;
    let mut reader = store.reader().map_err(cannot)?;
    let row = store_row::find(&mut *reader, file, name, machine.as_deref())?;
    Ok((store, row))
}
