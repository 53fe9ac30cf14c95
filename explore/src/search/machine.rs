//! A state machine that is explored: its program, its graph, and what observers of order see.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;
use stepwright_asl::StateMachine;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_asl::model::StateKind;
use stepwright_interpreter::program::{Kind, Program, ProgramError};
use stepwright_interpreter::value::Value;

use crate::event::TaskNames;
use crate::idempotency::idempotency_token;
use crate::inline_maps::inline_maps;
use crate::outcomes::Outcomes;
use crate::settings::Settings;
use crate::values::LiveValues;

/// What the search of one state machine needs.
#[derive(Debug)]
pub(crate) struct ExploredMachine {
    pub(crate) program: Arc<Program>,
    pub(crate) definition: Json,
    pub(crate) settings: Settings,
    pub(crate) outcomes: Outcomes,
    /// The names of the tasks, by the indices of their states.
    pub(crate) tasks: Vec<Option<TaskNames>>,
    /// The states inside of a container of which a property or a compensation observes a part: the
    /// order in which the calls inside end makes a difference.
    pub(crate) interleaved: HashSet<String>,
    /// Whether the time since the start makes a difference.
    pub(crate) is_timed: bool,
    /// The items of readers: for each choice of them, each variable with its list.
    pub(crate) read_items: Vec<Vec<(String, Value)>>,
    /// The argument of each task, by the index of its state, that makes its request idempotent.
    pub(crate) idempotency_tokens: Vec<Option<String>>,
    /// The Waits without InputPath.
    forwarding: HashSet<String>,
    /// The parts of values that make a difference; `None` if all do.
    pub(crate) live: Option<LiveValues>,
    /// The simplifications of the exploration.
    pub(crate) simplifications: Vec<String>,
}

impl ExploredMachine {
    pub(crate) fn new(machine: &StateMachine, settings: &Settings) -> Result<Self, ProgramError> {
        let mut definition = machine.to_value();
        let original = definition.to_string();
        // The values are those that the definition itself reads.
        let outcomes = Outcomes::of(&definition, settings);
        let (readers, has_distributed_maps) = inline_maps(&mut definition);
        let read_items = outcomes.read_items(&readers);
        let mut simplifications = Vec::new();
        if has_distributed_maps {
            simplifications.push(
                "a Distributed Map is explored as an inline one: without batches, tolerated failures and written results"
                    .to_owned(),
            );
        }
        let machine = StateMachine::from_value(&definition).unwrap_or_else(|_| machine.clone());
        let mut program = Program::compile(&machine, settings.machine_type, &IndexMap::new())?;
        program.definition = Some(Arc::from(original));
        let tasks: Vec<Option<TaskNames>> = program
            .states()
            .iter()
            .map(|state| match &state.kind {
                Kind::Task(task) => {
                    let target = state.io.target(&task.resource);
                    Some(TaskNames::of_resource(&task.resource, target))
                }
                _ => None,
            })
            .collect();
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
        let graph = Graph::of(&definition);
        let forwarding = graph.states().iter().filter(|state| {
            let is_wait = state.kind == Some(StateKind::Wait);
            is_wait && !state.object.contains_key("InputPath")
        });
        let forwarding = forwarding.map(|state| state.name.to_owned()).collect();
        let live = observed_values(&outcomes, &definition, &program, &tasks, settings);
        let interleaved = interleaved_states(&definition, &program, &tasks, settings);
        let is_timed = settings.within.is_some()
            || settings
                .properties
                .iter()
                .any(|property| property.formula.depends_on_time())
            || reads_time(&definition);
        Ok(Self {
            program: Arc::new(program),
            definition,
            settings: settings.clone(),
            outcomes,
            tasks,
            interleaved,
            is_timed,
            read_items,
            idempotency_tokens,
            forwarding,
            live,
            simplifications,
        })
    }
}

impl ExploredMachine {
    /// Returns whether a state is a Wait whose effective input is its input.
    pub(crate) fn forwards_input(&self, state: &str) -> bool {
        self.forwarding.contains(state)
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

/// Returns the states inside of the outermost containers that contain an observed state.
fn interleaved_states(
    definition: &Json,
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
    let is_observed = |name: &str| {
        let names = program
            .find(name)
            .and_then(|ix| tasks.get(ix.index())?.as_ref());
        targets
            .iter()
            .any(|target| *target == name || names.is_some_and(|names| names.contain(target)))
    };
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
        if inside.iter().any(|name| is_observed(name)) {
            interleaved.extend(inside.into_iter().map(str::to_owned));
        }
    }
    interleaved
}

/// Returns whether a definition reads the time: then paths that reach the same state at different
/// times may continue differently.
fn reads_time(definition: &Json) -> bool {
    let text = definition.to_string();
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
    words.iter().any(|word| text.contains(word))
}
