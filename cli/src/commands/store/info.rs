//! `stepwright store info`: the version, the sizes and the counts of a store.

use std::cmp::Reverse;
use std::path::Path;

use serde_json::{Value as Json, json};
use stepwright_asl::words::more;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{
    SqliteReader, StatusCounts, StoreError, StoreInfo, StoreSession, StoredMachineInfo,
};
use stepwright_engine::{Status, StoredExecutions};

use crate::args::InfoArguments;
use crate::commands::store::quarantine::unreadable;
use crate::failure::Failure;
use crate::store_file::{self, cannot};
use crate::terminal::diagnostics;
use crate::terminal::output;
use crate::terminal::table::{cell, table};

/// The maximum number of state machines in the text.
const MOST_MACHINES: usize = 20;

const STATUSES: [Status; 5] = [
    Status::Running,
    Status::Succeeded,
    Status::Failed,
    Status::TimedOut,
    Status::Aborted,
];

/// What the text and the JSON contain of a store of this version.
struct Content {
    info: StoreInfo,
    unreadable: usize,
    /// `None` when its document cannot be read.
    newest_trusted_time: Option<Option<Timestamp>>,
}

/// Prints the information.
pub(crate) fn info(arguments: &InfoArguments) -> Result<(), Failure> {
    let file = &arguments.file;
    store_file::check_exists(file)?;
    let reader = match SqliteReader::open(file) {
        Ok(reader) => reader,
        Err(
            error @ (StoreError::OlderVersion { found, known, .. }
            | StoreError::NewerVersion { found, known, .. }),
        ) => return other_version(arguments, found, known, &error),
        Err(
            error @ (StoreError::Corrupt { .. }
            | StoreError::ForeignLog { .. }
            | StoreError::MissingLog { .. }),
        ) => return Err(Failure::Failed(error.to_string())),
        Err(error) => return Err(cannot(error)),
    };
    let content = read(reader)?;
    if arguments.json {
        output::line(format_args!("{:#}", to_json(file, &content)))
    } else {
        output::print(text(file, &content))
    }
    store_file::note_access(file);
    Ok(())
}

fn read(mut reader: SqliteReader) -> Result<Content, Failure> {
    reader.begin_snapshot().map_err(cannot)?;
    let info = reader.info().map_err(cannot)?;
    let mut stored = StoredExecutions::new(Box::new(reader));
    let newest_trusted_time = match stored.newest_trusted_time() {
        Ok(time) => Some(time),
        Err(StoreError::Corrupt { .. } | StoreError::Unreadable { .. }) => None,
        Err(error) => return Err(cannot(error)),
    };
    Ok(Content {
        info,
        unreadable: unreadable(&mut stored)?.len(),
        newest_trusted_time,
    })
}

/// Prints the information about a store that this version cannot read.
fn other_version(
    arguments: &InfoArguments,
    found: i64,
    known: i64,
    error: &StoreError,
) -> Result<(), Failure> {
    let file = &arguments.file;
    let size = |path: &Path| match path.metadata() {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Failure::Usage(format!(
            "cannot read {}: {error}",
            path.display()
        ))),
    };
    let file_bytes = size(file)?;
    let mut log = file.clone().into_os_string();
    log.push("-wal");
    let log_bytes = size(log.as_ref())?;
    if arguments.json {
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

fn to_json(file: &Path, content: &Content) -> Json {
    let info = &content.info;
    let machines = info.machines.iter().map(|machine| {
        json!({"name": machine.name, "versions": machine.versions, "executions": machine.executions})
    });
    let oldest_open = info
        .oldest_open
        .as_ref()
        .map(|oldest| json!({"executionArn": oldest.id, "startDate": oldest.started.to_string()}));
    let text = |time: &Timestamp| time.to_string();
    let newest_trusted_time = content
        .newest_trusted_time
        .as_ref()
        .and_then(Option::as_ref);
    json!({
        "file": file.display().to_string(),
        "schemaVersion": info.layout,
        "newestSchemaVersion": info.layout,
        "session": match info.session {
            StoreSession::Open { .. } => "open",
            StoreSession::Interrupted => "interrupted",
            _ => "closed",
        },
        "fileBytes": info.file_bytes,
        "logBytes": info.log_bytes,
        "pageBytes": info.page_bytes,
        "pages": info.pages,
        "freePages": info.free_pages,
        "executions": counts_json(&info.executions),
        "children": counts_json(&info.children),
        "unreadable": content.unreadable,
        "stateMachines": machines.collect::<Vec<_>>(),
        "mapRuns": info.map_runs,
        "activities": info.activities,
        "documents": info.documents,
        "statusChanges": info.status_changes,
        "stops": info.stops,
        "oldestOpenExecution": oldest_open,
        "oldestStartDate": info.oldest_start.as_ref().map(text),
        "newestTrustedTime": newest_trusted_time.map(text),
    })
}

fn counts_json(counts: &StatusCounts) -> Json {
    let counts = STATUSES.map(|status| (status.as_str().to_owned(), json!(counts.of(status))));
    Json::Object(counts.into_iter().collect())
}

fn text(file: &Path, content: &Content) -> String {
    let info = &content.info;
    let session = match &info.session {
        StoreSession::Open { by } => by.clone(),
        StoreSession::Interrupted => {
            "no engine has it open; the last one did not close it, and the next one uses its log"
                .to_owned()
        }
        _ => "no engine has it open".to_owned(),
    };
    let free = info.free_pages * info.page_bytes;
    let oldest_open = match &info.oldest_open {
        Some(oldest) => format!("{}, started {}", cell(&oldest.id), oldest.started),
        None => "none".to_owned(),
    };
    let time = |time: Option<Timestamp>| time.map_or("none".to_owned(), |time| time.to_string());
    let trusted = match content.newest_trusted_time {
        Some(trusted) => time(trusted),
        None => "its document is damaged".to_owned(),
    };
    let rows = [
        ("store", file.display().to_string()),
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
        ("map runs", info.map_runs.to_string()),
        ("activities", info.activities.to_string()),
        ("documents", info.documents.to_string()),
        ("status changes", info.status_changes.to_string()),
        ("stops", info.stops.to_string()),
        ("oldest open", oldest_open),
        ("oldest start", time(info.oldest_start)),
        ("trusted time", trusted),
    ];
    let statuses = STATUSES.map(|status| {
        [
            status.as_str().to_owned(),
            info.executions.of(status).to_string(),
            info.children.of(status).to_string(),
        ]
    });
    let mut statuses = statuses.to_vec();
    statuses.insert(
        1,
        [
            "  unreadable".to_owned(),
            content.unreadable.to_string(),
            String::new(),
        ],
    );
    let statuses = table(["STATUS", "EXECUTIONS", "CHILDREN"], &statuses);
    format!("{}\n{statuses}{}", lines(&rows), machines(&info.machines))
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
