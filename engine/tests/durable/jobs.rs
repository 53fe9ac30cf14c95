//! `.sync` tasks whose job a source follows, over restarts.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::Clock;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::{Answer, Job, TaskCall, TaskResult, TaskSource};
use stepwright_engine::value::Value;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartOptions, Status,
};

use crate::durable::support::{Done, process, second};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const REQUEST: &str = r#"request {"JobName":"j"}"#;
const REPEAT: &str = r#"repeat {"JobName":"j"}"#;
const FOLLOW: &str = r#"follow {"JobName":"j"} {"JobRunId":"r"}"#;

/// A service whose requests and jobs end or hang.
#[derive(Clone)]
struct Service {
    done: Done,
    responds: bool,
    ends: bool,
    is_repeatable: bool,
    /// The clock of the process.
    clock: Option<Clock>,
}

impl Service {
    fn new(done: &Done, responds: bool, ends: bool) -> Self {
        Self {
            done: done.clone(),
            responds,
            ends,
            is_repeatable: true,
            clock: None,
        }
    }

    fn request(&self) -> Answer {
        let responds = self.responds;
        let work = async move {
            if !responds {
                std::future::pending::<()>().await;
            }
            Ok(Value::from(json!({"JobRunId": "r"})))
        };
        Answer::later(work).submitting()
    }

    fn add(&self, what: &str, call: &TaskCall<'_>, more: &str) {
        self.done.add(json!(format!(
            "{what} {}{more}",
            call.parameters().to_text()
        )));
    }
}

impl TaskSource for Service {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self.add("request", call, "");
        Some(self.request())
    }

    fn job(&self, call: &TaskCall<'_>, response: &Value) -> Option<Job> {
        self.add("follow", call, &format!(" {}", response.to_text()));
        let (ends, done) = (self.ends, self.done.clone());
        let clock = self.clock.clone().expect("an engine has a clock");
        let job = Job::new(async move {
            if !ends {
                drop(clock.sleep(Duration::from_secs(1_000_000)).await);
            }
            TaskResult::Ok(Value::from("done"))
        });
        Some(job.with_stop(async move { done.add(json!("stopped")) }))
    }

    fn repeat(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self.add("repeat", call, "");
        self.is_repeatable.then(|| self.request())
    }
}

fn definition(more: &Json) -> Json {
    let mut task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": true, "Parameters": {"JobName": "j"},
    });
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    json!({"StartAt": "S", "States": {"S": task}})
}

fn builder(definition: &Json, store: &MemoryStore, service: &Service, at: i64) -> EngineBuilder {
    let clock = Clock::virtual_from(second(at));
    let service = Service {
        clock: Some(clock.clone()),
        ..service.clone()
    };
    Engine::builder()
        .store(store.clone())
        .clock(clock)
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .fallback_tasks(service)
}

/// Starts the machine in a process that ends when the log has this number of entries and the
/// history has these events.
fn interrupted(
    definition: &Json,
    store: &MemoryStore,
    service: &Service,
    entries: usize,
    events: usize,
) {
    let (definition, store, service) = (definition.clone(), store.clone(), service.clone());
    process(async move {
        let engine = builder(&definition, &store, &service, 0).build().unwrap();
        let _held = engine.clock().hold();
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({}), options).await.unwrap();
        // The history contains only durable events.
        while service.done.all().len() < entries || run.history().await.len() < events {
            tokio::task::yield_now().await;
        }
    });
}

/// Continues the execution to its end in another process.
fn continued(
    definition: &Json,
    store: &MemoryStore,
    service: &Service,
    at: i64,
) -> Arc<ExecutionReport> {
    let (definition, store, service) = (definition.clone(), store.copy(), service.clone());
    process(async move {
        let engine = builder(&definition, &store, &service, at).build().unwrap();
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        // A stop is a separate task of tokio.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        report
    })
}

fn types(report: &ExecutionReport) -> Vec<&'static str> {
    let events = report.history.events();
    events.map(|event| event.kind().name()).collect()
}

#[test]
fn a_job_is_followed_again_after_a_restart_and_is_not_stopped() {
    let (store, done, definition) = (MemoryStore::new(), Done::default(), definition(&json!({})));
    interrupted(&definition, &store, &Service::new(&done, true, false), 2, 5);
    assert_eq!(done.all(), [REQUEST, FOLLOW]);
    // Twice, so that a restart follows a restart.
    let (again, kept, service) = (
        definition.clone(),
        store.clone(),
        Service::new(&done, true, false),
    );
    process(async move {
        let engine = builder(&again, &kept, &service, 10).build().unwrap();
        let _held = engine.clock().hold();
        while service.done.all().len() < 3 {
            tokio::task::yield_now().await;
        }
    });
    let report = continued(&definition, &store, &Service::new(&done, true, true), 20);
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    assert_eq!(report.output.as_ref().unwrap().to_json(), json!("done"));
    assert_eq!(done.all(), [REQUEST, FOLLOW, FOLLOW, FOLLOW]);
    assert_eq!(
        types(&report)[2..6],
        [
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded"
        ]
    );
}

#[test]
fn a_shutdown_does_not_stop_a_job() {
    for grace in [Duration::ZERO, Duration::from_secs(5)] {
        let (store, done, definition) =
            (MemoryStore::new(), Done::default(), definition(&json!({})));
        let (first, kept, service) = (
            definition.clone(),
            store.clone(),
            Service::new(&done, true, false),
        );
        process(async move {
            let engine = builder(&first, &kept, &service, 0).build().unwrap();
            let held = engine.clock().hold();
            let options = StartOptions::new().name("e");
            let run = engine.start_machine("m", json!({}), options).await.unwrap();
            while service.done.all().len() < 2 || run.history().await.len() < 5 {
                tokio::task::yield_now().await;
            }
            // The clock is held until the shutdown sleeps on it: otherwise, time advances to the
            // end of the job.
            let released = async move { drop(held) };
            tokio::join!(engine.shutdown(grace), released);
            drop(engine);
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
        });
        let report = continued(&definition, &store, &Service::new(&done, true, true), 20);
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        assert_eq!(done.all(), [REQUEST, FOLLOW, FOLLOW], "{grace:?}");
    }
}

#[test]
fn a_followed_job_keeps_the_timeout_of_its_task_and_is_stopped_once() {
    let definition = definition(&json!({"TimeoutSeconds": 100}));
    // The timeout passes while the process runs, or while none does.
    for later in [50, 100, 5_000] {
        let (store, done) = (MemoryStore::new(), Done::default());
        interrupted(&definition, &store, &Service::new(&done, true, false), 2, 5);
        let report = continued(
            &definition,
            &store,
            &Service::new(&done, true, false),
            later,
        );
        assert_eq!(report.error.as_deref(), Some("States.Timeout"));
        assert_eq!(done.all(), [REQUEST, FOLLOW, FOLLOW, "stopped"], "{later}");
    }
}

#[test]
fn a_stop_after_a_restart_stops_the_job_once() {
    let (store, done, definition) = (MemoryStore::new(), Done::default(), definition(&json!({})));
    interrupted(&definition, &store, &Service::new(&done, true, false), 2, 5);
    let service = Service::new(&done, true, false);
    process(async move {
        let engine = builder(&definition, &store, &service, 10).build().unwrap();
        let _held = engine.clock().hold();
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        while service.done.all().len() < 3 {
            tokio::task::yield_now().await;
        }
        run.stop(Some("Enough"), None).await;
        assert_eq!(run.report().await.status, Status::Aborted);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(done.all(), [REQUEST, FOLLOW, FOLLOW, "stopped"]);
}

#[test]
fn a_request_without_a_response_is_repeated_if_its_source_permits_it() {
    let definition = definition(&json!({}));
    for is_repeatable in [true, false] {
        let (store, done) = (MemoryStore::new(), Done::default());
        interrupted(&definition, &store, &Service::new(&done, false, true), 1, 4);
        let service = Service {
            is_repeatable,
            ..Service::new(&done, true, true)
        };
        let report = continued(&definition, &store, &service, 10);
        if is_repeatable {
            assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
            assert_eq!(done.all(), [REQUEST, REPEAT, FOLLOW]);
            assert_eq!(types(&report)[4..6], ["TaskSubmitted", "TaskSucceeded"]);
        } else {
            assert_eq!(report.error.as_deref(), Some("Stepwright.TaskLost"));
            assert_eq!(done.all(), [REQUEST, REPEAT]);
        }
    }
}

#[test]
fn a_lost_request_can_be_retried() {
    let definition = definition(&json!({"Retry": [{"ErrorEquals": ["Stepwright.TaskLost"]}]}));
    let (store, done) = (MemoryStore::new(), Done::default());
    interrupted(&definition, &store, &Service::new(&done, false, true), 1, 4);
    let service = Service {
        is_repeatable: false,
        ..Service::new(&done, true, true)
    };
    let report = continued(&definition, &store, &service, 10);
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    assert_eq!(done.all(), [REQUEST, REPEAT, REQUEST, FOLLOW]);
}

/// Without the source, the task waits for its token; with it again, for the job.
#[test]
fn a_job_whose_source_was_removed_waits_for_it() {
    let (store, done, definition) = (MemoryStore::new(), Done::default(), definition(&json!({})));
    interrupted(&definition, &store, &Service::new(&done, true, false), 2, 5);
    let (kept, text) = (store.clone(), definition.to_string());
    process(async move {
        let builder = Engine::builder().store(kept).virtual_time_from(second(5));
        let engine = builder
            .register_json("m", &text, MachineType::Standard)
            .build()
            .unwrap();
        // Virtual time would advance to the end of the execution's year.
        let _held = engine.clock().hold();
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let run = engine.blocking_execution(ID).unwrap().unwrap();
        assert_eq!(run.status(), Status::Running);
    });
    let report = continued(&definition, &store, &Service::new(&done, true, true), 20);
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    assert_eq!(done.all(), [REQUEST, FOLLOW, FOLLOW]);
}
