use std::fmt::Write;

use serde_json::json;
use stepwright_examples::patterns::etl_distributed_map::{
    ImportReport, LoadError, Loaded, ReadingsImport, Upload, load_readings, summarize,
};
use stepwright_runtime::objects::Memory;
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};

use super::engine;

fn upload() -> Upload {
    Upload {
        bucket: "arrivals".to_owned(),
        key: "day.csv".to_owned(),
        table: "readings".to_owned(),
    }
}

/// A file with this number of lines, each with the number of its sensor.
fn file(lines: usize) -> Memory {
    let mut text = "sensor,measured_at,celsius\n".to_owned();
    for line in 0..lines {
        writeln!(text, "s-{line},2026-11-21T12:00:00Z,21.5").expect("it is a String");
    }
    Memory::new()
        .with("arrivals", "day.csv", text)
        .bucket("the ResultsBucket")
}

fn announced() -> Mock<AnyOutput> {
    Mock::output(json!({"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}))
}

#[tokio::test]
async fn each_hundred_lines_are_a_batch_and_the_results_are_summarized() {
    let mocks = Mocks::new()
        .task_with::<load_readings>(|batch| {
            assert_eq!(batch.input.table, "readings");
            let rows = batch.items.len() as u32;
            Ok(Loaded { rows, skipped: 0 })
        })
        .task::<summarize>(Mock::returns(ImportReport {
            rows: 250,
            skipped: 0,
        }))
        .state("Announce", announced());
    let engine = engine::<ReadingsImport>(&mocks).objects(file(250));
    let engine = engine.build().expect("the engine can be built");
    let run = engine.start::<ReadingsImport>(upload()).await;
    let report = run.expect("it starts").report().await;
    expect(&report)
        .path(["LoadBatches", "Summarize", "Announce", "Done"])
        .output(json!({"rows": 250, "skipped": 0}))
        .calls(
            "Announce",
            [json!({"Entries": [{
                "Source": "readings.import",
                "DetailType": "ReadingsImported",
                "EventBusName": "the EventBusName",
                "Detail": {"key": "day.csv", "rows": 250, "skipped": 0},
            }]})],
        );
    let mut sizes: Vec<usize> = (mocks.calls_of("LoadBatch").iter())
        .map(|call| {
            let parameters = call.parameters.to_json();
            parameters["Payload"]["Items"]
                .as_array()
                .map_or(0, Vec::len)
        })
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    let manifest = mocks.calls_of("Summarize")[0].parameters.to_json();
    assert_eq!(manifest["Payload"]["bucket"], "the ResultsBucket");
    let key = manifest["Payload"]["manifest"].as_str().expect("a key");
    assert!(
        key.starts_with("imports/day.csv/") && key.ends_with("/manifest.json"),
        "{key}"
    );
}

#[tokio::test]
async fn a_throttled_batch_is_retried() {
    let loaded = Loaded {
        rows: 10,
        skipped: 0,
    };
    let report = ImportReport {
        rows: 10,
        skipped: 0,
    };
    let mocks = Mocks::new()
        .task::<load_readings>(
            Mock::fails(LoadError::Throttled)
                .times(3)
                .then(Mock::returns(loaded)),
        )
        .task::<summarize>(Mock::returns(report))
        .state("Announce", announced());
    let engine = engine::<ReadingsImport>(&mocks).objects(file(10));
    let engine = engine.build().expect("the engine can be built");
    let run = engine.start::<ReadingsImport>(upload()).await;
    expect(&run.expect("it starts").report().await).succeeded();
    assert_eq!(mocks.calls_of("LoadBatch").len(), 4);
}

#[tokio::test]
async fn at_most_two_percent_of_the_batches_may_fail() {
    for (broken, succeeds) in [(1, true), (2, false)] {
        let mocks = Mocks::new()
            .task_with::<load_readings>(move |batch| {
                // Each batch begins with the line after its predecessor's hundred.
                let firsts = [0, 100].map(|line| format!("s-{line}"));
                let is_broken = firsts[..broken].contains(&batch.items[0].sensor);
                if is_broken {
                    Err(LoadError::Malformed {
                        line: 1,
                        reason: "no number".to_owned(),
                    })
                } else {
                    Ok(Loaded {
                        rows: 100,
                        skipped: 0,
                    })
                }
            })
            .task::<summarize>(
                Mock::returns(ImportReport {
                    rows: 4_900,
                    skipped: 0,
                })
                .optional(),
            )
            .state("Announce", announced().optional());
        let engine = engine::<ReadingsImport>(&mocks).objects(file(5_000));
        let engine = engine.build().expect("the engine can be built");
        let run = engine.start::<ReadingsImport>(upload()).await;
        let report = run.expect("it starts").report().await;
        if succeeds {
            expect(&report).succeeded()
        } else {
            expect(&report)
                .failed("TooManyFailed")
                .cause("more than 2% of the batches of day.csv failed")
                .not_entered("Announce")
        };
    }
}

#[tokio::test]
async fn a_missing_file_fails_with_unreadable() {
    let mocks = Mocks::new()
        .task::<load_readings>(Mock::never().optional())
        .task::<summarize>(Mock::never().optional())
        .state("Announce", announced().optional());
    let objects = Memory::new().bucket("arrivals").bucket("the ResultsBucket");
    let engine = engine::<ReadingsImport>(&mocks).objects(objects);
    let engine = engine.build().expect("the engine can be built");
    let run = engine.start::<ReadingsImport>(upload()).await;
    expect(&run.expect("it starts").report().await)
        .path(["LoadBatches", "Unreadable"])
        .failed("Unreadable");
}
