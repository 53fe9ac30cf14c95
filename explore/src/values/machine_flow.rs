//! The abstract run: the value that each state gets, until nothing changes.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata::{self, ValueTest};
use stepwright_asl::model::{StateKind, StateMachine};

use super::abstract_value::{AbstractValue, Origin, PartStep};
use super::compared_parts::require_compared;
use super::container_flow::{Exits, StateInput};
use super::demand::Demand;
use super::live_values::LiveValues;
use super::optional_results::writes_items;
use super::reads::{BoundaryReads, Reader};
use super::state_reads::{BoundaryPart, RequiredPart, StateReads};
use super::value_source::ValueSource;
use crate::budget::SearchBudget;

/// Rounds of the abstract run. Each round follows the transitions of the states whose values have
/// changed, in the order of the text.
const MAX_ROUNDS: usize = 24;

/// The requirements of a definition on its input and on the results of its tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct MachineValues {
    input: Demand,
    results: HashMap<String, Demand>,
    /// The states that read a value which is absent on some path.
    uncertain: BTreeSet<String>,
    /// The states that read only literals and values from outside, with the states of the results
    /// that they read, and whether they read the input.
    known: HashMap<String, (Vec<String>, bool)>,
    /// The sources of what each state reads, also of what other states compute from them.
    sources: HashMap<String, (Vec<String>, bool)>,
    live: LiveValues,
    /// The parts of the input that states read.
    input_parts: Vec<BoundaryPart>,
    /// The parts of each state's result that states read.
    result_parts: HashMap<String, Vec<BoundaryPart>>,
    has_uncertain_output: bool,
    /// The parts that the input of the execution of each state lacks.
    lacking: HashMap<String, Vec<Vec<PartStep>>>,
}

impl MachineValues {
    /// Returns what is required of a value from outside of the definition.
    fn demand_mut(&mut self, graph: &Graph<'_>, source: ValueSource) -> &mut Demand {
        match source {
            ValueSource::Input => &mut self.input,
            ValueSource::Result(state) => {
                let name = graph.states()[state].name.to_owned();
                self.results.entry(name).or_default()
            }
        }
    }

    /// Returns the parts of the input that states read, with the tests that they apply.
    pub(super) fn input_parts(&self) -> &[BoundaryPart] {
        &self.input_parts
    }

    /// Returns the parts of the result of a state that states read.
    pub(super) fn result_parts(&self, state: &str) -> &[BoundaryPart] {
        self.result_parts.get(state).map_or(&[], Vec::as_slice)
    }

    /// Returns the parts that the execution of a state reads and its input lacks, on some path.
    pub(super) fn lacking(&self, state: &str) -> &[Vec<PartStep>] {
        self.lacking.get(state).map_or(&[], Vec::as_slice)
    }

    /// Returns whether the output lacks a part that a starter reads, on some path.
    pub(super) fn has_uncertain_output(&self) -> bool {
        self.has_uncertain_output
    }

    /// Returns what is required of the input.
    pub(crate) fn input(&self) -> &Demand {
        &self.input
    }

    /// Returns what is required of the result of a state's task.
    pub(crate) fn result(&self, state: &str) -> Option<&Demand> {
        self.results.get(state)
    }

    /// Returns the states with requirements on the results of their tasks.
    pub(crate) fn results(&self) -> impl Iterator<Item = &str> {
        self.results.keys().map(String::as_str)
    }

    /// Returns the states whose results a state reads, and whether it reads the input. `None` if it
    /// reads a computed value.
    pub(crate) fn known_reads(&self, state: &str) -> Option<(&[String], bool)> {
        let (results, reads_input) = self.known.get(state)?;
        Some((results, *reads_input))
    }

    /// Returns the states whose results determine what a state reads, also through values that
    /// states compute, and whether the input does. `None` if that is not known.
    pub(crate) fn sources(&self, state: &str) -> Option<(&[String], bool)> {
        let (results, reads_input) = self.sources.get(state)?;
        Some((results, *reads_input))
    }

    /// Returns the parts of values that make a difference for later states.
    pub(crate) fn live(&self) -> &LiveValues {
        &self.live
    }

    /// Returns whether a state reads a value that is absent on some path, as far as the text shows.
    pub(crate) fn may_lack_a_value(&self, state: &str) -> bool {
        self.uncertain.contains(state)
    }
}

pub(super) struct MachineFlow<'g, 'd> {
    pub(super) graph: &'g Graph<'d>,
    /// `None` if the evaluator refuses the definition.
    machine: Option<StateMachine>,
    is_jsonata: bool,
    /// The input of each state, once it is reached.
    inputs: Vec<Option<Arc<AbstractValue>>>,
    /// The states that read a value which has changed since they were advanced.
    changed: Vec<bool>,
    /// The value of each variable, over all scopes.
    variables: BTreeMap<String, AbstractValue>,
    /// The output of each container.
    outputs: Vec<Option<AbstractValue>>,
    /// The item of each container that is a Map's processor.
    items: Vec<Option<AbstractValue>>,
    budget: &'g SearchBudget,
}

impl<'g, 'd> MachineFlow<'g, 'd> {
    fn new(graph: &'g Graph<'d>, definition: &Json, budget: &'g SearchBudget) -> Self {
        let language = definition.get("QueryLanguage").and_then(Json::as_str);
        let mut flow = Self {
            graph,
            machine: StateMachine::from_value(definition).ok(),
            is_jsonata: language == Some("JSONata"),
            inputs: vec![None; graph.states().len()],
            changed: vec![false; graph.states().len()],
            variables: BTreeMap::new(),
            outputs: vec![None; graph.containers().len()],
            items: vec![None; graph.containers().len()],
            budget,
        };
        let input = AbstractValue::Origin(Origin::of(ValueSource::Input));
        flow.enter_container(0, input, None);
        flow
    }

    /// Runs until nothing changes. Returns whether that is so after the last round.
    pub(super) fn run(
        graph: &'g Graph<'d>,
        definition: &Json,
        budget: &'g SearchBudget,
    ) -> (Self, bool) {
        let mut flow = Self::new(graph, definition, budget);
        let is_settled = (0..MAX_ROUNDS).any(|_| !flow.run_once());
        (flow, is_settled)
    }

    /// Runs until nothing changes. `None` if the values have not settled, so that they describe
    /// some paths only.
    pub(super) fn settled(
        graph: &'g Graph<'d>,
        definition: &Json,
        budget: &'g SearchBudget,
    ) -> Option<Self> {
        let (flow, is_settled) = Self::run(graph, definition, budget);
        is_settled.then_some(flow)
    }

    /// The output of the state machine; `None` if no path ends with one.
    pub(super) fn output(&self) -> Option<&AbstractValue> {
        self.outputs.first().and_then(Option::as_ref)
    }

    /// A state with the values that it reads, if it is reached.
    pub(super) fn state_input(&self, state: usize) -> Option<StateInput<'_>> {
        let found = &self.graph.states()[state];
        Some(StateInput {
            object: found.object,
            kind: found.kind,
            is_jsonata: self.is_jsonata(state),
            state,
            input: self.inputs[state].as_deref()?,
            item: self.item_of(state),
            variables: &self.variables,
        })
    }

    /// Follows the transitions of the states whose values have changed. Returns whether a value
    /// changed for a state.
    fn run_once(&mut self) -> bool {
        for state in 0..self.graph.states().len() {
            let has_changed = std::mem::take(&mut self.changed[state]);
            if let Some(input) = self.inputs[state].clone().filter(|_| has_changed) {
                if self.budget.is_spent() {
                    return false;
                }
                self.advance(state, &input);
            }
        }
        self.changed.contains(&true)
    }

    /// Returns whether a state uses JSONata.
    fn is_jsonata(&self, state: usize) -> bool {
        let own = self.graph.states()[state].object.get("QueryLanguage");
        match own.and_then(Json::as_str) {
            Some(language) => language == "JSONata",
            None => self.is_jsonata,
        }
    }

    fn item_of(&self, state: usize) -> Option<&AbstractValue> {
        let mut container = Some(self.graph.states()[state].container);
        while let Some(at) = container {
            if let Some(item) = &self.items[at] {
                return Some(item);
            }
            let parent = self.graph.containers()[at].parent;
            container = parent.map(|state| self.graph.states()[state].container);
        }
        None
    }

    fn advance(&mut self, state: usize, input: &AbstractValue) {
        let graph = self.graph;
        let found = &graph.states()[state];
        let inner: Vec<Option<AbstractValue>> = (found.inner.iter())
            .map(|container| self.outputs[*container].clone())
            .collect();
        let flow = StateInput {
            object: found.object,
            kind: found.kind,
            is_jsonata: self.is_jsonata(state),
            state,
            input,
            item: self.item_of(state),
            variables: &self.variables,
        };
        let exits = flow.exits(&inner);
        self.enter_inner(state, &exits);
        for (name, value) in &exits.assigned {
            self.assign(name, value.clone());
        }
        for (target, edge) in graph.successors(state) {
            let output = match edge.kind {
                EdgeKind::Next | EdgeKind::Default => exits.output.clone(),
                EdgeKind::Choice(rule) => {
                    let own = exits.of_rules.get(rule).cloned().flatten();
                    own.or_else(|| exits.output.clone())
                }
                EdgeKind::Catch(catcher) => exits.of_catchers.get(catcher).cloned(),
                // The graph has no other transitions.
                _ => None,
            };
            if let Some(output) = output {
                self.enter(target, output);
            }
        }
        if found.is_terminal()
            && found.kind != Some(StateKind::Fail)
            && let Some(output) = exits.output
        {
            let slot = &mut self.outputs[found.container];
            let has_changed = join_into(slot, output, self.budget);
            if let Some(parent) = graph.containers()[found.container].parent {
                self.changed[parent] |= has_changed;
            }
        }
    }

    fn enter_inner(&mut self, state: usize, exits: &Exits) {
        let graph = self.graph;
        for container in &graph.states()[state].inner {
            if let Some(input) = &exits.inner {
                self.enter_container(*container, input.clone(), exits.item.clone());
            }
        }
    }

    fn enter_container(
        &mut self,
        container: usize,
        input: AbstractValue,
        item: Option<AbstractValue>,
    ) {
        let start = self.graph.containers()[container].start_at;
        if let Some(item) = item {
            // All states inside read the item.
            if join_into(&mut self.items[container], item, self.budget) {
                self.changed.fill(true);
            }
        }
        if let Some(state) = start.and_then(|start| self.graph.find(container, start)) {
            self.enter(state, input);
        }
    }

    fn enter(&mut self, state: usize, value: AbstractValue) {
        self.changed[state] |= join_into(&mut self.inputs[state], value.limited(), self.budget);
    }

    fn assign(&mut self, name: &str, value: AbstractValue) {
        let value = value.limited();
        match self.variables.get_mut(name) {
            None => {
                self.budget.add(value.bytes());
                self.variables.insert(name.to_owned(), value);
                self.changed.fill(true);
            }
            Some(known) => {
                let joined = known.clone().join(value);
                if *known != joined {
                    self.budget.add(joined.bytes());
                    *known = joined;
                    self.changed.fill(true);
                }
            }
        }
    }

    /// Returns the names of states with results among the sources, and whether the input is one.
    fn named(&self, sources: impl IntoIterator<Item = ValueSource>) -> (Vec<String>, bool) {
        let (mut results, mut reads_input) = (Vec::new(), false);
        for source in sources {
            match source {
                ValueSource::Result(state) => {
                    results.push(self.graph.states()[state].name.to_owned());
                }
                ValueSource::Input => reads_input = true,
            }
        }
        (results, reads_input)
    }

    /// Collects what the states read.
    pub(super) fn values(&self, boundary: &BoundaryReads) -> MachineValues {
        let mut values = MachineValues::default();
        let mut all: Vec<StateReads> = Vec::new();
        for (state, found) in self.graph.states().iter().enumerate() {
            let Some(flow) = self.state_input(state) else {
                continue;
            };
            let inner: Vec<Option<AbstractValue>> = (found.inner.iter())
                .map(|container| self.outputs[*container].clone())
                .collect();
            if self.budget.is_spent() {
                return values;
            }
            let machine = self.machine.as_ref();
            let typed = machine.and_then(|machine| machine.state_at(&found.pointer.to_string()));
            all.push(Reader::new(self.graph, &flow, typed, &inner).reads(boundary));
        }
        require_tested_input(&mut all, self.budget);
        require_compared(&mut all, self.budget);
        self.add_sources(&all, &mut values);
        self.add_demands(&all, &mut values);
        if self.budget.is_spent() {
            return values;
        }
        let resource = |object: &'d Object| object.get("Resource").and_then(Json::as_str);
        let states = self.graph.states().iter();
        let writes_items = writes_items(states.filter_map(|state| resource(state.object)));
        for state in self.graph.states() {
            let demand = values.results.get_mut(state.name);
            if let (Some(resource), Some(demand)) = (resource(state.object), demand) {
                demand.require_variants(resource, writes_items);
            }
        }
        self.add_uncertain(&all, boundary, &mut values);
        if self.budget.is_spent() {
            return values;
        }
        values.live = LiveValues::new(
            self.graph,
            &self.inputs,
            &self.variables,
            &self.outputs,
            &all,
            self.budget,
        );
        values
    }

    /// Adds the sources of the values that each state reads.
    fn add_sources(&self, all: &[StateReads], values: &mut MachineValues) {
        let states = self.graph.states();
        let selecting: Vec<bool> = states
            .iter()
            .map(|state| selects_items(state.object))
            .collect();
        let assigns_selected = states
            .iter()
            .zip(&selecting)
            .any(|(state, selects)| *selects && state.object.contains_key("Assign"));
        for reads in all {
            let mut writers = reads.writers.iter().chain([&reads.state]);
            // How many items a filter selects depends on more than the values that were made.
            let is_selected = assigns_selected || writers.any(|writer| selecting[*writer]);
            let name = states[reads.state].name;
            if !reads.has_unknown && !is_selected {
                let sources = reads.required.iter().map(|part| part.origin.source);
                values.known.insert(name.to_owned(), self.named(sources));
            }
            if let Some(sources) = all_sources(all, reads) {
                values.sources.insert(name.to_owned(), self.named(sources));
            }
        }
    }

    /// Adds what the states require of the input and of results.
    fn add_demands(&self, all: &[StateReads], values: &mut MachineValues) {
        for reads in all {
            values.has_uncertain_output |= reads.has_uncertain_output;
            if !reads.lacking.is_empty() {
                let name = self.graph.states()[reads.state].name.to_owned();
                values.lacking.insert(name, reads.lacking.clone());
            }
            for RequiredPart {
                origin,
                test,
                has_other,
                is_decisive,
            } in &reads.required
            {
                if self.budget.is_spent() {
                    return;
                }
                let part = BoundaryPart {
                    path: origin.path.clone(),
                    test: test.clone(),
                    has_other: *has_other,
                    is_decisive: *is_decisive,
                };
                let parts = match origin.source {
                    ValueSource::Input => &mut values.input_parts,
                    ValueSource::Result(state) => {
                        let name = self.graph.states()[state].name.to_owned();
                        values.result_parts.entry(name).or_default()
                    }
                };
                if !parts.contains(&part) {
                    parts.push(part);
                }
                let demand = values.demand_mut(self.graph, origin.source);
                demand.require(&origin.path, test, *has_other);
            }
            for origin in &reads.inputs {
                let demand = values.demand_mut(self.graph, origin.source);
                demand.require_object(&origin.path);
            }
            for origin in &reads.timestamps {
                let demand = values.demand_mut(self.graph, origin.source);
                demand.require_timestamp(&origin.path);
            }
        }
    }

    /// Adds the states that read parts which may be absent.
    fn add_uncertain(
        &self,
        all: &[StateReads],
        boundary: &BoundaryReads,
        values: &mut MachineValues,
    ) {
        for reads in all {
            if self.budget.is_spent() {
                return;
            }
            let is_optional = |origin: &Origin| match origin.source {
                ValueSource::Input => values.input.may_lack(&origin.path),
                ValueSource::Result(state) => {
                    let name = self.graph.states()[state].name;
                    let demand = values.results.get(name);
                    demand.is_some_and(|demand| demand.may_lack(&origin.path))
                }
            };
            let is_lacking = |origin: &Origin| match origin.source {
                ValueSource::Input => {
                    let mut lacking = boundary.lacking_input.iter();
                    lacking.any(|path| origin.path.starts_with(path))
                }
                ValueSource::Result(state) => {
                    let name = self.graph.states()[state].name;
                    boundary.uncertain_results.contains(name)
                }
            };
            let is_optional = |origin: &Origin| is_optional(origin) || is_lacking(origin);
            let mut required = reads.required.iter();
            if reads.is_uncertain || required.any(|part| is_optional(&part.origin)) {
                let name = self.graph.states()[reads.state].name;
                values.uncertain.insert(name.to_owned());
            }
        }
    }
}

/// Requires the parts of the input that states write on some paths if another state tests them for
/// presence before: an execution may start with them. The others are absent where no state writes
/// them.
fn require_tested_input(all: &mut [StateReads], budget: &SearchBudget) {
    let tested: Vec<Origin> = all
        .iter()
        .flat_map(|reads| &reads.required)
        .filter(|part| part.origin.source == ValueSource::Input && part.test == ValueTest::Exists)
        .map(|part| part.origin.clone())
        .collect();
    for reads in all {
        if budget.is_spent() {
            return;
        }
        let is_tested = |part: &&RequiredPart| {
            tested
                .iter()
                .any(|tested| part.origin.path.starts_with(&tested.path))
        };
        let found: Vec<RequiredPart> = reads.absent.iter().filter(is_tested).cloned().collect();
        reads.required.extend(found);
    }
}

/// Joins a value into a slot, and returns whether the slot changed.
fn join_into<V>(slot: &mut Option<V>, value: AbstractValue, budget: &SearchBudget) -> bool
where
    V: Borrow<AbstractValue> + From<AbstractValue>,
{
    let joined = match slot.as_ref().map(V::borrow) {
        Some(known) if *known == value => return false,
        Some(known) => {
            let joined = known.clone().join(value);
            if *known == joined {
                return false;
            }
            budget.release(known.bytes());
            joined
        }
        None => value,
    };
    budget.add(joined.bytes());
    *slot = Some(joined.into());
    true
}

/// Returns the sources of the values that a state reads, also of those that other states compute.
/// `None` if the writer of a computed value is not known.
fn all_sources(all: &[StateReads], reads: &StateReads) -> Option<HashSet<ValueSource>> {
    let mut sources = HashSet::new();
    let mut seen = HashSet::from([reads.state]);
    let mut open = vec![reads];
    while let Some(reads) = open.pop() {
        if reads.has_unknown_source {
            return None;
        }
        sources.extend(reads.required.iter().map(|part| part.origin.source));
        if reads.has_unknown {
            for writer in reads.writers.iter().filter(|writer| seen.insert(**writer)) {
                open.push(all.iter().find(|reads| reads.state == *writer)?);
            }
        }
    }
    Some(sources)
}

/// Returns whether a path or an expression of a state selects items of a list by a condition or by
/// positions beyond the first two.
fn selects_items(state: &Object) -> bool {
    const BODIES: [&str; 4] = ["Branches", "Comment", "ItemProcessor", "Iterator"];
    let fields = state.iter();
    let mut open: Vec<&Json> = fields
        .filter(|(name, _)| !BODIES.contains(&name.as_str()))
        .map(|(_, value)| value)
        .collect();
    while let Some(value) = open.pop() {
        match value {
            Json::String(text) if selects(text) => return true,
            Json::Array(items) => open.extend(items),
            Json::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    false
}

fn selects(text: &str) -> bool {
    let is_expression = jsonata::strip(text).is_some();
    if !is_expression && !text.contains("[?") && !text.starts_with('$') {
        return false;
    }
    text.split('[').skip(1).any(|rest| {
        let inside = rest.split(']').next().unwrap_or_default().trim();
        let is_position = inside.parse::<i64>().is_ok_and(|index| {
            // Paths have lists that are long enough.
            !is_expression || (-1..=1).contains(&index)
        });
        !(is_position || inside.is_empty() || inside == "*" || inside.starts_with(['\'', '"']))
    })
}
