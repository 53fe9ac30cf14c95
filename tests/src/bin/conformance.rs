//! `cargo run -p stepwright-tests --bin conformance -- [--api] FILE...`
//!
//! Replays every row of the files and prints, for each row that differs, its id and all differences; the last line is `N passed, N failed`.
//! With `--api` each row is replayed by requests to a server of the Step Functions API, which this program starts on loopback: a row's tasks
//! answer as they were recorded, which no server that is up already could know.
//! Exit status: 0 all agree, 1 some differ, 2 a file cannot be read.

use std::path::Path;
use std::process::ExitCode;

use stepwright_tests::conformance::{Way, read_rows};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let count = files.len();
    files.retain(|word| word != "--api");
    let way = match files.len() == count {
        true => Way::InProcess,
        false => Way::Api,
    };
    if files.is_empty() {
        eprintln!(
            "usage: conformance [--api] FILE...\n\nFILE holds one JSON row a line: cases.jsonl, teststate.jsonl or validation.jsonl"
        );
        return ExitCode::from(2);
    }
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for file in &files {
        let rows = match read_rows(Path::new(file)) {
            Ok(rows) => rows,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(2);
            }
        };
        for row in rows {
            match row.check(way).await {
                Ok(()) => passed += 1,
                Err(differences) => {
                    failed += 1;
                    println!("{}: {differences}", row.id);
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
