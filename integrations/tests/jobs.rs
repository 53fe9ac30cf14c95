//! Jobs of services that tasks with `.sync` follow and stop.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{ExecutionReport, StartOptions, Status};

use crate::endpoint::{Endpoint, Reply, response};
use crate::execution::{builder, engine, failure, output, task};

const GLUE: &str = "arn:aws:states:::glue:startJobRun.sync";
const ECS: &str = "arn:aws:states:::ecs:runTask.sync";

/// Starts Glue, whose job has these states in the order of the polls; the last one stays.
async fn glue(states: &'static [&'static str]) -> Endpoint {
    let polls = std::sync::atomic::AtomicUsize::new(0);
    Endpoint::start(move |_, request| match request.operation.as_str() {
        "StartJobRun" => Reply::Json(200, json!({"JobRunId": "r1"})),
        "GetJobRun" => {
            let poll = polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            match states[poll.min(states.len() - 1)] {
                "throttled" => Reply::Json(400, json!({"__type": "ThrottlingException"})),
                "lost" => Reply::Raw(String::new()),
                "missing" => Reply::Json(400, json!({"__type": "EntityNotFoundException", "Message": "no run"})),
                state => Reply::Json(200, json!({"JobRun": {"Id": "r1", "JobRunState": state, "StartedOn": 1_795_608_000}})),
            }
        }
        _ => Reply::Json(200, json!({})),
    })
    .await
}

async fn run(endpoint: &Endpoint, definition: &Json) -> Arc<ExecutionReport> {
    let engine = engine(&endpoint.url, definition);
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    run.await.expect("it starts").report().await
}

/// Waits until the endpoint has this many requests of an operation.
async fn requested(endpoint: &Endpoint, operation: &str, count: usize) {
    let requests = || {
        endpoint
            .operations()
            .iter()
            .filter(|name| *name == operation)
            .count()
    };
    while requests() < count {
        tokio::task::yield_now().await;
    }
}

fn glue_task(more: &Json) -> Json {
    task(GLUE, &json!({"JobName": "j"}), more)
}

#[tokio::test]
async fn a_job_that_succeeds_is_the_result() {
    let endpoint = glue(&["STARTING", "RUNNING", "SUCCEEDED"]).await;
    let report = run(&endpoint, &glue_task(&json!({}))).await;
    assert_eq!(
        output(&report),
        json!({"Id": "r1", "JobRunState": "SUCCEEDED", "StartedOn": 1_795_608_000_000_i64})
    );
    assert_eq!(
        endpoint.operations(),
        ["StartJobRun", "GetJobRun", "GetJobRun", "GetJobRun"]
    );
    assert_eq!(
        endpoint.requests()[1].json(),
        json!({"JobName": "j", "RunId": "r1"})
    );
    let events = report.history.events();
    let submitted: Vec<_> = events
        .filter(|event| event.kind().name() == "TaskSubmitted")
        .collect();
    let response = submitted[0].value().expect("it has a response").to_json();
    assert_eq!((submitted.len(), &response["JobRunId"]), (1, &json!("r1")));
}

#[tokio::test]
async fn a_job_that_fails_is_the_cause() {
    for state in ["FAILED", "TIMEOUT"] {
        let states: &'static [&'static str] = if state == "FAILED" {
            &["FAILED"]
        } else {
            &["TIMEOUT"]
        };
        let endpoint = glue(states).await;
        let report = run(&endpoint, &glue_task(&json!({}))).await;
        let (error, cause) = failure(&report);
        assert_eq!(error, "States.TaskFailed");
        let cause: Json = serde_json::from_str(cause).expect("it is the job");
        assert_eq!(cause["JobRunState"], json!(state));
        // A job that has ended is not stopped.
        assert_eq!(endpoint.operations(), ["StartJobRun", "GetJobRun"]);
    }
}

#[tokio::test]
async fn polls_continue_after_throttling_and_lost_responses() {
    let endpoint = glue(&["throttled", "throttled", "throttled", "lost", "SUCCEEDED"]).await;
    let report = run(&endpoint, &glue_task(&json!({}))).await;
    assert_eq!(output(&report)["JobRunState"], json!("SUCCEEDED"));
    assert_eq!(endpoint.operations().len(), 6);
}

#[tokio::test]
async fn a_job_that_does_not_exist_any_more_fails_its_task() {
    let endpoint = glue(&["RUNNING", "missing"]).await;
    let report = run(&endpoint, &glue_task(&json!({}))).await;
    assert_eq!(
        failure(&report),
        (
            "Glue.EntityNotFoundException",
            "no run (Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException; Request ID: ID; Proxy: null)"
        )
    );
}

#[tokio::test]
async fn a_request_that_is_refused_starts_no_job() {
    let endpoint = Endpoint::start(|_, _| {
        Reply::Json(
            400,
            json!({"__type": "ConcurrentRunsExceededException", "Message": "busy"}),
        )
    })
    .await;
    let report = run(&endpoint, &glue_task(&json!({}))).await;
    assert_eq!(failure(&report).0, "Glue.ConcurrentRunsExceededException");
    assert_eq!(endpoint.operations(), ["StartJobRun"]);
}

#[tokio::test]
async fn a_timeout_of_the_task_stops_its_job() {
    let endpoint = glue(&["RUNNING"]).await;
    let report = run(&endpoint, &glue_task(&json!({"TimeoutSeconds": 1}))).await;
    assert_eq!(failure(&report).0, "States.Timeout");
    requested(&endpoint, "BatchStopJobRun", 1).await;
    let last = endpoint.requests().pop().expect("a request");
    assert_eq!(last.json(), json!({"JobName": "j", "JobRunIds": ["r1"]}));
}

#[tokio::test]
async fn a_stopped_execution_stops_its_job() {
    let endpoint = glue(&["RUNNING"]).await;
    let engine = engine(&endpoint.url, &glue_task(&json!({})));
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let run = run.await.expect("it starts");
    requested(&endpoint, "GetJobRun", 1).await;
    run.stop(Some("Enough"), None).await;
    assert_eq!(run.report().await.status, Status::Aborted);
    requested(&endpoint, "BatchStopJobRun", 1).await;
    let stops = endpoint.operations();
    assert_eq!(
        stops
            .iter()
            .filter(|name| *name == "BatchStopJobRun")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_restart_follows_the_job_that_was_started_before() {
    let endpoint = glue(&["RUNNING", "SUCCEEDED"]).await;
    let store = MemoryStore::new();
    let definition = glue_task(&json!({}));
    let id = {
        let engine = builder(&endpoint.url, &definition)
            .store(store.clone())
            .build();
        let engine = engine.expect("it is valid");
        let run = engine.start_machine("m", json!({}), StartOptions::new());
        let run = run.await.expect("it starts");
        requested(&endpoint, "GetJobRun", 1).await;
        engine.shutdown(std::time::Duration::ZERO).await;
        run.id().to_owned()
    };
    let engine = builder(&endpoint.url, &definition)
        .store(store)
        .build()
        .expect("it is valid");
    let run = engine
        .blocking_execution(&id)
        .expect("the store is open")
        .expect("it is stored");
    assert_eq!(
        output(&run.report().await)["JobRunState"],
        json!("SUCCEEDED")
    );
    assert_eq!(
        endpoint.operations(),
        ["StartJobRun", "GetJobRun", "GetJobRun"]
    );
}

/// Starts ECS, whose task has these containers when it has stopped.
async fn ecs(started: Json, stopped: Json) -> Endpoint {
    Endpoint::start(move |number, request| match request.operation.as_str() {
        "RunTask" => Reply::Json(200, started.clone()),
        "DescribeTasks" if number < 2 => Reply::Json(
            200,
            json!({"tasks": [{"taskArn": "a1", "lastStatus": "PENDING"}]}),
        ),
        "DescribeTasks" => Reply::Json(200, json!({"tasks": [stopped.clone()]})),
        _ => Reply::Json(200, json!({})),
    })
    .await
}

fn ecs_task() -> Json {
    task(
        ECS,
        &json!({"Cluster": "c", "TaskDefinition": "d"}),
        &json!({}),
    )
}

#[tokio::test]
async fn a_task_of_ecs_ends_with_the_exit_codes_of_its_containers() {
    let started =
        json!({"tasks": [{"taskArn": "a1", "lastStatus": "PROVISIONING"}], "failures": []});
    let stopped = |code: i64| json!({"taskArn": "a1", "lastStatus": "STOPPED", "containers": [{"exitCode": code}]});
    let endpoint = ecs(started.clone(), stopped(0)).await;
    let report = run(&endpoint, &ecs_task()).await;
    assert_eq!(
        output(&report),
        json!({"TaskArn": "a1", "LastStatus": "STOPPED", "Containers": [{"ExitCode": 0}]})
    );
    assert_eq!(
        endpoint.operations(),
        ["RunTask", "DescribeTasks", "DescribeTasks"]
    );
    assert_eq!(
        endpoint.requests()[1].json(),
        json!({"cluster": "c", "tasks": ["a1"]})
    );
    let endpoint = ecs(started, stopped(3)).await;
    let report = run(&endpoint, &ecs_task()).await;
    assert_eq!(failure(&report).0, "States.TaskFailed");
}

#[tokio::test]
async fn a_task_of_ecs_that_was_not_placed_fails_at_once() {
    let nothing = json!({"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]});
    let endpoint = ecs(nothing, json!({})).await;
    let report = run(&endpoint, &ecs_task()).await;
    let (error, cause) = failure(&report);
    assert_eq!(error, "AmazonECS.Unknown");
    assert!(cause.contains("RESOURCE:MEMORY"), "{cause}");
    assert_eq!(endpoint.operations(), ["RunTask"]);
}

/// EKS has paths instead of targets, and a deleted cluster is one that does not exist.
#[tokio::test]
async fn a_deletion_ends_when_the_resource_does_not_exist() {
    let endpoint = Endpoint::start(|number, _| match number {
        0 | 1 => Reply::Json(200, json!({"cluster": {"name": "c", "status": "DELETING"}})),
        _ => Reply::Raw(response(
            404,
            &[("x-amzn-errortype", "ResourceNotFoundException")],
            "{}",
        )),
    })
    .await;
    let definition = task(
        "arn:aws:states:::eks:deleteCluster.sync",
        &json!({"Name": "c"}),
        &json!({}),
    );
    let report = run(&endpoint, &definition).await;
    assert_eq!(output(&report), json!({}));
    let paths: Vec<_> = endpoint
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(paths, ["/clusters/c"; 3]);
}

const ASK: &str = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";

fn asking(url: &str) -> Json {
    let message = json!({"token.$": "$$.Task.Token"});
    task(
        ASK,
        &json!({"QueueUrl": format!("{url}/1/q"), "MessageBody": message}),
        &json!({}),
    )
}

#[tokio::test]
async fn a_message_with_a_token_is_sent_before_the_token_is_answered() {
    let endpoint = Endpoint::start(|_, _| Reply::Json(200, json!({"MessageId": "m1"}))).await;
    let engine = engine(&endpoint.url, &asking(&endpoint.url));
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let run = run.await.expect("it starts");
    requested(&endpoint, "SendMessage", 1).await;
    let message = endpoint.requests()[0].json();
    let body: Json =
        serde_json::from_str(message["MessageBody"].as_str().expect("a text")).expect("JSON");
    let token = body["token"].as_str().expect("a token");
    engine
        .send_task_success(token, &json!("answered"))
        .await
        .expect("it waits");
    let report = run.report().await;
    assert_eq!(output(&report), json!("answered"));
    let events = report.history.events();
    let names: Vec<_> = events.map(|event| event.kind().name()).collect();
    assert_eq!(
        names[2..6],
        [
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded"
        ]
    );
}

#[tokio::test]
async fn a_message_that_is_refused_fails_its_task() {
    let refused = || {
        let headers = [(
            "x-amzn-query-error",
            "AWS.SimpleQueueService.NonExistentQueue;Sender",
        )];
        let body = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no queue"}"#;
        Reply::Raw(response(400, &headers, body))
    };
    let endpoint = Endpoint::start(move |_, _| refused()).await;
    let report = run(&endpoint, &asking(&endpoint.url)).await;
    assert_eq!(
        failure(&report),
        (
            "SQS.QueueDoesNotExistException",
            "no queue (Service: AmazonSQS; Status Code: 400; Error Code: AWS.SimpleQueueService.NonExistentQueue; Request ID: null; Proxy: null)"
        )
    );
}
