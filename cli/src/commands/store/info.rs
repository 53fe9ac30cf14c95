//! `stepwright store info`: the version, the sizes and the counts of a store.

use std::cmp::Reverse;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use stepwright_asl::words::more;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    SqliteReader, StatusCounts, StoreContent, StoreError, StoreReader, StoreSession,
    StoredMachineInfo,
};
use stepwright_engine::{Status, StoredExecutions};

use crate::args::InfoArguments;
use crate::commands::store::quarantine::unreadable;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::store_place::{DatabasePlace, StorePlace};
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::table::{cell, table};

/// The maximum number of state machines in the text.
const MOST_MACHINES: usize = 20;

const NO_SESSION: &str = "no engine has it open";

const STATUSES: [Status; 5] = [
    Status::Running,
    Status::Succeeded,
    Status::Failed,
    Status::TimedOut,
    Status::Aborted,
];

/// What the text and the JSON contain of a store of this version.
struct Info {
    /// The lines and the fields that only a file, or only a database, has.
    lines: Vec<(&'static str, String)>,
    fields: Map<String, Json>,
    content: StoreContent,
    unreadable: usize,
    /// `None` when its document cannot be read.
    newest_trusted_time: Option<Option<Timestamp>>,
}

/// Prints the information.
pub(crate) fn info(arguments: &InfoArguments) -> Result<(), Failure> {
    let place = &arguments.store.place()?;
    let info = match place {
        StorePlace::File(file) => {
            store_file::check_exists(file)?;
            match SqliteReader::open(file) {
                Ok(reader) => of_file(place, reader)?,
                Err(
                    error @ (StoreError::OlderVersion { found, known, .. }
                    | StoreError::NewerVersion { found, known, .. }),
                ) => return other_version(file, arguments.json, found, known, &error),
                Err(
                    error @ (StoreError::Corrupt { .. }
                    | StoreError::ForeignLog { .. }
                    | StoreError::MissingLog { .. }),
                ) => return Err(Failure::Failed(error.to_string())),
                Err(error) => return Err(cannot(error)),
            }
        }
        StorePlace::Database(database) => of_database(place, database)?,
    };
    if arguments.json {
        output::line(format_args!("{:#}", to_json(info)))
    } else {
        output::print(text(place, &info))
    }
    if let StorePlace::File(file) = place {
        store_file::note_access(file);
    }
    Ok(())
}

fn of_file(place: &StorePlace, mut reader: SqliteReader) -> Result<Info, Failure> {
    reader.begin_snapshot().map_err(cannot)?;
    let info = reader.info().map_err(cannot)?;
    let session = match &info.session {
        StoreSession::Open { by } => by.clone(),
        StoreSession::Interrupted => {
            "no engine has it open; the last one did not close it, and the next one uses its log"
                .to_owned()
        }
        _ => NO_SESSION.to_owned(),
    };
    let free = info.free_pages * info.page_bytes;
    let lines = vec![
        ("session", session),
        ("schema version", version(info.layout, info.layout)),
        (
            "file",
            format!(
                "{}, of which {} are free",
                bytes(info.file_bytes),
                bytes(free)
            ),
        ),
        ("log", bytes(info.log_bytes)),
    ];
    let mut fields = place.to_json();
    fields.extend([
        ("schemaVersion".to_owned(), json!(info.layout)),
        ("newestSchemaVersion".to_owned(), json!(info.layout)),
        (
            "session".to_owned(),
            json!(match info.session {
                StoreSession::Open { .. } => "open",
                StoreSession::Interrupted => "interrupted",
                _ => "closed",
            }),
        ),
        ("fileBytes".to_owned(), json!(info.file_bytes)),
        ("logBytes".to_owned(), json!(info.log_bytes)),
        ("pageBytes".to_owned(), json!(info.page_bytes)),
        ("pages".to_owned(), json!(info.pages)),
        ("freePages".to_owned(), json!(info.free_pages)),
    ]);
    read(lines, fields, info.content, Box::new(reader))
}

#[cfg(feature = "postgres")]
fn of_database(place: &StorePlace, database: &DatabasePlace) -> Result<Info, Failure> {
    let reader = stepwright_postgres::PostgresReader::open(database.options()?);
    let mut reader = reader.map_err(cannot)?;
    reader.begin_snapshot().map_err(cannot)?;
    let info = reader.info().map_err(cannot)?;
    let session = match &info.lease {
        Some(lease) => format!("{} has it open until {}", lease.holder, lease.expires),
        None => NO_SESSION.to_owned(),
    };
    let lines = vec![
        ("session", session),
        ("schema version", version(info.layout, info.layout)),
        ("server", format!("PostgreSQL {}", info.server)),
        ("epoch", info.epoch.to_string()),
        ("last commit", info.last_commit.to_string()),
        ("tables", bytes(info.table_bytes)),
        ("indexes", bytes(info.index_bytes)),
    ];
    let is_open = info.lease.is_some();
    let lease = info
        .lease
        .as_ref()
        .map(|lease| json!({"holder": lease.holder, "expires": lease.expires.to_string()}));
    let mut fields = place.to_json();
    fields.extend([
        ("schemaVersion".to_owned(), json!(info.layout)),
        ("newestSchemaVersion".to_owned(), json!(info.layout)),
        (
            "session".to_owned(),
            json!(if is_open { "open" } else { "closed" }),
        ),
        ("serverVersion".to_owned(), json!(info.server)),
        ("epoch".to_owned(), json!(info.epoch)),
        ("lastCommit".to_owned(), json!(info.last_commit)),
        ("lease".to_owned(), json!(lease)),
        ("tableBytes".to_owned(), json!(info.table_bytes)),
        ("indexBytes".to_owned(), json!(info.index_bytes)),
    ]);
    read(lines, fields, info.content, Box::new(reader))
}

#[cfg(not(feature = "postgres"))]
fn of_database(_: &StorePlace, _: &DatabasePlace) -> Result<Info, Failure> {
    Err(crate::store_place::without_postgres())
}

/// Reads what all stores have.
fn read(
    lines: Vec<(&'static str, String)>,
    fields: Map<String, Json>,
    content: StoreContent,
    reader: Box<dyn StoreReader>,
) -> Result<Info, Failure> {
    let mut stored = StoredExecutions::new(reader);
    let newest_trusted_time = match stored.newest_trusted_time() {
        Ok(time) => Some(time),
        Err(StoreError::Corrupt { .. } | StoreError::Unreadable { .. }) => None,
        Err(error) => return Err(cannot(error)),
    };
    Ok(Info {
        lines,
        fields,
        content,
        unreadable: unreadable(&mut stored)?.len(),
        newest_trusted_time,
    })
}

/// Prints the information about a store that this version cannot read.
fn other_version(
    file: &Path,
    is_json: bool,
    found: i64,
    known: i64,
    error: &StoreError,
) -> Result<(), Failure> {
    let size = |path: &Path| match path.metadata() {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Failure::Usage(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    };
    let file_bytes = size(file)?;
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    let log_bytes = size(log.as_ref())?;
    if is_json {
        let shown = json!({
            "file": file.display().to_string(),
            "schemaVersion": found,
            "newestSchemaVersion": known,
            "fileBytes": file_bytes,
            "logBytes": log_bytes,
        });
        output::line(format_args!("{shown:#}"));
    } else {
        let rows = [
            ("schema version", version(found, known)),
            ("file", bytes(file_bytes)),
            ("log", bytes(log_bytes)),
        ];
        output::print(lines(&rows));
    }
    diagnostics::note(&error.to_string());
    Ok(())
}

fn to_json(info: Info) -> Json {
    let content = &info.content;
    let machines = content.machines.iter().map(|machine| {
        json!({"name": machine.name, "versions": machine.versions, "executions": machine.executions})
    });
    let oldest_open = content
        .oldest_open
        .as_ref()
        .map(|oldest| json!({"executionArn": oldest.id, "startDate": oldest.started.to_string()}));
    let text = |time: Timestamp| time.to_string();
    let fields = [
        ("executions", counts_json(&content.executions)),
        ("children", counts_json(&content.children)),
        ("unreadable", json!(info.unreadable)),
        ("stateMachines", machines.collect()),
        ("mapRuns", json!(content.map_runs)),
        ("activities", json!(content.activities)),
        ("documents", json!(content.documents)),
        ("statusChanges", json!(content.status_changes)),
        ("stops", json!(content.stops)),
        ("oldestOpenExecution", json!(oldest_open)),
        ("oldestStartDate", json!(content.oldest_start.map(text))),
        (
            "newestTrustedTime",
            json!(info.newest_trusted_time.flatten().map(text)),
        ),
    ];
    let mut object = info.fields;
    object.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    Json::Object(object)
}

fn counts_json(counts: &StatusCounts) -> Json {
    let counts = STATUSES.map(|status| (status.as_str().to_owned(), json!(counts.of(status))));
    Json::Object(counts.into_iter().collect())
}

fn text(place: &StorePlace, info: &Info) -> String {
    let content = &info.content;
    let oldest_open = match &content.oldest_open {
        Some(oldest) => format!("{}, started {}", cell(&oldest.id), oldest.started),
        None => "none".to_owned(),
    };
    let time = |time: Option<Timestamp>| time.map_or("none".to_owned(), |time| time.to_string());
    let trusted = match info.newest_trusted_time {
        Some(trusted) => time(trusted),
        None => "its document is damaged".to_owned(),
    };
    let mut rows = vec![("store", place.to_string())];
    rows.extend(info.lines.iter().cloned());
    rows.extend([
        ("map runs", content.map_runs.to_string()),
        ("activities", content.activities.to_string()),
        ("documents", content.documents.to_string()),
        ("status changes", content.status_changes.to_string()),
        ("stops", content.stops.to_string()),
        ("oldest open", oldest_open),
        ("oldest start", time(content.oldest_start)),
        ("trusted time", trusted),
    ]);
    let statuses = STATUSES.map(|status| {
        [
            status.as_str().to_owned(),
            content.executions.of(status).to_string(),
            content.children.of(status).to_string(),
        ]
    });
    let mut statuses = statuses.to_vec();
    statuses.insert(
        1,
        [
            "  unreadable".to_owned(),
            info.unreadable.to_string(),
            String::new(),
        ],
    );
    let statuses = table(["STATUS", "EXECUTIONS", "CHILDREN"], &statuses);
    format!(
        "{}\n{statuses}{}",
        lines(&rows),
        machines(&content.machines)
    )
}

/// The table of state machines, those with the most executions first.
fn machines(all: &[StoredMachineInfo]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<_> = all.iter().collect();
    sorted.sort_by_key(|machine| Reverse(machine.executions));
    let rows: Vec<_> = sorted
        .iter()
        .take(MOST_MACHINES)
        .map(|machine| {
            [
                cell(&machine.name),
                machine.versions.to_string(),
                machine.executions.to_string(),
            ]
        })
        .collect();
    let shown = table(["MACHINE", "VERSIONS", "EXECUTIONS"], &rows);
    let more = more(all.len().saturating_sub(MOST_MACHINES));
    let more = more.map_or(String::new(), |more| {
        format!("{more}, which `--json` prints\n")
    });
    format!("\n{shown}{more}")
}

fn version(found: i64, known: i64) -> String {
    if found == known {
        format!("{found}, as this command")
    } else {
        format!("{found}; this command reads {known}")
    }
}

/// Lines of names and values.
fn lines(rows: &[(&str, String)]) -> String {
    let style = anstyle::Style::new().bold();
    let lines = rows
        .iter()
        .map(|(name, value)| format!("{style}{name:<15}{style:#} {value}\n"));
    lines.collect()
}

/// A number of bytes, also in the largest unit that fits.
fn bytes(count: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units.into_iter().find(|(shift, _)| count >> shift > 0);
    match unit {
        Some((shift, name)) => {
            let whole = 1_u64 << shift;
            let tenths = u128::from(count) * 10 / u128::from(whole);
            format!("{count} bytes ({}.{} {name})", tenths / 10, tenths % 10)
        }
        None => format!("{count} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_their_largest_unit() {
        let texts = [0, 1_023, 1_024, 1_572_864, 5 << 30, u64::MAX].map(bytes);
        assert_eq!(
            texts,
            [
                "0 bytes",
                "1023 bytes",
                "1024 bytes (1.0 KiB)",
                "1572864 bytes (1.5 MiB)",
                "5368709120 bytes (5.0 GiB)",
                "18446744073709551615 bytes (17179869183.9 GiB)",
            ]
        );
    }
}
