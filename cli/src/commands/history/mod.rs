//! `stepwright history`: the events of an execution in a store, the values of its expressions, or a
//! test of it.

mod explanation;

use stepwright_engine::history::{Event, HistoryQuery};
use stepwright_engine::search::searched_text;
use stepwright_engine::{ExecutionDescription, Redaction};
use stepwright_testing::GeneratedTest;

use crate::args::{HistoryArguments, HistoryFormat};
use crate::failure::Failure;
use crate::store_file;
use crate::terminal::heading::heading;
use crate::terminal::output;
use crate::terminal::table::{cell, table};

/// Prints the events, the explanation of the states, or a test.
pub(crate) async fn history(arguments: &HistoryArguments) -> Result<(), Failure> {
    let Some(place) = &arguments.store else {
        return explanation::of_recorded(arguments);
    };
    let place = &place.in_schema(arguments.schema.as_deref())?;
    let mut executions = arguments.redact.open(place)?;
    let name = arguments.name.as_deref().unwrap_or_default();
    let machine = arguments.machine.as_deref();
    let found = store_file::find(&mut executions, place, name, machine)?;
    if arguments.explain {
        return explanation::of_stored(arguments, &found);
    }
    let redaction = found.history.redaction();
    let mut query = HistoryQuery::new().redact(redaction);
    if arguments.reverse {
        query = query.reverse();
    }
    let page = found.history.page(&query);
    let page = page.map_err(|error| Failure::Usage(error.to_string()))?;
    match arguments.format {
        HistoryFormat::Json => output::line(format_args!("{:#}", page.to_json())),
        HistoryFormat::Text => output::print(text(&found, &page.events, redaction)),
        HistoryFormat::Test if redaction.has_fields() => {
            return Err(Failure::Usage(
                "`--format test` prints the data without masks; use `--reveal-secrets` and omit `--redact`".to_owned(),
            ));
        }
        HistoryFormat::Test => {
            let test = GeneratedTest::of(&found.history).await;
            let test = test.map_err(|error| Failure::Failed(error.to_string()))?;
            output::document(test.source());
        }
    }
    Ok(())
}

fn text(found: &ExecutionDescription, events: &[Event], redaction: &Redaction) -> String {
    let head = heading(found);
    let rows: Vec<_> = events.iter().map(|event| row(event, redaction)).collect();
    let headings = ["ID", "TIME", "EVENT", "STATE", "DETAILS"];
    format!("{head}{}", table(headings, &rows))
}

fn row(event: &Event, redaction: &Redaction) -> [String; 5] {
    let mut place = event.scope();
    place.extend(event.state_name().map(str::to_owned));
    let details = match (event.error(), event.cause()) {
        (Some(error), Some(cause)) => {
            format!("{}: {}", redaction.text(error), redaction.text(cause))
        }
        (Some(error), None) => redaction.text(error).into_owned(),
        (None, Some(cause)) => redaction.text(cause).into_owned(),
        (None, None) => event
            .value()
            .map_or_else(String::new, |value| searched_text(value, redaction)),
    };
    [
        event.id().to_string(),
        event.timestamp().to_string(),
        event.kind().name().to_owned(),
        cell(&place.join(" > ")),
        cell(&details),
    ]
}
