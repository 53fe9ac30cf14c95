use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::VIRTUAL_START;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Status, WaitKind};
use stepwright_testing::debug::{DebugError, DebugOptions, Debugger, PositionKind, Stop};

use crate::debug::support::{FUNCTION, debugger, end, output, shown, start};

fn task(more: Json) -> Json {
    let mut task = json!({"Type": "Task", "Resource": FUNCTION, "End": true});
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    task
}

fn declined() -> TaskFailure {
    TaskFailure::new("Declined", "no funds")
}

#[test]
fn a_call_shows_its_resource_and_arguments_and_waits_for_its_answer() {
    let states = json!({"T": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 9,
        "Parameters": {"FunctionName": "f", "Payload.$": "$.a"}, "OutputPath": "$.Payload", "End": true,
    }});
    let mut debugger = start(states, json!({"a": 1}));
    assert_eq!(debugger.step(), Stop::Call);
    let PositionKind::Call(visit, call) = &debugger.position().kind else {
        panic!();
    };
    assert_eq!(visit.input.to_text(), r#"{"a":1}"#);
    assert_eq!(call.resource, "arn:aws:states:::lambda:invoke");
    assert_eq!(call.target.as_deref(), Some("f"));
    assert_eq!(
        call.arguments.to_text(),
        r#"{"FunctionName":"f","Payload":1}"#
    );
    assert_eq!((call.call, call.timeout), (0, Some(Duration::from_secs(9))));
    // Without an answer nothing continues.
    for _ in 0..2 {
        assert_eq!(debugger.step(), Stop::Call);
        assert_eq!(debugger.resume(), Stop::Call);
    }
    assert_eq!(debugger.positions().count(), 2);
    let answer = json!({"Payload": "ok", "StatusCode": 200});
    assert_eq!(debugger.answer(Ok(answer.into())), Ok(Stop::Ended));
    assert_eq!(output(&debugger), json!("ok"));
    assert_eq!(
        debugger.answer(Ok(1.into())),
        Err(DebugError::NoPendingCall)
    );
}

#[test]
fn a_failed_call_is_retried_and_caught() {
    let retry = json!([{"ErrorEquals": ["Declined"], "IntervalSeconds": 5, "MaxAttempts": 1}]);
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "C"}]);
    let states = json!({
        "T": task(json!({"Retry": retry, "Catch": catch})),
        "C": {"Type": "Succeed"},
    });
    let mut debugger = start(states, json!({}));
    debugger.step();
    assert_eq!(debugger.answer(Err(declined())), Ok(Stop::Step));
    assert_eq!(shown(&debugger), "waits T");
    let PositionKind::Waiting(_, wait) = &debugger.position().kind else {
        panic!();
    };
    let until = VIRTUAL_START + Duration::from_secs(5);
    assert_eq!(wait.kind, WaitKind::Retry { until, attempt: 2 });
    assert_eq!(debugger.step(), Stop::Call);
    let PositionKind::Call(visit, call) = &debugger.position().kind else {
        panic!();
    };
    assert_eq!((visit.retries, call.call), (1, 1));
    assert_eq!(debugger.answer(Err(declined())), Ok(Stop::Step));
    assert_eq!(shown(&debugger), "before C");
}

#[test]
fn a_late_answer_passes_its_time_or_times_out() {
    for (seconds, status) in [(5, Status::Succeeded), (15, Status::Failed)] {
        let mut debugger = start(json!({"T": task(json!({"TimeoutSeconds": 10}))}), json!({}));
        debugger.step();
        let delay = Duration::from_secs(seconds);
        assert_eq!(debugger.answer_after(delay, Ok(1.into())), Ok(Stop::Step));
        assert_eq!(shown(&debugger), "waits T");
        debugger.resume();
        assert_eq!(end(&debugger).status, status);
        let passed = debugger.position().time - VIRTUAL_START;
        assert_eq!(passed, delay.min(Duration::from_secs(10)));
    }
}

fn with_default_answers() -> Debugger {
    let states = json!({"T": task(json!({"Next": "U", "End": null})), "U": task(json!({}))});
    let mut states = states;
    states["T"].as_object_mut().unwrap().remove("End");
    let definition = json!({"StartAt": "T", "States": states});
    let options = DebugOptions::new().answer(|visit, call| {
        let answer = format!("default {} of {}", call.call, visit.state);
        (visit.state == "T").then(|| Ok(answer.into()))
    });
    debugger(&definition, json!({}), options)
}

#[test]
fn default_answers_are_used_unless_the_caller_steps_into_the_call() {
    let mut debugger = with_default_answers();
    assert_eq!(debugger.step(), Stop::Step);
    assert_eq!(shown(&debugger), "before U");
    let input = &debugger.position().visit().unwrap().input;
    assert_eq!(input.to_text(), r#""default 0 of T""#);
    assert_eq!(debugger.resume(), Stop::Call);
    assert_eq!(shown(&debugger), "call U");

    debugger.go_back_to(0).unwrap();
    assert_eq!(debugger.step_into(), Stop::Call);
    assert_eq!(shown(&debugger), "call T");
    debugger.answer(Ok("other".into())).unwrap();
    let input = &debugger.position().visit().unwrap().input;
    assert_eq!(input.to_text(), r#""other""#);

    debugger.back();
    assert_eq!(debugger.step(), Stop::Step);
    let input = &debugger.position().visit().unwrap().input;
    assert_eq!(input.to_text(), r#""default 0 of T""#);
}

#[test]
fn tokens_activities_and_nested_workflows_are_answered_like_other_tasks() {
    for resource in [
        "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:us-east-1:123456789012:activity:pack",
    ] {
        let states =
            json!({"T": {"Type": "Task", "Resource": resource, "Parameters": {}, "End": true}});
        let mut debugger = start(states, json!({}));
        assert_eq!(debugger.resume(), Stop::Call, "{resource}");
        assert_eq!(debugger.answer(Ok(json!({"a": 1}).into())), Ok(Stop::Ended));
        assert_eq!(output(&debugger), json!({"a": 1}));
    }
}

fn distributed(more: Json) -> Json {
    let mut map = json!({"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}},
    }});
    for (key, value) in more.as_object().unwrap() {
        map[key] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map}})
}

#[test]
fn the_children_of_a_distributed_map_are_answered_by_the_caller() {
    let mut debugger = debugger(&distributed(json!({})), json!([1, 2]), DebugOptions::new());
    assert_eq!(debugger.resume(), Stop::Call);
    for number in 0..2 {
        let PositionKind::Child(visit, child) = &debugger.position().kind else {
            panic!();
        };
        assert_eq!((visit.state.as_str(), child.number), ("M", number));
        let output = format!("child of {}", child.input.to_text());
        debugger.answer(Ok(output.into())).unwrap();
    }
    assert_eq!(output(&debugger), json!(["child of 1", "child of 2"]));
}

#[test]
fn a_failed_child_stops_the_other_children_of_a_distributed_map() {
    let mut debugger = debugger(
        &distributed(json!({})),
        json!([1, 2, 3]),
        DebugOptions::new(),
    );
    debugger.resume();
    assert_eq!(debugger.answer(Err(declined())), Ok(Stop::Ended));
    let error = end(&debugger).error;
    assert_eq!(
        error.as_deref(),
        Some("States.ExceedToleratedFailureThreshold")
    );
}

#[test]
fn an_item_reader_reads_the_items_of_the_options() {
    let reader = json!({
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "b", "Key": "k"},
        },
    });
    let options = DebugOptions::new().items("M", json!(["a"]));
    let mut with_items = debugger(&distributed(reader.clone()), json!({}), options);
    assert_eq!(with_items.resume(), Stop::Call);
    let PositionKind::Child(_, child) = &with_items.position().kind else {
        panic!();
    };
    assert_eq!(child.input.to_text(), r#""a""#);
    let mut without = debugger(&distributed(reader), json!({}), DebugOptions::new());
    assert_eq!(without.resume(), Stop::Ended);
    let end = end(&without);
    assert_eq!(end.error.as_deref(), Some("States.ItemReaderFailed"));
    assert!(end.cause.unwrap().contains("DebugOptions::items"));
}

#[test]
fn a_nested_execution_answers_its_call_with_its_end() {
    const INNER: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:inner";
    let nested = |state: Json| {
        let mut inner = start(json!({"I": state}), json!({}));
        inner.resume();
        end(&inner)
    };
    let succeeded = nested(json!({"Type": "Pass", "Result": {"a": 1}, "End": true}));
    let failed = nested(json!({"Type": "Fail", "Error": "Broken", "Cause": "why"}));
    let call = |action: &str| {
        let resource = format!("arn:aws:states:::states:startExecution{action}");
        start(
            json!({"T": {"Type": "Task", "Resource": resource, "End": true,
                "Parameters": {"StateMachineArn": INNER, "Input": {"in": 1}}}}),
            json!({}),
        )
    };

    let mut outer = call(".sync:2");
    let no_call = outer.answer_with_end(Duration::ZERO, &succeeded);
    assert_eq!(no_call, Err(DebugError::NoPendingCall));
    outer.step();
    let target = outer.with_call(|call| call.target().map(str::to_owned));
    assert_eq!(target.flatten().as_deref(), Some(INNER));
    let answered = outer.answer_with_end(Duration::ZERO, &succeeded);
    assert_eq!(answered, Ok(Stop::Ended));
    let result = output(&outer);
    assert_eq!(
        (&result["Output"], &result["Status"]),
        (&json!({"a": 1}), &json!("SUCCEEDED"))
    );
    assert_eq!(
        (&result["Input"], &result["StateMachineArn"]),
        (&json!({"in": 1}), &json!(INNER))
    );

    outer.back();
    outer.answer_with_end(Duration::ZERO, &failed).unwrap();
    let ended = end(&outer);
    assert_eq!(ended.error.as_deref(), Some("States.TaskFailed"));
    let cause: Json = serde_json::from_str(&ended.cause.unwrap()).unwrap();
    assert_eq!(
        (&cause["Error"], &cause["Cause"]),
        (&json!("Broken"), &json!("why"))
    );

    // Its time passes.
    outer.back();
    let delay = Duration::from_secs(5);
    assert_eq!(outer.answer_with_end(delay, &succeeded), Ok(Stop::Step));
    outer.resume();
    assert_eq!(outer.position().time - VIRTUAL_START, delay);
    assert_eq!(outer.with_call(|_| ()), None);

    // This one does not wait for the execution.
    let mut outer = call("");
    outer.step();
    let answered = outer.answer_with_end(Duration::ZERO, &succeeded);
    assert_eq!(answered, Err(DebugError::NoPendingExecution));
    assert_eq!(shown(&outer), "call T");
}
