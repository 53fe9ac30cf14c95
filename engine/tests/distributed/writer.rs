use bytes::Bytes;
use serde_json::{Value as Json, json};
use stepwright_engine::objects::{
    Folder, ListedObject, Memory, MultipartStore, ObjectBody, ObjectError, ObjectFuture,
    ObjectStore, Upload,
};
use stepwright_engine::task::Answer;
use stepwright_engine::{Limits, StartOptions};
use stepwright_testing::{Mock, Mocks};

use crate::distributed::support::{
    builder, echo, engine, failure, kinds, map_run, only_even, output, run, run_in, task,
};

/// Returns a ResultWriter that exports to the bucket `out`.
fn export(prefix: &str, config: Json) -> Json {
    let mut writer = json!({
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "out", "Prefix": prefix}
    });
    if !config.is_null() {
        writer["WriterConfig"] = config;
    }
    writer
}

fn read(store: &Memory, key: &str) -> Json {
    serde_json::from_str(&store.text("out", key).unwrap()).unwrap()
}

#[tokio::test]
async fn results_are_exported_by_status_with_a_manifest() {
    let store = Memory::new().bucket("out");
    let definition = only_even(json!({
        "Label": "L", "ToleratedFailureCount": 1, "ResultWriter": export("jobs", Json::Null)
    }));
    let engine = engine(&definition, &store, &Mocks::new());
    let report = run_in(&engine, json!([1, 2, 4])).await;
    let run = map_run(&engine, &report);
    let id = run.arn.rsplit(':').next().unwrap();
    let folder = format!("jobs/{id}");
    assert_eq!(
        output(&report),
        json!({
            "MapRunArn": run.arn,
            "ResultWriterDetails": {"Bucket": "out", "Key": format!("{folder}/manifest.json")}
        })
    );
    let [failed, succeeded, manifest] = [
        format!("{folder}/FAILED_0.json"),
        format!("{folder}/SUCCEEDED_0.json"),
        format!("{folder}/manifest.json"),
    ];
    assert_eq!(
        store.keys("out"),
        [&failed, &succeeded, &manifest].map(String::clone)
    );
    let size = |key: &str| store.text("out", key).unwrap().len();
    assert_eq!(
        read(&store, &manifest),
        json!({
            "DestinationBucket": "out", "MapRunArn": run.arn,
            "ResultFiles": {
                "FAILED": [{"Key": failed, "Size": size(&failed)}], "PENDING": [],
                "SUCCEEDED": [{"Key": succeeded, "Size": size(&succeeded)}]
            }
        })
    );
    let children = engine.blocking_map_run_executions(&run.arn).unwrap();
    let at = "2026-01-01T00:00:00.000Z";
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m/L";
    assert_eq!(
        read(&store, &succeeded)[1],
        json!({
            "ExecutionArn": children[2].id, "Input": "4", "InputDetails": {"Included": true},
            "Name": children[2].name, "Output": "4", "OutputDetails": {"Included": true},
            "RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE",
            "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
            "StartDate": at, "StateMachineArn": machine, "Status": "SUCCEEDED", "StopDate": at
        })
    );
    assert_eq!(
        read(&store, &failed),
        json!([{
            "Cause": "it is odd", "Error": "Odd", "ExecutionArn": children[0].id, "Input": "1",
            "InputDetails": {"Included": true}, "Name": children[0].name, "OutputDetails": {"Included": true},
            "RedriveCount": 0, "RedriveStatus": "REDRIVABLE_BY_MAP_RUN",
            "StartDate": at, "StateMachineArn": machine, "Status": "FAILED", "StopDate": at
        }])
    );
    assert_eq!(run.items.results_written, 3);
}

#[tokio::test]
async fn transformations_apply_to_the_succeeded_results() {
    let input = json!([[1, 2], [3], 4]);
    for (config, expected) in [
        (
            json!({"Transformation": "COMPACT", "OutputType": "JSON"}),
            "[[1,2],[3],4]",
        ),
        (
            json!({"Transformation": "FLATTEN", "OutputType": "JSON"}),
            "[1,2,3,4]",
        ),
        (
            json!({"Transformation": "FLATTEN", "OutputType": "JSONL"}),
            "1\n2\n3\n4\n",
        ),
    ] {
        let store = Memory::new().bucket("out");
        let definition = echo(json!({"ResultWriter": export("", config.clone())}));
        run(&definition, &store, input.clone()).await;
        let keys = store.keys("out");
        let found = keys.iter().find(|key| key.contains("SUCCEEDED_0")).unwrap();
        assert_eq!(store.text("out", found).unwrap(), expected, "{config}");
        let is_lines = config["OutputType"] == "JSONL";
        assert_eq!(found.ends_with(".jsonl"), is_lines, "{found}");
        // Without a prefix the folder of the run is the first part.
        assert_eq!(found.matches('/').count(), 1, "{found}");
    }
}

#[tokio::test]
async fn without_a_target_the_transformed_result_is_the_output() {
    let input = json!([[1, 2], [3]]);
    let writer = |config| echo(json!({"ResultWriter": {"WriterConfig": config}}));
    let flat = writer(json!({"Transformation": "FLATTEN", "OutputType": "JSON"}));
    let report = run(&flat, &Memory::new(), input.clone()).await;
    assert_eq!(output(&report), json!([1, 2, 3]));
    let whole = writer(json!({"Transformation": "NONE", "OutputType": "JSON"}));
    let report = run(&whole, &Memory::new(), input.clone()).await;
    assert_eq!(output(&report)[0]["Output"], "[1,2]");
    let lines = writer(json!({"Transformation": "COMPACT", "OutputType": "JSONL"}));
    let report = run(&lines, &Memory::new(), input).await;
    assert_eq!(output(&report), "[1,2]\n[3]\n");
}

#[tokio::test]
async fn a_failed_run_exports_results_and_pending_items() {
    let store = Memory::new().bucket("out");
    let definition = only_even(json!({
        "MaxConcurrency": 1, "ResultWriter": export("p/", Json::Null)
    }));
    let engine = engine(&definition, &store, &Mocks::new());
    let report = run_in(&engine, json!([2, 3, 4, 5])).await;
    assert_eq!(failure(&report).0, "States.ExceedToleratedFailureThreshold");
    let keys = store.keys("out");
    let names: Vec<&str> = keys
        .iter()
        .filter_map(|key| key.rsplit('/').next())
        .collect();
    assert_eq!(
        names,
        [
            "FAILED_0.json",
            "PENDING_0.json",
            "SUCCEEDED_0.json",
            "manifest.json"
        ]
    );
    let pending = read(&store, &keys[1]);
    assert_eq!(pending[1]["Input"], "5");
    assert_eq!(pending[1]["Status"], "PENDING");
    assert!(keys[0].starts_with("p/") && !keys[0].contains("//"));
}

#[tokio::test]
async fn result_files_are_split_at_the_size_limit() {
    let store = Memory::new().bucket("out");
    let config = json!({"Transformation": "COMPACT", "OutputType": "JSON"});
    let definition = echo(json!({"ResultWriter": export("p", config)}));
    let engine = builder(&definition)
        .objects(store.clone())
        .limits(Limits::new().result_file_bytes(10))
        .build()
        .unwrap();
    let report = run_in(&engine, json!(["aaaa", "bbbb", "cccc"])).await;
    output(&report);
    let keys = store.keys("out");
    assert_eq!(store.text("out", &keys[0]).unwrap(), r#"["aaaa","bbbb"]"#);
    assert!(keys[1].ends_with("SUCCEEDED_1.json"));
    assert_eq!(store.text("out", &keys[1]).unwrap(), r#"["cccc"]"#);
    let manifest = read(&store, &keys[2]);
    assert_eq!(
        manifest["ResultFiles"]["SUCCEEDED"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_write_error_fails_the_run() {
    let definition = echo(json!({
        "ResultWriter": export("p", Json::Null),
        "Catch": [{"ErrorEquals": ["States.ResultWriterFailed"], "Next": "Caught"}]
    }));
    let report = run(&definition, &Memory::new(), json!([1])).await;
    let cause = output(&report)["Cause"].as_str().unwrap().to_owned();
    assert!(
        cause.starts_with("The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket;"),
        "{cause}"
    );
    assert_eq!(
        kinds(&report)[3..7],
        [
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "MapStateExited"
        ]
    );
    // A run that failed for another reason reports that failure.
    let definition = only_even(json!({"ResultWriter": export("p", Json::Null)}));
    let report = run(&definition, &Memory::new(), json!([1])).await;
    assert_eq!(failure(&report).0, "States.ExceedToleratedFailureThreshold");
}

#[tokio::test]
async fn the_target_is_evaluated() {
    let store = Memory::new().bucket("out");
    let mut definition = echo(
        json!({"Items": "{% $states.input.items %}", "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Arguments": {"Bucket": "{% $states.input.bucket %}", "Prefix": "{% 'a' & 'b' %}"}
        }}),
    );
    definition["QueryLanguage"] = json!("JSONata");
    let input = json!({"items": [1], "bucket": "out"});
    let report = run(&definition, &store, input).await;
    output(&report);
    assert!(store.keys("out")[0].starts_with("ab/"));
}

/// A store that supports only whole objects.
struct Whole(Memory);

impl ObjectStore for Whole {
    fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
        self.0.get(bucket, key)
    }

    fn list<'a>(&'a self, bucket: &'a str, prefix: &'a str) -> ObjectFuture<'a, Vec<ListedObject>> {
        self.0.list(bucket, prefix)
    }

    fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
        self.0.put(bucket, key, body)
    }
}

#[tokio::test]
async fn multipart_uploads_write_the_same_files() {
    let folder = std::env::temp_dir().join(format!("stepwright-parts-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("out")).unwrap();
    let input: Json = (0..300).collect();
    let definition = only_even(json!({
        "MaxConcurrency": 7, "ToleratedFailurePercentage": 100,
        "ResultWriter": export("p", Json::Null)
    }));
    let limits = |part| {
        Limits::new()
            .result_file_bytes(40_000)
            .result_part_bytes(part)
    };
    let whole = Memory::new().bucket("out");
    let engine = builder(&definition)
        .objects(Whole(whole.clone()))
        .limits(limits(1))
        .build()
        .unwrap();
    let expected = output(&*run_in(&engine, input.clone()).await);
    assert!(whole.keys("out").len() > 4, "{:?}", whole.keys("out"));
    for part in [1, 1_000, 30_000] {
        let memory = Memory::new().bucket("out");
        for is_memory in [true, false] {
            let builder = builder(&definition).limits(limits(part));
            let builder = if is_memory {
                builder.objects(memory.clone())
            } else {
                builder.objects(Folder::new(&folder))
            };
            let engine = builder.build().unwrap();
            assert_eq!(output(&*run_in(&engine, input.clone()).await), expected);
        }
        assert_eq!(memory.keys("out"), whole.keys("out"));
        let written = Folder::new(&folder);
        let listed = written.list("out", "").await.unwrap();
        let listed: Vec<String> = listed.into_iter().map(|row| row.key).collect();
        assert_eq!(listed, whole.keys("out"));
        for key in whole.keys("out") {
            let text = whole.text("out", &key);
            assert_eq!(memory.text("out", &key), text, "{key}");
            let file = std::fs::read_to_string(folder.join("out").join(&key)).unwrap();
            assert_eq!(Some(file), text, "{key}");
        }
        // No other files remain.
        let of_run = folder.join("out").join(&whole.keys("out")[0]);
        let left = std::fs::read_dir(of_run.parent().unwrap()).unwrap();
        assert_eq!(left.count(), whole.keys("out").len());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_redrive_appends_new_results_to_the_written_files() {
    let store = Memory::new().bucket("out");
    let config = json!({"Transformation": "COMPACT", "OutputType": "JSON"});
    let definition = task(json!({
        "MaxConcurrency": 1, "ResultWriter": export("p", config)
    }));
    let failed = std::sync::atomic::AtomicBool::new(false);
    let mocks = Mocks::new().state(
        "I",
        Mock::with(move |call| {
            let item = call.parameters().get("Payload").unwrap().to_json();
            if item == 2 && !failed.swap(true, std::sync::atomic::Ordering::SeqCst) {
                return Answer::failure("E", "once");
            }
            Answer::output(json!({ "Payload": item }))
        }),
    );
    let engine = engine(&definition, &store, &mocks);
    let run = engine
        .start_machine("m", json!([0, 1, 2, 3, 4]), StartOptions::new())
        .await
        .unwrap();
    let first = run.report().await;
    assert_eq!(failure(&first).0, "States.ExceedToleratedFailureThreshold");
    let second = engine.redrive(run.id()).await.unwrap().report().await;
    let key = output(&second)["ResultWriterDetails"]["Key"].clone();
    let files = read(&store, key.as_str().unwrap())["ResultFiles"].clone();
    assert_eq!(
        (&files["FAILED"], &files["PENDING"]),
        (&json!([]), &json!([]))
    );
    let succeeded = files["SUCCEEDED"].as_array().unwrap().iter();
    let texts: Vec<String> = succeeded
        .map(|file| {
            let key = file["Key"].as_str().unwrap();
            let text = store.text("out", key).unwrap();
            assert_eq!(file["Size"], text.len());
            text
        })
        .collect();
    assert_eq!(texts, ["[0,1]", "[2,3,4]"]);
}

#[tokio::test]
async fn a_refused_part_fails_the_run_and_a_redrive_writes_all_results() {
    /// Accepts no part until it is fixed.
    struct Broken(Memory, std::sync::Arc<std::sync::atomic::AtomicBool>);

    impl ObjectStore for Broken {
        fn get<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, ObjectBody> {
            self.0.get(bucket, key)
        }

        fn list<'a>(
            &'a self,
            bucket: &'a str,
            prefix: &'a str,
        ) -> ObjectFuture<'a, Vec<ListedObject>> {
            self.0.list(bucket, prefix)
        }

        fn put<'a>(&'a self, bucket: &'a str, key: &'a str, body: Vec<u8>) -> ObjectFuture<'a, ()> {
            Box::pin(async move {
                // The answer comes later.
                tokio::task::yield_now().await;
                if !self.1.load(std::sync::atomic::Ordering::SeqCst) {
                    return Err(ObjectError::AccessDenied);
                }
                self.0.put(bucket, key, body).await
            })
        }

        fn multipart(&self) -> Option<&dyn MultipartStore> {
            Some(self)
        }
    }

    impl MultipartStore for Broken {
        fn begin<'a>(&'a self, bucket: &'a str, key: &'a str) -> ObjectFuture<'a, String> {
            MultipartStore::begin(&self.0, bucket, key)
        }

        fn part<'a>(
            &'a self,
            upload: &'a Upload,
            number: u32,
            offset: u64,
            body: Bytes,
        ) -> ObjectFuture<'a, String> {
            Box::pin(async move {
                tokio::task::yield_now().await;
                let is_mended = self.1.load(std::sync::atomic::Ordering::SeqCst);
                if number == 3 && !is_mended {
                    return Err(ObjectError::AccessDenied);
                }
                self.0.part(upload, number, offset, body).await
            })
        }

        fn complete<'a>(&'a self, upload: &'a Upload, tags: &'a [String]) -> ObjectFuture<'a, ()> {
            MultipartStore::complete(&self.0, upload, tags)
        }
    }

    let memory = Memory::new().bucket("out");
    let is_mended = std::sync::Arc::default();
    let config = json!({"Transformation": "COMPACT", "OutputType": "JSONL"});
    let definition = echo(json!({"MaxConcurrency": 2, "ResultWriter": export("p", config)}));
    let engine = builder(&definition)
        .objects(Broken(memory.clone(), std::sync::Arc::clone(&is_mended)))
        .limits(Limits::new().result_part_bytes(1))
        .build()
        .unwrap();
    let input: Json = (0..20).collect();
    let run = engine
        .start_machine("m", input, StartOptions::new())
        .await
        .unwrap();
    let first = run.report().await;
    let (error, cause) = failure(&first);
    assert_eq!(error, "States.ResultWriterFailed");
    assert!(cause.starts_with("Access Denied"), "{cause}");
    assert_eq!(memory.keys("out"), [""; 0]);
    is_mended.store(true, std::sync::atomic::Ordering::SeqCst);
    let second = engine.redrive(run.id()).await.unwrap().report().await;
    output(&second);
    let keys = memory.keys("out");
    let key = keys.iter().find(|key| key.contains("SUCCEEDED_0")).unwrap();
    let all: String = (0..20).map(|item| format!("{item}\n")).collect();
    assert_eq!(memory.text("out", key), Some(all));
}
