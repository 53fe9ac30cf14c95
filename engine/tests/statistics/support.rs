//! Helpers of the tests.

use serde_json::{Value as Json, json};
use stepwright_engine::statistics::{ExecutionStatistics, Statistics};
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions};

/// The expected numbers of the executions of a state machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) started: u64,
    pub(crate) redriven: u64,
    pub(crate) resumed: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) aborted: u64,
    pub(crate) timed_out: u64,
    pub(crate) suspended: u64,
    pub(crate) open: u64,
}

impl Counts {
    pub(crate) fn of(executions: &ExecutionStatistics) -> Self {
        Self {
            started: executions.started,
            redriven: executions.redriven,
            resumed: executions.resumed,
            succeeded: executions.succeeded,
            failed: executions.failed,
            aborted: executions.aborted,
            timed_out: executions.timed_out,
            suspended: executions.suspended,
            open: executions.open,
        }
    }
}

/// The numbers of a state machine, which must be registered.
pub(crate) fn counts(engine: &Engine, machine: &str) -> Counts {
    counts_in(&engine.statistics(), machine)
}

pub(crate) fn counts_in(statistics: &Statistics, machine: &str) -> Counts {
    Counts::of(statistics.state_machine(machine).unwrap())
}

/// A machine whose input selects its end: it succeeds, fails, waits for ten seconds, waits for
/// ever, or times out after a minute.
pub(crate) fn obedient() -> Json {
    let choice = |word: &str| json!({"Variable": "$", "StringEquals": word, "Next": word});
    json!({"StartAt": "Choose", "TimeoutSeconds": 60, "States": {
        "Choose": {"Type": "Choice", "Default": "succeed",
            "Choices": [choice("fail"), choice("wait"), choice("stay")]},
        "succeed": {"Type": "Succeed"},
        "fail": {"Type": "Fail", "Error": "Asked", "Cause": "as the input requests"},
        "wait": {"Type": "Wait", "Seconds": 10, "End": true},
        "stay": {"Type": "Wait", "Seconds": 1_000_000, "End": true},
    }})
}

/// A builder with the machine `obedient`, as a Standard one and as the Express one `express`.
pub(crate) fn builder() -> EngineBuilder {
    let text = obedient().to_string();
    Engine::builder()
        .register_json("obedient", &text, MachineType::Standard)
        .register_json("express", &text, MachineType::Express)
}

pub(crate) fn named(name: &str) -> StartOptions {
    StartOptions::new().name(name)
}

/// Waits until something holds, in real time.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..5_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    panic!("{what} does not happen within ten seconds");
}
