use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::{
    Engine, ExecutionReport, Limits, MachineType, RedriveError, StartOptions, Status,
};
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{builder, engine, machine, output, run, seconds, task};

/// Runs to the first end, then redrives.
async fn twice(definition: &Json, mocks: &Mocks, input: Json) -> [Arc<ExecutionReport>; 2] {
    let engine = engine(definition, mocks);
    let run = engine
        .start_machine("m", input, StartOptions::new())
        .await
        .unwrap();
    let first = run.report().await;
    let again = engine.redrive(run.id()).await.unwrap();
    assert_eq!(again.id(), run.id());
    let second = again.report().await;
    let known = engine
        .blocking_execution(run.id())
        .unwrap()
        .unwrap()
        .report()
        .await;
    assert_eq!(known.status, second.status);
    [first, second]
}

/// The types of the events after ExecutionRedriven.
fn afterwards(report: &ExecutionReport) -> Vec<&'static str> {
    let kinds = report.history.events().map(|event| event.kind().name());
    let after = kinds.skip_while(|kind| *kind != "ExecutionRedriven");
    after.skip(1).collect()
}

fn fails_once() -> Mock {
    Mock::failure("E", "once")
        .times(1)
        .then(Mock::output(json!({"Payload": "done"})))
}

#[tokio::test]
async fn a_redrive_repeats_only_the_failed_task() {
    let mut failing = task(json!({}));
    failing["Parameters"]["Payload"] =
        json!({"redriven.$": "$$.Execution.RedriveCount", "retries.$": "$$.State.RetryCount"});
    failing["Parameters"]
        .as_object_mut()
        .unwrap()
        .remove("Payload.$");
    failing["End"] = json!(true);
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Assign": {"kept": 7}, "Next": "T"}, "T": failing
    }});
    let mocks = Mocks::new().state("T", fails_once());
    let [first, second] = twice(&definition, &mocks, json!({})).await;
    assert_eq!(
        (first.status, second.status),
        (Status::Failed, Status::Succeeded)
    );
    assert_eq!(output(&second), json!("done"));
    assert_eq!(
        afterwards(&second),
        [
            "TaskScheduled",
            "TaskStarted",
            "TaskSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded"
        ]
    );
    let redriven = second.history.events().nth(first.history.len()).unwrap();
    assert_eq!(redriven.details().to_json(), json!({"redriveCount": 1}));
    let payload = &mocks.calls()[1].parameters.to_json()["Payload"];
    assert_eq!(*payload, json!({"redriven": 1, "retries": 0}));
}

#[tokio::test]
async fn a_redrive_does_not_repeat_succeeded_branches_and_iterations() {
    let call = |state: &str| {
        let mut call = task(json!({}));
        call["End"] = json!(true);
        json!({"StartAt": state, "States": {state: call}})
    };
    let parallel = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        call("Good"), call("Bad"),
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "Next": "Last"}, "Last": {"Type": "Pass", "Result": "waited", "End": true}}}
    ]}}});
    let good = || Mock::output(json!({"Payload": "good"}));
    let bad = Mock::failure("E", "once")
        .after(std::time::Duration::from_secs(5))
        .times(1)
        .then(Mock::output(json!({"Payload": "done"})));
    let mocks = Mocks::new().state("Good", good()).state("Bad", bad);
    let [_, second] = twice(&parallel, &mocks, json!({})).await;
    assert_eq!(output(&second), json!(["good", "done", "waited"]));
    assert_eq!(mocks.calls_of("Good").len(), 1);
    assert_eq!(seconds(&second), 65.0);

    let map = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "MaxConcurrency": 2, "ItemProcessor": call("T"), "End": true
    }}});
    let mocks = Mocks::new().state(
        "T",
        Mock::output(json!({"Payload": "a"}))
            .times(1)
            .then(Mock::failure("E", "second").times(1))
            .then(Mock::output(json!({"Payload": "b"}))),
    );
    let [first, second] = twice(&map, &mocks, json!([1, 2, 3])).await;
    assert_eq!(first.error.as_deref(), Some("E"));
    assert_eq!(output(&second), json!(["a", "b", "b"]));
    let started = afterwards(&second);
    let started = started
        .iter()
        .filter(|kind| **kind == "MapIterationStarted");
    assert_eq!(started.count(), 2);
}

#[tokio::test]
async fn a_redrive_ignores_a_failure_that_was_caught() {
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}],
              "Catch": [{"ErrorEquals": ["E"], "Next": "Later"}], "Next": "Later"},
        "Later": {"Type": "Fail", "Error": "L"}
    }});
    let [_, second] = twice(&definition, &Mocks::new(), json!({})).await;
    assert_eq!(second.error.as_deref(), Some("L"));
    assert_eq!(afterwards(&second), ["FailStateEntered", "ExecutionFailed"]);
}

#[tokio::test]
async fn a_redrive_restarts_the_timeout_of_the_state_machine() {
    let mut definition = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 20, "Next": "T"}, "T": task(json!({}))
    }});
    definition["States"]["T"]["End"] = json!(true);
    definition["TimeoutSeconds"] = json!(30);
    let late = Mock::never()
        .times(1)
        .then(Mock::output(json!({"Payload": 1})).after(std::time::Duration::from_secs(25)));
    let mocks = Mocks::new().state("T", late);
    let [first, second] = twice(&definition, &mocks, json!({})).await;
    assert_eq!(first.status, Status::TimedOut);
    assert_eq!((second.status, seconds(&second)), (Status::Succeeded, 55.0));
}

#[tokio::test]
async fn a_redriven_stopped_execution_resumes_its_branches() {
    let branch = |state: &str, wait: u32| json!({"StartAt": state, "States": {state: {"Type": "Wait", "Seconds": wait, "End": true}}});
    let definition = json!({"StartAt": "P", "States": {"P": {
        "Type": "Parallel", "Branches": [branch("A", 10), branch("B", 20)], "End": true
    }}});
    let engine = builder(&definition).build().unwrap();
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!(1), StartOptions::new())
        .await
        .unwrap();
    while run.history().await.len() < 5 {
        tokio::task::yield_now().await;
    }
    run.stop(Some("Enough"), None).await;
    drop(held);
    let again = engine.redrive(run.id()).await.unwrap();
    let report = again.report().await;
    assert_eq!(output(&report), json!([1, 1]));
    assert_eq!(seconds(&report), 20.0);
    assert_eq!(run.report().await.status, Status::Aborted);
}

#[tokio::test]
async fn a_refused_redrive_has_the_reason_of_aws() {
    let reason = async |engine: &Engine, id: &str| match engine.redrive(id).await {
        Err(RedriveError::ExecutionNotRedrivable(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let engine = engine(&machine(json!({"Type": "Pass"})), &Mocks::new());
    let unknown = engine.redrive("arn:no").await;
    assert!(matches!(
        unknown,
        Err(RedriveError::ExecutionDoesNotExist(_))
    ));
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.report().await;
    assert_eq!(
        reason(&engine, run.id()).await,
        "Execution is SUCCEEDED and cannot be redriven"
    );

    let failing = machine(json!({"Type": "Fail", "Error": "E"}));
    let engine = builder(&failing)
        .limits(Limits::new().events(8))
        .build()
        .unwrap();
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(
        reason(&engine, run.id()).await,
        "Execution is RUNNING and cannot be redriven"
    );
    run.report().await;
    engine.redrive(run.id()).await.unwrap().report().await;
    drop(held);
    // Started, Entered, Failed; Redriven, Entered, Failed: after one more Redriven there is no
    // capacity for an end.
    let again = engine.redrive(run.id()).await.unwrap().report().await;
    assert_eq!(again.history.len(), 8);
    assert_eq!(
        reason(&engine, run.id()).await,
        "Execution history event limit exceeded"
    );

    let engine = builder(&failing).build().unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.report().await;
    let clock = engine.clock().clone();
    let _later = clock
        .sleep(std::time::Duration::from_secs(15 * 86_400))
        .await;
    assert_eq!(
        reason(&engine, run.id()).await,
        "Execution redrivable period exceeded"
    );

    let express = Engine::builder()
        .register_json("m", &failing.to_string(), MachineType::Express)
        .virtual_time()
        .build()
        .unwrap();
    let run = express
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    run.report().await;
    let unknown = express.redrive(run.id()).await;
    assert!(matches!(
        unknown,
        Err(RedriveError::ExecutionDoesNotExist(_))
    ));
}

#[tokio::test]
async fn a_redrive_resets_the_retry_counts() {
    let retried = machine(task(json!({
        "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2, "IntervalSeconds": 1, "BackoffRate": 1}]
    })));
    let mocks = Mocks::new().state("S", Mock::failure("E", "always"));
    let [first, second] = twice(&retried, &mocks, json!({})).await;
    assert_eq!(first.status, second.status);
    assert_eq!(mocks.calls().len(), 6);
    let once = run(&retried, &Mocks::new().state("S", fails_once()), json!({})).await;
    assert_eq!(once.status, Status::Succeeded);
}

#[tokio::test]
async fn an_execution_that_is_stopped_twice_can_be_redriven() {
    let definition = machine(json!({"Type": "Wait", "Seconds": 3_600}));
    let engine = engine(&definition, &Mocks::new());
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({"a": 1}), StartOptions::new())
        .await
        .unwrap();
    tokio::join!(
        run.stop(None, None),
        run.stop(None, None),
        run.stop(None, None)
    );
    drop(held);
    let again = engine.redrive(run.id()).await.unwrap();
    assert_eq!(output(&again.report().await), json!({"a": 1}));
}

#[test]
fn an_execution_interrupted_by_a_shutdown_can_be_redriven() {
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Result": "passed", "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 3_600, "End": true}
    }});
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let engine = engine(&definition, &Mocks::new());
    let first = runtime();
    let held = engine.clock().hold();
    let start = || engine.start_machine("m", json!({}), StartOptions::new());
    let begun = first.block_on(async {
        let run = start().await.unwrap();
        tokio::task::yield_now().await;
        run
    });
    // This one is not even polled.
    let fresh = first.block_on(start()).unwrap();
    drop(first);
    drop(held);
    let second = runtime();
    for (run, expected) in [
        (begun, &["WaitStateExited", "ExecutionSucceeded"][..]),
        (fresh, &["PassStateEntered", "PassStateExited"][..]),
    ] {
        let broken = second.block_on(run.report());
        assert_eq!(broken.status, Status::Aborted);
        assert_eq!(broken.error.as_deref(), Some("Stepwright.ShutDown"));
        let again = second.block_on(engine.redrive(run.id())).unwrap();
        let report = second.block_on(again.report());
        assert_eq!(output(&report), json!("passed"));
        assert_eq!(afterwards(&report)[..expected.len()], *expected);
    }
}
