//! Helpers of the tests.

use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_engine::MachineType;
use stepwright_testing::debug::{DebugOptions, Debugger, ExecutionEnd, PositionKind};

pub(crate) const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

pub(crate) fn debugger(definition: &Json, input: Json, options: DebugOptions) -> Debugger {
    let machine = StateMachine::from_json(&definition.to_string()).unwrap();
    Debugger::with_options(&machine, MachineType::Standard, input, options).unwrap()
}

/// Returns a debugger of states that begin with the first one.
pub(crate) fn start(states: Json, input: Json) -> Debugger {
    let first = states.as_object().unwrap().keys().next().unwrap().clone();
    let definition = json!({"StartAt": first, "States": states});
    debugger(&definition, input, DebugOptions::new())
}

/// Returns the position in a short form.
pub(crate) fn shown(debugger: &Debugger) -> String {
    let position = debugger.position();
    let kind = match &position.kind {
        PositionKind::Entering(_) => "before",
        PositionKind::Call(..) => "call",
        PositionKind::Child(..) => "child",
        PositionKind::Waiting(..) => "waits",
        PositionKind::ExecutionTimeout(_) => "timeout",
        PositionKind::Ended(_) => "ended",
        _ => "unknown",
    };
    let mut parts = vec![kind];
    parts.extend(position.scope().iter().map(String::as_str));
    parts.extend(position.state());
    parts.join(" ")
}

pub(crate) fn end(debugger: &Debugger) -> ExecutionEnd {
    match &debugger.position().kind {
        PositionKind::Ended(end) => end.clone(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn output(debugger: &Debugger) -> Json {
    end(debugger).output.unwrap().to_json()
}
