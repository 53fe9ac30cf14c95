//! Runs a definition and checks the invariants of every history.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::property::estimate::is_within_its_estimate;
use crate::property::explain::is_explained;
use crate::property::timeline::has_its_timeline;
use serde_json::{Value as Json, json};
use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::model::StateKind;
use stepwright_runtime::store::MemoryStore;
use stepwright_runtime::task::{Answer, TaskCall, TaskFailure, TaskSource};
use stepwright_runtime::{
    Engine, ExecutionInfo, ExecutionReport, Limits, MachineType, StartError, StartOptions, Status,
};

/// Low limits, so that endless loops end soon, also loops that start executions which loop; and so
/// that the values of all events fit into memory.
pub(crate) fn limits() -> Limits {
    Limits::new()
        .events(300)
        .payload_bytes(PAYLOAD)
        .variable_bytes(PAYLOAD)
        .express_transitions(200)
        .express_duration(Duration::from_secs(60))
        .nesting(1)
}

/// How many times an execution that does not succeed is redriven.
const REDRIVES: usize = 2;

/// The longest payload, in bytes.
const PAYLOAD: u64 = 10_000;

/// Answers tasks randomly, determined by the seed, the state and the number of the call.
fn answer(seed: u64, call: &TaskCall<'_>) -> Answer {
    let mut hasher = DefaultHasher::new();
    (seed, call.state(), call.call()).hash(&mut hasher);
    let chance = hasher.finish();
    let delay = Duration::from_millis((chance >> 8) % 90_000);
    let output = [
        json!({"Payload": {"a": 1}, "StatusCode": 200}),
        json!({"a": {"b": [1, 2]}, "n": 1.5}),
        json!([1, "x", null]),
        json!("text"),
        Json::Null,
        json!("x".repeat(12_000)),
    ];
    let failure = |error: Option<&str>, cause: Option<&str>| {
        Answer::result(Err(TaskFailure {
            error: error.map(Into::into),
            cause: cause.map(Into::into),
        }))
    };
    let chosen = (chance >> 32) as usize;
    match chance % 10 {
        0..=4 => Answer::output(output[chosen % 5].clone()),
        5 => Answer::output(output[chosen % 6].clone()).after(delay),
        6 => failure(Some("Declined"), Some("{\"why\": 1}")),
        7 => failure(Some("Throttled"), None).after(delay),
        8 => failure(None, None),
        _ => Answer::never(),
    }
}

/// The tasks of an engine.
struct ByChance {
    seed: u64,
    tokens: AtomicU64,
}

impl TaskSource for ByChance {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        // The engine handles tasks that start executions: a definition may start itself.
        let starts = call.target().is_some_and(|target| target == "m");
        (!starts).then(|| answer(self.seed, call))
    }

    /// Tokens are random without a seed, and causes contain them.
    fn token(&self, _: &ExecutionInfo, state: &str) -> Option<String> {
        let number = self.tokens.fetch_add(1, Ordering::Relaxed);
        Some(format!("{state}-{number}"))
    }
}

/// Where a parked execution is stored.
#[derive(Clone, Copy, PartialEq)]
enum Rests {
    InMemory,
    /// It is written to bytes and read again.
    AsBytes,
    /// It is committed to a store.
    InAStore,
    /// In memory, without events: its values have no other references, and may change in place.
    WithoutEvents,
}

/// Builds an engine for one definition, or returns why it does not compile.
fn engine(
    definition: &Json,
    machine_type: MachineType,
    seed: u64,
    rests: Rests,
) -> Result<Engine, String> {
    let builder = Engine::builder();
    let builder = match rests {
        Rests::InMemory => builder,
        Rests::AsBytes => builder.roundtrip_on_idle(),
        Rests::InAStore => builder.store(MemoryStore::new()),
        Rests::WithoutEvents => builder.history(false),
    };
    builder
        .register_json("m", &definition.to_string(), machine_type)
        .tasks(ByChance {
            seed,
            tokens: AtomicU64::new(0),
        })
        .activity("arn:aws:states:us-east-1:123456789012:activity:open")
        .limits(limits())
        .virtual_time()
        .seed(seed)
        .build()
        .map_err(|error| error.to_string())
}

/// Runs a definition to its end, and redrives it while it does not succeed. Returns the reports.
/// `None` when the engine rejects the definition or the input.
fn run(
    definition: &Json,
    machine_type: MachineType,
    input: &Json,
    seed: u64,
    rests: Rests,
) -> Result<Option<Vec<Arc<ExecutionReport>>>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let engine = match engine(definition, machine_type, seed, rests) {
            Ok(engine) => engine,
            Err(_) => return Ok(None),
        };
        // With a store, other names are generated, and causes contain them.
        let options = StartOptions::new().name("random");
        let started = engine.execute_machine("m", input.clone(), options);
        let first = match started.await {
            Ok(report) => report,
            Err(StartError::InvalidInput(_)) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let mut reports = vec![first];
        for _ in 0..REDRIVES {
            match engine.redrive(reports[0].execution().id()).await {
                Ok(again) => reports.push(again.report().await),
                Err(_) => break,
            }
        }
        Ok(Some(reports))
    })
}

/// Checks the invariants of every execution; the error describes the violation.
fn check(report: &ExecutionReport, machine_type: MachineType) -> Result<(), String> {
    let limits = limits();
    let ensure = |holds: bool, what: &str| {
        let told = || format!("{what}: {report:?}");
        if holds { Ok(()) } else { Err(told()) }
    };
    ensure(report.status != Status::Running, "it does not end")?;
    let error = report.error.as_deref().unwrap_or_default();
    let is_ours = error == "Stepwright.Internal" || error == "Stepwright.ShutDown";
    ensure(!is_ours, "the runtime broke")?;
    let life = report.stopped - report.execution().started();
    let most = match machine_type {
        MachineType::Standard => limits.standard_duration,
        MachineType::Express => limits.express_duration,
    };
    ensure(life <= most, "it lives too long")?;
    let events: Vec<_> = report.history.events().collect();
    if machine_type == MachineType::Standard {
        // One more, because there is always capacity for the last event.
        ensure(
            events.len() <= limits.events as usize + 1,
            "too many events",
        )?;
    }
    for (index, event) in events.iter().enumerate() {
        let id = report.history.dropped() + index + 1;
        ensure(event.id() as usize == id, "ids have gaps")?;
        let previous = event.previous_id();
        ensure(previous < event.id(), "an event points at itself or ahead")?;
    }
    let last = events.last().map(|event| event.kind().name());
    let expected = match report.status {
        Status::Succeeded => "ExecutionSucceeded",
        Status::Failed => "ExecutionFailed",
        Status::TimedOut => "ExecutionTimedOut",
        Status::Aborted => "ExecutionAborted",
        _ => "",
    };
    ensure(last == Some(expected), "the last event differs")?;
    let ends = events.iter().filter(|event| {
        let name = event.kind().name();
        name.starts_with("Execution") && name != "ExecutionStarted" && name != "ExecutionRedriven"
    });
    let redrives = report.execution().redrive_count().unwrap_or_default();
    ensure(
        ends.count() == 1 + redrives as usize,
        "it ends more often than it runs",
    )
}

/// Whether it starts executions. Their names depend on the order of the starts, and combined
/// commits of several executions have no order.
fn starts_others(definition: &Json) -> bool {
    definition.to_string().contains("tartExecution")
}

/// Checks that an execution fails with an error that is uncaught according to the graph.
fn check_error_is_uncaught(definition: &Json, report: &ExecutionReport) -> Result<(), String> {
    let error = report.error.as_deref().unwrap_or_default();
    let cause = report.cause.as_deref().unwrap_or_default();
    // Exceeding a limit of the execution is no error of a state.
    let is_limit = cause.contains("maximum number of history events");
    if report.status != Status::Failed || is_limit {
        return Ok(());
    }
    let definition = stepwright_asl::json::Json::from(definition.clone());
    let graph = Graph::of(&definition);
    let uncaught = graph.uncaught();
    let of_task = !error.starts_with("States.") || error == errors::TASK_FAILED;
    // A Fail state can have any computed error, also the name of an error that was caught before.
    let is_fail = |state: usize| graph.states()[state].kind == Some(StateKind::Fail);
    let is_said = uncaught.iter().any(|uncaught| match uncaught.error() {
        None => of_task || is_fail(uncaught.state),
        Some(errors::HEARTBEAT_TIMEOUT) => error == errors::TIMEOUT,
        Some(name) => name == error,
    });
    if is_said {
        return Ok(());
    }
    Err(format!(
        "the graph reports no uncaught `{error}` ({cause}): {uncaught:?}\n{definition}"
    ))
}

/// Returns the end of an execution in the form that executions without events have.
fn end_of(report: &ExecutionReport) -> Json {
    json!({
        "status": report.status.as_str(),
        "output": report.output.as_ref().map(|output| output.to_text()),
        "error": report.error,
        "cause": report.cause,
    })
}

/// Runs it on a thread with an ordinary stack: twice, of which once it is written to bytes and read
/// again whenever it is parked, once on a store, and an Express execution once without events. All
/// runs must end, satisfy the invariants, and be equal.
pub(crate) fn runs_well(
    definition: &Json,
    machine_type: MachineType,
    input: &Json,
    seed: u64,
) -> Result<bool, String> {
    let (tell, told) = mpsc::channel();
    let (definition, input) = (definition.clone(), input.clone());
    let work = move || {
        let (mut histories, mut ends) = (Vec::new(), Vec::new());
        for rests in [
            Rests::InMemory,
            Rests::InMemory,
            Rests::AsBytes,
            Rests::InAStore,
        ] {
            let reports = run(&definition, machine_type, &input, seed, rests)?;
            let Some(reports) = reports else {
                return Ok(false);
            };
            for report in &reports {
                check(report, machine_type)?;
                check_error_is_uncaught(&definition, report)?;
                is_within_its_estimate(&definition, report)?;
                has_its_timeline(report)?;
                is_explained(&definition, report)?;
            }
            let report = reports.last().ok_or("it has no end")?;
            histories.push(report.history.to_json());
            ends.push(end_of(report));
        }
        if machine_type == MachineType::Express {
            let reports = run(
                &definition,
                machine_type,
                &input,
                seed,
                Rests::WithoutEvents,
            )?;
            let report = reports.as_ref().and_then(|reports| reports.last());
            ends.push(report.map_or(Json::Null, |report| end_of(report)));
            if ends.last() != ends.first() {
                return Err(format!(
                    "an execution without events differs: {:?} and {:?}",
                    ends.last(),
                    ends.first()
                ));
            }
        }
        if histories[0] != histories[1] {
            Err("two runs with one seed differ".to_owned())
        } else if histories[0] != histories[2] {
            Err("an execution that is written and read again differs".to_owned())
        } else if histories[0] != histories[3] && !starts_others(&definition) {
            Err("an execution in a store differs".to_owned())
        } else {
            Ok(true)
        }
    };
    let worker = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || tell.send(work()))
        .map_err(|error| error.to_string())?;
    match told.recv_timeout(Duration::from_secs(60)) {
        Ok(result) => {
            let _ = worker.join();
            result
        }
        Err(mpsc::RecvTimeoutError::Timeout) => Err("it hangs".to_owned()),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err("it panics".to_owned()),
    }
}
