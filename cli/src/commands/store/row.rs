//! Finds the row of an execution in a store, also if its records cannot be read.

use stepwright_engine::store::{StoreFilter, StoreReader, StoredExecution};

use crate::failure::Failure;
use crate::store_file::cannot;
use crate::store_place::StorePlace;
use crate::terminal::diagnostics;

/// Finds an execution by its name or its ARN.
pub(crate) fn find(
    reader: &mut dyn StoreReader,
    place: &StorePlace,
    name: &str,
    machine: Option<&str>,
) -> Result<StoredExecution, Failure> {
    let mut found = if name.starts_with("arn:") {
        reader
            .execution(name)
            .map_err(cannot)?
            .into_iter()
            .collect()
    } else {
        let mut filter = StoreFilter::default();
        filter.name = Some(name.to_owned());
        filter.machine = machine.map(str::to_owned);
        reader.list(&filter).map_err(cannot)?
    };
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Failure::Usage(format!(
            "several executions in {place} are named `{name}`{}",
            diagnostics::hint("choose one with --machine, or give its ARN as --name")
        ))),
        (None, _) => Err(unknown(place, name)),
    }
}

/// The failure for an unknown name or ARN.
pub(crate) fn unknown(place: &StorePlace, name: &str) -> Failure {
    let listed = format!("`stepwright executions {}` lists all", place.store_option());
    Failure::Usage(format!(
        "there is no execution `{name}` in {place}{}",
        diagnostics::hint(&listed)
    ))
}
