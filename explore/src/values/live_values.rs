//! Which parts of a value make a difference for the states that may still run. Paths that differ in
//! other parts only continue in the same manner.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use stepwright_asl::graph::Graph;
use stepwright_interpreter::value::Value;

use super::abstract_value::{AbstractValue, Origin, PartStep};
use super::state_reads::StateReads;
use super::value_source::ValueSource;
use crate::budget::SearchBudget;

/// A read of a part from outside.
#[derive(Clone, Debug)]
struct OriginRead {
    path: Vec<PartStep>,
    state: usize,
    /// Whether the value makes a difference; otherwise only its presence and its form.
    is_decisive: bool,
}

/// A set of states. Each state has one, so that a bit for each state matters: for 8,000 states they
/// have 8 MB.
#[derive(Clone, Debug, Default)]
struct StateSet {
    words: Vec<u64>,
}

impl StateSet {
    /// Creates an empty set for a number of states.
    fn new(states: usize) -> Self {
        let words = vec![0; states.div_ceil(64)];
        Self { words }
    }

    /// Adds a state. Returns whether it was not in the set.
    fn insert(&mut self, state: usize) -> bool {
        let bit = 1 << (state % 64);
        let word = &mut self.words[state / 64];
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Adds the states of another set of the same machine.
    fn extend(&mut self, other: &StateSet) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    fn contains(&self, state: usize) -> bool {
        let word = self.words.get(state / 64);
        word.is_some_and(|word| word & (1 << (state % 64)) != 0)
    }
}

/// The reads of all states, and which of them may still happen.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveValues {
    names: HashMap<String, usize>,
    /// The states that may run after each state, with the state itself.
    later: Vec<StateSet>,
    inputs: Vec<Option<Arc<AbstractValue>>>,
    variables: BTreeMap<String, AbstractValue>,
    /// The outputs of the containers inside each state.
    inner_outputs: Vec<Vec<Option<AbstractValue>>>,
    reads: HashMap<ValueSource, Vec<OriginRead>>,
    /// The states that read what a state wrote.
    readers: HashMap<usize, HashSet<usize>>,
    /// The states that compute a value from all parts of another one.
    whole: HashSet<usize>,
}

impl LiveValues {
    pub(super) fn new(
        graph: &Graph<'_>,
        inputs: &[Option<Arc<AbstractValue>>],
        variables: &BTreeMap<String, AbstractValue>,
        outputs: &[Option<AbstractValue>],
        all: &[StateReads],
        budget: &SearchBudget,
    ) -> Self {
        let states = graph.states();
        let mut live = Self {
            names: states
                .iter()
                .enumerate()
                .map(|(index, state)| (state.name.to_owned(), index))
                .collect(),
            later: Vec::with_capacity(states.len()),
            inputs: inputs.to_vec(),
            variables: variables.clone(),
            inner_outputs: states
                .iter()
                .map(|state| {
                    let inner = state.inner.iter();
                    inner.map(|container| outputs[*container].clone()).collect()
                })
                .collect(),
            ..Self::default()
        };
        let next: Vec<Vec<usize>> = (0..states.len())
            .map(|state| {
                let targets = graph.successors(state).map(|(target, _)| target);
                let containers = states[state].inner.iter();
                let inner = containers.flat_map(|container| &graph.containers()[*container].states);
                targets.chain(inner.copied()).collect()
            })
            .collect();
        // A container precedes the states inside it.
        for state in 0..states.len() {
            if budget.is_spent() {
                return live;
            }
            let later = live.later_of(graph, &next, state);
            budget.add(size_of_val(later.words.as_slice()));
            live.later.push(later);
        }
        for reads in all {
            let state = reads.state;
            if reads.reads_whole {
                live.whole.insert(state);
            }
            for writer in &reads.writers {
                live.readers.entry(*writer).or_default().insert(state);
            }
            let required = reads
                .required
                .iter()
                .map(|part| (&part.origin, part.is_decisive));
            let absent = reads.absent.iter().map(|part| (&part.origin, true));
            for (origin, is_decisive) in required.chain(absent) {
                live.reads
                    .entry(origin.source)
                    .or_default()
                    .push(OriginRead {
                        path: origin.path.clone(),
                        state,
                        is_decisive,
                    });
            }
        }
        live
    }

    fn later_of(&self, graph: &Graph<'_>, next: &[Vec<usize>], state: usize) -> StateSet {
        let around = graph.containers()[graph.states()[state].container].parent;
        let mut seen = StateSet::new(next.len());
        let mut open = vec![state];
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(&next[at]);
            }
        }
        if let Some(around) = around.and_then(|around| self.later.get(around)) {
            seen.extend(around);
        }
        seen
    }

    /// Makes all reads of a state decisive: a property observes the values of its task.
    pub(crate) fn observe(&mut self, state: &str, has_arguments: bool) {
        let Some(index) = self.names.get(state).copied() else {
            return;
        };
        for read in self.reads.values_mut().flatten() {
            read.is_decisive |= read.state == index;
        }
        if !has_arguments {
            self.whole.insert(index);
        }
    }

    /// Writes the part of the input of a state that makes a difference.
    pub(crate) fn write_input(&self, state: &str, value: &Value, to: &mut String) {
        let index = self.names.get(state).copied();
        let known = index.and_then(|index| Some((index, self.inputs[index].as_deref()?)));
        self.write_known(known, value, to);
    }

    /// Writes the part of a variable that makes a difference after a state.
    pub(crate) fn write_variable(&self, state: &str, name: &str, value: &Value, to: &mut String) {
        let index = self.names.get(state).copied();
        let known = index.and_then(|index| Some((index, self.variables.get(name)?)));
        self.write_known(known, value, to);
    }

    /// Writes the part of the output of a branch or iteration that makes a difference after the
    /// container.
    pub(crate) fn write_result(&self, state: &str, branch: usize, value: &Value, to: &mut String) {
        let index = self.names.get(state).copied();
        let known = index.and_then(|index| {
            let outputs = &self.inner_outputs[index];
            // A Map has one processor for all items.
            let output = outputs.get(branch).or_else(|| outputs.first());
            Some((index, output?.as_ref()?))
        });
        self.write_known(known, value, to);
    }

    fn write_known(&self, known: Option<(usize, &AbstractValue)>, value: &Value, to: &mut String) {
        let Some((state, known)) = known else {
            return value.write_to(to);
        };
        let later = &self.later[state];
        if self.whole.iter().any(|whole| later.contains(*whole)) {
            return value.write_to(to);
        }
        self.write_part(later, value, vec![known.clone()], to);
    }

    /// Writes a value whose origin is one of several. Values have few levels where the origin is
    /// known, and are written whole elsewhere.
    fn write_part(
        &self,
        later: &StateSet,
        value: &Value,
        known: Vec<AbstractValue>,
        to: &mut String,
    ) {
        let known = flattened(known);
        let is_traced = !known.is_empty()
            && known.iter().all(|known| {
                !matches!(
                    known,
                    AbstractValue::Unknown | AbstractValue::Literal(_) | AbstractValue::Missing
                )
            });
        if !is_traced {
            return value.write_to(to);
        }
        match value {
            Value::Object(members) => {
                to.push('{');
                for (name, value) in members.iter() {
                    let step = PartStep::Key(name.to_owned());
                    let parts = known.iter().flat_map(|known| known.step(&step));
                    let mut inner = Vec::new();
                    let mut is_live = false;
                    for part in parts {
                        let is_read = part
                            .writers
                            .iter()
                            .any(|writer| self.is_read(*writer, later));
                        is_live |= match &part.value {
                            _ if is_read => true,
                            AbstractValue::Origin(origin) if part.writers.is_empty() => {
                                self.has_read(origin, later, false)
                            }
                            AbstractValue::Missing => false,
                            _ => part.writers.is_empty(),
                        };
                        if part.value != AbstractValue::Missing {
                            inner.push(part.value);
                        }
                    }
                    if is_live {
                        to.push_str(name);
                        to.push(':');
                        self.write_part(later, value, inner, to);
                    }
                }
                to.push('}');
            }
            Value::Array(items) => {
                to.push('[');
                for item in items.iter() {
                    let parts = known.iter().flat_map(|known| known.step(&PartStep::Item));
                    let inner = parts.map(|part| part.value).collect();
                    self.write_part(later, item, inner, to);
                    to.push(',');
                }
                to.push(']');
            }
            leaf => {
                let is_decisive = known.iter().any(|known| match known {
                    AbstractValue::Origin(origin) => self.has_read(origin, later, true),
                    _ => true,
                });
                if is_decisive {
                    leaf.write_to(to)
                } else {
                    to.push(form_of(leaf))
                }
            }
        }
    }

    fn is_read(&self, writer: usize, later: &StateSet) -> bool {
        let readers = self.readers.get(&writer);
        readers.is_some_and(|readers| readers.iter().any(|reader| later.contains(*reader)))
    }

    /// Returns whether a later state reads a part of an origin, or a value that contains it.
    fn has_read(&self, origin: &Origin, later: &StateSet, is_decisive: bool) -> bool {
        let reads = self.reads.get(&origin.source);
        reads.into_iter().flatten().any(|read| {
            let is_related =
                read.path.starts_with(&origin.path) || origin.path.starts_with(&read.path);
            is_related && (read.is_decisive || !is_decisive) && later.contains(read.state)
        })
    }
}

fn flattened(values: Vec<AbstractValue>) -> Vec<AbstractValue> {
    let mut flat = Vec::new();
    let mut open = values;
    while let Some(value) = open.pop() {
        match value {
            AbstractValue::OneOf(values) => open.extend(values),
            value if !flat.contains(&value) => flat.push(value),
            _ => {}
        }
    }
    flat
}

fn form_of(leaf: &Value) -> char {
    match leaf {
        Value::Null => 'n',
        Value::Bool(_) => 'b',
        Value::Str(_) => 's',
        _ => '0',
    }
}
