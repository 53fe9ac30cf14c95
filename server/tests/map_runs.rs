use serde_json::{Value as Json, json};

use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, EngineBuilder};

use crate::support::{Api, members, text};

/// A Distributed Map whose children are tasks of the activity `each`, one at a time.
fn each(more: Json) -> Json {
    let mut state = json!({
        "Type": "Map", "Label": "each", "MaxConcurrency": 1, "End": true,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Do", "States": {"Do": {
                "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:each", "End": true
            }}
        }
    });
    let members = more.as_object().expect("it is one").clone();
    state.as_object_mut().expect("it is one").extend(members);
    json!({"StartAt": "Each", "States": {"Each": state}})
}

/// Returns a server on which an execution has started such a Map over three items, and the ARNs of
/// the execution and of its run.
fn begun(more: Json) -> (Api, String, String) {
    begun_over(Engine::builder(), more)
}

/// Returns the same with a separate engine.
fn begun_over(builder: EngineBuilder, more: Json) -> (Api, String, String) {
    let api = Api::over(builder);
    api.call("CreateActivity", json!({"name": "each"}));
    let machine = api.create("m", &each(more));
    let execution = api.start(&machine, &json!([1, 2, 3]));
    let runs = loop {
        let listed = api.call("ListMapRuns", json!({"executionArn": execution}));
        if listed["mapRuns"] != json!([]) {
            break listed["mapRuns"].clone();
        }
    };
    assert_eq!(
        members(&runs[0]),
        ["executionArn", "mapRunArn", "stateMachineArn", "startDate"]
    );
    let run = text(&runs[0]["mapRunArn"]);
    (api, execution, run)
}

fn take(api: &Api) -> String {
    let each = "arn:aws:states:us-east-1:123456789012:activity:each";
    loop {
        let task = api.call("GetActivityTask", json!({"activityArn": each}));
        if let Some(token) = task["taskToken"].as_str() {
            return token.to_owned();
        }
    }
}

fn describe(api: &Api, run: &str) -> Json {
    api.call("DescribeMapRun", json!({"mapRunArn": run}))
}

fn children(api: &Api, request: Json) -> (Vec<Json>, Json) {
    let listed = api.call("ListExecutions", request);
    let executions = listed["executions"].as_array().expect("a list").clone();
    (executions, listed["nextToken"].clone())
}

#[test]
fn a_run_is_described_and_its_children_are_listed() {
    let (api, execution, run) = begun(json!({}));
    let first = take(&api);
    let described = describe(&api, &run);
    assert_eq!(
        members(&described),
        [
            "mapRunArn",
            "executionArn",
            "status",
            "startDate",
            "maxConcurrency",
            "toleratedFailurePercentage",
            "toleratedFailureCount",
            "itemCounts",
            "executionCounts",
            "redriveCount"
        ]
    );
    assert_eq!(
        (&described["status"], &described["maxConcurrency"]),
        (&json!("RUNNING"), &json!(1))
    );
    assert_eq!(described["toleratedFailurePercentage"], json!(0.0));
    assert_eq!(described["itemCounts"]["pending"], 2);
    let (running, _) = children(&api, json!({"mapRunArn": run}));
    assert_eq!(
        members(&running[0]),
        [
            "executionArn",
            "stateMachineArn",
            "name",
            "status",
            "startDate",
            "mapRunArn",
            "itemCount",
            "redriveCount"
        ]
    );
    assert_eq!(
        running[0]["stateMachineArn"],
        "arn:aws:states:us-east-1:123456789012:stateMachine:m/each"
    );
    assert_eq!(running[0]["itemCount"], 1);
    let child = text(&running[0]["executionArn"]);
    let described = api.call("DescribeExecution", json!({"executionArn": child}));
    assert_eq!(described["mapRunArn"], run);
    let labelled = api.call(
        "DescribeStateMachine",
        json!({"stateMachineArn": running[0]["stateMachineArn"]}),
    );
    let definition: Json = serde_json::from_str(&text(&labelled["definition"])).expect("JSON");
    assert_eq!(
        (&labelled["label"], &definition["StartAt"]),
        (&json!("each"), &json!("Do"))
    );
    let update = json!({"stateMachineArn": running[0]["stateMachineArn"], "definition": "{}"});
    let refused = api.ask("UpdateStateMachine", &update).1;
    assert_eq!(refused["reason"], "API_DOES_NOT_SUPPORT_LABELED_ARNS");
    let machine = api.call(
        "DescribeStateMachineForExecution",
        json!({"executionArn": child}),
    );
    assert_eq!(
        (&machine["label"], &machine["mapRunArn"]),
        (&json!("each"), &json!(run))
    );
    api.call(
        "SendTaskSuccess",
        json!({"taskToken": first, "output": "1"}),
    );
    for _ in 0..2 {
        let token = take(&api);
        api.call(
            "SendTaskSuccess",
            json!({"taskToken": token, "output": "1"}),
        );
    }
    assert_eq!(api.finished(&execution)["output"], "[1,1,1]");
    let described = describe(&api, &run);
    assert_eq!(
        (&described["status"], &described["itemCounts"]["succeeded"]),
        (&json!("SUCCEEDED"), &json!(3))
    );
    assert!(described["stopDate"].is_f64());
    let (all, token) = children(&api, json!({"mapRunArn": run, "maxResults": 2}));
    let (rest, end) = children(&api, json!({"mapRunArn": run, "nextToken": token}));
    assert_eq!((all.len(), rest.len(), end), (2, 1, Json::Null));
    assert_eq!(rest[0]["executionArn"], child);
    let (failed, _) = children(&api, json!({"mapRunArn": run, "statusFilter": "FAILED"}));
    assert!(failed.is_empty());
    // Children are not listed as executions of the state machine.
    let (own, _) = children(
        &api,
        json!({"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}),
    );
    assert_eq!(own.len(), 1);
}

#[test]
fn update_map_run_raises_concurrency_and_tolerated_failures() {
    let (api, execution, run) = begun(json!({}));
    let first = take(&api);
    assert_eq!(describe(&api, &run)["executionCounts"]["running"], 1);
    let update = json!({"mapRunArn": run, "maxConcurrency": 3, "toleratedFailureCount": 1, "toleratedFailurePercentage": 50.5});
    assert_eq!(api.call("UpdateMapRun", update), json!({}));
    let (second, third) = (take(&api), take(&api));
    let described = describe(&api, &run);
    assert_eq!(
        (
            &described["maxConcurrency"],
            &described["executionCounts"]["running"]
        ),
        (&json!(3), &json!(3))
    );
    assert_eq!(described["toleratedFailurePercentage"], json!(50.5));
    api.call("SendTaskFailure", json!({"taskToken": first}));
    for token in [second, third] {
        api.call(
            "SendTaskSuccess",
            json!({"taskToken": token, "output": "1"}),
        );
    }
    assert_eq!(api.finished(&execution)["status"], "SUCCEEDED");
    assert_eq!(describe(&api, &run)["itemCounts"]["failed"], 1);
    let late = api.refusal(
        "UpdateMapRun",
        json!({"mapRunArn": run, "maxConcurrency": 1}),
    );
    assert!(late.starts_with("ValidationException: "), "{late}");
}

#[test]
fn an_acknowledged_map_run_update_survives_a_crash() {
    let store = MemoryStore::new();
    let (api, execution, run) = begun_over(Engine::builder().store(store.clone()), json!({}));
    for most in [2, 5, 3] {
        let update = json!({"mapRunArn": run, "maxConcurrency": most});
        api.call("UpdateMapRun", update);
        // The power fails at the moment of the response.
        let after = Api::over(Engine::builder().store(store.copy()));
        assert_eq!(describe(&after, &run)["maxConcurrency"], json!(most));
        let described = after.call("DescribeExecution", json!({"executionArn": execution}));
        assert_eq!(described["status"], "RUNNING");
    }
}

#[test]
fn lowering_the_tolerance_below_the_failures_ends_the_map_run() {
    let (api, execution, run) = begun(json!({"ToleratedFailureCount": 2}));
    let token = take(&api);
    api.call("SendTaskFailure", json!({"taskToken": token, "error": "E"}));
    take(&api);
    api.call(
        "UpdateMapRun",
        json!({"mapRunArn": run, "toleratedFailureCount": 0}),
    );
    let ended = api.finished(&execution);
    assert_eq!(
        (&ended["status"], &ended["error"]),
        (
            &json!("FAILED"),
            &json!("States.ExceedToleratedFailureThreshold")
        )
    );
}

#[test]
fn a_redrive_resumes_a_failed_map_run() {
    let (api, execution, run) = begun(json!({}));
    let token = take(&api);
    api.call("SendTaskFailure", json!({"taskToken": token, "error": "E"}));
    let failed = api.finished(&execution);
    assert_eq!(failed["redriveStatus"], "REDRIVABLE");
    let (children, _) = children(&api, json!({"mapRunArn": run}));
    let child = api.call(
        "DescribeExecution",
        json!({"executionArn": children[0]["executionArn"]}),
    );
    assert_eq!(child["redriveStatus"], "REDRIVABLE_BY_MAP_RUN");
    let request = json!({"executionArn": execution, "clientToken": "one"});
    let redriven = api.call("RedriveExecution", request.clone());
    assert_eq!(members(&redriven), ["redriveDate"]);
    assert_eq!(api.call("RedriveExecution", request), redriven);
    assert!(
        api.refusal(
            "RedriveExecution",
            json!({"executionArn": execution, "clientToken": "two"})
        )
        .starts_with("ExecutionNotRedrivable: ")
    );
    for _ in 0..3 {
        let token = take(&api);
        api.call(
            "SendTaskSuccess",
            json!({"taskToken": token, "output": "1"}),
        );
    }
    let ended = api.finished(&execution);
    assert_eq!(
        (&ended["status"], &ended["redriveCount"]),
        (&json!("SUCCEEDED"), &json!(1))
    );
    assert_eq!(ended["redriveDate"], redriven["redriveDate"]);
    assert_eq!(describe(&api, &run)["redriveCount"], 1);
    assert_eq!(
        api.refusal("RedriveExecution", json!({"executionArn": execution})),
        "ExecutionNotRedrivable: Execution is SUCCEEDED and cannot be redriven"
    );
}

#[test]
fn unknown_map_runs_and_empty_updates_are_refused() {
    let (api, execution, run) = begun(json!({}));
    let missing = format!("{run}x");
    for (operation, request) in [
        ("DescribeMapRun", json!({"mapRunArn": missing})),
        ("ListExecutions", json!({"mapRunArn": missing})),
        (
            "UpdateMapRun",
            json!({"mapRunArn": missing, "maxConcurrency": 1}),
        ),
    ] {
        assert_eq!(
            api.refusal(operation, request),
            format!("ResourceNotFound: Resource not found: '{missing}'")
        );
    }
    assert_eq!(
        api.refusal("DescribeMapRun", json!({"mapRunArn": execution})),
        "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'"
    );
    let nothing = api.ask("UpdateMapRun", &json!({"mapRunArn": run})).1;
    assert_eq!(nothing["reason"], "MISSING_REQUIRED_PARAMETER");
    let both = api.ask("ListExecutions", &json!({"mapRunArn": run, "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"})).1;
    assert_eq!(both["reason"], "MISSING_REQUIRED_PARAMETER");
    assert_eq!(
        api.refusal(
            "ListMapRuns",
            json!({"executionArn": format!("{execution}x")})
        ),
        format!("ExecutionDoesNotExist: Execution Does Not Exist: '{execution}x'")
    );
    let over = api.refusal(
        "UpdateMapRun",
        json!({"mapRunArn": run, "toleratedFailurePercentage": 100.5}),
    );
    assert!(over.contains("Value '100.5' at 'toleratedFailurePercentage' failed to satisfy constraint: Member must have value less than or equal to 100"), "{over}");
}
