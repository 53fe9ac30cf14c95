//! The minimum number of history events that an execution of a definition writes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::graph::{EdgeKind, State};
use crate::json::Json;
use crate::jsonata::{Operator, strip};
use crate::model::StateKind;
use crate::path::{Path, PathStep, Root};

use super::definition::Definition;
use super::expression::ParsedExpression;
use crate::limits::{
    BODY_EVENTS, FAIL_EVENTS, ITERATION_EVENTS, MAP_RUN_EVENTS, STATE_EVENTS, task_events,
};

/// Minimum numbers of events.
pub(super) struct Events<'a, 'd> {
    definition: &'a Definition<'d>,
    items: &'a HashMap<usize, u64>,
    /// For each container, the events on the cheapest path through it.
    containers: Vec<u64>,
    /// For each state, the events of one visit, including the events of nested states.
    states: Vec<u64>,
}

impl<'a, 'd> Events<'a, 'd> {
    /// Counts the events, with the item counts that [`items`] found.
    pub(super) fn of(
        definition: &'a Definition<'d>,
        items: &'a HashMap<usize, u64>,
    ) -> Events<'a, 'd> {
        let graph = &definition.graph;
        let mut events = Events {
            definition,
            items,
            containers: vec![0; graph.containers().len()],
            states: vec![0; graph.states().len()],
        };
        // Inner containers follow their outer containers in the list.
        for (number, container) in graph.containers().iter().enumerate().rev() {
            for state in &container.states {
                events.states[*state] = events.visit(*state);
            }
            let start = container
                .start_at
                .and_then(|start| graph.find(number, start));
            let cheapest = start.map(|start| {
                events.cheapest(start, |_| true, |state| graph.states()[state].is_terminal())
            });
            events.containers[number] = cheapest.flatten().unwrap_or(0);
        }
        events
    }

    /// The events of one visit of a state, including the events of nested states.
    pub(super) fn state(&self, number: usize) -> u64 {
        self.states[number]
    }

    fn visit(&self, number: usize) -> u64 {
        let state = &self.definition.graph.states()[number];
        match state.kind {
            Some(StateKind::Fail) => FAIL_EVENTS.into(),
            Some(StateKind::Task) => {
                let resource = state.object.get("Resource").and_then(Json::as_str);
                visit_with(task_events(resource.unwrap_or_default()))
            }
            Some(StateKind::Parallel) => {
                let branches = state.inner.iter().map(|branch| self.containers[*branch]);
                branches.fold(visit_with(BODY_EVENTS), u64::saturating_add)
            }
            Some(StateKind::Map) => self.map(number),
            _ => STATE_EVENTS.into(),
        }
    }

    fn map(&self, number: usize) -> u64 {
        let state = &self.definition.graph.states()[number];
        let Some(inner) = state.inner.first() else {
            return visit_with(BODY_EVENTS);
        };
        if self.definition.is_distributed(*inner) {
            return visit_with(MAP_RUN_EVENTS);
        }
        let items = self.items.get(&number).copied().unwrap_or(0);
        let iteration = self.containers[*inner].saturating_add(ITERATION_EVENTS.into());
        let iterations = items.saturating_mul(iteration);
        iterations.saturating_add(visit_with(BODY_EVENTS))
    }

    /// The events on the cheapest path from a state to a wanted state, both included, through
    /// allowed states.
    fn cheapest(
        &self,
        from: usize,
        allowed: impl Fn(usize) -> bool,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<u64> {
        let mut best: HashMap<usize, u64> = HashMap::from([(from, self.states[from])]);
        let mut open = BinaryHeap::from([Reverse((self.states[from], from))]);
        while let Some(Reverse((cost, state))) = open.pop() {
            if wanted(state) {
                return Some(cost);
            }
            if best.get(&state).is_some_and(|best| *best < cost) {
                continue;
            }
            let targets = self.definition.flow.targets[state].iter().flatten();
            for target in targets.filter(|target| allowed(**target)) {
                let cost = cost.saturating_add(self.states[*target]);
                if best.get(target).is_none_or(|best| cost < *best) {
                    best.insert(*target, cost);
                    open.push(Reverse((cost, *target)));
                }
            }
        }
        None
    }

    /// The events of the shortest cycle through a state.
    pub(super) fn round(&self, state: usize) -> Option<u64> {
        let flow = &self.definition.flow;
        let is_inside = |other: usize| flow.cycle[other] == flow.cycle[state];
        let targets = flow.targets[state].iter().flatten();
        targets
            .filter(|target| is_inside(**target))
            // The state itself is counted as the end of the cycle.
            .filter_map(|target| self.cheapest(*target, is_inside, |other| other == state))
            .min()
    }
}

/// The events of a visit of a state with one attempt that has this many events.
fn visit_with(attempt: u32) -> u64 {
    (STATE_EVENTS + attempt).into()
}

/// The item counts of Maps whose items are constants in the definition.
pub(super) fn items(definition: &Definition<'_>) -> HashMap<usize, u64> {
    let mut known = HashMap::new();
    for expression in &definition.expressions {
        if let (true, "Map", "Items", Some(Ok(parsed))) = (
            expression.is_whole,
            expression.owner,
            expression.field,
            &expression.parsed,
        ) && let (Some(count), Some(state)) =
            (parsed.count, definition.parts[expression.part].state)
        {
            known.insert(state, count);
        }
    }
    for (number, state) in definition.graph.states().iter().enumerate() {
        if state.kind != Some(StateKind::Map) {
            continue;
        }
        let listed = state.object.get("Items").and_then(Json::as_array);
        let listed = listed.or_else(|| listed_before(definition, number));
        if let Some(listed) = listed {
            known.insert(number, listed.len() as u64);
        }
    }
    known
}

/// The constant array that a JSONPath Map iterates over. The only state before the Map must be a
/// Pass with this array in its `Result`.
fn listed_before<'d>(definition: &Definition<'d>, map: usize) -> Option<&'d [Json]> {
    let graph = &definition.graph;
    let [before] = definition.flow.sources[map].as_slice() else {
        return None;
    };
    let container = &graph.containers()[graph.states()[map].container];
    let (map, pass) = (&graph.states()[map], &graph.states()[*before]);
    let shaped = ["InputPath", "OutputPath", "Items", "ItemReader"];
    let is_shaped =
        |state: &State<'d>| shaped.iter().any(|field| state.object.contains_key(*field));
    if pass.kind != Some(StateKind::Pass)
        || container.start_at == Some(map.name)
        || is_shaped(map)
        || is_shaped(pass)
    {
        return None;
    }
    let result = pass.object.get("Result")?;
    let steps = |state: &State<'d>, field: &str| match state.object.get(field) {
        None => Some(Vec::new()),
        Some(path) => keys(&Path::parse(path.as_str()?).ok()?),
    };
    let (put, taken) = (steps(pass, "ResultPath")?, steps(map, "ItemsPath")?);
    let rest = taken.strip_prefix(put.as_slice())?;
    let found = rest.iter().try_fold(result, |json, key| json.get(key))?;
    found.as_array()
}

fn keys(path: &Path) -> Option<Vec<String>> {
    if path.root != Root::Input {
        return None;
    }
    let keys = path.steps.iter().map(|step| match step {
        PathStep::Key(key) => Some(key.clone()),
        _ => None,
    });
    keys.collect()
}

/// A Choice that ends a loop when a counter reaches a limit.
pub(super) struct CountedLoop {
    /// The number of the Choice state.
    pub(super) state: usize,
    /// How many times the loop runs.
    pub(super) rounds: u64,
}

/// The loops with a counter: a state of the loop adds a number to a variable or value, and a Choice
/// of the loop compares it with a number.
pub(super) fn counted(definition: &Definition<'_>) -> Vec<CountedLoop> {
    let (graph, flow) = (&definition.graph, &definition.flow);
    // Step of each counter, by the number of its cycle and its text.
    let mut steps: HashMap<(usize, String), f64> = HashMap::new();
    let mut count = |part: usize, counter: &str, step: f64| {
        if let Some(state) = definition.parts[part]
            .state
            .filter(|state| flow.is_in_cycle(*state))
            && step != 0.0
        {
            steps.insert((flow.cycle[state], counter.to_owned()), step);
        }
    };
    for binding in &definition.bindings {
        if let Some(Ok(crate::intrinsic::Expression::Call(call))) = &binding.parsed
            && let Some((counter, step)) = increment(call)
        {
            count(binding.part, counter, step);
        }
    }
    for expression in &definition.expressions {
        if let (Some(name), Some(Ok(parsed))) = (expression.assigns, &expression.parsed)
            && let Some((counter, step)) = jsonata_sum(parsed)
            && counter == name
        {
            count(expression.part, &format!("${counter}"), step);
        }
    }
    if steps.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut asked = 0;
    let mut compared = |part: usize, counter: &str, limit: f64| {
        let Some(state) = definition.parts[part].state else {
            return;
        };
        if let Some(step) = steps.get(&(flow.cycle[state], counter.to_owned())) {
            // Diagnostic the start value costs a walk through the states.
            asked += 1;
            if asked > MAX_STARTS {
                return;
            }
            let start = start(definition, state, counter);
            // A counter that decreases has an unknown number of rounds without its start value. An
            // increasing counter is assumed to start at 0.
            let start = match start {
                Start::Number(start) => start,
                Start::Computed => return,
                Start::Unknown if *step < 0.0 => return,
                Start::Unknown => 0.0,
            };
            let rounds = ((limit - start) / step).floor();
            if rounds > 0.0 {
                found.push(CountedLoop {
                    state,
                    rounds: rounds as u64,
                });
            }
        }
    };
    for (number, part) in definition
        .parts
        .iter()
        .enumerate()
        .filter(|(_, part)| part.is("ChoiceRule"))
    {
        let limit = [
            "Equals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals",
        ];
        let limit = limit
            .iter()
            .find_map(|name| part.number(&format!("Numeric{name}")));
        if let (Some(counter), Some(limit)) = (part.text("Variable"), limit) {
            compared(number, counter, limit);
        }
    }
    for expression in definition
        .expressions
        .iter()
        .filter(|expression| expression.field == "Condition")
    {
        if let Some(Ok(parsed)) = &expression.parsed
            && let Some((counter, limit)) = jsonata_limit(parsed)
        {
            compared(expression.part, &format!("${counter}"), limit);
        }
    }
    let is_loop = |counted: &CountedLoop| {
        let edges = graph.states()[counted.state].edges.iter();
        flow.is_in_cycle(counted.state) && edges.into_iter().all(|edge| edge.kind != EdgeKind::Next)
    };
    found.retain(is_loop);
    // Each costs a walk through its loop.
    found.truncate(100);
    found
}

/// The counter and its step: `$.i` and 1 for `States.MathAdd($.i, 1)`.
fn increment(call: &crate::intrinsic::IntrinsicCall) -> Option<(&str, f64)> {
    use crate::intrinsic::{Argument, Function};
    match (call.function, call.arguments.as_slice()) {
        (Function::MathAdd, [Argument::Path(path), Argument::Number(step)]) => {
            Some((path.as_str(), step.as_f64()))
        }
        _ => None,
    }
}

/// `$i + 1`
fn jsonata_sum<'d>(expression: &ParsedExpression<'d>) -> Option<(&'d str, f64)> {
    let (counter, op, step) = expression.variable_and_number()?;
    match op {
        Operator::Add => Some((counter, step)),
        Operator::Sub => Some((counter, -step)),
        _ => None,
    }
}

/// Maximum number of counters whose start values are computed.
const MAX_STARTS: usize = 200;

/// The value of a counter before its loop.
enum Start {
    Number(f64),
    /// An expression computes the value, or several states assign different numbers.
    Computed,
    /// No state outside the loop assigns a value.
    Unknown,
}

/// The start value of a counter, `$i` (a variable) or `$.i` (a path), from the states outside the
/// Choice's loop. States of other scopes do not count.
fn start(definition: &Definition<'_>, choice: usize, counter: &str) -> Start {
    let (graph, cycle) = (&definition.graph, &definition.flow.cycle);
    let mut scopes = vec![graph.states()[choice].container];
    while let Some(parent) = scopes
        .last()
        .and_then(|scope| graph.containers()[*scope].parent)
    {
        scopes.push(graph.states()[parent].container);
    }
    let path = counter
        .strip_prefix("$.")
        .and_then(|_| keys(&Path::parse(counter).ok()?));
    let mut start = Start::Unknown;
    for (number, state) in graph.states().iter().enumerate() {
        if cycle[number] == cycle[choice] || !scopes.contains(&state.container) {
            continue;
        }
        let found: Vec<&Json> = match &path {
            Some(path) => given_at(state, path).into_iter().collect(),
            None => assigned(state, counter.trim_start_matches('$')),
        };
        for json in found {
            let value = match json {
                Json::String(text) => strip(text).and_then(|text| text.trim().parse().ok()),
                json => json.to_string().parse::<f64>().ok(),
            };
            start = match (start, value) {
                (Start::Unknown, Some(value)) => Start::Number(value),
                (Start::Number(known), Some(value)) if known == value => Start::Number(known),
                _ => Start::Computed,
            };
        }
    }
    start
}

/// The values that a state assigns to a variable, including those of its Choice rules and catchers.
fn assigned<'d>(state: &State<'d>, name: &str) -> Vec<&'d Json> {
    let lists = ["Choices", "Catch"].iter().filter_map(|field| {
        let list = state.object.get(*field)?.as_array()?;
        Some(list.iter().filter_map(Json::as_object))
    });
    let parts = std::iter::once(state.object).chain(lists.flatten());
    parts
        .filter_map(|part| part.get("Assign")?.get(name))
        .collect()
}

/// The value that a Pass writes to a path, from its `Result` or its `Parameters`.
fn given_at<'d>(state: &State<'d>, path: &[String]) -> Option<&'d Json> {
    if state.kind != Some(StateKind::Pass) {
        return None;
    }
    let put = match state.object.get("ResultPath") {
        None => Vec::new(),
        Some(path) => keys(&Path::parse(path.as_str()?).ok()?)?,
    };
    let rest = path.strip_prefix(put.as_slice())?;
    let result = state.object.get("Result");
    let result = result.or_else(|| state.object.get("Parameters"))?;
    rest.iter().try_fold(result, |json, key| json.get(key))
}

/// The variable and the limit of a comparison such as `$i < 1000`.
fn jsonata_limit<'d>(expression: &ParsedExpression<'d>) -> Option<(&'d str, f64)> {
    use Operator::{Eq, Ge, Gt, Le, Lt};
    let (counter, op, limit) = expression.variable_and_number()?;
    matches!(op, Lt | Le | Gt | Ge | Eq).then_some((counter, limit))
}
