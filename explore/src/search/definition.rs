//! One definition of a search: its program, its tasks, and what observers of order see.

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use stepwright_asl::StateMachine;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::model::{MachineType, StateKind};
use stepwright_asl::validate::{EvaluatedRead, evaluated_reads};
use stepwright_interpreter::program::{Kind, Program, ProgramError};
use stepwright_interpreter::value::Value;

use crate::budget::SearchBudget;
use crate::event::TaskNames;
use crate::idempotency::idempotency_token;
use crate::outcomes::Outcomes;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::values::{LiveValues, MachineValues};

/// A definition that executions of a search run.
#[derive(Debug)]
pub(crate) struct ExploredDefinition {
    /// The name of the state machine.
    pub(crate) name: String,
    pub(crate) program: Arc<Program>,
    pub(crate) json: Json,
    pub(crate) outcomes: Outcomes,
    /// The names of the tasks, by the indices of their states.
    pub(crate) tasks: Vec<Option<TaskNames>>,
    /// The states that a property or a compensation observes.
    pub(crate) observed: HashSet<String>,
    /// The states inside of a container of which a property or a compensation observes a part: the
    /// order in which the calls inside end makes a difference.
    pub(crate) interleaved: HashSet<String>,
    /// The Maps with an ItemReader.
    pub(crate) readers: Vec<String>,
    /// The items of readers: for each choice of them, those of each Map.
    pub(crate) read_items: Vec<Vec<(String, Value)>>,
    /// The argument of each task, by the index of its state, that makes its request idempotent.
    pub(crate) idempotency_tokens: Vec<Option<String>>,
    /// The states whose call another definition of the search answers.
    pub(crate) linked: HashSet<String>,
    /// The reads of variables in JSONata; none if the rule is off.
    pub(crate) reads: Vec<EvaluatedRead>,
    /// Whether a state answers task tokens.
    pub(crate) answers_tokens: bool,
    /// The Waits without InputPath.
    forwarding: HashSet<String>,
    /// The parts of values that make a difference; `None` if all do.
    pub(crate) live: Option<LiveValues>,
}

/// A definition with the values that it needs, before it is compiled.
pub(super) struct DefinitionSource<'a> {
    pub(super) name: &'a str,
    pub(super) machine: &'a StateMachine,
    pub(super) machine_type: MachineType,
    pub(super) json: Json,
    pub(super) values: MachineValues,
    pub(super) linked: HashSet<String>,
}

impl ExploredDefinition {
    pub(super) fn new(
        source: DefinitionSource<'_>,
        settings: &Settings,
        budget: &Rc<SearchBudget>,
    ) -> Result<Self, ProgramError> {
        let DefinitionSource {
            name,
            machine,
            machine_type,
            json,
            values,
            linked,
        } = source;
        let outcomes = Outcomes::of((name, &json), values, settings, budget);
        let mut program = Program::compile(machine, machine_type, &IndexMap::new())?;
        program.definition = Some(Arc::from(json.to_string()));
        let tasks: Vec<Option<TaskNames>> = TaskNames::of_program(&program).collect();
        let idempotency_tokens = program
            .states()
            .iter()
            .map(|state| match &state.kind {
                // The task of a state without a Retrier is not repeated.
                Kind::Task(task) if !state.retry.is_empty() => {
                    idempotency_token(task.resource.base())
                }
                _ => None,
            })
            .collect();
        let answers_tokens = program.states().iter().any(|state| match &state.kind {
            Kind::Task(task) => matches!(
                (task.resource.service(), task.resource.plain_action()),
                ("aws-sdk:sfn", "sendTaskSuccess" | "sendTaskFailure")
            ),
            _ => false,
        });
        let reads = if settings.is_on(Rule::ValuePresent) {
            evaluated_reads(machine)
        } else {
            Vec::new()
        };
        let graph = Graph::of(&json);
        let forwarding = graph.states().iter().filter(|state| {
            let is_wait = state.kind == Some(StateKind::Wait);
            is_wait && !state.object.contains_key("InputPath")
        });
        let forwarding = forwarding.map(|state| state.name.to_owned()).collect();
        let readers = program
            .states()
            .iter()
            .filter(|state| state.has_item_reader());
        let readers: Vec<String> = readers.map(|state| state.name.to_string()).collect();
        let read_items = outcomes.read_items(settings, &readers);
        let live = observed_values(&outcomes, &json, &program, &tasks, settings);
        let observed = observed_states(&program, &tasks, settings);
        let interleaved = interleaved_states(&json, &observed);
        Ok(Self {
            name: name.to_owned(),
            program: Arc::new(program),
            json,
            outcomes,
            tasks,
            observed,
            interleaved,
            readers,
            read_items,
            idempotency_tokens,
            linked,
            reads,
            answers_tokens,
            forwarding,
            live,
        })
    }

    /// Returns whether a state is a Wait whose effective input is its input.
    pub(crate) fn forwards_input(&self, state: &str) -> bool {
        self.forwarding.contains(state)
    }

    /// Returns whether the definition reads the time: then paths that reach the same state at
    /// different times may continue differently.
    pub(super) fn reads_time(&self) -> bool {
        let words = [
            "$now(",
            "$millis(",
            "EnteredTime",
            "StartTime",
            "\"Timestamp\"",
            "TimestampPath",
            "TimestampLess",
            "TimestampGreater",
            "TimestampEquals",
        ];
        words.iter().any(|word| self.contains(word))
    }

    /// Returns whether the text of the definition contains a word.
    pub(super) fn contains(&self, word: &str) -> bool {
        let text = self.program.definition.as_deref();
        text.is_some_and(|text| text.contains(word))
    }
}

/// Returns the parts of values that make a difference for later states and for properties. `None`
/// if a property observes values of other events than those of tasks.
fn observed_values(
    outcomes: &Outcomes,
    definition: &Json,
    program: &Program,
    tasks: &[Option<TaskNames>],
    settings: &Settings,
) -> Option<LiveValues> {
    let mut live = outcomes.live().clone();
    let properties = settings.properties.iter();
    let patterns = properties.flat_map(|property| property.formula.value_patterns());
    let graph = Graph::of(definition);
    for pattern in patterns {
        if !pattern.action().is_of_task() {
            return None;
        }
        for (state, names) in program.states().iter().zip(tasks) {
            let is_target = |target: &str| {
                target == state.name || names.as_ref().is_some_and(|names| names.contain(target))
            };
            if names.is_some() && pattern.target().is_none_or(is_target) {
                let mut states = graph.states().iter();
                let object = states.find(|found| found.name == state.name);
                let has_arguments = object.is_some_and(|found| {
                    let fields = ["Parameters", "Arguments"];
                    fields.iter().any(|field| found.object.contains_key(*field))
                });
                live.observe(&state.name, has_arguments);
            }
        }
    }
    Some(live)
}

/// Returns the states that properties and compensations name.
fn observed_states(
    program: &Program,
    tasks: &[Option<TaskNames>],
    settings: &Settings,
) -> HashSet<String> {
    let patterns = settings
        .properties
        .iter()
        .flat_map(|property| property.formula.patterns());
    let targets: Vec<&str> = patterns
        .filter_map(|pattern| pattern.target())
        .chain(
            settings
                .compensations
                .iter()
                .flat_map(|pair| [pair.undo.as_str(), &pair.of]),
        )
        .collect();
    let states = program.states().iter().zip(tasks);
    let observed = states.filter(|(state, names)| {
        targets.iter().any(|target| {
            *target == state.name || names.as_ref().is_some_and(|names| names.contain(target))
        })
    });
    observed.map(|(state, _)| state.name.to_string()).collect()
}

/// Returns the states inside of the outermost containers that contain an observed state.
fn interleaved_states(definition: &Json, observed: &HashSet<String>) -> HashSet<String> {
    let graph = Graph::of(definition);
    let mut interleaved = HashSet::new();
    for container in graph
        .states()
        .iter()
        .filter(|state| matches!(state.kind, Some(StateKind::Parallel | StateKind::Map)))
    {
        let mut inside = Vec::new();
        let mut open = container.inner.clone();
        while let Some(body) = open.pop() {
            for state in &graph.containers()[body].states {
                inside.push(graph.states()[*state].name);
                open.extend(&graph.states()[*state].inner);
            }
        }
        if inside.iter().any(|name| observed.contains(*name)) {
            interleaved.extend(inside.into_iter().map(str::to_owned));
        }
    }
    interleaved
}
