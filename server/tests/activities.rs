use serde_json::{Value as Json, json};

use crate::support::{Api, members, text};

const PACK: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

/// Returns a server with a machine whose only state is a task of the activity.
fn packing(more: Json) -> (Api, String) {
    let api = Api::over(stepwright_engine::Engine::builder());
    api.call("CreateActivity", json!({"name": "pack"}));
    let mut state = json!({"Type": "Task", "Resource": PACK, "End": true});
    let members = more.as_object().expect("it is one").clone();
    state.as_object_mut().expect("it is one").extend(members);
    let machine = api.create("m", &json!({"StartAt": "Pack", "States": {"Pack": state}}));
    (api, machine)
}

fn take(api: &Api) -> (String, Json) {
    let task = api.call(
        "GetActivityTask",
        json!({"activityArn": PACK, "workerName": "Ada"}),
    );
    assert_eq!(members(&task), ["taskToken", "input"]);
    let input = serde_json::from_str(&text(&task["input"])).expect("it is JSON");
    (text(&task["taskToken"]), input)
}

#[test]
fn a_worker_polls_and_completes_a_task() {
    let (api, machine) = packing(json!({}));
    let execution = api.start(&machine, &json!({"tea": 2}));
    let (token, input) = take(&api);
    assert_eq!(input, json!({"tea": 2}));
    assert_eq!(
        api.call("SendTaskHeartbeat", json!({"taskToken": token})),
        json!({})
    );
    let answer = json!({"taskToken": token, "output": "{\"packed\": true}"});
    assert_eq!(api.call("SendTaskSuccess", answer.clone()), json!({}));
    assert_eq!(api.finished(&execution)["output"], r#"{"packed":true}"#);
    let gone = "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'";
    assert_eq!(api.refusal("SendTaskSuccess", answer), gone);
    assert_eq!(
        api.refusal("SendTaskHeartbeat", json!({"taskToken": token})),
        gone
    );
    let history = api.call("GetExecutionHistory", json!({"executionArn": execution}));
    assert_eq!(
        history["events"][3]["activityStartedEventDetails"],
        json!({"workerName": "Ada"})
    );
}

#[test]
fn a_worker_fails_a_task_with_its_error_and_cause() {
    let (api, machine) = packing(json!({}));
    let execution = api.start(&machine, &json!({}));
    let (token, _) = take(&api);
    api.call(
        "SendTaskFailure",
        json!({"taskToken": token, "error": "Torn", "cause": "the box"}),
    );
    let ended = api.finished(&execution);
    assert_eq!(
        (&ended["status"], &ended["error"], &ended["cause"]),
        (&json!("FAILED"), &json!("Torn"), &json!("the box"))
    );
}

#[test]
fn a_poll_without_a_task_returns_an_empty_response() {
    let (api, _) = packing(json!({}));
    assert_eq!(
        api.call("GetActivityTask", json!({"activityArn": PACK})),
        json!({})
    );
}

#[test]
fn a_disconnected_poll_takes_no_task() {
    let (api, machine) = packing(json!({}));
    {
        use std::io::Write;
        let mut stream = std::net::TcpStream::connect(&api.address).expect("it listens");
        let body = json!({"activityArn": PACK}).to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.GetActivityTask\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream
            .write_all((head + &body).as_bytes())
            .expect("it is sent");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // The server notices that the client has disconnected.
    std::thread::sleep(std::time::Duration::from_millis(50));
    api.start(&machine, &json!(7));
    assert_eq!(take(&api).1, json!(7));
}

#[test]
fn invalid_tokens_and_outputs_are_refused() {
    let (api, machine) = packing(json!({}));
    let invalid = "InvalidToken: Invalid Token: 'Invalid token'";
    for operation in ["SendTaskHeartbeat", "SendTaskFailure"] {
        assert_eq!(api.refusal(operation, json!({"taskToken": "no"})), invalid);
    }
    assert_eq!(
        api.refusal("SendTaskSuccess", json!({"taskToken": "no", "output": "1"})),
        invalid
    );
    api.start(&machine, &json!({}));
    let (token, _) = take(&api);
    let refused = api.refusal(
        "SendTaskSuccess",
        json!({"taskToken": token, "output": "{"}),
    );
    assert!(
        refused.starts_with("InvalidOutput: Invalid Output: '"),
        "{refused}"
    );
    let large = format!("\"{}\"", "é".repeat(140_000));
    let refused = api.refusal(
        "SendTaskSuccess",
        json!({"taskToken": token, "output": large}),
    );
    assert!(refused.starts_with("InvalidOutput: "), "{refused}");
    api.call(
        "SendTaskSuccess",
        json!({"taskToken": token, "output": "1"}),
    );
}

#[test]
fn activities_are_created_once_described_listed_and_deleted() {
    let (api, _) = packing(json!({}));
    let again = api.call(
        "CreateActivity",
        json!({"name": "pack", "tags": [{"key": "a", "value": "b"}]}),
    );
    assert_eq!(members(&again), ["activityArn", "creationDate"]);
    let described = api.call("DescribeActivity", json!({"activityArn": PACK}));
    assert_eq!(
        described,
        json!({"activityArn": PACK, "name": "pack", "creationDate": again["creationDate"], "encryptionConfiguration": {"type": "AWS_OWNED_KEY"}})
    );
    // The tags of the second request are ignored.
    assert_eq!(
        api.call("ListTagsForResource", json!({"resourceArn": PACK})),
        json!({"tags": []})
    );
    let managed = json!({"name": "pack", "encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}});
    assert!(
        api.refusal("CreateActivity", managed)
            .starts_with("ActivityAlreadyExists: ")
    );
    let managed =
        json!({"name": "pack", "encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}});
    assert!(
        api.refusal("CreateActivity", managed)
            .starts_with("InvalidEncryptionConfiguration: ")
    );
    assert_eq!(
        api.refusal("CreateActivity", json!({"name": "a b"})),
        "InvalidName: Invalid Name: 'a b'"
    );
    for name in ["a", "z"] {
        api.call("CreateActivity", json!({"name": name}));
    }
    let first = api.call("ListActivities", json!({"maxResults": 2}));
    assert_eq!(first["activities"][1]["name"], "pack");
    let rest = api.call("ListActivities", json!({"nextToken": first["nextToken"]}));
    assert_eq!(
        members(&rest["activities"][0]),
        ["activityArn", "name", "creationDate"]
    );
    for _ in 0..2 {
        assert_eq!(
            api.call("DeleteActivity", json!({"activityArn": PACK})),
            json!({})
        );
    }
    let missing = format!("ActivityDoesNotExist: Activity Does Not Exist: '{PACK}'");
    for operation in ["DescribeActivity", "GetActivityTask"] {
        assert_eq!(
            api.refusal(operation, json!({"activityArn": PACK})),
            missing
        );
        assert_eq!(
            api.refusal(operation, json!({"activityArn": "no"})),
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: no'"
        );
    }
}

#[test]
fn tags_are_added_replaced_and_removed() {
    let api = Api::new();
    let machine = api.create("m", &crate::support::pass());
    let tag = |tags: Json| {
        api.ask(
            "TagResource",
            &json!({"resourceArn": machine, "tags": tags}),
        )
    };
    assert_eq!(
        tag(json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])),
        (200, json!({}))
    );
    tag(json!([{"key": "a", "value": "3"}, {"key": "c"}]));
    let list = || api.call("ListTagsForResource", json!({"resourceArn": machine}))["tags"].clone();
    assert_eq!(
        list(),
        json!([{"key": "a", "value": "3"}, {"key": "b", "value": "2"}, {"key": "c", "value": ""}])
    );
    api.call(
        "UntagResource",
        json!({"resourceArn": machine, "tagKeys": ["a", "nothing"]}),
    );
    assert_eq!(
        list(),
        json!([{"key": "b", "value": "2"}, {"key": "c", "value": ""}])
    );
    let many: Vec<Json> = (0..50)
        .map(|number| json!({"key": number.to_string(), "value": ""}))
        .collect();
    let (status, error) = tag(json!(many));
    assert_eq!((status, &error["resourceName"]), (400, &json!(machine)));
    assert_eq!(list().as_array().map(Vec::len), Some(2));
    let missing = format!("{machine}x");
    for (operation, more) in [
        ("ListTagsForResource", "_"),
        ("TagResource", "tags"),
        ("UntagResource", "tagKeys"),
    ] {
        let request = json!({"resourceArn": missing, more: []});
        assert_eq!(
            api.refusal(operation, request),
            format!("ResourceNotFound: Resource not found: '{missing}'")
        );
    }
}
