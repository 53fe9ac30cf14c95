//! Distributed Maps read their items from S3, and write their results to it.

use serde_json::{Value as Json, json};
use stepwright_engine::{Engine, Limits, MachineType, StartOptions};

use super::calls;
use crate::support::{Reply, S3Server};

fn definition(reader: &Json) -> String {
    json!({"StartAt": "Rows", "States": {"Rows": {
        "Type": "Map",
        "ItemReader": reader,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "Same", "States": {"Same": {"Type": "Pass", "End": true}}
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "results", "Prefix": "out"}
        },
        "End": true
    }}})
    .to_string()
}

/// Runs a Map over a reader. Returns its results, or the cause of its failure.
async fn run(server: &S3Server, reader: &Json) -> Result<Vec<Json>, String> {
    let calls = calls(server);
    let objects = calls.objects().expect("S3 has an endpoint");
    let engine = Engine::builder()
        .register_json("rows", &definition(reader), MachineType::Standard)
        .fallback_tasks(calls)
        .objects(objects)
        .limits(Limits::default().result_part_bytes(PART))
        .virtual_time()
        .build()
        .expect("the definition is valid");
    let report = engine
        .execute_machine("rows", json!({}), StartOptions::new())
        .await
        .expect("the input is valid");
    let Some(output) = &report.output else {
        return Err(report.cause.clone().unwrap_or_default());
    };
    let details = &output.to_json()["ResultWriterDetails"];
    let read = |key: &Json| {
        let key = key.as_str().expect("a key");
        let content = server.get("results", key).expect("it was written");
        serde_json::from_slice::<Json>(&content).expect("JSON")
    };
    let manifest = read(&details["Key"]);
    let files = manifest["ResultFiles"]["SUCCEEDED"].as_array();
    let files = files.expect("files").iter();
    let rows = files.flat_map(|file| {
        let rows = read(&file["Key"]);
        rows.as_array().expect("rows").clone()
    });
    let outputs = rows.map(|row| {
        let text = row["Output"].as_str().expect("an output");
        serde_json::from_str(text).expect("JSON")
    });
    Ok(outputs.collect())
}

/// The least size of a part.
const PART: u64 = 2_000;

fn get_object(input_type: &str, key: &str) -> Json {
    let mut config = json!({"InputType": input_type});
    if input_type == "CSV" {
        config["CSVHeaderLocation"] = json!("FIRST_ROW");
    }
    json!({
        "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config,
        "Parameters": {"Bucket": "data", "Key": key}
    })
}

async fn server() -> S3Server {
    let server = S3Server::start().await;
    server.bucket("data");
    server.bucket("results");
    server.least_part(usize::try_from(PART).expect("a small number"));
    server
}

#[tokio::test]
async fn items_of_all_formats_are_read_and_their_results_written() {
    let server = server().await;
    server.put("data", "rows.csv", "id,name\n1,Ada\n2,Grace\n");
    server.put(
        "data",
        "rows.json",
        r#"[{"id":"1","name":"Ada"},{"id":"2","name":"Grace"}]"#,
    );
    server.put(
        "data",
        "rows.jsonl",
        "{\"id\":\"1\",\"name\":\"Ada\"}\n{\"id\":\"2\",\"name\":\"Grace\"}\n",
    );
    let expected = [
        json!({"id": "1", "name": "Ada"}),
        json!({"id": "2", "name": "Grace"}),
    ];
    for (input_type, key) in [
        ("CSV", "rows.csv"),
        ("JSON", "rows.json"),
        ("JSONL", "rows.jsonl"),
    ] {
        let results = run(&server, &get_object(input_type, key)).await;
        assert_eq!(results.expect("it succeeds"), expected, "{input_type}");
    }
}

#[tokio::test]
async fn the_items_of_a_list_are_the_objects_of_all_pages() {
    let server = server().await;
    for number in 0..5 {
        server.put("data", &format!("in/{number}"), "x");
    }
    server.put("data", "other", "x");
    let reader = json!({
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": "data", "Prefix": "in/"}
    });
    let results = run(&server, &reader).await.expect("it succeeds");
    let keys: Vec<_> = results.iter().map(|item| item["Key"].clone()).collect();
    assert_eq!(keys, ["in/0", "in/1", "in/2", "in/3", "in/4"]);
    assert_eq!(results[0]["Size"], 1);
    let lists = server.calls();
    let lists = lists.iter().filter(|call| call.starts_with("GET /data?"));
    assert_eq!(lists.count(), 3);
}

#[tokio::test]
async fn many_results_are_uploaded_in_parts_of_the_least_size() {
    let server = server().await;
    let rows: Vec<_> = (0..200).map(|number| json!({"number": number})).collect();
    server.put("data", "rows.json", Json::from(rows.clone()).to_string());
    let results = run(&server, &get_object("JSON", "rows.json")).await;
    assert_eq!(results.expect("it succeeds"), rows);
    let calls = server.calls();
    let parts = calls.iter().filter(|call| call.contains("partNumber"));
    assert!(parts.count() > 5, "{calls:?}");
}

#[tokio::test]
async fn an_object_that_breaks_off_fails_the_map() {
    let server = server().await;
    let mut half = Reply::with_length(200, &[], 100);
    half.bytes.extend_from_slice(b"[1, 2");
    half.closes = true;
    server.fail("GET", half);
    let failed = run(&server, &get_object("JSON", "rows.json")).await;
    let cause = failed.expect_err("the object is incomplete");
    assert!(
        cause.contains("Unable to execute HTTP request: "),
        "{cause}"
    );
}

#[tokio::test]
async fn a_missing_object_fails_the_map_as_on_aws() {
    let server = server().await;
    let failed = run(&server, &get_object("JSON", "none")).await;
    let cause = failed.expect_err("there is no such key");
    assert!(
        cause.starts_with("The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey;"),
        "{cause}"
    );
}
