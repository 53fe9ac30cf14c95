//! Compiled definitions: states by index, parsed paths and expressions, flat retry tables.

mod answer_type;
mod catch;
mod choice;
mod compile;
mod distributed;
mod fail;
mod fields;
mod index;
mod io;
mod map;
mod parallel;
mod pass;
mod problem;
mod retry;
mod state;
mod task;
mod wait;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use stepwright_asl::model::MachineType;
use stepwright_asl::redaction::Redaction;
use stepwright_asl::source::StateSources;

use crate::query::VariableNames;
use crate::task::{DefinedState, DefinedTask};

pub use self::answer_type::{AnswerError, AnswerType};
pub(crate) use self::catch::Catcher;
pub use self::choice::Choice;
#[doc(hidden)]
pub use self::compile::label_of;
pub(crate) use self::distributed::{
    Batcher, Distributed, Format, ItemReaderFields, ReaderSource, ResultWriterFields,
};
pub use self::fail::Fail;
pub(crate) use self::fail::Text;
pub use self::fields::{
    CompiledField, FieldDomain, FieldRole, FieldSource, FieldStage, StateField, StateFields,
};
pub use self::index::StateIx;
pub(crate) use self::io::Selection;
pub use self::io::{Io, JsonPathIo, JsonataIo, Numeric, ResultPath};
pub(crate) use self::map::Items;
pub use self::map::Map;
pub use self::parallel::Parallel;
pub use self::pass::Pass;
pub use self::problem::ProgramError;
pub use self::state::{Kind, State};
pub use self::task::Task;
pub use self::wait::Wait;

/// A state machine that is ready to run.
#[derive(Debug)]
pub struct Program {
    states: Box<[State]>,
    start: StateIx,
    machine_type: MachineType,
    /// The machine's TimeoutSeconds.
    timeout: Option<Duration>,
    /// The names of the workflow's variables.
    pub variables: VariableNames,
    /// The fields whose values messages mask.
    pub redaction: Arc<Redaction>,
    /// The text of the definition, if the caller sets it.
    pub definition: Option<Arc<str>>,
    /// Where the states are declared in Rust, if the definition is a workflow's.
    pub sources: StateSources,
}

/// The entry point of an execution, and its kind: of the machine itself, or of a child of a
/// Distributed Map.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub(crate) start: StateIx,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// TimeoutSeconds.
    pub timeout: Option<Duration>,
}

impl Program {
    /// Returns the entry point of the machine itself.
    pub fn entry(&self) -> Entry {
        Entry {
            start: self.start,
            machine_type: self.machine_type,
            timeout: self.timeout,
        }
    }

    /// Sets the types of the answers to task tokens, by state.
    pub fn expect_answers(&mut self, answers: &BTreeMap<String, Arc<dyn AnswerType>>) {
        for state in &mut self.states {
            if let Kind::Task(task) = &mut state.kind {
                task.answer = answers.get(state.name.as_str()).cloned();
            }
        }
    }

    /// Returns the type of the answer to the task token of a state, if it is known.
    pub fn answer_type(&self, state: &str) -> Option<&dyn AnswerType> {
        let mut states = self.states.iter();
        match &states.find(|known| known.name == state)?.kind {
            Kind::Task(task) => task.answer.as_deref(),
            _ => None,
        }
    }

    /// Takes the source locations, the types of answers, and the placeholders without a value, from
    /// the states of the same names in another program.
    pub fn inherit(&mut self, other: &Program) {
        self.sources = other.sources.clone();
        for state in &mut self.states {
            let mut known = other.states.iter();
            let Some(known) = known.find(|known| known.name == state.name) else {
                continue;
            };
            state.missing_value.clone_from(&known.missing_value);
            if let (Kind::Task(task), Kind::Task(known)) = (&mut state.kind, &known.kind) {
                task.answer.clone_from(&known.answer);
            }
        }
    }

    /// Returns the states, including those inside branches and iterations.
    pub fn defined(&self, machine: &str) -> Vec<DefinedState> {
        let states = self.states.iter().map(|state| DefinedState {
            machine: machine.into(),
            name: state.name.clone(),
            kind: state.kind.name(),
            task: match &state.kind {
                Kind::Task(task) => Some(DefinedTask {
                    resource: task.resource.clone(),
                    target: state.io.target(&task.resource).map(SmolStr::new),
                }),
                _ => None,
            },
        });
        states.collect()
    }

    /// Returns the innermost Distributed Map around a state: the state runs in its child
    /// executions.
    pub(crate) fn run_by(&self, state: usize) -> Option<&State> {
        let maps = self.states.iter().filter_map(|around| match &around.kind {
            Kind::Map(map) if map.distributed.is_some() && map.inside.contains(&state) => {
                Some((map.inside.len(), around))
            }
            _ => None,
        });
        maps.min_by_key(|(size, _)| *size).map(|(_, map)| map)
    }

    /// Makes states fail that read placeholders without a value. `missing` contains pairs of a
    /// state and a placeholder's name.
    pub fn set_missing_values(&mut self, missing: &[(String, String)]) {
        for (name, placeholder) in missing {
            let states = self.states.iter_mut();
            for state in
                states.filter(|state| state.name == name.as_str() && state.missing_value.is_none())
            {
                state.missing_value = Some(
                    format!(
                        "The placeholder '{placeholder}' has no value; give it one \
                         (in Rust: `EngineBuilder::substitute(\"{placeholder}\", ..)`)"
                    )
                    .into(),
                );
            }
        }
    }

    /// Returns all states, also those of Map and Parallel states.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Returns a state.
    pub fn state(&self, ix: StateIx) -> &State {
        &self.states[ix.index()]
    }

    /// Returns the name of the state at an index.
    pub fn state_name(&self, index: u32) -> SmolStr {
        let state = self.states.get(index as usize);
        state.map_or_else(SmolStr::default, |state| state.name.clone())
    }

    /// Returns the first state of a name, also inside branches and iterations.
    pub fn find(&self, name: &str) -> Option<StateIx> {
        let index = self.states.iter().position(|state| state.name == name)?;
        u16::try_from(index).ok().map(StateIx)
    }

    /// Returns how many states there are, including those inside branches and iterations.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Returns the number of events of one pass through the states, as a capacity.
    pub(crate) fn expected_events(&self) -> usize {
        (self.states.len() * 5 + 2).min(64)
    }

    /// Returns the name of a variable.
    pub fn variable_name(&self, ix: crate::query::VariableIx) -> SmolStr {
        self.variables.name(ix).cloned().unwrap_or_default()
    }
}
