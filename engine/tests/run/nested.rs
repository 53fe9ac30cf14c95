use serde_json::{Value as Json, json};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{
    Engine, ExecutionFilter, ExecutionHandle, Limits, MachineType, StartOptions, Status, TokenError,
};

use crate::run::support::{builder, kinds, output, seconds};

fn parent(resource: &str, input: Json) -> Json {
    json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": resource, "End": true,
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Input": input
        }
    }}})
}

fn engine(parent: &Json, child: &Json, child_type: MachineType) -> Engine {
    Engine::builder()
        .register_json("parent", &parent.to_string(), MachineType::Standard)
        .register_json("child", &child.to_string(), child_type)
        .virtual_time()
        .build()
        .unwrap()
}

fn waiting(end: Json) -> Json {
    json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "Next": "E"}, "E": end}})
}

#[tokio::test]
async fn a_parent_waits_for_its_child_and_receives_its_description() {
    let child = waiting(json!({"Type": "Succeed"}));
    for (resource, input, printed) in [
        (
            "arn:aws:states:::states:startExecution.sync:2",
            json!({"a": 1}),
            json!({"a": 1}),
        ),
        (
            "arn:aws:states:::states:startExecution.sync",
            json!({"a": 1}),
            json!("{\"a\":1}"),
        ),
    ] {
        let engine = engine(&parent(resource, input), &child, MachineType::Standard);
        let run = engine
            .start_machine("parent", json!({}), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        let output = output(&report);
        assert_eq!(output["Status"], "SUCCEEDED");
        assert_eq!(output["Output"], printed);
        assert_eq!(output["Input"], printed);
        assert_eq!(seconds(&report), 30.0);
    }
}

#[tokio::test]
async fn a_failed_child_fails_its_parents_task() {
    let child = waiting(json!({"Type": "Fail", "Error": "E", "Cause": "why"}));
    let parent = parent("arn:aws:states:::states:startExecution.sync:2", json!({}));
    let engine = engine(&parent, &child, MachineType::Standard);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("States.TaskFailed"));
    let cause: Json = serde_json::from_str(&failed.cause.unwrap()).unwrap();
    assert_eq!(
        (&cause["Error"], &cause["Cause"]),
        (&json!("E"), &json!("why"))
    );
    assert_eq!(cause["Status"], "FAILED");
}

#[tokio::test]
async fn an_express_child_runs_through_the_sdk_integration() {
    let child = json!({"StartAt": "E", "States": {"E": {"Type": "Fail", "Error": "E"}}});
    let parent = parent(
        "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        json!("{\"a\": 1}"),
    );
    let engine = engine(&parent, &child, MachineType::Express);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let output = output(&run.report().await);
    assert_eq!(
        (&output["Status"], &output["Error"]),
        (&json!("FAILED"), &json!("E"))
    );
    assert_eq!(output["Input"], "{\"a\":1}");
}

#[tokio::test]
async fn a_child_that_is_not_awaited_outlives_its_parent() {
    let child = waiting(json!({"Type": "Succeed"}));
    let parent = parent("arn:aws:states:::states:startExecution", json!({}));
    let engine = engine(&parent, &child, MachineType::Standard);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(seconds(&report), 0.0);
    let child = output(&report)["ExecutionArn"].as_str().unwrap().to_owned();
    let report = engine
        .blocking_execution(&child)
        .unwrap()
        .unwrap()
        .report()
        .await;
    assert_eq!(seconds(&report), 30.0);
}

#[tokio::test]
async fn an_execution_that_starts_itself_endlessly_fails() {
    let own = parent("arn:aws:states:::states:startExecution.sync:2", json!({}));
    let engine = engine(
        &json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}),
        &own,
        MachineType::Standard,
    );
    let run = engine
        .start_machine("child", json!({}), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("States.TaskFailed"));
}

const SYNC: &str = "arn:aws:states:::states:startExecution.sync:2";

/// Returns the status of the only execution of `child`.
fn child_status(engine: &Engine) -> Status {
    let rows = engine
        .blocking_executions(&ExecutionFilter::new())
        .unwrap()
        .executions;
    let children: Vec<Status> = rows
        .iter()
        .filter(|row| row.machine == "child")
        .map(|row| row.status)
        .collect();
    assert_eq!(children.len(), 1);
    children[0]
}

#[tokio::test]
async fn stopping_a_parent_stops_the_child_that_it_waits_for() {
    let child = waiting(json!({"Type": "Succeed"}));
    for resource in [SYNC, "arn:aws:states:::states:startExecution.sync"] {
        let engine = engine(&parent(resource, json!({})), &child, MachineType::Standard);
        let held = engine.clock().hold();
        let run = engine
            .start_machine("parent", json!({}), StartOptions::new())
            .await
            .unwrap();
        while engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .len()
            < 2
        {
            tokio::task::yield_now().await;
        }
        let report = run.stop(Some("Enough"), None).await;
        assert_eq!(report.status, Status::Aborted);
        drop(held);
        let child = engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .into_iter()
            .find(|row| row.machine == "child");
        let child = engine
            .blocking_execution(&child.unwrap().id)
            .unwrap()
            .unwrap();
        let report = child.report().await;
        assert_eq!((report.status, seconds(&report)), (Status::Aborted, 0.0));
    }
}

#[tokio::test]
async fn a_failed_sibling_stops_the_child_of_another_branch() {
    let child = waiting(json!({"Type": "Succeed"}));
    let branch = parent(SYNC, json!({}));
    let failing = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 5, "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}
    }});
    let parent = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [branch, failing], "End": true,
              "Catch": [{"ErrorEquals": ["E"], "Next": "Later"}]},
        "Later": {"Type": "Wait", "Seconds": 100, "End": true}
    }});
    let engine = engine(&parent, &child, MachineType::Standard);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(
        (report.status, seconds(&report)),
        (Status::Succeeded, 105.0)
    );
    assert_eq!(child_status(&engine), Status::Aborted);
    let aborted = report
        .history
        .events()
        .filter(|event| event.kind().name() == "TaskStateAborted");
    assert_eq!(aborted.count(), 1);
}

#[tokio::test]
async fn a_timeout_of_the_parent_or_its_task_stops_the_child() {
    let child = waiting(json!({"Type": "Succeed"}));
    let mut machine = parent(SYNC, json!({}));
    machine["TimeoutSeconds"] = json!(10);
    let mut state = parent(SYNC, json!({}));
    state["States"]["S"]["TimeoutSeconds"] = json!(10);
    for (parent, status) in [(machine, Status::TimedOut), (state, Status::Failed)] {
        let engine = engine(&parent, &child, MachineType::Standard);
        let run = engine
            .start_machine("parent", json!({}), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        assert_eq!((report.status, seconds(&report)), (status, 10.0));
        let id = engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .into_iter()
            .find(|row| row.machine == "child");
        let child = engine
            .blocking_execution(&id.unwrap().id)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!((child.status, seconds(&child)), (Status::Aborted, 10.0));
    }
}

#[tokio::test]
async fn stopping_records_the_open_states_inside_branches() {
    let branch = |state: &str| json!({"StartAt": state, "States": {state: {"Type": "Wait", "Seconds": 60, "End": true}}});
    let definition = json!({"StartAt": "P", "States": {"P": {
        "Type": "Parallel", "Branches": [branch("A"), branch("B")], "End": true
    }}});
    let engine = engine(
        &definition,
        &waiting(json!({"Type": "Succeed"})),
        MachineType::Standard,
    );
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    while run.history().await.len() < 5 {
        tokio::task::yield_now().await;
    }
    let report = run.stop(None, None).await;
    let kinds: Vec<_> = report
        .history
        .events()
        .map(|event| event.kind().name())
        .collect();
    let ends = ["WaitStateAborted", "WaitStateAborted", "ExecutionAborted"];
    assert_eq!(kinds[5..], ends);
}

#[tokio::test]
async fn executions_that_are_not_awaited_do_not_count_as_nested() {
    let definition = json!({"StartAt": "C", "States": {
        "C": {"Type": "Choice", "Choices": [
            {"Variable": "$.left", "NumericGreaterThan": 0, "Next": "S"}
        ], "Default": "E"},
        "S": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": true,
            "Parameters": {
                "StateMachineArn.$": "$$.StateMachine.Id",
                "Input": {"left.$": "States.MathAdd($.left, -1)"}
            }},
        "E": {"Type": "Succeed"}
    }});
    let engine = builder(&definition).build().unwrap();
    engine
        .start_machine("m", json!({"left": 300}), StartOptions::new())
        .await
        .unwrap();
    loop {
        tokio::task::yield_now().await;
        let all = engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions;
        assert!(all.iter().all(|one| one.status != Status::Failed));
        if all.iter().all(|one| one.status == Status::Succeeded) {
            assert_eq!(all.len(), 301);
            break;
        }
    }
}

#[tokio::test]
async fn a_nested_start_beyond_the_history_limit_starts_no_child() {
    // The events before the task leave capacity for any number of its events, from none on.
    for events in 3..8 {
        let parent = parent("arn:aws:states:::states:startExecution.sync:2", json!({}));
        let child = json!({"StartAt": "E", "States": {"E": {"Type": "Succeed"}}});
        let engine = Engine::builder()
            .register_json("parent", &parent.to_string(), MachineType::Standard)
            .register_json("child", &child.to_string(), MachineType::Standard)
            .limits(Limits::new().events(events))
            .virtual_time()
            .build()
            .unwrap();
        let run = engine
            .start_machine("parent", json!({}), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        assert_eq!(report.error.as_deref(), Some("States.Runtime"));
        let was_started = kinds(&report).contains(&"TaskStarted");
        let children = engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .len()
            - 1;
        assert_eq!(children, usize::from(was_started), "{events} events");
    }
}

#[tokio::test]
async fn a_start_with_wait_for_task_token_passes_the_token_to_the_child() {
    let parent = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken", "End": true,
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Input": {"token.$": "$$.Task.Token"}
        }
    }}});
    let child = json!({"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "tell", "Payload.$": "$"}
    }}});
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let engine = Engine::builder()
        .register_json("parent", &parent.to_string(), MachineType::Standard)
        .register_json("child", &child.to_string(), MachineType::Standard)
        .function("tell", move |input: Json| {
            let sent = tell.send(input["token"].as_str().unwrap().to_owned());
            async move {
                sent.unwrap();
                Ok::<_, TaskFailure>(json!(null))
            }
        })
        .virtual_time()
        .build()
        .unwrap();
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = told.recv().await.unwrap();
    engine
        .send_task_success(&token, &json!("heard"))
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(output(&report), json!("heard"));
    assert!(kinds(&report).contains(&"TaskSubmitted"));
}

/// A parent that finds its child by name at the moment of the child's end is notified of the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_that_joins_an_ending_execution_continues() {
    let child = json!({"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName": "f", "Payload.$": "$"}
    }}});
    let parent = json!({"StartAt": "S", "States": {"S": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Name.$": "$.name", "Input": {}
        }
    }}});
    let engine = Engine::builder()
        .register_json("parent", &parent.to_string(), MachineType::Standard)
        .register_json("child", &child.to_string(), MachineType::Standard)
        .function("f", |_: Json| async {
            tokio::task::yield_now().await;
            Ok::<_, TaskFailure>(json!(1))
        })
        .retention(10)
        .build()
        .unwrap();
    for number in 0..2_000 {
        let name = format!("child-{number}");
        let start = || {
            let input = json!({"name": name});
            engine.start_machine("parent", input, StartOptions::new())
        };
        let runs = [
            start().await.unwrap(),
            start().await.unwrap(),
            start().await.unwrap(),
        ];
        for run in runs {
            let report = run.report().await;
            // After the end, the name is taken.
            let error = report.error.as_deref().unwrap_or_default();
            let is_late = error == "StepFunctions.ExecutionAlreadyExistsException";
            assert!(is_late || report.status == Status::Succeeded, "{error}");
        }
    }
}

/// The parent's task token is the child's input.
fn parent_with_token() -> Json {
    let mut parent = parent(SYNC, json!({}));
    parent["States"]["S"]["Parameters"]["Input"] = json!({"token.$": "$$.Task.Token"});
    parent
}

/// The token of the parent's task, as its child got it.
async fn token_of_parent(run: &ExecutionHandle<stepwright_engine::value::Value>) -> String {
    loop {
        let history = run.history().await;
        let scheduled = history
            .events()
            .find(|event| event.kind().name() == "TaskScheduled");
        if let Some(event) = scheduled {
            let parameters = event.details().to_json();
            return parameters["parameters"]["Input"]["token"]
                .as_str()
                .unwrap()
                .to_owned();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_task_token_completes_a_task_that_waits_for_a_child() {
    let child = waiting(json!({"Type": "Succeed"}));
    let engine = engine(&parent_with_token(), &child, MachineType::Standard);
    let held = engine.clock().hold();
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = token_of_parent(&run).await;
    let answer = json!({"by": "token"});
    engine.send_task_success(&token, &answer).await.unwrap();
    let report = run.report().await;
    assert_eq!((output(&report), seconds(&report)), (answer, 0.0));
    drop(held);
    assert_eq!(child_status(&engine), Status::Running);
    let id = engine
        .blocking_executions(&ExecutionFilter::new())
        .unwrap()
        .executions
        .into_iter()
        .find(|row| row.machine == "child");
    let child = engine
        .blocking_execution(&id.unwrap().id)
        .unwrap()
        .unwrap()
        .report()
        .await;
    assert_eq!(
        (child.status, seconds(&child)),
        (Status::Succeeded, 30.0),
        "the child continues"
    );
}

#[tokio::test]
async fn the_token_of_a_child_is_invalid_after_the_child_ended() {
    let child = waiting(json!({"Type": "Succeed"}));
    let engine = engine(&parent_with_token(), &child, MachineType::Standard);
    let run = engine
        .start_machine("parent", json!({}), StartOptions::new())
        .await
        .unwrap();
    let token = token_of_parent(&run).await;
    let report = run.report().await;
    assert_eq!(output(&report)["Status"], "SUCCEEDED");
    assert_eq!(
        engine.send_task_success(&token, &1).await,
        Err(TokenError::TaskDoesNotExist)
    );
}

#[tokio::test]
async fn the_given_name_of_a_nested_execution_is_used_or_refused() {
    let succeeds = json!({"StartAt": "E", "States": {"E": {"Type": "Succeed"}}});
    for (name, machine_type, error) in [
        ("a-b", MachineType::Standard, None),
        ("a-b", MachineType::Express, None),
        (
            "a:b",
            MachineType::Standard,
            Some("StepFunctions.InvalidNameException"),
        ),
        (
            "a:b",
            MachineType::Express,
            Some("StepFunctions.InvalidNameException"),
        ),
    ] {
        let mut parent = parent("arn:aws:states:::states:startExecution", json!({}));
        parent["States"]["S"]["Parameters"]["Name"] = json!(name);
        let engine = engine(&parent, &succeeds, machine_type);
        let run = engine.start_machine("parent", json!({}), StartOptions::new());
        let report = run.await.unwrap().report().await;
        assert_eq!(report.error.as_deref(), error, "{name}");
        if error.is_none() {
            let output = output(&report);
            let arn = output["ExecutionArn"].as_str().unwrap();
            assert!(arn.contains(":child:a-b"), "{arn}");
        }
    }
}
