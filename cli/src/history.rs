//! `stepwright history`: what an execution of a store did.

use stepwright_runtime::ExecutionDescription;
use stepwright_runtime::history::{Event, HistoryQuery};

use crate::args::{HistoryArguments, StoreFormat};
use crate::failure::Failure;
use crate::output;
use crate::store;
use crate::table::{cell, table};

/// Prints the events.
pub(crate) fn history(arguments: &HistoryArguments) -> Result<(), Failure> {
    let path = &arguments.store;
    let mut executions = store::open(path)?;
    let machine = arguments.machine.as_deref();
    let found = store::find(&mut executions, path, &arguments.name, machine)?;
    let mut query = HistoryQuery::new();
    if arguments.reverse {
        query = query.reverse();
    }
    let page = found.history.page(&query);
    let page = page.map_err(|error| Failure::Usage(error.to_string()))?;
    match arguments.format {
        StoreFormat::Json => output::line(format_args!("{:#}", page.to_json())),
        StoreFormat::Text => output::print(text(&found, &page.events)),
    }
    Ok(())
}

fn text(found: &ExecutionDescription, events: &[Event]) -> String {
    let about = &found.summary;
    let ended = match about.stopped {
        Some(stopped) => format!(", ended {stopped}"),
        None => String::new(),
    };
    let head = format!(
        "{} of {}: {}, started {}{ended}\n",
        cell(&about.name),
        cell(&about.machine),
        about.status,
        about.started
    );
    let rows: Vec<_> = events.iter().map(row).collect();
    let headings = ["ID", "TIME", "EVENT", "STATE", "DETAILS"];
    format!("{head}{}", table(headings, &rows))
}

fn row(event: &Event) -> [String; 5] {
    let mut place = event.scope();
    place.extend(event.state_name().map(str::to_owned));
    let details = match (event.error(), event.cause()) {
        (Some(error), Some(cause)) => format!("{error}: {cause}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => event
            .value()
            .map_or_else(String::new, |value| value.to_text()),
    };
    [
        event.id().to_string(),
        event.timestamp().to_string(),
        event.kind().name().to_owned(),
        cell(&place.join(" > ")),
        cell(&details),
    ]
}
