//! `.sync` tasks whose job a source of the program follows.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, VIRTUAL_START};
use stepwright_engine::task::{Answer, Job, TaskCall, TaskFailure, TaskResult, TaskSource};
use stepwright_engine::value::Value;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionHandle, ExecutionInfo, MachineType, StartOptions, Status,
    TokenError,
};

use crate::run::support::{kinds, machine, output, seconds};

const TOKEN: &str = "the-token-of-the-job";

/// How the request of a task ends.
#[derive(Clone, Copy, PartialEq)]
enum Request {
    Immediate,
    Later,
    Fails,
    /// It waits on the clock, so that a token can be answered before.
    AfterSeconds(u64),
}

/// A service whose jobs run for a time of the virtual clock.
#[derive(Clone)]
struct Service {
    clock: Clock,
    log: Arc<Mutex<Vec<String>>>,
    request: Request,
    seconds: u64,
    /// The results of the jobs, in the order of their starts; the last one is that of all further
    /// ones.
    results: Vec<TaskResult>,
}

impl Service {
    fn new(seconds: u64) -> Self {
        Self {
            clock: Clock::virtual_from(VIRTUAL_START),
            log: Arc::default(),
            request: Request::Immediate,
            seconds,
            results: vec![Ok(Value::from("done"))],
        }
    }

    fn request(self, request: Request) -> Self {
        Self { request, ..self }
    }

    fn results(self, results: Vec<TaskResult>) -> Self {
        Self { results, ..self }
    }

    fn add(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    fn builder(&self, definition: &Json) -> EngineBuilder {
        Engine::builder()
            .register_json("m", &definition.to_string(), MachineType::Standard)
            .clock(self.clock.clone())
    }

    fn engine(&self, definition: &Json) -> Engine {
        let builder = self.builder(definition).fallback_tasks(self.clone());
        builder.build().unwrap()
    }

    /// Lets spawned stops run.
    async fn settled(&self) -> Vec<String> {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        self.log()
    }

    fn work(&self) -> impl Future<Output = TaskResult> + Send + 'static {
        let (service, seconds) = (self.clone(), self.seconds);
        let number = self
            .log()
            .iter()
            .filter(|entry| entry.starts_with("follow"))
            .count();
        let result = service.results[number.min(service.results.len()) - 1].clone();
        async move {
            if seconds > 0 {
                drop(service.clock.sleep(Duration::from_secs(seconds)).await);
            }
            service.add("ended");
            result
        }
    }
}

impl TaskSource for Service {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self.add(format!("request {}", call.parameters().to_text()));
        let (service, request) = (self.clone(), self.request);
        let work = async move {
            match request {
                Request::Immediate => {}
                Request::Later => tokio::task::yield_now().await,
                Request::Fails => return Err(TaskFailure::new("Glue.Refused", "no")),
                Request::AfterSeconds(seconds) => {
                    drop(service.clock.sleep(Duration::from_secs(seconds)).await);
                }
            }
            Ok(Value::from(json!({"JobRunId": "r"})))
        };
        Some(Answer::later(work).submitting())
    }

    fn job(&self, call: &TaskCall<'_>, response: &Value) -> Option<Job> {
        self.add(format!(
            "follow {} {}",
            call.parameters().to_text(),
            response.to_text()
        ));
        let service = self.clone();
        Some(Job::new(self.work()).with_stop(async move { service.add("stopped") }))
    }

    fn token(&self, _: &ExecutionInfo, _: &str) -> Option<String> {
        Some(TOKEN.to_owned())
    }
}

const REQUEST: &str = r#"request {"JobName":"j"}"#;
const FOLLOW: &str = r#"follow {"JobName":"j"} {"JobRunId":"r"}"#;

fn job(more: Json) -> Json {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"},
    });
    for (key, value) in more.as_object().unwrap() {
        state[key] = value.clone();
    }
    state
}

/// Waits until the request of the task has succeeded.
async fn submitted<T>(run: &ExecutionHandle<T>) {
    while run.history().await.len() < 5 {
        tokio::task::yield_now().await;
    }
}

async fn ended(service: &Service, definition: &Json) -> Arc<stepwright_engine::ExecutionReport> {
    let engine = service.engine(definition);
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    run.await.unwrap().report().await
}

#[tokio::test]
async fn a_task_ends_with_its_job() {
    for request in [Request::Immediate, Request::Later] {
        for seconds_of_job in [0, 3_600] {
            let service = Service::new(seconds_of_job).request(request);
            let report = ended(&service, &machine(job(json!({})))).await;
            assert_eq!(output(&report), json!("done"));
            assert_eq!(seconds(&report), seconds_of_job as f64);
            assert_eq!(
                kinds(&report)[2..6],
                [
                    "TaskScheduled",
                    "TaskStarted",
                    "TaskSubmitted",
                    "TaskSucceeded"
                ]
            );
            let mut submitted = report.history.events();
            let submitted = submitted.find(|event| event.kind().name() == "TaskSubmitted");
            assert_eq!(
                submitted.unwrap().value().unwrap().to_text(),
                r#"{"JobRunId":"r"}"#
            );
            assert_eq!(service.settled().await, [REQUEST, FOLLOW, "ended"]);
        }
    }
}

#[tokio::test]
async fn a_failed_job_fails_the_task_and_a_retry_starts_another_job() {
    let failure = TaskFailure::new("States.TaskFailed", r#"{"JobRunState":"FAILED"}"#);
    let service = Service::new(10).results(vec![Err(failure.clone())]);
    let report = ended(&service, &machine(job(json!({})))).await;
    assert_eq!(report.error.as_deref(), Some("States.TaskFailed"));
    assert_eq!(report.cause.as_deref(), Some(r#"{"JobRunState":"FAILED"}"#));
    assert_eq!(service.settled().await, [REQUEST, FOLLOW, "ended"]);

    let service = Service::new(10).results(vec![Err(failure), Ok(Value::from("again"))]);
    let retry = json!({"Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5}]});
    let report = ended(&service, &machine(job(retry))).await;
    assert_eq!(output(&report), json!("again"));
    assert_eq!(seconds(&report), 25.0);
    assert_eq!(
        service.settled().await,
        [REQUEST, FOLLOW, "ended", REQUEST, FOLLOW, "ended"]
    );
}

#[tokio::test]
async fn a_failed_request_has_no_job() {
    let service = Service::new(10).request(Request::Fails);
    let report = ended(&service, &machine(job(json!({})))).await;
    assert_eq!(report.error.as_deref(), Some("Glue.Refused"));
    assert!(!kinds(&report).contains(&"TaskSubmitted"));
    assert_eq!(service.settled().await, [REQUEST]);
}

#[tokio::test]
async fn a_timeout_stops_the_job_once() {
    let service = Service::new(3_600);
    let report = ended(&service, &machine(job(json!({"TimeoutSeconds": 60})))).await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    assert_eq!(seconds(&report), 60.0);
    assert_eq!(service.settled().await, [REQUEST, FOLLOW, "stopped"]);
}

#[tokio::test]
async fn the_timeout_of_the_execution_stops_the_job_once() {
    let service = Service::new(3_600);
    let mut definition = machine(job(json!({})));
    definition["TimeoutSeconds"] = json!(60);
    let report = ended(&service, &definition).await;
    assert_eq!(report.status, Status::TimedOut);
    assert_eq!(service.settled().await, [REQUEST, FOLLOW, "stopped"]);
}

#[tokio::test]
async fn a_stopped_execution_stops_its_job_once() {
    let service = Service::new(3_600);
    let engine = service.engine(&machine(job(json!({}))));
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    while service.log().len() < 2 {
        tokio::task::yield_now().await;
    }
    run.stop(Some("Enough"), None).await;
    assert_eq!(run.report().await.status, Status::Aborted);
    assert_eq!(service.settled().await, [REQUEST, FOLLOW, "stopped"]);
}

#[tokio::test]
async fn a_failure_in_another_branch_stops_the_job_once() {
    let service = Service::new(3_600);
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        machine(job(json!({}))),
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "Next": "F"}, "F": {"Type": "Fail", "Error": "Other"}}},
    ]}}});
    let report = ended(&service, &definition).await;
    assert_eq!(report.error.as_deref(), Some("Other"));
    assert_eq!(seconds(&report), 5.0);
    assert_eq!(service.settled().await, [REQUEST, FOLLOW, "stopped"]);
}

#[tokio::test]
async fn a_success_by_token_ends_the_task_and_does_not_stop_the_job() {
    let service = Service::new(3_600);
    let engine = service.engine(&machine(job(json!({}))));
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    while service.log().len() < 2 {
        tokio::task::yield_now().await;
    }
    engine
        .send_task_success(TOKEN, &json!("by token"))
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(output(&report), json!("by token"));
    assert_eq!(service.settled().await, [REQUEST, FOLLOW]);
    let again = engine.send_task_success(TOKEN, &json!(1)).await;
    assert_eq!(again, Err(TokenError::TaskDoesNotExist));
}

/// As for nested executions: only a success lets the job run on.
#[tokio::test]
async fn a_failure_by_token_stops_the_job_once() {
    let service = Service::new(3_600);
    let engine = service.engine(&machine(job(json!({}))));
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    while service.log().len() < 2 {
        tokio::task::yield_now().await;
    }
    engine
        .send_task_failure(TOKEN, Some("By.Token"), None)
        .await
        .unwrap();
    assert_eq!(run.report().await.error.as_deref(), Some("By.Token"));
    assert_eq!(service.settled().await, [REQUEST, FOLLOW, "stopped"]);
}

#[tokio::test]
async fn an_answer_before_the_response_leaves_the_job_alone() {
    let service = Service::new(3_600).request(Request::AfterSeconds(10));
    let engine = service.engine(&machine(job(json!({}))));
    let held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    while service.log().is_empty() {
        tokio::task::yield_now().await;
    }
    engine
        .send_task_success(TOKEN, &json!("early"))
        .await
        .unwrap();
    drop(held);
    let report = run.report().await;
    assert_eq!(output(&report), json!("early"));
    assert_eq!(seconds(&report), 10.0);
    assert_eq!(service.settled().await, [REQUEST]);
}

#[tokio::test]
async fn many_jobs_run_at_the_same_time() {
    let service = Service::new(100);
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true, "ItemProcessor": machine(job(json!({}))),
    }}});
    let engine = service.engine(&definition);
    let items: Vec<u32> = (0..20).collect();
    let run = engine
        .start_machine("m", json!(items), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(output(&report), json!(vec!["done"; 20]));
    assert_eq!(seconds(&report), 100.0);
}

/// A source that submits, and whose job panics, or is left to the holder of the token.
struct Submitter(&'static str);

impl TaskSource for Submitter {
    fn answer(&self, _: &TaskCall<'_>) -> Option<Answer> {
        Some(Answer::later(async { Ok(Value::empty_object()) }).submitting())
    }

    fn job(&self, _: &TaskCall<'_>, _: &Value) -> Option<Job> {
        match self.0 {
            "job" => panic!("out of luck"),
            "end" => Some(Job::new(async { panic!("out of luck") })),
            "stop" => {
                let never = Job::new(std::future::pending());
                Some(never.with_stop(async { panic!("out of luck") }))
            }
            _ => None,
        }
    }

    fn token(&self, _: &ExecutionInfo, _: &str) -> Option<String> {
        Some(TOKEN.to_owned())
    }
}

#[tokio::test]
async fn a_panic_of_a_job_fails_only_its_task() {
    for (part, error) in [
        ("job", "Stepwright.TaskPanicked"),
        ("end", "Stepwright.TaskPanicked"),
        ("stop", "By.Token"),
    ] {
        let service = Service::new(0);
        let builder = service.builder(&machine(job(json!({}))));
        let engine = builder.fallback_tasks(Submitter(part)).build().unwrap();
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await
            .unwrap();
        if part == "stop" {
            submitted(&run).await;
            engine
                .send_task_failure(TOKEN, Some("By.Token"), None)
                .await
                .unwrap();
        }
        assert_eq!(run.report().await.error.as_deref(), Some(error), "{part}");
        service.settled().await;
    }
}

#[tokio::test]
async fn without_a_job_the_task_waits_for_its_token() {
    let service = Service::new(0);
    let builder = service.builder(&machine(job(json!({}))));
    let engine = builder.fallback_tasks(Submitter("none")).build().unwrap();
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    submitted(&run).await;
    engine.send_task_success(TOKEN, &json!(1)).await.unwrap();
    assert_eq!(output(&run.report().await), json!(1));
}

#[tokio::test]
async fn the_source_with_the_job_comes_before_the_fallback() {
    let service = Service::new(0);
    let own = Service::new(5).results(vec![Ok(Value::from("own"))]);
    let own = Service {
        clock: service.clock.clone(),
        ..own
    };
    let builder = service.builder(&machine(job(json!({}))));
    let engine = builder
        .tasks(own.clone())
        .fallback_tasks(service.clone())
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    assert_eq!(output(&run.report().await), json!("own"));
    assert_eq!(own.log(), [REQUEST, FOLLOW, "ended"]);
    assert!(service.log().is_empty());
}

#[tokio::test]
async fn the_fallback_follows_no_job_that_another_source_has_started() {
    let service = Service::new(0);
    let builder = service.builder(&machine(job(json!({}))));
    let own = Submitter("none");
    let engine = builder
        .tasks(own)
        .fallback_tasks(service.clone())
        .build()
        .unwrap();
    let _held = engine.clock().hold();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    submitted(&run).await;
    engine
        .send_task_success(TOKEN, &json!("by token"))
        .await
        .unwrap();
    assert_eq!(output(&run.report().await), json!("by token"));
    assert!(service.log().is_empty(), "{:?}", service.log());
}

#[tokio::test]
async fn a_refused_request_of_a_job_is_submit_failed() {
    let service = Service::new(10).request(Request::Fails);
    let report = ended(&service, &machine(job(json!({})))).await;
    let events: Vec<_> = report.history.events().collect();
    let types: Vec<_> = events.iter().map(|event| event.kind().name()).collect();
    let expected = [
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitFailed",
        "ExecutionFailed",
    ];
    assert_eq!(types[2..], expected);
    assert_eq!(events[4].error(), Some("Glue.Refused"));
    let details = &events[4].to_json()["taskSubmitFailedEventDetails"];
    assert_eq!(details["resourceType"], "glue");
    assert_eq!(details["resource"], "startJobRun.sync");
}
