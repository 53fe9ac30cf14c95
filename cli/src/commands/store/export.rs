//! `stepwright store export`: executions as lines of JSON.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};
use stepwright_engine::history::HistoryQuery;
use stepwright_engine::search::searched_text;
use stepwright_engine::store::{StoreError, StoreReader, StoredExecution};
use stepwright_engine::{ExecutionDescription, ExportedExecution, Redaction, StoredExecutions};
use tempfile::NamedTempFile;

use crate::args::ExportArguments;
use crate::commands::store::row;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::store_place::StorePlace;
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::progress::ProgressLine;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        cannot(error)
    }
}

/// Writes the executions to standard output or to a file.
pub(crate) fn export(arguments: &ExportArguments) -> Result<(), Failure> {
    let place = &arguments.store.place()?;
    let mut stored = store_file::open_snapshot(place)?;
    let reader = stored.reader();
    let arn = match &arguments.name {
        Some(name) => Some(find(reader, place, name, arguments.machine.as_deref())?),
        None => None,
    };
    let redaction = arguments.redact.redaction_of_store(reader)?;
    let Some(to) = &arguments.output else {
        let exported = write(&mut stored, arn.as_deref(), &redaction, |line| {
            output::line(line);
            Ok(())
        })?;
        return check_found(exported, place, arn);
    };
    let new = NewFile::create(to, arguments.force)?;
    let mut out = BufWriter::new(&new.temporary);
    let exported = write(&mut stored, arn.as_deref(), &redaction, |line| {
        writeln!(out, "{line}").map_err(|error| cannot_write(to, error))
    })?;
    out.flush().map_err(|error| cannot_write(to, error))?;
    drop(out);
    check_found(exported, place, arn)?;
    new.publish()?;
    diagnostics::note(&format!("exported executions: {exported}"));
    Ok(())
}

/// Returns the ARN of an execution. The row of one that is given by its ARN may be damaged.
fn find(
    reader: &mut dyn StoreReader,
    place: &StorePlace,
    name: &str,
    machine: Option<&str>,
) -> Result<String, Failure> {
    if name.starts_with("arn:") {
        return Ok(name.to_owned());
    }
    Ok(row::find(reader, place, name, machine)?.arn.to_string())
}

fn check_found(exported: u64, place: &StorePlace, arn: Option<String>) -> Result<(), Failure> {
    match arn {
        Some(arn) if exported == 0 => Err(row::unknown(place, &arn)),
        _ => Ok(()),
    }
}

/// Passes the line of each execution to a function.
fn write(
    stored: &mut StoredExecutions,
    arn: Option<&str>,
    redaction: &Redaction,
    mut line: impl FnMut(Json) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let mut progress = ProgressLine::new();
    let mut count = 0_u64;
    let exported = stored.export(arn, |execution| {
        count += 1;
        progress.step(format_args!("exporting execution {count}"));
        line(to_json(&execution, redaction)?)
    });
    progress.end();
    exported
}

fn to_json(exported: &ExportedExecution, redaction: &Redaction) -> Result<Json, Failure> {
    let mut object = match &exported.row.execution {
        Ok(row) => row_json(row),
        Err(_) => {
            let mut object = Map::new();
            object.insert("executionArn".to_owned(), json!(exported.row.arn));
            object.insert("key".to_owned(), json!(exported.row.key));
            object
        }
    };
    if let Some(machine) = &exported.machine {
        object.insert("definition".to_owned(), json!(machine.definition));
    }
    match &exported.description {
        Ok(description) => add_description(&mut object, description, redaction)?,
        Err(error) => {
            object.insert("unreadable".to_owned(), json!(error.to_string()));
            let records = exported.records.iter().map(|record| {
                json!({
                    "sequence": record.seq,
                    "isWhole": record.is_whole,
                    "data": BASE64.encode(&record.data),
                })
            });
            object.insert("records".to_owned(), records.collect());
        }
    }
    Ok(Json::Object(object))
}

fn row_json(row: &StoredExecution) -> Map<String, Json> {
    let mut object = Map::new();
    let mut set = |name: &str, value: Json| {
        if !value.is_null() {
            object.insert(name.to_owned(), value);
        }
    };
    set("executionArn", json!(row.arn));
    set("key", json!(row.key));
    set("name", json!(row.name));
    set("stateMachineName", json!(row.machine));
    set("definitionHash", json!(row.machine_hash));
    set("status", json!(row.status.as_str()));
    set("startDate", json!(row.started.to_string()));
    set("stopDate", json!(row.stopped.map(|time| time.to_string())));
    if let Some(child) = &row.child_of {
        set("mapRunArn", json!(child.map_run));
        set("childNumber", json!(child.number));
    }
    let listing = &row.listing;
    set("redriveCount", json!(listing.redrive_count));
    set(
        "redriveDate",
        json!(listing.redriven.map(|time| time.to_string())),
    );
    set("itemCount", json!(listing.items));
    if let Some(origin) = &listing.origin {
        set("stateMachineArn", json!(origin.machine));
        set("stateMachineVersionArn", json!(origin.version));
        set("stateMachineAliasArn", json!(origin.alias));
    }
    object
}

/// Adds the fields of DescribeExecution and GetExecutionHistory, without sensitive data. As there,
/// input and output are texts.
fn add_description(
    object: &mut Map<String, Json>,
    description: &ExecutionDescription,
    redaction: &Redaction,
) -> Result<(), Failure> {
    object.insert("stateMachineArn".to_owned(), json!(description.machine.arn));
    object.insert(
        "input".to_owned(),
        json!(searched_text(&description.input, redaction)),
    );
    if let Some(output) = &description.output {
        object.insert("output".to_owned(), json!(searched_text(output, redaction)));
    }
    if let Some(error) = &description.error {
        object.insert("error".to_owned(), json!(redaction.text(error)));
    }
    if let Some(cause) = &description.cause {
        object.insert("cause".to_owned(), json!(redaction.text(cause)));
    }
    let page = description
        .history
        .page(&HistoryQuery::new().redact(redaction));
    let page = page.map_err(|error| Failure::Usage(error.to_string()))?;
    let mut history = page.to_json();
    object.insert("events".to_owned(), history["events"].take());
    Ok(())
}

/// A file that gets its name when it is complete.
struct NewFile {
    path: PathBuf,
    temporary: NamedTempFile,
    may_replace: bool,
}

impl NewFile {
    fn create(path: &Path, may_replace: bool) -> Result<Self, Failure> {
        let mut path = path.to_owned();
        match path.metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(cannot_write(&path, error)),
            Ok(_) if !may_replace => return Err(exists(&path)),
            Ok(metadata) if !metadata.is_file() => {
                return Err(Failure::Usage(format!(
                    "{} is no regular file, and is not replaced",
                    path.display()
                )));
            }
            // The target of a link is replaced, not the link.
            Ok(_) => {
                path = path
                    .canonicalize()
                    .map_err(|error| cannot_write(&path, error))?;
            }
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let temporary = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| cannot_write(&path, error))?;
        Ok(Self {
            path,
            temporary,
            may_replace,
        })
    }

    fn publish(self) -> Result<(), Failure> {
        let Self {
            path,
            temporary,
            may_replace,
        } = self;
        let synced = temporary.as_file().sync_all();
        synced.map_err(|error| cannot_write(&path, error))?;
        let published = if may_replace {
            temporary.persist(&path)
        } else {
            temporary.persist_noclobber(&path)
        };
        match published {
            Ok(_) => Ok(()),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => Err(exists(&path)),
            Err(failed) => Err(cannot_write(&path, failed.error)),
        }
    }
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!(
        "there is a file {} already{}",
        path.display(),
        diagnostics::hint("--force replaces it")
    ))
}

fn cannot_write(path: &Path, error: io::Error) -> Failure {
    Failure::Usage(format!("cannot write {}: {error}", path.display()))
}
