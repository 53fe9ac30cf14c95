//! A Distributed Map passes its children the outer values that they read, and its ASL equals the
//! reviewed snapshot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;
use stepwright_runtime::Engine;
use stepwright_runtime::objects::Memory;

/// What to import.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Source {
    bucket: String,
    table_name: String,
    rows: Vec<Row>,
    groups: Vec<Vec<u32>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Row {
    id: u32,
}

/// A row of a CSV file: all of its values are text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    id: String,
    name: String,
}

/// The input of each batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
struct Target {
    table_name: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum StoreError {
    #[error("no room for {id}")]
    Full { id: u32 },
}

fn source() -> Source {
    Source {
        bucket: "b".to_owned(),
        table_name: "t".to_owned(),
        rows: (1..=3).map(|id| Row { id }).collect(),
        groups: vec![vec![1, 2], vec![3]],
    }
}

/// Returns the target of a row.
#[task]
async fn store(row: Row, table: String, prefix: String) -> Result<String, StoreError> {
    if row.id == 2 {
        return Err(StoreError::Full { id: row.id });
    }
    Ok(format!("{prefix}{table}/{}", row.id))
}

/// Stores the rows of a batch.
#[task]
async fn store_all(rows: Batch<Row, Target>) -> Vec<u32> {
    assert_eq!(rows.input.table_name, "t");
    rows.items.iter().map(|row| row.id).collect()
}

workflow! {
    /// Outer values in the first state, in later ones and after a catch.
    workflow Import(source: Source) -> Vec<String> {
        pass Begin { let prefix = format!("{}:", source.bucket); next Each; }
        map Each {
            distributed express;
            label "Rows";
            max_concurrency 10;
            let stored = for row in source.rows {
                task Store {
                    let place = store(row, source.table_name, prefix);
                    catch StoreError::Full { id } => Full;
                    next Stored;
                }
                pass Stored { end format!("{place} of {prefix}{}", row.id); }
                pass Full { end format!("full at {id}={} in {prefix}{}", row.id, source.table_name); }
            };
            end stored;
        }
    }

    /// Batches, with their input and with the values that the body reads in addition.
    workflow Batches(source: Source) -> Vec<String> {
        map Each {
            distributed;
            batch (max_items: 2) Target { table_name: source.table_name };
            let stored = for rows: Batch<Row, Target> in source.rows {
                task Store { let ids = store_all(rows); next Said; }
                pass Said { end format!("{} {} {}", source.bucket, rows.input.table_name, ids.len()); }
            };
            end stored;
        }
    }

    /// Nested maps: a Distributed Map in an inline Map, and the reverse.
    workflow Nested(source: Source) -> Vec<Vec<Vec<String>>> {
        pass Begin { let sign = "#".to_string(); next Outer; }
        map Outer {
            distributed;
            let all = for group in source.groups {
                pass Start { next Twice; }
                map Twice {
                    let both = for factor in [1, 10] {
                        pass First { next Inner; }
                        map Inner {
                            distributed;
                            let texts = for number in group {
                                pass Number { end format!("{sign}{}", number * factor); }
                            };
                            end texts;
                        }
                    };
                    end both;
                }
            };
            end all;
        }
    }

    /// The first state is a Map, which passes outer values to its children.
    workflow Chain(source: Source) -> Vec<Vec<String>> {
        map Outer {
            distributed;
            let all = for group in source.groups {
                map Inner {
                    distributed;
                    let texts = for number in group {
                        choice Size { when number > 1 => Large; otherwise => Small; }
                        pass Large { end format!("{}>{number}", source.bucket); }
                        pass Small { end format!("{number}<{}", source.table_name); }
                    };
                    end texts;
                }
            };
            end all;
        }
    }

    /// The same in JSONPath.
    workflow Paths(source: Source) -> Vec<Vec<String>> {
        query_language JSONPath;
        map Each {
            distributed;
            let pairs = for row in source.rows {
                pass Begin { next Pair; }
                pass Pair { end format!("{}{}", source.bucket, row.id); }
            };
            next Done;
        }
        pass Done { end vec![pairs, pairs]; }
    }

    /// From a CSV file to files of results, in batches.
    workflow Load(source: Source) -> MapResults {
        map Each {
            distributed;
            reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: FIRST_ROW) {
                Bucket: source.bucket,
                Key: format!("{}.csv", source.table_name),
            };
            batch (max_items: 2);
            writer "arn:aws:states:::s3:putObject" (transformation: COMPACT, output_type: JSON) { Bucket: source.bucket, Prefix: "results" };
            let results: MapResults = for lines: Batch<Line> in reader {
                pass Begin { next Names; }
                pass Names { end format!("{} {}", source.bucket, lines.items.iter().map(|Line { name, .. }| name.clone()).collect::<Vec<String>>().join("+")); }
            };
            next Done;
        }
        succeed Done { results }
    }

    /// Everything that is written about a Distributed Map. It is not run here.
    workflow Everything(source: Source) -> MapResults {
        map Each {
            distributed express;
            label "Everything";
            max_concurrency 100;
            tolerated_failures 5%;
            tolerated_failures source.rows.len();
            reader "arn:aws:states:::s3:getObject" (input_type: CSV, csv_header_location: GIVEN, csv_headers: ["id"], max_items: 1000) {
                Bucket: source.bucket,
                Key: format!("{}.csv", source.table_name),
            };
            batch (max_items: 50, max_input_bytes: 100_000) { tableName: source.table_name };
            writer "arn:aws:states:::s3:putObject" (transformation: COMPACT, output_type: JSONL) { Bucket: source.bucket, Prefix: "results" };
            retry States::ItemReaderFailed (max_attempts: 1);
            catch States::ExceedToleratedFailureThreshold => TooMany;
            let results: MapResults = for rows: Batch<Row, Target> in reader {
                task Store { store_all(rows); end; }
            };
            next Done;
        }
        succeed Done { results }
        fail TooMany;
    }
}

async fn run<W: Workflow<Input = Source>>() -> W::Output {
    let engine = Engine::builder().register::<W>().virtual_time().build();
    let engine = engine.expect("the workflow can be run");
    let run = engine.start::<W>(source()).await.expect("it starts");
    match run.await {
        Ok(output) => output,
        Err(failed) => panic!("{failed:?}"),
    }
}

#[test]
fn definitions_equal_their_reviewed_snapshots() {
    for (name, definition) in [
        ("import", Import::definition()),
        ("batches", Batches::definition()),
        ("nested", Nested::definition()),
        ("chain", Chain::definition()),
        ("paths", Paths::definition()),
        ("load", Load::definition()),
        ("everything", Everything::definition()),
    ] {
        insta::assert_snapshot!(format!("distributed_{name}"), definition.to_json_pretty());
    }
}

#[tokio::test]
async fn outer_values_are_readable_in_every_state_and_after_a_catch() {
    assert_eq!(
        run::<Import>().await,
        ["b:t/1 of b:1", "full at 2=2 in b:t", "b:t/3 of b:3"]
    );
}

#[tokio::test]
async fn rows_are_read_in_batches_and_results_are_written() {
    let store = Memory::new().with("b", "t.csv", "id,name\n1,ada\n2,bo\n3,cy\n");
    let engine = Engine::builder()
        .register::<Load>()
        .objects(store.clone())
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let run = engine.start::<Load>(source()).await.expect("it starts");
    let results = match run.await {
        Ok(results) => results,
        Err(failed) => panic!("{failed:?}"),
    };
    assert_eq!(results.manifest.bucket, "b");
    let key = results
        .manifest
        .key
        .replace("manifest.json", "SUCCEEDED_0.json");
    let written = store.text("b", &key).expect("results are written");
    let written: Vec<String> = serde_json::from_str(&written).expect("they are JSON");
    assert_eq!(written, ["b ada+bo", "b cy"]);
}

#[tokio::test]
async fn batches_have_their_input_and_outer_values() {
    assert_eq!(run::<Batches>().await, ["b t 2", "b t 1"]);
}

#[tokio::test]
async fn nested_maps_read_values_of_outer_maps() {
    assert_eq!(
        run::<Nested>().await,
        [
            vec![vec!["#1", "#2"], vec!["#10", "#20"]],
            vec![vec!["#3"], vec!["#30"]]
        ]
    );
    assert_eq!(run::<Chain>().await, [vec!["1<t", "b>2"], vec!["b>3"]]);
}

#[tokio::test]
async fn jsonpath_maps_read_outer_values() {
    assert_eq!(run::<Paths>().await[1], ["b1", "b2", "b3"]);
}
