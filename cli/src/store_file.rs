//! Opens the store of a command: a file, or a schema of a database.

use std::path::Path;

use stepwright_asl::similar::did_you_mean;
use stepwright_engine::private_file;
use stepwright_engine::store::{SqliteReader, SqliteStore, Store, StoreError, StoreReader};
use stepwright_engine::{
    ExecutionDescription, ExecutionFilter, ExecutionSummary, StoredExecutions,
};

use crate::failure::Failure;
use crate::store_place::{DatabasePlace, StorePlace};
use crate::terminal::diagnostics;

/// Number of the newest executions that are searched for a similar name.
const NEWEST: usize = 10_000;

/// The failure for an error of the store.
pub(crate) fn cannot(error: StoreError) -> Failure {
    Failure::Usage(error.to_string())
}

/// Opens a store for reading, even while an engine uses it.
pub(crate) fn open(place: &StorePlace) -> Result<StoredExecutions, Failure> {
    Ok(StoredExecutions::new(match place {
        StorePlace::File(path) => Box::new(reader(path)?),
        StorePlace::Database(database) => database_reader(database)?,
    }))
}

/// Opens a store for reading as it is now.
pub(crate) fn open_snapshot(place: &StorePlace) -> Result<StoredExecutions, Failure> {
    Ok(StoredExecutions::new(snapshot(place)?))
}

/// Opens the reader of a store, which sees the store as it is now.
pub(crate) fn snapshot(place: &StorePlace) -> Result<Box<dyn StoreReader>, Failure> {
    match place {
        StorePlace::File(path) => {
            let mut reader = reader(path)?;
            reader.begin_snapshot().map_err(cannot)?;
            Ok(Box::new(reader))
        }
        StorePlace::Database(database) => database_snapshot(database),
    }
}

/// Opens the reader of a file.
pub(crate) fn reader(path: &Path) -> Result<SqliteReader, Failure> {
    check_exists(path)?;
    SqliteReader::open(path).map_err(cannot)
}

/// Opens a store for writing. It must exist, and no engine may have it open.
pub(crate) fn writer(place: &StorePlace) -> Result<Box<dyn Store>, Failure> {
    match place {
        StorePlace::File(path) => check_exists(path)?,
        StorePlace::Database(database) => drop(database_reader(database)?),
    }
    new_writer(place)
}

/// Opens a store for writing, and creates it if it does not exist.
pub(crate) fn new_writer(place: &StorePlace) -> Result<Box<dyn Store>, Failure> {
    match place {
        StorePlace::File(path) => Ok(Box::new(SqliteStore::open(path).map_err(cannot)?)),
        StorePlace::Database(database) => database_writer(database),
    }
}

#[cfg(feature = "postgres")]
fn database_reader(database: &DatabasePlace) -> Result<Box<dyn StoreReader>, Failure> {
    let reader = stepwright_postgres::PostgresReader::open(database.options()?);
    Ok(Box::new(reader.map_err(cannot)?))
}

#[cfg(feature = "postgres")]
fn database_snapshot(database: &DatabasePlace) -> Result<Box<dyn StoreReader>, Failure> {
    let reader = stepwright_postgres::PostgresReader::open(database.options()?);
    let mut reader = reader.map_err(cannot)?;
    reader.begin_snapshot().map_err(cannot)?;
    Ok(Box::new(reader))
}

#[cfg(feature = "postgres")]
fn database_writer(database: &DatabasePlace) -> Result<Box<dyn Store>, Failure> {
    let store = stepwright_postgres::PostgresStore::open_with(database.options()?);
    Ok(Box::new(store.map_err(cannot)?))
}

#[cfg(not(feature = "postgres"))]
fn database_reader(_: &DatabasePlace) -> Result<Box<dyn StoreReader>, Failure> {
    Err(crate::store_place::without_postgres())
}

#[cfg(not(feature = "postgres"))]
fn database_snapshot(database: &DatabasePlace) -> Result<Box<dyn StoreReader>, Failure> {
    database_reader(database)
}

#[cfg(not(feature = "postgres"))]
fn database_writer(_: &DatabasePlace) -> Result<Box<dyn Store>, Failure> {
    Err(crate::store_place::without_postgres())
}

/// Prints a note if all users can read or write the file of a store.
pub(crate) fn note_access(path: &Path) {
    if let Some(mode) = private_file::mode_for_all_users(path) {
        let path = path.display();
        diagnostics::note(&format!(
            "all users have access to the store {path} (mode {mode}), which has the data of executions in plain text; `chmod 600 {path}*` allows only its owner"
        ));
    }
}

/// Fails if there is no file.
pub(crate) fn check_exists(path: &Path) -> Result<(), Failure> {
    if matches!(path.try_exists(), Ok(false)) {
        let hint =
            diagnostics::hint("`stepwright run FILE --store PATH --name NAME` makes a store");
        return Err(Failure::Usage(format!(
            "there is no file {}{hint}",
            path.display()
        )));
    }
    Ok(())
}

/// Finds an execution by its name or ARN.
pub(crate) fn find(
    executions: &mut StoredExecutions,
    place: &StorePlace,
    name: &str,
    machine: Option<&str>,
) -> Result<ExecutionDescription, Failure> {
    let is_arn = name.starts_with("arn:");
    let mut found = Vec::new();
    if is_arn {
        found.push(name.to_owned());
    } else {
        let mut filter = ExecutionFilter::new().name(name);
        if let Some(machine) = machine {
            filter = filter.machine(machine);
        }
        let page = executions.list(&filter).map_err(cannot)?;
        found.extend(page.executions.into_iter().map(|one| one.id));
    }
    let id = match found.as_slice() {
        [only] => only,
        [] => return Err(unknown(executions, place, name, machine)),
        several => {
            let hint = diagnostics::hint("choose one with --machine, or give its ARN as --name");
            return Err(Failure::Usage(format!(
                "several executions in {} are named `{name}`: {}{hint}",
                place,
                several.join(", ")
            )));
        }
    };
    let described = executions.describe(id).map_err(cannot)?;
    described.ok_or_else(|| unknown(executions, place, name, machine))
}

/// The failure for an unknown name.
fn unknown(
    executions: &mut StoredExecutions,
    place: &StorePlace,
    name: &str,
    machine: Option<&str>,
) -> Failure {
    let newest = match executions.list(&ExecutionFilter::new().limit(NEWEST)) {
        Ok(page) => page.executions,
        Err(error) => return cannot(error),
    };
    let is_of = |one: &&ExecutionSummary| machine.is_none_or(|machine| machine == one.machine);
    let of_machine = match machine {
        Some(machine) => format!(" of the state machine `{machine}`"),
        None => String::new(),
    };
    let mut text = format!("there is no execution `{name}`{of_machine} in {}", place);
    let names = newest.iter().filter(is_of);
    let meant = if name.starts_with("arn:") {
        did_you_mean(name, names.map(|one| one.id.as_str()))
    } else {
        did_you_mean(name, names.map(|one| one.name.as_str()))
    };
    let machines = || {
        let machine = machine?;
        let machines = newest.iter().map(|one| one.machine.as_str());
        did_you_mean(machine, machines.filter(|known| *known != machine))
    };
    let listed = || format!("`stepwright executions {}` lists all", place.store_option());
    let hint = meant.or_else(machines).unwrap_or_else(listed);
    text.push_str(&diagnostics::hint(&hint));
    Failure::Usage(text)
}
