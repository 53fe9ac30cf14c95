//! Rehearsals of executions that an engine, or AWS, recorded.

mod cut_recordings;
mod interleavings;
mod kinds;
mod own_definition;
#[path = "../../../tests/tests/property/generate.rs"]
mod random_definition;
mod recordings;
mod saved;
mod speed;

use serde_json::{Value as Json, json};
use stepwright_engine::history::History;
use stepwright_engine::task::{Answer, TaskCall};
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartError, StartOptions};
use stepwright_review::rehearsal::{RecordedExecution, Rehearsal, RehearsedHistory};

/// Runs a definition, and returns its history as JSON.
pub(crate) fn record(
    definition: &Json,
    input: &Json,
    answer: impl Fn(&TaskCall<'_>) -> Option<Answer> + Send + Sync + 'static,
) -> Json {
    let engine = Engine::builder().tasks(move |call: &TaskCall<'_>| answer(call));
    let history = run(engine, definition, input).expect("the definition and the input are valid");
    history.to_json()
}

/// Runs a definition on virtual time, and returns its history. `None` if the engine rejects the
/// definition or the input.
pub(crate) fn run(engine: EngineBuilder, definition: &Json, input: &Json) -> Option<History> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = engine
            .register_json("m", &definition.to_string(), MachineType::Standard)
            .virtual_time()
            .build()
            .ok()?;
        let options = StartOptions::new().name("random");
        match engine.execute_machine("m", input.clone(), options).await {
            Ok(report) => Some(report.history.clone()),
            Err(StartError::InvalidInput(_)) => None,
            Err(error) => panic!("{error}"),
        }
    })
}

/// Returns a recorded execution of a definition.
pub(crate) fn recorded(old: &Json, history: &Json) -> RecordedExecution {
    let execution = RecordedExecution::parse("execution", &history.to_string()).unwrap();
    execution.definition(old.to_string())
}

/// Rehearses one history of the old definition with the new one.
pub(crate) fn rehearse(old: &Json, new: &Json, history: &Json) -> RehearsedHistory {
    let execution = recorded(old, history);
    let mut rehearsal = Rehearsal::new(&new.to_string()).unwrap();
    rehearsal.prepare(std::slice::from_ref(&execution)).unwrap();
    rehearsal.rehearse(&execution)
}

/// The payments of the tests: a Choice, a call with a retrier and a catcher, a call without.
pub(crate) fn payments() -> Json {
    json!({"StartAt": "Large?", "States": {
        "Large?": {"Type": "Choice", "Default": "Charge", "Choices": [
            {"Variable": "$.total", "NumericGreaterThan": 1000, "Next": "Review"}]},
        "Review": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "review", "Payload.$": "$"}, "ResultPath": null, "Next": "Charge"},
        "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload": {"amount.$": "$.total"}},
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": "$.error", "Next": "Declined"}],
            "ResultSelector": {"id.$": "$.Payload.id"}, "ResultPath": "$.charge", "Next": "Done"},
        "Declined": {"Type": "Fail", "Error": "OrderDeclined"},
        "Done": {"Type": "Succeed"}
    }})
}

/// The history of an order with this total.
pub(crate) fn paid(total: u64) -> Json {
    record(&payments(), &json!({"total": total}), |call| {
        let payload = match call.state() {
            "Charge" if call.attempt() == 0 && call.parameters().to_text().contains("777") => {
                return Some(Answer::result(Err(
                    stepwright_engine::task::TaskFailure::new("Busy", "later"),
                )));
            }
            "Charge" if call.parameters().to_text().contains("666") => {
                return Some(Answer::result(Err(
                    stepwright_engine::task::TaskFailure::new("Declined", "no funds"),
                )));
            }
            "Charge" => json!({"id": "ch_1"}),
            _ => json!({}),
        };
        Some(
            Answer::output(json!({"Payload": payload, "StatusCode": 200}))
                .after(std::time::Duration::from_secs(2)),
        )
    })
}
