//! Shutdowns: nothing begins after one, and each execution continues in the next engine as if there
//! had been none.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, ExecutionReport, MachineType, StartOptions, Status};

use crate::durable::support::process;

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const INVOKE: &str = "arn:aws:states:::lambda:invoke";
/// Longer than any test.
const GRACE: Duration = Duration::from_secs(1_000_000);

/// The calls of handlers, of all processes.
#[derive(Clone, Default)]
struct Calls {
    /// The names of the calls.
    names: Arc<Mutex<Vec<String>>>,
    /// The names of the calls that began after a shutdown.
    late: Arc<Mutex<Vec<String>>>,
    failed: Arc<Mutex<HashSet<String>>>,
    is_shut_down: Arc<AtomicBool>,
}

impl Calls {
    fn begin(&self, name: &str) {
        self.names.lock().unwrap().push(name.to_owned());
        if self.is_shut_down.load(Ordering::SeqCst) {
            self.late.lock().unwrap().push(name.to_owned());
        }
    }

    fn sorted(&self) -> Vec<String> {
        let mut names = self.names.lock().unwrap().clone();
        names.sort();
        names
    }

    /// Builds an engine with a handler that records its call, waits for some polls, and fails once
    /// if its name begins with `flaky`.
    fn engine(&self, definition: &Json, store: Option<&MemoryStore>, kind: MachineType) -> Engine {
        let calls = self.clone();
        let mut builder = Engine::builder().virtual_time();
        if let Some(store) = store {
            builder = builder.store(store.clone());
        }
        builder
            .function("work", move |name: String| {
                let calls = calls.clone();
                async move {
                    calls.begin(&name);
                    for _ in 0..name.len() % 4 {
                        tokio::task::yield_now().await;
                    }
                    let is_first = calls.failed.lock().unwrap().insert(name.clone());
                    if name.starts_with("flaky") && is_first {
                        Err(TaskFailure::new("Flaky", "the first call fails"))
                    } else {
                        Ok(json!(name))
                    }
                }
            })
            .register_json("m", &definition.to_string(), kind)
            .register_json("inner", &inner().to_string(), MachineType::Standard)
            .build()
            .unwrap()
    }

    /// Runs an execution until it waited for `polls` polls, and shuts the engine down. Returns its
    /// report.
    fn interrupted(
        &self,
        definition: &Json,
        store: &MemoryStore,
        polls: usize,
    ) -> Arc<ExecutionReport> {
        let (calls, definition, store) = (self.clone(), definition.clone(), store.clone());
        process(async move {
            let engine = calls.engine(&definition, Some(&store), MachineType::Standard);
            let options = StartOptions::new().name("e");
            let run = engine.start_machine("m", json!({}), options).await.unwrap();
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
            calls.is_shut_down.store(true, Ordering::SeqCst);
            engine.shutdown(GRACE).await;
            calls.is_shut_down.store(false, Ordering::SeqCst);
            run.report().await
        })
    }

    /// Continues the execution of a store. Returns its report.
    fn continued(&self, definition: &Json, store: &MemoryStore) -> Arc<ExecutionReport> {
        let (calls, definition, store) = (self.clone(), definition.clone(), store.clone());
        process(async move {
            let engine = calls.engine(&definition, Some(&store), MachineType::Standard);
            let run = engine
                .blocking_execution(ID)
                .unwrap()
                .expect("it is stored");
            run.report().await
        })
    }
}

/// A part of a workflow.
#[derive(Clone, Debug)]
enum Part {
    Task,
    /// Its first call fails, and it is retried.
    Flaky,
    Pass,
    Wait,
    Nested,
    Parallel(Vec<Vec<Part>>),
    Map(usize, Vec<Part>),
    /// Its children are Standard executions.
    Distributed(usize),
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let leaf = prop_oneof![
        4 => Just(Part::Task),
        2 => Just(Part::Flaky),
        1 => Just(Part::Pass),
        1 => Just(Part::Wait),
        1 => Just(Part::Nested),
        1 => (1..4_usize).prop_map(Part::Distributed),
    ];
    let part = leaf.prop_recursive(2, 12, 3, |inner| {
        let chain = prop::collection::vec(inner, 1..3);
        prop_oneof![
            prop::collection::vec(chain.clone(), 1..4).prop_map(Part::Parallel),
            ((1..4_usize), chain).prop_map(|(items, parts)| Part::Map(items, parts)),
        ]
    });
    prop::collection::vec(part, 1..5)
}

/// A task whose call has a name that is unique in the whole workflow.
fn task(name: &Json) -> Json {
    json!({
        "Type": "Task", "Resource": INVOKE, "ResultPath": null,
        "Parameters": {"FunctionName": "work", "Payload.$": name},
        "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 2, "MaxAttempts": 2}],
    })
}

fn inner() -> Json {
    let mut state = task(&json!("States.Format('{} in nested', $.name)"));
    state["End"] = json!(true);
    json!({"StartAt": "S", "States": {"S": state}})
}

/// Prints parts as states of one scope. `prefix` makes the names of states unique.
fn scope(parts: &[Part], prefix: &str) -> Json {
    let mut states = serde_json::Map::new();
    for (number, part) in parts.iter().enumerate() {
        let name = format!("{prefix}{number}");
        let called = |kind: &str| json!(format!("States.Format('{kind} {name} {{}}', $.path)"));
        let path = json!({"path.$": "States.Format('{}.{}', $.path, $$.Map.Item.Index)"});
        let mut state = match part {
            Part::Task => task(&called("task")),
            Part::Flaky => task(&called("flaky")),
            Part::Pass => json!({"Type": "Pass"}),
            Part::Wait => json!({"Type": "Wait", "Seconds": 3}),
            Part::Nested => json!({
                "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "ResultPath": null,
                "Parameters": {
                    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner",
                    "Input": {"name.$": called("nested")},
                },
            }),
            Part::Parallel(branches) => {
                let branches = branches.iter().enumerate();
                let branches: Vec<_> = branches
                    .map(|(branch, parts)| scope(parts, &format!("{name}b{branch}s")))
                    .collect();
                json!({"Type": "Parallel", "ResultPath": null, "Branches": branches})
            }
            Part::Map(items, parts) => json!({
                "Type": "Map", "ResultPath": null, "ItemsPath": format!("$.items[0:{items}]"),
                "ItemSelector": {"path.$": path["path.$"], "items.$": "$.items"},
                "ItemProcessor": scope(parts, &format!("{name}i")),
            }),
            Part::Distributed(items) => {
                let mut processor = scope(&[Part::Task, Part::Flaky], &format!("{name}d"));
                processor["ProcessorConfig"] =
                    json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
                json!({
                    "Type": "Map", "ResultPath": null, "ItemsPath": format!("$.items[0:{items}]"),
                    "ItemSelector": {"path.$": path["path.$"], "items.$": "$.items"},
                    "MaxConcurrency": 2, "ItemProcessor": processor,
                })
            }
        };
        if number + 1 < parts.len() {
            state["Next"] = json!(format!("{prefix}{}", number + 1))
        } else {
            state["End"] = json!(true)
        }
        states.insert(name, state);
    }
    json!({"StartAt": format!("{prefix}0"), "States": states})
}

fn workflow(parts: &[Part]) -> Json {
    let inner = scope(parts, "s");
    let mut states = inner["States"].clone();
    states["Begin"] = json!({
        "Type": "Pass", "Next": "s0", "Result": {"path": "p", "items": [0, 1, 2, 3]},
    });
    json!({"StartAt": "Begin", "States": states})
}

proptest! {
    #[test]
    fn no_call_begins_after_a_shutdown_and_each_call_is_made_once(
        parts in parts(),
        polls in prop::collection::vec(0..60_usize, 1..4),
    ) {
        let definition = workflow(&parts);
        let expected = {
            let (calls, store) = (Calls::default(), MemoryStore::new());
            let (inner, kept) = (calls.clone(), store.clone());
            let text = definition.clone();
            let report = process(async move {
                let engine = inner.engine(&text, Some(&kept), MachineType::Standard);
                let options = StartOptions::new().name("e");
                let run = engine.start_machine("m", json!({}), options).await.unwrap();
                run.report().await
            });
            prop_assert_eq!(report.status, Status::Succeeded, "{:?} {:?}", report.error, report.cause);
            (calls.sorted(), report.output.as_ref().unwrap().to_json())
        };
        let (calls, store) = (Calls::default(), MemoryStore::new());
        let mut is_over = false;
        for (number, polls) in polls.into_iter().enumerate() {
            let report = match number {
                0 => calls.interrupted(&definition, &store, polls),
                _ if is_over => break,
                _ => {
                    let (calls, text, store) = (calls.clone(), definition.clone(), store.clone());
                    process(async move {
                        let engine = calls.engine(&text, Some(&store), MachineType::Standard);
                        let run = engine.blocking_execution(ID).unwrap().expect("it is stored");
                        for _ in 0..polls {
                            tokio::task::yield_now().await;
                        }
                        calls.is_shut_down.store(true, Ordering::SeqCst);
                        engine.shutdown(GRACE).await;
                        calls.is_shut_down.store(false, Ordering::SeqCst);
                        run.report().await
                    })
                }
            };
            is_over = report.is_over();
            prop_assert!(!is_over || report.status == Status::Succeeded, "{:?} {:?}", report.error, report.cause);
        }
        prop_assert_eq!(&*calls.late.lock().unwrap(), &Vec::<String>::new());
        let report = calls.continued(&definition, &store);
        prop_assert_eq!(report.status, Status::Succeeded, "{:?} {:?}", report.error, report.cause);
        prop_assert_eq!(report.output.as_ref().unwrap().to_json(), expected.1);
        prop_assert_eq!(calls.sorted(), expected.0);
    }
}

/// A Parallel: a task that runs for 100 seconds and then calls another task, and a task that waits
/// for its token for 10 seconds.
fn waits_for_a_token() -> Json {
    let mut slow = task(&json!("slow"));
    slow["Parameters"] = json!({"FunctionName": "slow"});
    slow["Next"] = json!("After");
    let mut after = task(&json!("after"));
    after["Parameters"] = json!({"FunctionName": "after"});
    after["End"] = json!(true);
    let ask = json!({
        "Type": "Task", "Resource": format!("{INVOKE}.waitForTaskToken"), "End": true, "HeartbeatSeconds": 10,
        "Parameters": {"FunctionName": "ask", "Payload.$": "$$.Task.Token"},
    });
    json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Slow", "States": {"Slow": slow, "After": after}},
        {"StartAt": "Ask", "States": {"Ask": ask}},
    ]}}})
}

fn token_engine(store: &MemoryStore, tokens: &Arc<Mutex<Vec<String>>>) -> Engine {
    let asked = tokens.clone();
    let clock = stepwright_engine::clock::Clock::virtual_from(
        stepwright_engine::clock::Timestamp::default(),
    );
    let sleeps = clock.clone();
    Engine::builder()
        .store(store.clone())
        .clock(clock)
        .function("slow", move |_: Json| {
            let sleeps = sleeps.clone();
            async move {
                let _awake = sleeps.sleep(Duration::from_secs(100)).await;
                Ok::<_, TaskFailure>(json!("slow"))
            }
        })
        .function("after", |_: Json| async {
            Ok::<_, TaskFailure>(json!("after"))
        })
        .function("ask", move |token: String| {
            asked.lock().unwrap().push(token);
            async { Ok::<_, TaskFailure>(json!("asked")) }
        })
        .register_json("m", &waits_for_a_token().to_string(), MachineType::Standard)
        .build()
        .unwrap()
}

#[test]
fn tokens_are_answered_in_the_grace_period_and_their_timeouts_do_not_expire() {
    let (store, tokens) = (MemoryStore::new(), Arc::<Mutex<Vec<String>>>::default());
    let (kept, asked) = (store.clone(), tokens.clone());
    process(async move {
        let engine = token_engine(&kept, &asked);
        // Otherwise the heartbeat expires before the shutdown begins.
        let held = engine.clock().hold();
        let options = StartOptions::new().name("e");
        let run = engine.start_machine("m", json!({}), options).await.unwrap();
        while asked.lock().unwrap().is_empty() || run.history().await.len() < 8 {
            tokio::task::yield_now().await;
        }
        let token = asked.lock().unwrap()[0].clone();
        let answering = engine.clone();
        let answered = async move {
            // Later than its heartbeat.
            let _awake = answering.clock().sleep(Duration::from_secs(50)).await;
            answering.send_task_success(&token, "yes").await
        };
        let released = async move { drop(held) };
        let shutdown = engine.shutdown(Duration::from_secs(1_000));
        let (_, answered, ()) = tokio::join!(shutdown, answered, released);
        answered.unwrap();
        let report = run.report().await;
        assert!(!report.is_over(), "{:?}", report.error);
        // The shutdown lasted as long as the running task.
        let time = engine.clock().now() - stepwright_engine::clock::Timestamp::default();
        assert!(time < Duration::from_secs(101), "{time:?}");
    });
    process(async move {
        let engine = token_engine(&store, &tokens);
        let report = engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
        assert_eq!(tokens.lock().unwrap().len(), 1);
    });
}

/// Runs three tasks on an engine without a store, and shuts it down while the first one runs.
/// Returns the report, and the number of calls.
fn without_a_store(kind: MachineType) -> (Arc<ExecutionReport>, usize) {
    let definition = json!({"StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "Next": "s0", "Result": {"path": "p", "items": []}},
        "s0": scope(&[Part::Task, Part::Task, Part::Task], "s")["States"]["s0"],
        "s1": scope(&[Part::Task, Part::Task, Part::Task], "s")["States"]["s1"],
        "s2": scope(&[Part::Task, Part::Task, Part::Task], "s")["States"]["s2"],
    }});
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let report = process(async move {
        let first = Arc::<Mutex<Option<Engine>>>::default();
        let ending = first.clone();
        let engine = Engine::builder()
            .virtual_time()
            .function("work", move |name: String| {
                count.fetch_add(1, Ordering::SeqCst);
                if let Some(engine) = ending.lock().unwrap().take() {
                    engine.begin_shutdown();
                }
                async move {
                    tokio::task::yield_now().await;
                    Ok::<_, TaskFailure>(json!(name))
                }
            })
            .register_json("m", &definition.to_string(), kind)
            .build()
            .unwrap();
        *first.lock().unwrap() = Some(engine.clone());
        // Otherwise time advances to the maximum duration of the execution, before the shutdown is
        // awaited.
        let held = engine.clock().hold();
        let start = engine.start_machine("m", json!({}), StartOptions::new());
        let run = start.await.unwrap();
        while first.lock().unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        let released = async move { drop(held) };
        tokio::join!(engine.shutdown(GRACE), released);
        run.report().await
    });
    (report, counted.load(Ordering::SeqCst))
}

#[test]
fn without_a_store_an_express_execution_ends_and_a_standard_one_stops_before_its_next_task() {
    let (report, calls) = without_a_store(MachineType::Express);
    assert_eq!((report.status, calls), (Status::Succeeded, 3));
    let (report, calls) = without_a_store(MachineType::Standard);
    assert_eq!((report.status, calls), (Status::Aborted, 1));
    assert_eq!(report.error.as_deref(), Some("Stepwright.ShutDown"));
}
