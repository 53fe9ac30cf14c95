//! The whole machine.

use super::addresses;
use super::report::Report;
use super::scope::Scopes;
use super::state::{States, raw};
use super::text;
use super::unhandled;
use crate::flow::{Flow, State};
use crate::workflow::{Definition, Fault, Faults};
use std::collections::HashSet;
use stepwright_asl::json::Json;
use stepwright_asl::model::{MachineType, NumberOrExpression, QueryLanguage, StateMachine};
use stepwright_asl::validate::validate_text;

pub(crate) fn lower(flow: &Flow) -> Result<Definition, Faults> {
    let (machine, mut faults) = machine_of(flow);
    if faults.is_empty() {
        faults = refused(&machine, flow.machine_type);
    }
    if faults.is_empty() {
        let definition = Definition::new(flow.name.to_string(), flow.machine_type, machine);
        Ok(definition.calling(addresses::of(flow)))
    } else {
        Err(Faults::new(&flow.name, faults))
    }
}

/// The machine as far as it can be said, and what cannot; AWS's own rules are not asked yet.
pub(crate) fn machine_of(flow: &Flow) -> (StateMachine, Vec<Fault>) {
    let scopes = Scopes::of(flow);
    let mut report = Report::of_machine();
    if flow.states.is_empty() {
        report.fault("a workflow needs a state");
    }
    let mut names = HashSet::new();
    duplicates(&flow.states, &mut names, &mut report);
    let mixed = any_jsonpath(flow, &flow.states);
    let mut states = States::new(flow, &scopes, mixed);
    let lowered = states.lower(&flow.states, &[scopes.root_level()]);
    let machine = StateMachine {
        comment: flow.comment.as_deref().map(text::comment),
        // AWS refuses JSONPath below a JSONata machine, so one JSONPath state makes the machine JSONPath.
        query_language: (!mixed).then_some(QueryLanguage::Jsonata.into()),
        timeout_seconds: timeout(flow, &mut report),
        start_at: flow
            .states
            .first()
            .map(|state| state.name.to_string())
            .unwrap_or_default(),
        states: lowered,
        ..StateMachine::default()
    };
    let machine = with_raw(flow, machine, &mut report);
    let mut faults = report.into_faults();
    faults.extend(states.into_faults());
    if flow.deny_unhandled_errors {
        faults.extend(unhandled::faults(&flow.states, &mut Vec::new()));
    }
    (machine, faults)
}

/// What AWS would refuse all the same: a state that nothing reaches, a number out of range, a raw field that does not fit.
fn refused(machine: &StateMachine, machine_type: MachineType) -> Vec<Fault> {
    let findings = validate_text(&machine.to_json(), machine_type);
    let faults = findings.errors().map(|finding| {
        let message = match &finding.suggestion {
            Some(suggestion) => format!("{} ({}; {suggestion})", finding.message, finding.rule),
            None => format!("{} ({})", finding.message, finding.rule),
        };
        Fault::new(state_of(&finding.pointer).as_deref(), message)
    });
    faults.collect()
}

/// The innermost state on the way to a place: the key after the last `States`.
fn state_of(pointer: &str) -> Option<String> {
    let steps: Vec<&str> = pointer.split('/').collect();
    let states = steps.iter().rposition(|step| *step == "States")?;
    let name = steps.get(states + 1)?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

fn duplicates<'a>(states: &'a [State], names: &mut HashSet<&'a str>, report: &mut Report) {
    for state in states {
        if !names.insert(&state.name) {
            report.fault(format!(
                "the state name `{}` is used twice; a name stands once in a machine, branches and maps included",
                state.name
            ));
        }
        for body in state.bodies() {
            duplicates(&body.states, names, report);
        }
    }
}

fn any_jsonpath(flow: &Flow, states: &[State]) -> bool {
    states.iter().any(|state| {
        state.query_language.unwrap_or(flow.query_language) == QueryLanguage::JsonPath
            || state
                .bodies()
                .iter()
                .any(|body| any_jsonpath(flow, &body.states))
    })
}

fn timeout(flow: &Flow, report: &mut Report) -> Option<NumberOrExpression> {
    let timeout = flow.timeout.as_ref()?;
    match raw::literal(timeout) {
        Some(Json::Number(number)) => Some(NumberOrExpression::Number(number)),
        _ => {
            report.fault("the timeout of a workflow is a fixed number of seconds");
            None
        }
    }
}

fn with_raw(flow: &Flow, machine: StateMachine, report: &mut Report) -> StateMachine {
    if flow.raw.is_empty() {
        return machine;
    }
    let Json::Object(mut object) = machine.to_value() else {
        return machine;
    };
    for (key, value) in &flow.raw {
        match raw::literal(value) {
            Some(value) => raw::over(&mut object, key.to_string(), Some(value)),
            None if raw::is_omitted(value) => raw::over(&mut object, key.to_string(), None),
            None => report.fault(format!(
                "the raw field `{key}` of a workflow cannot be computed"
            )),
        }
    }
    match StateMachine::from_value(&Json::Object(object)) {
        Ok(machine) => machine,
        Err(findings) => {
            report.fault(format!("a raw field does not fit: {findings}"));
            machine
        }
    }
}
