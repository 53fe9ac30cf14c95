//! Services at `--aws-endpoint` that the engine itself uses: objects of S3, and the event bus of
//! status events.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::support::{Server, endpoint, endpoint_for_bytes, text};
use crate::common::stepwright;

#[test]
fn status_events_arrive_at_the_event_bus_in_order() {
    let (sender, events) = mpsc::channel();
    let address = endpoint(move |request| {
        let entries = request.body["Entries"].as_array().expect("entries");
        for entry in entries {
            // The test may have ended.
            let _ = sender.send(entry.clone());
        }
        let results: Vec<_> = entries.iter().map(|_| json!({"EventId": "1"})).collect();
        let body = json!({"FailedEntryCount": 0, "Entries": results});
        (200, "", body.to_string())
    });
    let url = format!("events=http://{address}");
    let server = Server::start(&["--aws-endpoint", &url, "--status-events", "audit"]);
    let execution = server.start_state("M", json!({"Type": "Pass"}), &json!({"a": 1}));
    for status in ["RUNNING", "SUCCEEDED"] {
        let entry: Json = events
            .recv_timeout(Duration::from_secs(60))
            .expect("an event");
        assert_eq!(entry["EventBusName"], "audit");
        let detail = text(&entry["Detail"]);
        let detail: Json = serde_json::from_str(&detail).expect("JSON");
        assert_eq!(detail["executionArn"], *execution);
        assert_eq!(detail["status"], status);
        assert_eq!(detail["input"], r#"{"a":1}"#);
    }
}

#[test]
fn the_log_counts_status_events_that_are_lost() {
    let address = endpoint(|_| (400, "", r#"{"__type": "AccessDeniedException"}"#.to_owned()));
    let url = format!("http://{address}");
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let arguments = ["--aws-endpoint", &url, "--status-events"];
    let server = Server::start_with_log(&arguments, &log);
    let execution = server.start_state("M", json!({"Type": "Pass"}), &json!({}));
    server.finished(&execution);
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(&log).expect("it is text");
        let warnings = text
            .lines()
            .filter(|line| line.contains("status events are lost"));
        let warnings: Vec<_> = warnings.collect();
        // A call has one event of an execution.
        if warnings.len() == 2 {
            for warning in warnings {
                assert!(warning.contains("WARN"), "{warning}");
                assert!(warning.contains("count=1"), "{warning}");
                assert!(warning.contains("AccessDeniedException"), "{warning}");
            }
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{text}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn status_events_need_an_event_bus_at_an_endpoint() {
    for arguments in [
        &["serve", "--status-events"][..],
        &[
            "serve",
            "--status-events",
            "--aws-endpoint",
            "s3=http://127.0.0.1:9",
        ],
    ] {
        let refused = stepwright(arguments, "");
        assert_eq!(refused.status, 2, "{refused:?}");
        let reason =
            "--status-events: EventBridge has no endpoint; set one with --aws-endpoint events=URL";
        assert!(refused.stderr.contains(reason), "{refused:?}");
    }
}

#[test]
fn a_distributed_map_reads_and_writes_objects_at_the_endpoint_of_s3() {
    let (sender, writes) = mpsc::channel();
    let address = endpoint_for_bytes(move |request| {
        let body = match request.path.as_str() {
            "/in/orders.csv" => "id\na\nb\n".to_owned(),
            path if path.ends_with("?uploads") => {
                "<Result><UploadId>u</UploadId></Result>".to_owned()
            }
            path => {
                let content = String::from_utf8(request.body).ok()?;
                sender.send((path.to_owned(), content)).ok()?;
                "<Result/>".to_owned()
            }
        };
        Some((200, "etag: \"e\"\r\n", body))
    });
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "in", "Key": "orders.csv"}
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "out", "Prefix": "results"}
        }
    }}});
    let url = format!("s3=http://{address}");
    let arguments = ["run", "-", "--aws-endpoint", &url];
    let ran = stepwright(&arguments, &definition.to_string());
    assert_eq!(ran.status, 0, "{ran:?}");
    let output: Json = serde_json::from_str(&ran.stdout).expect("JSON");
    let key = text(&output["ResultWriterDetails"]["Key"]);
    let writes: Vec<_> = writes.try_iter().collect();
    let manifest = writes
        .iter()
        .find(|(path, _)| *path == format!("/out/{key}"));
    assert!(manifest.is_some(), "{writes:?}");
    assert!(
        writes
            .iter()
            .any(|(_, content)| content.contains(r#"{\"id\":\"b\"}"#)),
        "{writes:?}"
    );
}

/// A server that is killed again and again, with an event bus that is down at times: each execution
/// has its events, in order.
#[test]
fn status_events_survive_kills_and_an_event_bus_that_is_down() {
    let events: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let (received, is_down) = (events.clone(), Arc::new(AtomicBool::new(false)));
    let down = is_down.clone();
    let address = endpoint(move |request| {
        if down.load(Ordering::SeqCst) {
            return (503, "", "{}".to_owned());
        }
        let entries = request.body["Entries"].as_array().expect("entries");
        let details = entries.iter().map(|entry| {
            let detail: Json = serde_json::from_str(&text(&entry["Detail"])).expect("JSON");
            (text(&detail["executionArn"]), text(&detail["status"]))
        });
        received.lock().expect("no test panics").extend(details);
        let results: Vec<_> = entries.iter().map(|_| json!({"EventId": "1"})).collect();
        let body = json!({"FailedEntryCount": 0, "Entries": results});
        (200, "", body.to_string())
    });
    let folder = tempfile::tempdir().expect("there is room");
    let store = text(&json!(folder.path().join("s.db")));
    let url = format!("events=http://{address}");
    let arguments = ["--aws-endpoint", &url, "--status-events", "--store", &store];
    let mut executions = Vec::new();
    for round in 0..4 {
        is_down.store(round % 2 == 1, Ordering::SeqCst);
        let server = Server::start(&arguments);
        for number in 0..5 {
            let name = format!("M{round}-{number}");
            let execution = server.start_state(&name, json!({"Type": "Pass"}), &json!({}));
            server.finished(&execution);
            executions.push(execution);
        }
        // It is killed, with events that are not sent or not confirmed.
        drop(server);
    }
    is_down.store(false, Ordering::SeqCst);
    let _server = Server::start(&arguments);
    let begun = Instant::now();
    let statuses = |execution: &str| {
        let events = events.lock().expect("no test panics");
        let of = events.iter().filter(|(of, _)| of == execution);
        of.map(|(_, status)| status.clone()).collect::<Vec<_>>()
    };
    for execution in &executions {
        while !statuses(execution).contains(&"SUCCEEDED".to_owned()) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{execution}");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(statuses(execution)[0], "RUNNING", "{execution}");
    }
}
