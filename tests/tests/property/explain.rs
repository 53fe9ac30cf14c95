//! Checks that the explained values of an execution agree with its history.

use serde_json::Value as Json;
use stepwright_asl::StateMachine;
use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_runtime::ExecutionReport;
use stepwright_runtime::testing::RecordedHistory;
use stepwright_runtime::timeline::{FieldExplanation, FieldOutcome, Timeline, Visit};

/// Explains all visits, of the history and of its recording.
pub(crate) fn is_explained(definition: &Json, report: &ExecutionReport) -> Result<(), String> {
    let machine = StateMachine::from_json(&definition.to_string());
    let machine = machine.map_err(|error| error.to_string())?;
    explains(&Timeline::of(&report.history), &machine)?;
    if report.history.dropped() == 0 {
        let recorded = RecordedHistory::from_json(&report.history.to_json());
        let recorded = recorded.map_err(|error| error.to_string())?;
        explains(&recorded.timeline(), &machine)?;
    }
    Ok(())
}

fn explains(timeline: &Timeline, machine: &StateMachine) -> Result<(), String> {
    let explainer = timeline.explainer(machine);
    for (index, visit) in timeline.visits().iter().enumerate() {
        let fields = explainer
            .explain(index)
            .map_err(|error| error.to_string())?;
        let is_caught = fields
            .iter()
            .any(|field| field.field.starts_with("/Catch/"));
        for field in &fields {
            agrees(field, visit, is_caught)
                .map_err(|what| format!("{what}: {field:#?}\n{visit:#?}\n{fields:#?}"))?;
        }
    }
    Ok(())
}

/// Compares the value of a field with the history. `is_caught` is whether the state failed, perhaps
/// after its Assign was evaluated, and a catcher left it.
fn agrees(field: &FieldExplanation, visit: &Visit, is_caught: bool) -> Result<(), String> {
    let has_succeeded = visit.status() == VisitStatus::Succeeded;
    let value = match &field.outcome {
        FieldOutcome::Value(value) => value,
        FieldOutcome::Unknown { reason, .. } if reason.contains("definition") => {
            return Err("the value is not that of the history".to_owned());
        }
        FieldOutcome::Failed { .. } if has_succeeded && visit.attempts().is_empty() => {
            let is_caught = field.field.starts_with("/Items");
            return if is_caught {
                Ok(())
            } else {
                Err("an expression fails in a state that succeeded".to_owned())
            };
        }
        _ => return Ok(()),
    };
    let path = field.field.split('/').collect::<Vec<_>>();
    let recorded = match path[1..] {
        ["OutputPath" | "Output"] if has_succeeded => visit.output(),
        ["Parameters" | "Arguments"] if visit.state_type() == "Task" => {
            visit.attempts().last().and_then(|last| last.arguments())
        }
        ["Assign", _] if is_caught => return Ok(()),
        ["Assign", name] | ["Catch", _, "Assign", name] if has_succeeded => {
            let name = name.trim_end_matches(".$");
            let assigned = visit.assigned().iter().find(|(own, _)| own == name);
            if assigned.is_none() {
                return Err("the variable was not assigned".to_owned());
            }
            assigned.map(|(_, value)| value)
        }
        ["Catch", _, "Output" | "ResultPath"] => visit.output(),
        _ => return Ok(()),
    };
    match recorded {
        Some(recorded) if recorded != value => Err("the value differs".to_owned()),
        _ => Ok(()),
    }
}
