//! `stepwright store`: looks into a store, backs it up, copies and compacts it.

mod check;
mod copy;
mod execution;
mod export;
mod info;
pub(crate) mod quarantine;
mod row;

use std::time::Instant;

use stepwright_engine::store::{Recovery, SqliteStore};

use crate::args::{
    BackupArguments, CompactArguments, RecoverArguments, RestoreArguments, StoreCommand,
};
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;

pub(crate) fn store(command: &StoreCommand) -> Result<(), Failure> {
    match command {
        StoreCommand::Info(arguments) => info::info(arguments),
        StoreCommand::Check(arguments) => check::check(arguments),
        StoreCommand::Quarantine(arguments) => quarantine::quarantine(arguments),
        StoreCommand::Export(arguments) => export::export(arguments),
        StoreCommand::Compact(arguments) => compact(arguments),
        StoreCommand::Backup(arguments) => backup(arguments),
        StoreCommand::Restore(arguments) => restore(arguments),
        StoreCommand::Recover(arguments) => recover(arguments),
        StoreCommand::Copy(arguments) => copy::copy(arguments),
        StoreCommand::Abort(arguments) => execution::abort(arguments),
        StoreCommand::Delete(arguments) => execution::delete(arguments),
    }
}

/// Writes a backup, and prints its size and duration.
fn backup(arguments: &BackupArguments) -> Result<(), Failure> {
    let BackupArguments { store, to } = arguments;
    let file = store.file(|schema| {
        format!("a database has `pg_dump --schema {schema}`, and `stepwright store copy` writes its store to a file")
    })?;
    let begun = Instant::now();
    store_file::reader(&file)?.backup(to).map_err(cannot)?;
    let metadata = to
        .metadata()
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", to.display())))?;
    crate::terminal::output::line(format_args!(
        "{}: {} bytes in {:.1} s",
        to.display(),
        metadata.len(),
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Replaces a store by a backup, and prints the new names of the old files.
fn restore(arguments: &RestoreArguments) -> Result<(), Failure> {
    let RestoreArguments { backup, store } = arguments;
    let file = store.file(|_| {
        "restore the database with its own tools (`pg_restore`, `psql`); `stepwright store copy` writes a file to an empty schema"
            .to_owned()
    })?;
    let begun = Instant::now();
    let restored = SqliteStore::restore(backup, &file).map_err(cannot)?;
    crate::terminal::output::line(format_args!(
        "{}: {} bytes in {:.1} s",
        file.display(),
        restored.bytes,
        begun.elapsed().as_secs_f64()
    ));
    for path in restored.moved_aside {
        diagnostics::note(&format!("an old file is now {}", path.display()));
    }
    Ok(())
}

/// Makes a store usable again without its log, or without the damaged part of it.
fn recover(arguments: &RecoverArguments) -> Result<(), Failure> {
    let path = arguments
        .store
        .file(|_| "a database recovers its log itself when its server starts".to_owned())?;
    let file = path.display();
    match SqliteStore::recover(&path).map_err(cannot)? {
        Recovery::WithoutLog => diagnostics::warning(&format!(
            "{file} opens without its log; commits that were only in the log are lost"
        )),
        Recovery::LogMovedAside { log } => diagnostics::warning(&format!(
            "{file} opens without its log, which is now {}; commits that are only in the right log are lost",
            log.display()
        )),
        Recovery::BeforeDamage { moved_aside } => {
            diagnostics::warning(&format!(
                "{file} has the commits before the damage of its log; later commits are lost"
            ));
            for path in moved_aside {
                diagnostics::note(&format!("an old file is now {}", path.display()));
            }
        }
        _ => diagnostics::note(&format!("{file} needs no recovery; nothing was changed")),
    }
    Ok(())
}

/// Compacts a store, and prints its sizes before and afterwards.
fn compact(arguments: &CompactArguments) -> Result<(), Failure> {
    let file = &arguments.store.file(|_| {
        "a database frees the space of deleted rows itself, with autovacuum or `VACUUM`".to_owned()
    })?;
    store_file::check_exists(file)?;
    let begun = Instant::now();
    let report = SqliteStore::compact(file).map_err(cannot)?;
    crate::terminal::output::line(format_args!(
        "{}: {} bytes, before {} bytes, in {:.1} s",
        file.display(),
        report.bytes_after,
        report.bytes_before,
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}
