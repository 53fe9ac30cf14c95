//! `cargo run -p stepwright-tests --bin conformance -- [--api | --endpoint URL] FILE...`
//!
//! Replays every row of the files and prints, for each row that differs, its id and all
//! differences; the last line is `N passed, N failed`. With `--api` each row is replayed by
//! requests to a server of the Step Functions API, which this program starts on loopback: a row's
//! tasks return the recorded results. With `--endpoint` the server is already running, for example
//! `stepwright serve --virtual-time --account 111111111111`; rows that need results of tasks, or
//! objects, are skipped and counted. Exit status: 0 all agree, 1 some differ, 2 a file cannot be
//! read.

use std::path::Path;
use std::process::ExitCode;

use stepwright_tests::conformance::{ReplayMode, read_rows};

const USAGE: &str = "usage: conformance [--api | --endpoint http://HOST:PORT] FILE...

FILE holds one JSON row a line: cases.jsonl, teststate.jsonl or validation.jsonl";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (way, files) = match words.as_slice() {
        ["--api", files @ ..] => (ReplayMode::Api, files),
        ["--endpoint", url, files @ ..] => {
            let address = url.strip_prefix("http://").unwrap_or(url);
            (ReplayMode::Endpoint(address.trim_end_matches('/')), files)
        }
        files => (ReplayMode::InProcess, files),
    };
    if files.is_empty() || files.iter().any(|file| file.starts_with('-')) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let (mut passed, mut failed, mut left_out) = (0_usize, 0_usize, 0_usize);
    for file in files {
        let rows = match read_rows(Path::new(file)) {
            Ok(rows) => rows,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(2);
            }
        };
        for row in rows {
            if !row.has_all(way) {
                left_out += 1;
                continue;
            }
            match row.check(way).await {
                Ok(()) => passed += 1,
                Err(differences) => {
                    failed += 1;
                    println!("{}: {differences}", row.id);
                }
            }
        }
    }
    if left_out > 0 {
        println!(
            "{left_out} left out: the server would need the answers of their tasks, or objects"
        );
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
