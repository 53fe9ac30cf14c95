//! `stepwright store copy`: all content of a store in another place.

use std::time::Instant;

use stepwright_engine::store::{self, CopyError, CopyProgress};

use crate::args::CopyArguments;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::progress::ProgressLine;

/// Copies a store, and prints what it has.
pub(crate) fn copy(arguments: &CopyArguments) -> Result<(), Failure> {
    let from = arguments.from.in_schema(arguments.from_schema.as_deref())?;
    let to = arguments.to.in_schema(arguments.to_schema.as_deref())?;
    if from.arguments() == to.arguments() {
        return Err(Failure::Usage(format!(
            "{from} cannot be copied to itself; name another file or schema"
        )));
    }
    let begun = Instant::now();
    // Both are open for writing, so that no engine opens one of them.
    let old = store_file::writer(&from)?;
    let mut new = store_file::new_writer(&to)?;
    let mut reader = old.reader().map_err(cannot)?;
    let mut progress = ProgressLine::new();
    let copied = store::copy(
        &mut *reader,
        &from.arguments(),
        &mut *new,
        &mut |step| match step {
            CopyProgress::Checking => progress.long_step(format_args!("checking {from}")),
            CopyProgress::Copying { done, all } => {
                progress.step(format_args!("copying execution {done} of {all}"));
            }
            CopyProgress::Comparing { done, all } => {
                progress.step(format_args!("comparing execution {done} of {all}"));
            }
            _ => {}
        },
    );
    progress.end();
    let copied = copied.map_err(|error| match error {
        CopyError::Different { .. } => Failure::Failed(error.to_string()),
        error => Failure::Usage(format!("cannot copy {from} to {to}: {error}")),
    })?;
    output::line(format_args!(
        "{to}: copied and compared in {:.1} s: {} executions with {} records, {} definitions, {} Map Runs, {} activities, {} documents, {} messages",
        begun.elapsed().as_secs_f64(),
        copied.executions,
        copied.records,
        copied.versions,
        copied.map_runs,
        copied.activities,
        copied.documents,
        copied.messages,
    ));
    diagnostics::note(&format!(
        "{from} is unchanged and has the same open executions: start an engine on only one of the two"
    ));
    Ok(())
}
