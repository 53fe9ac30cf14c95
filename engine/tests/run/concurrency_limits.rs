//! Limits on concurrent tasks and executions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::clock::Clock;
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionFilter, Limits, MachineType, RedriveError, StartError,
    StartOptions, Status,
};

/// The functions of the tests.
const FUNCTIONS: [&str; 3] = ["a", "b", "c"];

/// The running handlers, and their maximum: of each function, and of all.
#[derive(Default)]
struct Seen(Mutex<HashMap<String, (usize, usize)>>);

impl Seen {
    fn begin(self: &Arc<Self>, function: &str) -> Working {
        let mut counts = self.0.lock().unwrap();
        for of in [function, "all"] {
            let (now, most) = counts.entry(of.to_owned()).or_default();
            *now += 1;
            *most = (*most).max(*now);
        }
        Working(self.clone(), function.to_owned())
    }

    fn most(&self, of: &str) -> usize {
        self.0.lock().unwrap().get(of).map_or(0, |(_, most)| *most)
    }

    /// Resets the maximum, while no handler is running.
    fn reset(&self) {
        let before = std::mem::take(&mut *self.0.lock().unwrap());
        assert!(before.values().all(|(now, _)| *now == 0), "{before:?}");
    }
}

/// A running handler.
struct Working(Arc<Seen>, String);

impl Drop for Working {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap();
        for of in [self.1.as_str(), "all"] {
            counts.get_mut(of).unwrap().0 -= 1;
        }
    }
}

/// Builds an engine on virtual time whose functions sleep, fail and panic as their payload
/// requests.
fn builder(clock: &Clock, seen: &Arc<Seen>) -> EngineBuilder {
    let mut builder = Engine::builder().clock(clock.clone());
    for function in FUNCTIONS {
        let (clock, seen) = (clock.clone(), seen.clone());
        builder = builder.function(function, move |payload: Json| {
            let (clock, working) = (clock.clone(), seen.begin(function));
            async move {
                let seconds = payload["seconds"].as_u64().unwrap();
                let _awake = clock.sleep(Duration::from_secs(seconds)).await;
                drop(working);
                match payload["end"].as_str() {
                    // Without the message of `panic!` in the output of each run.
                    Some("panics") => std::panic::resume_unwind(Box::new("on request")),
                    Some("fails") => Err(TaskFailure::new("Told", "on request")),
                    _ => Ok(payload),
                }
            }
        });
    }
    let one = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName.$": "$.function", "Payload.$": "$"},
        "TimeoutSecondsPath": "$.timeout",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.caught", "Next": "Caught"}],
    });
    let all = json!({"StartAt": "All", "States": {"All": {
        "Type": "Map", "MaxConcurrency": 0, "End": true,
        "ItemProcessor": {"StartAt": "One", "States": {
            "One": one, "Caught": {"Type": "Pass", "End": true},
        }},
    }}});
    builder.register_json("m", &all.to_string(), MachineType::Standard)
}

/// An execution: its tasks, and when it is stopped.
#[derive(Clone, Debug)]
struct Plan {
    tasks: Vec<Json>,
    stopped: Option<u64>,
}

fn task() -> impl Strategy<Value = Json> {
    let end = prop_oneof![6 => Just("well"), 1 => Just("fails"), 1 => Just("panics")];
    let timeout = prop_oneof![2 => Just(1_000_000_u64), 1 => 1..20_u64];
    (0..FUNCTIONS.len(), 0..10_u64, end, timeout).prop_map(|(function, seconds, end, timeout)| {
        json!({"function": FUNCTIONS[function], "seconds": seconds, "end": end, "timeout": timeout})
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let tasks = prop::collection::vec(task(), 1..12);
    let stopped = prop_oneof![3 => Just(None), 1 => (0..15_u64).prop_map(Some)];
    (tasks, stopped).prop_map(|(tasks, stopped)| Plan { tasks, stopped })
}

#[derive(Clone, Debug)]
struct Most {
    all: Option<usize>,
    of: [Option<usize>; 3],
}

impl Most {
    fn on(&self, builder: EngineBuilder) -> EngineBuilder {
        let builder = match self.all {
            Some(most) => builder.max_running_tasks(most),
            None => builder,
        };
        let own = FUNCTIONS.iter().zip(self.of);
        own.fold(builder, |builder, (function, most)| match most {
            Some(most) => builder.max_running_of(*function, most),
            None => builder,
        })
    }

    /// Returns the maximum concurrency of a function.
    fn of(&self, function: usize) -> usize {
        let all = self.all.unwrap_or(usize::MAX);
        self.of[function].unwrap_or(usize::MAX).min(all)
    }
}

fn most() -> impl Strategy<Value = Most> {
    let all = prop::option::of(1..6_usize);
    let own = || prop::option::of(1..4_usize);
    (all, own(), own(), own()).prop_map(|(all, a, b, c)| Most { all, of: [a, b, c] })
}

async fn check_limits(most: Most, plans: Vec<Plan>, threads: bool) {
    let clock = Clock::virtual_from(stepwright_engine::clock::VIRTUAL_START);
    let seen = Arc::new(Seen::default());
    let engine = most.on(builder(&clock, &seen)).build().unwrap();
    let hold = clock.hold();
    let mut ends = Vec::new();
    for plan in plans {
        let run = engine.start_machine("m", json!(plan.tasks), StartOptions::new());
        let run = run.await.unwrap();
        if let Some(seconds) = plan.stopped {
            let (sleep, engine, id) = (
                clock.sleep(Duration::from_secs(seconds)),
                engine.clone(),
                run.id().to_owned(),
            );
            tokio::spawn(async move {
                let _awake = sleep.await;
                let run = engine.blocking_execution(&id).unwrap().unwrap();
                run.stop(None, None).await;
            });
        }
        ends.push((plan, run));
    }
    drop(hold);
    for (plan, run) in ends {
        let report = run.report().await;
        let expected = match plan.stopped {
            None => vec![Status::Succeeded],
            Some(_) => vec![Status::Succeeded, Status::Aborted],
        };
        assert!(expected.contains(&report.status), "{report:?}");
        let Some(output) = &report.output else {
            continue;
        };
        for (task, output) in plan.tasks.iter().zip(output.to_json().as_array().unwrap()) {
            let error = output["caught"]["Error"].as_str();
            let may_time_out = task["timeout"] != 1_000_000;
            let own = match task["end"].as_str().unwrap() {
                "fails" => Some("Told"),
                "panics" => Some("Stepwright.TaskPanicked"),
                _ => None,
            };
            let is_timeout = error == Some("States.Timeout");
            assert!(
                error == own || may_time_out && is_timeout,
                "{task}: {output}"
            );
        }
    }
    for (place, function) in FUNCTIONS.iter().enumerate() {
        let seen = seen.most(function);
        assert!(seen <= most.of(place), "{seen} of {function}: {most:?}");
    }
    assert!(seen.most("all") <= most.all.unwrap_or(usize::MAX));
    // No permit is lost: the maximum concurrency is reached.
    for (place, function) in FUNCTIONS.iter().enumerate() {
        seen.reset();
        let task = json!({"function": function, "seconds": 5, "timeout": 1_000_000});
        let tasks = vec![task; 8];
        let run = engine.start_machine("m", json!(tasks), StartOptions::new());
        run.await.unwrap().await.unwrap();
        // Threads may see the end of the first ones late.
        assert!(
            threads || seen.most(function) == most.of(place).min(8),
            "{most:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The limit is never exceeded, every task gets a permit, all executions end, and no permit is
    /// lost.
    #[test]
    fn concurrency_limits_hold_for_all_ends_of_tasks(most in most(), plans in prop::collection::vec(plan(), 1..8), threads in any::<bool>()) {
        let runtime = if threads {
            tokio::runtime::Builder::new_multi_thread().worker_threads(3).build()
        } else {
            tokio::runtime::Builder::new_current_thread().build()
        };
        let runtime = runtime.unwrap();
        runtime.block_on(check_limits(most, plans, threads));
    }
}

#[tokio::test]
async fn tasks_start_in_order_and_overtake_those_of_a_full_function() {
    let clock = Clock::virtual_from(stepwright_engine::clock::VIRTUAL_START);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut builder = Engine::builder().clock(clock.clone());
    for function in ["slow", "quick"] {
        let (clock, order) = (clock.clone(), order.clone());
        builder = builder.function(function, move |id: u32| {
            order.lock().unwrap().push((function, id));
            let clock = clock.clone();
            async move {
                let _awake = clock.sleep(Duration::from_secs(10)).await;
                Ok::<_, TaskFailure>(id)
            }
        });
    }
    let one = json!({"StartAt": "One", "States": {"One": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Parameters": {"FunctionName.$": "$.function", "Payload.$": "$.id"},
    }}});
    let builder = builder.max_running_tasks(2).max_running_of("slow", 1);
    let engine = builder
        .register_json("m", &one.to_string(), MachineType::Standard)
        .build()
        .unwrap();
    let hold = clock.hold();
    let mut runs = Vec::new();
    let calls = [
        ("slow", 0),
        ("slow", 1),
        ("slow", 2),
        ("quick", 3),
        ("quick", 4),
        ("slow", 5),
    ];
    for (function, id) in calls {
        let input = json!({"function": function, "id": id});
        let run = engine.start_machine("m", input, StartOptions::new());
        runs.push(run.await.unwrap());
        tokio::task::yield_now().await;
    }
    drop(hold);
    for run in runs {
        run.await.unwrap();
    }
    let order = order.lock().unwrap().clone();
    assert_eq!(order[..2], [("slow", 0), ("quick", 3)]);
    let of = |name| {
        order
            .iter()
            .filter(move |(one, _)| *one == name)
            .map(|(_, id)| *id)
    };
    assert_eq!(of("slow").collect::<Vec<_>>(), [0, 1, 2, 5]);
    assert_eq!(of("quick").collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn limits_of_unknown_handlers_and_of_zero_are_refused() {
    let problem = |builder: EngineBuilder| builder.build().err().unwrap().to_string();
    let found = problem(Engine::builder().max_running_of("a", 1));
    assert!(found.contains("`max_running_of` names `a`"), "{found}");
    let found = problem(Engine::builder().max_running_tasks(0));
    assert!(found.contains("lets none run"), "{found}");
}

/// Builds an engine with a limit of open executions; `rest` waits, `nest` starts one.
fn narrow(open: usize) -> EngineBuilder {
    let rest = json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "Next": "F"}, "F": {"Type": "Fail"}}});
    let nest = json!({"StartAt": "N", "States": {"N": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": true,
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:rest"},
    }}});
    let limits = Limits::new().open_executions(open);
    Engine::builder()
        .limits(limits)
        .virtual_time()
        .register_json("rest", &rest.to_string(), MachineType::Standard)
        .register_json("quick", &rest.to_string(), MachineType::Express)
        .register_json("nest", &nest.to_string(), MachineType::Standard)
}

#[tokio::test]
async fn the_number_of_open_executions_is_limited() {
    for store in [None, Some(MemoryStore::new())] {
        let builder = narrow(2);
        let builder = match store {
            Some(store) => builder.store(store),
            None => builder,
        };
        let engine = builder.build().unwrap();
        let hold = engine.clock().hold();
        let start = async |machine, name: &str| {
            let options = StartOptions::new().name(name);
            engine.start_machine(machine, json!({}), options).await
        };
        let first = start("rest", "1").await.unwrap();
        let second = start("rest", "2").await.unwrap();
        let refused = start("rest", "3").await.err().unwrap();
        assert_eq!(refused, StartError::ExecutionLimitExceeded(2));
        // Starting the same one again does not count, and Express executions do not count.
        start("rest", "2").await.unwrap();
        start("quick", "4").await.unwrap();
        drop(hold);
        let id = first.id().to_owned();
        assert_eq!(first.report().await.status, Status::Failed);
        assert_eq!(second.report().await.status, Status::Failed);
        // A state that would exceed the limit fails.
        let hold = engine.clock().hold();
        start("rest", "5").await.unwrap();
        let nest = start("nest", "6").await.unwrap();
        let report = nest.report().await;
        let error = report.error.as_deref();
        assert_eq!(error, Some("StepFunctions.ExecutionLimitExceededException"));
        start("rest", "7").await.unwrap();
        let refused = engine.redrive(&id).await.err().unwrap();
        assert_eq!(refused, RedriveError::ExecutionLimitExceeded(2));
        drop(hold);
    }
}

/// Builds an engine with a state machine that starts itself twice, and a quick one.
fn with_runaway(machine_type: MachineType, open: usize) -> EngineBuilder {
    let start = |end: (&str, Json)| {
        let mut state = json!({
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:runaway"},
        });
        state[end.0] = end.1;
        state
    };
    let runaway = json!({"StartAt": "A", "States": {"A": start(("Next", "B".into())), "B": start(("End", true.into()))}});
    let quick = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    Engine::builder()
        .limits(Limits::new().open_executions(open))
        .register_json("runaway", &runaway.to_string(), machine_type)
        .register_json("quick", &quick.to_string(), MachineType::Standard)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_starts_itself_reaches_its_limit_and_other_executions_continue() {
    const OPEN: usize = 2_000;
    for machine_type in [MachineType::Standard, MachineType::Express] {
        for store in [None, Some(MemoryStore::new())] {
            let builder = with_runaway(machine_type, OPEN);
            let builder = match store {
                Some(store) => builder.store(store),
                None => builder,
            };
            let engine = builder.build().unwrap();
            let options = StartOptions::new();
            engine
                .start_machine("runaway", json!({}), options)
                .await
                .unwrap();
            let refused = || {
                let statistics = engine.statistics();
                statistics.state_machine("runaway").unwrap().failed
            };
            // Its own starts are refused, and these are not.
            while refused() == 0 {
                let quick = engine.start_machine("quick", json!({}), StartOptions::new());
                quick.await.unwrap().await.unwrap();
            }
            let open = engine.statistics().all_executions().open;
            assert!(open <= OPEN as u64 / 2 + 256, "{machine_type:?}: {open}");
            engine.shutdown(Duration::ZERO).await;
        }
    }
}

#[tokio::test]
async fn executions_of_states_cannot_use_the_half_of_the_limit_that_is_reserved_for_requests() {
    let engine = narrow(4).build().unwrap();
    let hold = engine.clock().hold();
    let start = async |machine, name: &str| {
        let options = StartOptions::new().name(name);
        engine.start_machine(machine, json!({}), options).await
    };
    start("rest", "1").await.unwrap();
    let nest = start("nest", "2").await.unwrap();
    let report = nest.report().await;
    let error = report.error.as_deref();
    assert_eq!(error, Some("StepFunctions.ExecutionLimitExceededException"));
    for name in ["3", "4", "5"] {
        start("rest", name).await.unwrap();
    }
    let refused = start("rest", "6").await.err().unwrap();
    assert_eq!(refused, StartError::ExecutionLimitExceeded(4));
    drop(hold);
}

#[test]
fn queued_starts_end_when_their_runtime_shuts_down() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = with_runaway(MachineType::Standard, 20_000).build().unwrap();
    runtime.block_on(async {
        let run = engine.start_machine("runaway", json!({}), StartOptions::new());
        run.await.unwrap();
        // More executions wait than a stack has frames for, if each dropped the next one.
        while engine.statistics().all_executions().started < 2_000 {
            tokio::task::yield_now().await;
        }
    });
    drop(runtime);
    assert_eq!(engine.statistics().all_executions().open, 0);
    let running = ExecutionFilter::new().status(Status::Running).limit(10);
    assert!(
        engine
            .blocking_executions(&running)
            .unwrap()
            .executions
            .is_empty()
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let quick = engine.start_machine("quick", json!({}), StartOptions::new());
        quick.await.unwrap().await.unwrap();
    });
}
