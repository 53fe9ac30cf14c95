//! What the search of one state machine needs: its definition, and those that it starts.

use std::collections::HashSet;
use std::rc::Rc;

use stepwright_asl::StateMachine;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_interpreter::program::{Kind, ProgramError, StateIx};
use stepwright_interpreter::task::{Integration, Resource};

use super::definition::{DefinitionSource, ExploredDefinition};
use crate::budget::SearchBudget;
use crate::event::TaskNames;
use crate::nested_machine::started_machine;
use crate::settings::Settings;
use crate::values::{DefinitionLink, linked_values, observed_parts};

/// The state machine that is explored, with the definitions that its executions start.
#[derive(Debug)]
pub(crate) struct ExploredMachine {
    pub(crate) settings: Settings,
    /// The first one is explored.
    pub(crate) definitions: Vec<ExploredDefinition>,
    /// Whether the time since the start makes a difference.
    pub(crate) is_timed: bool,
    /// Whether expressions read the number of attempts.
    pub(crate) reads_attempts: bool,
    pub(crate) starts: Vec<PathStart>,
    pub(crate) budget: Rc<SearchBudget>,
}

/// The choices with which a path starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathStart {
    /// The number of the input.
    pub(crate) input: usize,
    /// The number of the choice of items that readers read.
    pub(crate) items: usize,
    /// The reader that fails: its definition and its Map.
    pub(crate) failing: Option<(usize, String)>,
}

impl ExploredMachine {
    /// Prepares a search. The result is incomplete if the budget is spent.
    pub(crate) fn new(machine: &StateMachine, settings: &Settings) -> Result<Self, ProgramError> {
        let budget = Rc::new(SearchBudget::new(settings));
        let mut machines = vec![(
            settings.machine_name.as_str(),
            machine,
            settings.machine_type,
        )];
        machines.extend(
            settings
                .nested
                .iter()
                .map(|nested| (nested.name.as_str(), &nested.machine, nested.machine_type)),
        );
        let jsons: Vec<Json> = machines
            .iter()
            .map(|(_, machine, _)| machine.to_value())
            .collect();
        let names: Vec<&str> = machines.iter().map(|(name, ..)| *name).collect();
        let links: Vec<Vec<DefinitionLink>> =
            jsons.iter().map(|json| links_of(json, &names)).collect();
        let observed: Vec<_> = jsons
            .iter()
            .map(|json| observed_parts(json, settings))
            .collect();
        let values = linked_values(&jsons, &links, &observed, &budget);
        let definitions: Result<Vec<ExploredDefinition>, ProgramError> = machines
            .into_iter()
            .zip(jsons)
            .zip(values)
            .zip(&links)
            .map(|((((name, machine, machine_type), json), values), links)| {
                let linked = links.iter().map(|link| link.state.clone()).collect();
                let source = DefinitionSource {
                    name,
                    machine,
                    machine_type,
                    json,
                    values,
                    linked,
                };
                ExploredDefinition::new(source, settings, &budget)
            })
            .collect();
        let definitions = definitions?;
        let mut properties = settings.properties.iter();
        let is_timed = settings.within.is_some()
            || properties.any(|property| property.formula.depends_on_time())
            || definitions.iter().any(ExploredDefinition::reads_time);
        let reads_attempts = definitions
            .iter()
            .any(|definition| definition.contains("RetryCount"));
        let starts = starts_of(&definitions, settings, &budget);
        Ok(Self {
            settings: settings.clone(),
            definitions,
            is_timed,
            reads_attempts,
            starts,
            budget,
        })
    }

    /// The definition that is explored.
    pub(crate) fn main(&self) -> &ExploredDefinition {
        &self.definitions[0]
    }

    /// Returns the name of a state of a definition.
    pub(crate) fn state_name(&self, definition: usize, state: StateIx) -> &str {
        &self.definitions[definition].program.state(state).name
    }

    /// Returns whether the results of a state's task were given.
    pub(crate) fn has_given_results(&self, definition: usize, state: &str) -> bool {
        let definition = &self.definitions[definition];
        let index = definition.program.find(state).map(|state| state.index());
        let names = index.and_then(|index| definition.tasks.get(index)?.clone());
        let names = names.unwrap_or_else(|| TaskNames::of_function(state));
        let mut tasks = self.settings.of_task(&definition.name, state, &names);
        tasks.any(|task| !task.results.is_empty())
    }

    /// Returns the definition with the name of a target: an ARN, or a name.
    pub(crate) fn definition_of(&self, target: &str) -> Option<usize> {
        let mut definitions = self.definitions.iter();
        definitions.position(|definition| is_target(&definition.name, target))
    }
}

/// Returns whether a target of `startExecution` is the state machine with a name.
fn is_target(name: &str, target: &str) -> bool {
    started_machine(target) == name
}

/// Returns the states that start other definitions, as far as the text shows it.
fn links_of(json: &Json, names: &[&str]) -> Vec<DefinitionLink> {
    let graph = Graph::of(json);
    let states = graph.states().iter();
    let links = states.filter_map(|state| {
        let resource = state.object.get("Resource").and_then(Json::as_str)?;
        let integration = Integration::of(&Resource::parse(resource))?;
        let arguments = state.object.get("Parameters");
        let arguments = arguments.or_else(|| state.object.get("Arguments"))?;
        let target = arguments.get("StateMachineArn").and_then(Json::as_str)?;
        let definition = names.iter().position(|name| is_target(name, target))?;
        Some(DefinitionLink {
            state: state.name.to_owned(),
            definition,
            returns_output: integration == Integration::SyncJson,
        })
    });
    links.collect()
}

/// Returns the choices with which paths start. A reader that fails is a fault.
fn starts_of(
    definitions: &[ExploredDefinition],
    settings: &Settings,
    budget: &SearchBudget,
) -> Vec<PathStart> {
    let inputs = definitions[0].outcomes.inputs().values.len();
    let choices = definitions
        .iter()
        .map(|definition| definition.read_items.len())
        .max()
        .unwrap_or_default()
        .max(1);
    let mut starts = Vec::new();
    let bytes = inputs * size_of::<PathStart>();
    for items in 0..choices {
        budget.add(bytes);
        if budget.is_spent() {
            return starts;
        }
        starts.extend((0..inputs).map(|input| PathStart {
            input,
            items,
            failing: None,
        }));
    }
    if settings.faults == 0 {
        return starts;
    }
    let readers: HashSet<(usize, &String)> = definitions
        .iter()
        .enumerate()
        .flat_map(|(number, definition)| {
            let readers = definition.readers.iter();
            readers.map(move |reader| (number, reader))
        })
        .collect();
    let mut readers: Vec<(usize, &String)> = readers.into_iter().collect();
    readers.sort();
    for (definition, reader) in readers {
        budget.add(bytes + inputs * reader.len());
        if budget.is_spent() {
            return starts;
        }
        starts.extend((0..inputs).map(|input| PathStart {
            input,
            items: 0,
            failing: Some((definition, reader.clone())),
        }));
    }
    starts
}

impl ExploredDefinition {
    /// Returns whether the task of a state is a nested start.
    pub(super) fn integration(&self, state: StateIx) -> Option<Integration> {
        match &self.program.state(state).kind {
            Kind::Task(task) => Integration::of(&task.resource),
            _ => None,
        }
    }
}
