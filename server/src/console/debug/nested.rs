//! Executions that a state of the current execution starts: nested workflows, and children of
//! Distributed Maps.

use serde_json::Value as Json;
use stepwright_engine::task::TaskCall;
use stepwright_engine::value::Value;
use stepwright_testing::debug::{DebugOptions, PositionKind};

use super::frame::Frame;
use super::outcome::Outcome;
use super::session::SessionState;
use super::subject::DebugSubject;
use crate::console::state::Console;
use crate::control::{ChildMachine, labelled};
use crate::service::Service;

/// Returns what the pending call or child starts, as a title; `None` if it starts no execution to
/// which a debugger can step.
pub(super) fn target(state: &SessionState) -> Option<String> {
    let debugger = &state.frame().debugger;
    match &debugger.position().kind {
        PositionKind::Call(..) => debugger.with_call(|call| {
            let is_start = starts_execution(call);
            is_start.then(|| call.target().map(|target| machine_of(target).to_owned()))?
        })?,
        PositionKind::Child(_, child) => Some(format!("child execution {}", child.number)),
        _ => None,
    }
}

/// Returns the name of a state machine in its ARN.
fn machine_of(target: &str) -> &str {
    let name = target.split_once(":stateMachine:");
    name.map_or(target, |(_, name)| name)
}

/// Whether a call starts an execution, and waits for its end.
fn starts_execution(call: &TaskCall<'_>) -> bool {
    let resource = call.resource();
    match (resource.service(), resource.action()) {
        ("states", action) => action.starts_with("startExecution.sync"),
        ("aws-sdk:sfn", action) => action == "startSyncExecution",
        _ => false,
    }
}

/// Steps into the execution that the pending call or child starts. `None` if there is none.
pub(super) fn enter(console: &Console, state: &mut SessionState) -> Option<Result<(), String>> {
    target(state)?;
    let frame = match started(&console.service, state) {
        Ok(frame) => frame,
        Err(problem) => return Some(Err(problem)),
    };
    Some(state.enter(frame))
}

/// Creates the execution.
fn started(service: &Service, state: &SessionState) -> Result<Frame, String> {
    let outer = state.frame();
    let position = outer.debugger.position();
    let subject = match &position.kind {
        PositionKind::Child(_, child) => child_of(outer, &child.arn, child.input.clone())?,
        _ => {
            let subject = outer.debugger.with_call(|call| nested_of(service, call));
            subject.ok_or("no call waits for an answer here")??
        }
    };
    Frame::new(
        &subject.machine,
        &subject.definition,
        subject.machine_type,
        subject.input,
        DebugOptions::new(),
        position.time,
    )
}

/// Returns the state machine and the input of a call that starts an execution.
fn nested_of(service: &Service, call: &TaskCall<'_>) -> Result<DebugSubject, String> {
    let target = call.target().unwrap_or_default();
    let input = match call.parameters().get("Input") {
        None | Some(Value::Null) => Value::empty_object(),
        // As in the engine, text is parsed as the JSON of the input.
        Some(Value::Str(text)) => Value::from_text(text).map_err(|error| {
            format!("the input of the nested execution is not valid JSON: {error}")
        })?,
        Some(input) => input.clone(),
    };
    let of_arn = DebugSubject::of_arn(service, target, input.clone()).ok();
    let found = of_arn.or_else(|| DebugSubject::of_machine(service, target, input));
    found.ok_or_else(|| {
        format!(
            "this engine has no state machine `{target}`; create it, or answer the call by hand"
        )
    })
}

/// Returns the ItemProcessor of a Distributed Map as a state machine.
fn child_of(outer: &Frame, arn: &str, input: Value) -> Result<DebugSubject, String> {
    let missing =
        || "the definition of the child executions was not found; answer by hand".to_owned();
    // The children are executions of `<machine>/<label>`.
    let (_, rest) = arn.split_once('/').ok_or_else(missing)?;
    let label = rest.split(':').next().ok_or_else(missing)?;
    let label = label.rsplit('/').next().ok_or_else(missing)?;
    let definition = outer.debugger.history().definition().map(str::to_owned);
    let definition = definition.ok_or_else(missing)?;
    let ChildMachine {
        definition: processor,
        machine_type,
    } = labelled(&definition, label).ok_or_else(missing)?;
    let mut processor: Json = serde_json::from_str(&processor).map_err(|_| missing())?;
    if let Some(members) = processor.as_object_mut() {
        members.remove("ProcessorConfig");
        let outer: Json = serde_json::from_str(&definition).map_err(|_| missing())?;
        // A processor has the query language of its machine.
        if let Some(language) = outer.get("QueryLanguage") {
            let known = members.entry("QueryLanguage");
            known.or_insert_with(|| language.clone());
        }
    }
    let machine = format!("{}/{label}", outer.machine);
    let definition = processor.to_string();
    Ok(DebugSubject::new(machine, definition, machine_type, input))
}

/// Answers the call that started the innermost execution with the end of that execution.
pub(super) fn answer(state: &mut SessionState) -> Outcome {
    let frame = state.frame();
    let PositionKind::Ended(end) = frame.debugger.position().kind.clone() else {
        return Err("the execution has not ended; continue to its end, or leave it".to_owned());
    };
    let delay = frame.debugger.position().time.since(frame.started);
    if state.leave().is_none() {
        return Err("this execution was not started by another one".to_owned());
    }
    state.advance(|debugger| {
        let stop = debugger.answer_with_end(delay, &end);
        stop.map_err(|error| error.to_string())
    })
}
