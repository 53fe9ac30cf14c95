use serde_json::json;
use stepwright_engine::Engine;
use stepwright_engine::objects::Memory;
use stepwright_testing::Mocks;

use crate::distributed::support::{
    builder, echo, engine, failure, kinds, map_run, output, reader, run, run_in,
};

fn lines() -> Memory {
    Memory::new().with("b", "k", "1\n2\n3\n")
}

#[tokio::test]
async fn items_are_read_from_an_object_and_the_event_length_is_zero() {
    let definition = echo(json!({
        // It is ignored if there is a reader.
        "ItemsPath": "$.nowhere",
        "ItemReader": reader(json!({"InputType": "JSONL"})),
        "ItemSelector": {"v.$": "$$.Map.Item.Value", "from.$": "$$.Map.Item.Source"}
    }));
    let report = run(&definition, &lines(), json!({})).await;
    assert_eq!(output(&report)[2], json!({"v": 3, "from": "s3://b/k"}));
    let started = report.history.events().nth(2).unwrap();
    assert_eq!(started.details().to_json(), json!({"length": 0}));
}

#[tokio::test]
async fn reader_parameters_and_limits_are_evaluated() {
    let mut from_path = reader(json!({"InputType": "JSONL", "MaxItemsPath": "$.most"}));
    from_path["Parameters"] = json!({"Bucket.$": "$.bucket", "Key.$": "$$.Execution.Input.key"});
    let input = json!({"bucket": "b", "key": "k", "most": "2"});
    let report = run(&echo(json!({"ItemReader": from_path})), &lines(), input).await;
    assert_eq!(output(&report), json!([1, 2]));

    let mut definition = echo(json!({"ItemReader": {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {
            "InputType": "CSV", "CSVHeaderLocation": "GIVEN", "MaxItems": "{% 1 + 1 %}",
            "CSVHeaders": "{% [$states.input.column] %}"
        },
        "Arguments": {"Bucket": "{% 'b' %}", "Key": "{% $states.input.key %}"}
    }}));
    definition["QueryLanguage"] = json!("JSONata");
    let report = run(&definition, &lines(), json!({"key": "k", "column": "n"})).await;
    assert_eq!(output(&report), json!([{"n": "1"}, {"n": "2"}]));
}

#[tokio::test]
async fn object_lists_need_no_input_type() {
    let store = Memory::new()
        .with("b", "in/1", "[1]")
        .with("b", "in/2", "[2, 3]")
        .with("b", "out", "");
    let list = |config| {
        echo(json!({"ItemReader": {
            "Resource": "arn:aws:states:::s3:listObjectsV2", "ReaderConfig": config,
            "Parameters": {"Bucket": "b", "Prefix": "in/"}
        }}))
    };
    let report = run(&list(json!({})), &store, json!({})).await;
    assert_eq!(output(&report)[1]["Key"], "in/2");
    let loads = json!({"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"});
    let report = run(&list(loads), &store, json!({})).await;
    assert_eq!(output(&report), json!([1, 2, 3]));
}

#[tokio::test]
async fn an_invalid_max_items_fails_before_the_run() {
    for (most, shown) in [
        (json!(1.5), "1.5"),
        (json!("many"), "many"),
        (json!({}), "{}"),
    ] {
        let definition = echo(json!({
            "ItemReader": reader(json!({"InputType": "JSONL", "MaxItemsPath": "$.most"}))
        }));
        let report = run(&definition, &lines(), json!({"most": most})).await;
        let (error, cause) = failure(&report);
        assert_eq!(error, "States.Runtime");
        assert!(
            cause.ends_with(&format!("(entered at the event id #2). The MaxItemsPath field refers to value \"{shown}\" which is not a valid integer: $.most")),
            "{cause}"
        );
        assert_eq!(kinds(&report)[2..], ["MapStateStarted", "ExecutionFailed"]);
    }
}

#[tokio::test]
async fn unreadable_content_fails_the_run() {
    let cases = [
        (
            json!({"InputType": "JSONL", "MaxItemsPath": "$.most"}),
            "",
            "field MaxItems must be positive",
        ),
        (
            json!({"InputType": "JSON"}),
            "{\"Hello\": \"world\"}",
            "Attempting to map over non-iterable node.",
        ),
        (
            json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "a"]}),
            "1,2",
            "CSV headers cannot contain duplicates.",
        ),
    ];
    for (config, body, expected) in cases {
        let store = Memory::new().with("b", "k", body);
        let definition = echo(json!({"ItemReader": reader(config)}));
        let report = run(&definition, &store, json!({"most": -1})).await;
        assert_eq!(failure(&report), ("States.ItemReaderFailed", expected));
        assert_eq!(
            kinds(&report)[2..],
            [
                "MapStateStarted",
                "MapRunStarted",
                "MapRunFailed",
                "MapStateFailed",
                "ExecutionFailed"
            ]
        );
        let failed = report.history.events().nth(4).unwrap();
        assert_eq!(
            failed.details().to_json(),
            json!({"error": "States.ItemReaderFailed", "cause": expected})
        );
    }
}

#[tokio::test]
async fn missing_buckets_and_objects_fail_with_the_messages_of_s3() {
    let definition = echo(json!({
        "ItemReader": reader(json!({"InputType": "JSONL"})),
        "Catch": [{"ErrorEquals": ["States.ItemReaderFailed"], "Next": "Caught"}]
    }));
    for (store, message, code) in [
        (
            Memory::new(),
            "The specified bucket does not exist",
            "NoSuchBucket",
        ),
        (
            Memory::new().bucket("b"),
            "The specified key does not exist.",
            "NoSuchKey",
        ),
    ] {
        let report = run(&definition, &store, json!({})).await;
        let cause = output(&report)["Cause"].as_str().unwrap().to_owned();
        let begin = format!(
            "{message} (Service: Amazon S3; Status Code: 404; Error Code: {code}; Request ID: "
        );
        assert!(cause.starts_with(&begin), "{cause}");
        // Virtual time is the same every time.
        let again = run(&definition, &store, json!({})).await;
        assert_eq!(output(&again)["Cause"], cause);
    }
    let engine = builder(&definition).build().unwrap();
    let report = run_in(&engine, json!({})).await;
    assert!(
        output(&report)["Cause"]
            .as_str()
            .unwrap()
            .contains("EngineBuilder::objects")
    );
}

#[tokio::test]
async fn reader_parameters_without_a_key_are_refused_before_the_run() {
    let mut without_key = reader(json!({"InputType": "JSONL"}));
    without_key["Parameters"] = json!({"Bucket": "b"});
    let report = run(
        &echo(json!({"ItemReader": without_key})),
        &lines(),
        json!({}),
    )
    .await;
    let (error, cause) = failure(&report);
    assert_eq!(error, "States.Runtime");
    assert!(
        cause.ends_with("The Parameters '{\"Bucket\":\"b\"}' could not be used to start the Task: [The field \"Key\" is required but was missing]"),
        "{cause}"
    );
}

#[tokio::test]
async fn an_invalid_line_fails_the_run_after_earlier_children() {
    let store = Memory::new().with("b", "k", "1\n2\n{");
    let definition = echo(json!({
        "ItemReader": reader(json!({"InputType": "JSONL"})), "MaxConcurrency": 1
    }));
    let engine = engine(&definition, &store, &Mocks::new());
    let report = run_in(&engine, json!({})).await;
    let (error, cause) = failure(&report);
    assert_eq!(error, "States.ItemReaderFailed");
    assert!(cause.starts_with("Line 3 of the file"), "{cause}");
    assert_eq!(map_run(&engine, &report).items.succeeded, 2);
}

#[test]
fn an_invalid_item_reader_is_refused_when_the_engine_is_built() {
    let engine = |reader| -> Result<Engine, String> {
        let definition = echo(json!({ "ItemReader": reader }));
        builder(&definition)
            .build()
            .map_err(|error| error.to_string())
    };
    let mut wrong = reader(json!({"InputType": "JSONL"}));
    wrong["Resource"] = json!("arn:aws:states:::s3:headObject");
    assert!(engine(wrong).is_err());
    assert!(engine(reader(json!({"InputType": "JSON", "ItemsPointer": "a"}))).is_err());
}
