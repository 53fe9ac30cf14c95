//! Finds the state under test in a definition, and builds a program for it.

use std::sync::Arc;

use indexmap::IndexMap;
use stepwright_asl::json::Document;
use stepwright_asl::model::{self, MachineType, StateMachine, States};
use stepwright_asl::validate::{
    ServiceDiagnostic, ServiceDiagnostics, Severity, service_diagnostics,
};
use stepwright_engine::task::{Resource, ResourceKind};
use stepwright_interpreter::execution::TESTED_STATE as NAME;
use stepwright_interpreter::program::{self, Kind, Program, StateIx};

use super::TestStateError;
use super::request::TestStateRequest;

/// The state under test, in a separate program.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) program: Arc<Program>,
    pub(super) ix: StateIx,
    /// Whether it is inside the iterations of a Map.
    pub(super) is_in_map: bool,
    /// Whether it is a Map with a ResultWriter.
    pub(super) writes_results: bool,
    /// The names of the states inside it.
    inside: Vec<String>,
}

impl Subject {
    /// Parses the definition and finds the state in it.
    pub(super) fn find(
        request: &TestStateRequest,
        families: &IndexMap<String, ResourceKind>,
    ) -> Result<Self, TestStateError> {
        let mut machine = match &request.state_name {
            Some(_) => machine(&request.definition)?,
            None => machine_of(&request.definition)?,
        };
        // The test has its own time limit.
        machine.timeout_seconds = None;
        let name = request.state_name.as_deref().unwrap_or(NAME);
        let (state, is_in_map) = locate(&machine.states, name, false)
            .ok_or_else(|| TestStateError::validation("State not found in definition"))?;
        let writes_results = matches!(state, model::State::Map(map)
            if map.result_writer.as_ref().is_some_and(|writer| writer.resource.is_some()));
        let mut inside = Vec::new();
        each_scope(state, |states| names(states, &mut inside));
        let program = Program::compile(&machine, MachineType::Express, families)
            .map_err(|error| refused(error.problems().iter().cloned()))?;
        let ix = program
            .find(name)
            .ok_or_else(|| TestStateError::validation("State not found in definition"))?;
        Ok(Self {
            program: Arc::new(program),
            ix,
            is_in_map,
            writes_results,
            inside,
        })
    }

    pub(super) fn state(&self) -> &program::State {
        self.program.state(self.ix)
    }

    pub(super) fn kind(&self) -> &Kind {
        &self.state().kind
    }

    /// Returns the resource of a Task.
    pub(super) fn resource(&self) -> Option<&Resource> {
        match self.kind() {
            Kind::Task(task) => Some(&task.resource),
            _ => None,
        }
    }

    /// Returns whether it contains a state of this name.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.inside.iter().any(|inside| inside == name)
    }
}

/// Parses a whole machine.
fn machine(text: &str) -> Result<StateMachine, TestStateError> {
    accept(service_diagnostics(text, MachineType::Standard), |_| false)?;
    read(text)
}

/// Creates a machine around one state. The targets of the state are not part of the test: each is a
/// state that ends.
fn machine_of(state: &str) -> Result<StateMachine, TestStateError> {
    Document::parse(state)
        .map_err(|error| refused([format!("INVALID_JSON_DESCRIPTION: {error}")]))?;
    let text = format!(r#"{{"StartAt": "{NAME}", "States": {{"{NAME}": {state}}}}}"#);
    let diagnostics = service_diagnostics(&text, MachineType::Standard);
    accept(diagnostics, is_about_the_machine)?;
    let mut machine = read(&text)?;
    let targets: Vec<String> = machine.states.values().flat_map(targets).collect();
    for target in targets {
        machine
            .states
            .entry(target)
            .or_insert_with(|| model::State::Succeed(Box::default()));
    }
    Ok(machine)
}

/// Returns whether a diagnostic concerns the missing machine around a single state: its targets,
/// and an end.
fn is_about_the_machine(diagnostic: &ServiceDiagnostic) -> bool {
    let own = diagnostic.pointer.strip_prefix("/States/StateName");
    match (diagnostic.code, own) {
        ("MISSING_TRANSITION_TARGET", Some(field)) => {
            let container = ["/Branches", "/ItemProcessor", "/Iterator"];
            !container
                .iter()
                .any(|container| field.starts_with(container))
        }
        ("MISSING_END_STATE", None) => true,
        _ => false,
    }
}

fn accept(
    diagnostics: ServiceDiagnostics,
    is_ignored: fn(&ServiceDiagnostic) -> bool,
) -> Result<(), TestStateError> {
    let errors: Vec<String> = diagnostics
        .all
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error && !is_ignored(diagnostic))
        .map(ToString::to_string)
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(refused(errors))
    }
}

fn read(text: &str) -> Result<StateMachine, TestStateError> {
    StateMachine::from_json(text).map_err(|diagnostics| refused([diagnostics.to_string()]))
}

fn refused(problems: impl IntoIterator<Item = String>) -> TestStateError {
    let problems: Vec<String> = problems.into_iter().collect();
    TestStateError::InvalidDefinition(format!(
        "Invalid State Machine Definition: '{}'",
        problems.join(", ")
    ))
}

/// Returns the targets of a state's transitions.
fn targets(state: &model::State) -> Vec<String> {
    let mut targets: Vec<String> = state.next().map(str::to_owned).into_iter().collect();
    targets.extend(state.catch().iter().map(|catcher| catcher.next.clone()));
    if let model::State::Choice(choice) = state {
        targets.extend(choice.choices.iter().filter_map(|rule| rule.next.clone()));
        targets.extend(choice.default.clone());
    }
    targets
}

/// Finds a state by its name, also in nested containers, and returns whether it is inside a Map.
fn locate<'m>(states: &'m States, name: &str, is_in_map: bool) -> Option<(&'m model::State, bool)> {
    if let Some(state) = states.get(name) {
        return Some((state, is_in_map));
    }
    states.values().find_map(|state| {
        let in_map = is_in_map || matches!(state, model::State::Map(_));
        let mut found = None;
        each_scope(state, |states| {
            if found.is_none() {
                found = locate(states, name, in_map);
            }
        });
        found
    })
}

fn names(states: &States, all: &mut Vec<String>) {
    for (name, state) in states {
        all.push(name.clone());
        each_scope(state, |states| names(states, all));
    }
}

/// Visits the branches of a Parallel, or the iteration of a Map.
fn each_scope<'m>(state: &'m model::State, mut visit: impl FnMut(&'m States)) {
    match state {
        model::State::Parallel(parallel) => {
            for branch in &parallel.branches {
                visit(&branch.states);
            }
        }
        model::State::Map(map) => {
            if let Some(processor) = map.processor() {
                visit(&processor.states);
            }
        }
        _ => {}
    }
}
