//! `cargo run -p stepwright-tests --bin conformance -- [--api | --endpoint URL | --convert jsonata] FILE...`
//!
//! Replays every row of the files and prints, for each row that differs, its id and all
//! differences; the last line is `N passed, N failed`. With `--api` each row is replayed by
//! requests to a server of the Step Functions API, which this program starts on loopback: a row's
//! tasks return the recorded results. With `--endpoint` the server is already running, for example
//! `stepwright serve --virtual-time --account 111111111111`; rows that need results of tasks, or
//! objects, are skipped and counted. With `--convert jsonata` each JSONPath definition is converted
//! to JSONata first, and the output, error, cause and path of states of the recorded executions are
//! compared; the last line also has the number of definitions that were converted whole. Exit
//! status: 0 all agree, 1 some differ, 2 a file cannot be read.

use std::path::Path;
use std::process::ExitCode;

use stepwright_tests::conformance::{ConvertedReplays, ReplayMode, Row, read_rows};

const USAGE: &str =
    "usage: conformance [--api | --endpoint http://HOST:PORT | --convert jsonata] FILE...

FILE holds one JSON row a line: cases.jsonl, teststate.jsonl or validation.jsonl";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (mode, files) = match words.as_slice() {
        ["--api", files @ ..] => (Some(ReplayMode::Api), files),
        ["--endpoint", url, files @ ..] => {
            let address = url.strip_prefix("http://").unwrap_or(url);
            let address = address.trim_end_matches('/');
            (Some(ReplayMode::Endpoint(address)), files)
        }
        ["--convert", "jsonata", files @ ..] => (None, files),
        files => (Some(ReplayMode::InProcess), files),
    };
    if files.is_empty() || files.iter().any(|file| file.starts_with('-')) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let mut rows = Vec::new();
    for file in files {
        match read_rows(Path::new(file)) {
            Ok(read) => rows.extend(read),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(2);
            }
        }
    }
    let all_agree = match mode {
        Some(mode) => replay(&rows, mode).await,
        None => replay_converted(&rows).await,
    };
    if all_agree {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Replays the rows. Returns whether all agree.
async fn replay(rows: &[Row], mode: ReplayMode<'_>) -> bool {
    let (mut passed, mut failed, mut left_out) = (0_usize, 0_usize, 0_usize);
    for row in rows {
        if !row.has_all(mode) {
            left_out += 1;
            continue;
        }
        match row.check(mode).await {
            Ok(()) => passed += 1,
            Err(differences) => {
                failed += 1;
                println!("{}: {differences}", row.id);
            }
        }
    }
    if left_out > 0 {
        println!(
            "{left_out} left out: the server would need the answers of their tasks, or objects"
        );
    }
    println!("{passed} passed, {failed} failed");
    failed == 0
}

/// Converts the definitions and replays the rows. Returns whether all agree.
async fn replay_converted(rows: &[Row]) -> bool {
    let mut replays = ConvertedReplays::default();
    for row in rows {
        if let Some(differences) = replays.add(row).await {
            println!("{}: {differences}", row.id);
        }
    }
    println!("{replays}");
    replays.failed == 0
}
