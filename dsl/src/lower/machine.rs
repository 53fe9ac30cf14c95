//! Lowers the whole machine.

use super::addresses;
use super::redaction;
use super::refused;
use super::report::Report;
use super::results;
use super::same_name;
use super::scope::Scopes;
use super::state::{States, raw};
use super::text;
use super::unhandled::unhandled;
use crate::flow::{AnswerType, Flow, FlowStateKind, State, each_state};
use crate::workflow::{
    Definition, InvalidWorkflow, StateSources, WorkflowDiagnostic, WorkflowLocation,
};
use std::collections::{BTreeMap, HashMap};
use stepwright_asl::analysis::{NameKind, NameProblem, check_names};
use stepwright_asl::json::Json;
use stepwright_asl::model::{NumberOrExpression, QueryLanguage, StateMachine};

impl Flow {
    /// Lowers the flow to ASL.
    ///
    /// # Errors
    ///
    /// Returns everything that ASL cannot express, in one list.
    pub fn lower(mut self) -> Result<Definition, InvalidWorkflow> {
        self.prepare();
        lower(&self)
    }

    /// Adds the states and names that ASL needs and the flow does not contain. Calling it again
    /// changes nothing.
    pub(crate) fn prepare(&mut self) {
        self.with_fragments();
        self.with_child_errors();
        self.with_own_caught_names();
    }
}

fn lower(flow: &Flow) -> Result<Definition, InvalidWorkflow> {
    let (definition, faults) = lower_with_faults(flow, &[]);
    if faults.is_empty() {
        Ok(definition)
    } else {
        Err(InvalidWorkflow::new(&flow.name, faults))
    }
}

/// Returns the definition, and everything that ASL cannot express or that AWS would refuse, without
/// faults that follow from the known ones. With faults, the definition is incomplete. The
/// diagnostics of a flow of the builder include warnings.
pub(crate) fn lower_with_faults(
    flow: &Flow,
    known: &[WorkflowDiagnostic],
) -> (Definition, Vec<WorkflowDiagnostic>) {
    let (machine, faults) = with_refused(flow, known);
    let definition = Definition::new(flow.name.to_string(), flow.machine_type, machine)
        .calling(addresses::of(flow))
        .answered(answers(flow))
        .resulting(results::of(flow))
        .redacting(redaction::of(flow))
        .declared_at(sources(flow));
    (definition, faults)
}

/// The types of task tokens' outputs, by state.
fn answers(flow: &Flow) -> BTreeMap<String, AnswerType> {
    let mut answers = BTreeMap::new();
    each_state(&flow.states, &mut |state| {
        if let FlowStateKind::Task { call, .. } = &state.kind
            && let Some(answer) = call.answer
        {
            answers.insert(state.name.to_string(), answer);
        }
    });
    answers
}

/// Where the states are declared.
fn sources(flow: &Flow) -> StateSources {
    let mut sources = Vec::new();
    each_state(&flow.states, &mut |state| {
        sources.extend(state.place.map(|place| (state.name.to_string(), place)));
    });
    sources.into_iter().collect()
}

fn with_refused(
    flow: &Flow,
    known: &[WorkflowDiagnostic],
) -> (StateMachine, Vec<WorkflowDiagnostic>) {
    let (machine, mut faults) = machine_of(flow);
    faults.extend(same_name::faults(flow));
    let refused = refused::faults(flow, &machine, known, &faults);
    faults.extend(refused);
    let mut order = HashMap::new();
    each_state(&flow.states, &mut |state| {
        let next = order.len();
        order.entry(&*state.name).or_insert(next);
    });
    faults.sort_by_key(|fault| {
        fault
            .location
            .state
            .as_deref()
            .and_then(|state| order.get(state).copied())
    });
    (machine, faults)
}

/// The machine, as far as ASL can express it, and the faults; AWS's own rules are not checked yet.
fn machine_of(flow: &Flow) -> (StateMachine, Vec<WorkflowDiagnostic>) {
    let scopes = Scopes::of(flow);
    loop {
        let renamed = scopes.renamed();
        let lowered = lowered(flow, &scopes);
        // An expression may need a function that a variable shadows. That variable is then renamed,
        // and the flow is lowered again; each round renames one of finitely many variables.
        if scopes.renamed() == renamed {
            return lowered;
        }
    }
}

fn lowered(flow: &Flow, scopes: &Scopes) -> (StateMachine, Vec<WorkflowDiagnostic>) {
    let mut report = Report::of_machine(flow);
    if flow.states.is_empty() {
        report.fault("a workflow needs a state");
    }
    let mixed = any_jsonpath(flow);
    let mut states = States::new(flow, scopes, mixed);
    let lowered = states.lower(&flow.states, &[scopes.root_level()], &[]);
    let machine = StateMachine {
        comment: flow.comment.as_deref().map(text::comment),
        // AWS refuses JSONPath states in a JSONata machine, so one JSONPath state makes the machine
        // JSONPath.
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
    faults.extend(duplicates(flow));
    faults.extend(states.into_faults());
    if flow.deny_unhandled_errors {
        faults.extend(unhandled(
            &flow.states,
            "add a `catch`, or take `deny unhandled_errors;` out",
        ));
    }
    (machine, faults)
}

/// The names that several states have. A fragment adds states that `workflow!` does not see, and
/// the definition has only one state of each name.
fn duplicates(flow: &Flow) -> Vec<WorkflowDiagnostic> {
    let mut states = Vec::new();
    each_state(&flow.states, &mut |state| states.push(state));
    let location = |state: &State| WorkflowLocation {
        state: Some(state.name.to_string()),
        source: state.place,
    };
    let problems = check_names(NameKind::State, states.iter().map(|state| &*state.name));
    let repeated = problems.into_iter().filter_map(|(index, problem)| {
        let NameProblem::Repeated { first } = problem else {
            return None;
        };
        let state = states[index];
        let message = problem.message(NameKind::State, &state.name);
        let diagnostic = WorkflowDiagnostic::error(location(state), message);
        let first_message = NameProblem::message_of_first(NameKind::State, &state.name);
        Some(
            diagnostic
                .with_code(problem.code(NameKind::State))
                .with_related(location(states[first]), first_message),
        )
    });
    repeated.collect()
}

fn any_jsonpath(flow: &Flow) -> bool {
    let mut any = false;
    each_state(&flow.states, &mut |state| {
        let language = state.query_language.unwrap_or(flow.query_language);
        any |= language == QueryLanguage::JsonPath;
    });
    any
}

fn timeout(flow: &Flow, report: &mut Report) -> Option<NumberOrExpression> {
    let timeout = flow.timeout.as_ref()?;
    let before = report.enter(timeout);
    let literal = raw::literal(timeout);
    let number = literal.as_ref().and_then(Json::as_number).cloned();
    if number.is_none() {
        report.fault("the timeout of a workflow is a fixed number of seconds");
    }
    report.leave(before);
    number.map(NumberOrExpression::Number)
}

fn with_raw(flow: &Flow, machine: StateMachine, report: &mut Report) -> StateMachine {
    if flow.raw.is_empty() {
        return machine;
    }
    let Some(mut object) = machine.to_value().into_object() else {
        return machine;
    };
    for (key, value) in &flow.raw {
        match raw::literal(value) {
            Some(value) => raw::set_raw(&mut object, key.to_string(), Some(value)),
            None if raw::is_omitted(value) => raw::set_raw(&mut object, key.to_string(), None),
            None => report.fault(format!(
                "the raw field `{key}` of a workflow cannot be computed"
            )),
        }
    }
    match StateMachine::from_value(&Json::Object(object)) {
        Ok(machine) => machine,
        Err(diagnostics) => {
            report.fault(format!("a raw field does not fit: {diagnostics}"));
            machine
        }
    }
}
