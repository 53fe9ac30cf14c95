//! The functions that the tasks of workloads call.

use std::sync::LazyLock;

use stepwright_asl::StateMachine;
use stepwright_engine::EngineBuilder;
use stepwright_engine::task::{Answer, DefinedState, TaskCall, TaskFailure, TaskSource};
use stepwright_engine::value::{RefPath, Value};

/// Registers handlers for `echo`, `inc` and `flaky2`.
pub(super) fn bind(builder: EngineBuilder, machine: &StateMachine) -> EngineBuilder {
    let builder = builder.function("echo", |payload: Value| async move {
        Ok::<_, TaskFailure>(payload)
    });
    let builder = builder.function("inc", |payload: Value| async move { inc(payload) });
    let mut tasks = machine.states().filter_map(|at| at.state.as_task());
    // A handler source is queried before each call, so it is only added if a task needs it.
    if tasks.any(|task| is_flaky(&task.resource)) {
        builder.tasks(Flaky)
    } else {
        builder
    }
}

/// Whether a task calls `flaky2`.
fn is_flaky(resource: &str) -> bool {
    resource.ends_with(":flaky2")
}

/// Adds 1 to `i`.
fn inc(mut payload: Value) -> Result<Value, TaskFailure> {
    static I: LazyLock<RefPath> = LazyLock::new(|| RefPath::keys(["i"]));
    let wrong = || TaskFailure::new("BadPayload", "`inc` takes an object with an integer `i`");
    let i = payload.at(&I).and_then(Value::as_i64).ok_or_else(wrong)?;
    let put = payload.put(&I, Value::from(i + 1));
    put.map_err(|_| wrong())?;
    Ok(payload)
}

/// Fails the first two calls of each state, and then succeeds.
struct Flaky;

impl TaskSource for Flaky {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        is_flaky(call.resource().as_str()).then(|| match call.call() {
            0 | 1 => Answer::failure("Flaky", "the first two calls fail"),
            _ => Answer::output(serde_json::json!({"ok": true})),
        })
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        state
            .task()
            .is_some_and(|task| is_flaky(task.resource().as_str()))
    }
}
