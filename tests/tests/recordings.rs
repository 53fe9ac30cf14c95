//! Replays recordings of the real service. The recordings are outside of the repository.

mod single_states;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use stepwright_tests::conformance::{ConvertedReplays, KnownDifferences, ReplayMode, read_rows};

/// The recorded executions, which are outside of the repository.
pub(crate) fn folder() -> PathBuf {
    let recordings = std::env::var_os("STEPWRIGHT_RECORDINGS")
        .expect("STEPWRIGHT_RECORDINGS is the folder of the recordings");
    Path::new(&recordings).join("conformance")
}

fn lists() -> [KnownDifferences; 2] {
    [
        include_str!("../conformance/known.toml"),
        include_str!("../conformance/pending.toml"),
    ]
    .map(|text| KnownDifferences::parse(text).unwrap())
}

/// Replays a file; exactly the rows in the two lists may differ.
async fn replay(file: &str, way: ReplayMode<'_>) {
    let lists = lists();
    let stem = file.strip_suffix(".jsonl").unwrap_or(file);
    let mut listed: BTreeSet<&str> = lists.iter().flat_map(|list| list.ids(stem)).collect();
    let rows = read_rows(&folder().join(file)).unwrap_or_else(|error| panic!("{error}"));
    assert!(!rows.is_empty(), "{file} has no rows");
    let mut wrong = BTreeSet::new();
    for row in &rows {
        let is_listed = listed.remove(row.id.as_str());
        match (row.check(way).await, is_listed) {
            (Err(differences), false) => wrong.insert(format!("{}: {differences}", row.id)),
            (Ok(()), true) => {
                wrong.insert(format!("{}: agrees now: remove it from the list", row.id))
            }
            _ => false,
        };
    }
    wrong.extend(listed.iter().map(|id| format!("{id}: no row of {file}")));
    assert!(
        wrong.is_empty(),
        "{} of {} rows:\n{}",
        wrong.len(),
        rows.len(),
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn executions_run_as_recorded() {
    replay("cases.jsonl", ReplayMode::InProcess).await;
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn single_states_are_tested_as_recorded() {
    replay("teststate.jsonl", ReplayMode::InProcess).await;
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn definitions_are_validated_as_recorded() {
    replay("validation.jsonl", ReplayMode::InProcess).await;
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn converted_executions_run_as_recorded() {
    let assumed = include_str!("../conformance/conversion.toml");
    let assumed = KnownDifferences::parse(assumed).unwrap();
    let known = lists();
    let mut listed: BTreeSet<&str> = assumed.ids("cases").collect();
    let rows = read_rows(&folder().join("cases.jsonl")).unwrap_or_else(|error| panic!("{error}"));
    let mut replays = ConvertedReplays::default();
    let mut wrong = Vec::new();
    for row in &rows {
        let mut known = known.iter().flat_map(|list| list.ids("cases"));
        let is_known = known.any(|id| id == row.id);
        match (replays.add(row).await, listed.remove(row.id.as_str())) {
            (Some(differences), false) if !is_known => {
                wrong.push(format!("{}: {differences}", row.id));
            }
            (None, true) => wrong.push(format!("{}: agrees now: remove it", row.id)),
            _ => {}
        }
    }
    wrong.extend(listed.iter().map(|id| format!("{id}: no row")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{replays}");
    assert!(replays.whole * 10 >= replays.passed * 9, "{replays}");
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn the_api_runs_executions_as_recorded() {
    replay("cases.jsonl", ReplayMode::Api).await;
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn the_api_tests_states_as_recorded() {
    replay("teststate.jsonl", ReplayMode::Api).await;
}

#[tokio::test]
#[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
async fn the_api_validates_definitions_as_recorded() {
    replay("validation.jsonl", ReplayMode::Api).await;
}

#[test]
fn no_recording_is_both_known_and_pending() {
    let [known, pending] = lists();
    for file in ["cases", "teststate", "validation"] {
        let known: BTreeSet<&str> = known.ids(file).collect();
        let both: Vec<&str> = pending.ids(file).filter(|id| known.contains(id)).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
