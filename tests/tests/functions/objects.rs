//! Distributed Maps over objects in S3, on the engine and as plain Rust.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;
use stepwright_runtime::Engine;
use stepwright_runtime::objects::Memory;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Import {
    bucket: String,
    key: String,
    factor: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Row {
    id: String,
    count: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    id: u32,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum ImportError {
    #[error("row {id} has no number")]
    NoNumber { id: String },
}

#[task]
async fn import(row: Row, factor: u32) -> Result<u32, ImportError> {
    match row.count.parse::<u32>() {
        Ok(count) => Ok(count * factor),
        Err(_) => Err(ImportError::NoNumber { id: row.id }),
    }
}

#[workflow]
async fn import_csv(import_of: Import) -> Result<Vec<u32>, ImportError> {
    match map_distributed(
        csv_items(&import_of.bucket, &import_of.key).max_items(3),
        async |row: Row| import(row, import_of.factor).await,
    )
    .concurrency(2)
    .await
    {
        Ok(counts) => Ok(counts),
        Err(_) => Ok(vec![]),
    }
}

#[workflow]
async fn import_without_header(import_of: Import) -> Vec<u32> {
    map_distributed(
        csv_items(&import_of.bucket, &import_of.key)
            .headers(["id", "count"])
            .delimiter(CsvDelimiter::Tab),
        async |row: Row| import(row, import_of.factor).await,
    )
    .tolerate_percent(50.0)
    .await
}

#[workflow]
async fn ids(import_of: Import) -> Vec<Vec<u32>> {
    let array = map_distributed(
        json_items(&import_of.bucket, "array.json").pointer("/lines"),
        async |line: Line| {
            #[state(ArrayId)]
            line.id
        },
    )
    .await;
    let lines = map_distributed(
        json_lines_items(&import_of.bucket, "lines.jsonl"),
        async |line: Line| line.id,
    )
    .named("Lines")
    .await;
    vec![array, lines]
}

#[workflow]
async fn keys(import_of: Import) -> MapResults {
    map_distributed(
        object_items(&import_of.bucket, "in/"),
        async |object: S3Object| format!("{}: {}", object.key, object.size),
    )
    .write_results(&import_of.bucket, "out")
    .await
}

fn input(key: &str) -> Import {
    Import {
        bucket: "b".to_owned(),
        key: key.to_owned(),
        factor: 10,
    }
}

fn store() -> Memory {
    Memory::new()
        .with("b", "good.csv", "id,count\na,1\nb,2\nc,3\nd,x\n")
        .with("b", "bad.csv", "id,count\na,1\nb,x\n")
        .with("b", "bare.csv", "a\t1\nb\tx\n")
        .with("b", "array.json", r#"{"lines": [{"id": 1}, {"id": 2}]}"#)
        .with("b", "lines.jsonl", "{\"id\": 3}\n{\"id\": 4}\n")
        .with("b", "in/1", "one")
        .with("b", "in/2", "three")
        .with("b", "other", "-")
}

/// The items of [`store`], as a test sets them.
fn plain_run() -> PlainRun {
    let row = |id: &str, count: Value| json!({"id": id, "count": count});
    PlainRun::new()
        .items(
            "b",
            "good.csv",
            &[
                row("a", json!(1)),
                row("b", json!(2)),
                row("c", json!("3")),
                row("d", json!("x")),
            ],
        )
        .items("b", "bad.csv", &[row("a", json!(1)), row("b", json!("x"))])
        .items("b", "bare.csv", &[row("a", json!(1)), row("b", json!("x"))])
        .items("b", "array.json", &[Line { id: 1 }, Line { id: 2 }])
        .items("b", "lines.jsonl", &[Line { id: 3 }, Line { id: 4 }])
}

/// The output on the engine, or the error.
async fn on_the_engine<W: Workflow<Input = Import>>(key: &str) -> Result<W::Output, String> {
    let engine = Engine::builder()
        .register::<W>()
        .objects(store())
        .virtual_time()
        .build()
        .expect("the workflow can be run");
    let run = engine.start::<W>(input(key)).await.expect("it starts");
    run.await.map_err(|failed| failed.to_string())
}

#[tokio::test]
async fn rows_of_a_file_are_items_in_both_runs() {
    for (key, expected) in [("good.csv", vec![10, 20, 30]), ("bad.csv", vec![])] {
        let plain = plain_run().block_on(import_csv(input(key)));
        assert_eq!(plain.unwrap(), expected, "{key}");
        let output = on_the_engine::<ImportCsv>(key).await;
        assert_eq!(output, Ok(expected), "{key}");
    }
    // An object that does not exist.
    let plain = plain_run().block_on(import_csv(input("missing.csv")));
    assert_eq!(plain.unwrap(), Vec::<u32>::new());
    assert_eq!(on_the_engine::<ImportCsv>("missing.csv").await, Ok(vec![]));
}

#[tokio::test]
async fn a_file_without_a_header_has_the_names_of_the_function() {
    let plain = plain_run().block_on(import_without_header(input("bare.csv")));
    assert_eq!(plain.unwrap(), [10]);
    let output = on_the_engine::<ImportWithoutHeader>("bare.csv").await;
    assert_eq!(output, Ok(vec![10]));
    let failure = plain_run()
        .block_on(import_without_header(input("missing.csv")))
        .unwrap_err();
    assert_eq!(failure.error, "States.ItemReaderFailed");
    let failure = on_the_engine::<ImportWithoutHeader>("missing.csv").await;
    assert!(failure.unwrap_err().contains("States.ItemReaderFailed"));
}

#[tokio::test]
async fn elements_and_lines_of_json_are_items_in_both_runs() {
    let expected = vec![vec![1, 2], vec![3, 4]];
    let plain = plain_run().block_on(ids(input("")));
    assert_eq!(plain.unwrap(), expected);
    assert_eq!(on_the_engine::<Ids>("").await, Ok(expected));
}

#[tokio::test]
async fn objects_are_items_and_results_are_written() {
    let store = store();
    let engine = Engine::builder()
        .register::<Keys>()
        .objects(store.clone())
        .virtual_time()
        .build()
        .expect("the workflow can be run");
    let run = engine.start::<Keys>(input("")).await.expect("it starts");
    let results = run.await.expect("it succeeds");
    let key = results
        .manifest
        .key
        .replace("manifest.json", "SUCCEEDED_0.json");
    let written = store.text("b", &key).expect("results are written");
    let written: Vec<Value> = serde_json::from_str(&written).expect("they are JSON");
    let outputs: Vec<&Value> = written.iter().map(|child| &child["Output"]).collect();
    assert_eq!(outputs, [r#""in/1: 3""#, r#""in/2: 5""#]);
}
