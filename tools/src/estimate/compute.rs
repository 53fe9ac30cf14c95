//! Computes the estimate of a definition.

use std::collections::{BTreeSet, HashMap};

use stepwright_asl::graph::Graph;
use stepwright_asl::model::{NumberOrExpression, QueryLanguage, StateMachine};

use super::bounds::ReachableStates;
use super::cost::{CostCase, Range};
use super::options::EstimateOptions;
use super::payload::{ItemsCase, PayloadFlow};
use super::price::prices_of;
use super::report::Estimate;
use super::states;
use super::warnings::{self, Observations};

impl Estimate {
    /// Estimates the executions of a definition. The definition need not be valid: transitions to
    /// missing states are ignored.
    pub fn of(machine: &StateMachine, options: &EstimateOptions) -> Estimate {
        let graph = Graph::of(machine);
        let mut found = Observations {
            endless: Vec::new(),
            growing: Vec::new(),
            uncounted: warnings::uncounted(&graph, options),
            unknown_waits: warnings::unknown_waits(&graph, options),
        };
        let range = walk(&graph, options, &mut found);
        let started_and_ended = |case: CostCase| {
            case.then(CostCase {
                events: 2.0,
                ..CostCase::default()
            })
        };
        let range = range.map(started_and_ended);
        let (mut best, mut typical, mut worst) = (range.best, range.typical, range.worst);
        let timeout = machine
            .timeout_seconds
            .as_ref()
            .and_then(NumberOrExpression::as_number);
        if let Some(timeout) = timeout.and_then(|timeout| timeout.to_string().parse::<f64>().ok()) {
            worst.seconds = worst.seconds.min(timeout.max(0.0));
        }
        if let Some(seconds) = options.recorded.seconds() {
            typical.seconds = seconds;
            typical.unknown_waits = 0.0;
        }
        if typical.unknown_waits > 0.0 {
            typical.seconds = f64::INFINITY;
        }
        let definition = machine.to_json().len() as f64;
        let mut data = [definition; 3];
        let cases = [
            (&mut best, ItemsCase::Best),
            (&mut typical, ItemsCase::Typical),
            (&mut worst, ItemsCase::Worst),
        ];
        for ((case, when), data) in cases.into_iter().zip(&mut data) {
            let mut flow = PayloadFlow {
                graph: &graph,
                language: machine
                    .query_language
                    .as_ref()
                    .and_then(|word| word.known())
                    .unwrap_or(QueryLanguage::JsonPath),
                options,
                when,
                growing: BTreeSet::new(),
            };
            let sizes = flow.machine();
            let grows = when == ItemsCase::Worst && !flow.growing.is_empty();
            case.payload_bytes = if grows { f64::INFINITY } else { sizes.most };
            *data += sizes.together;
            if grows {
                let names = flow
                    .growing
                    .iter()
                    .map(|state| graph.states()[*state].name.to_owned());
                found.growing = names.collect();
                found.growing.sort();
            }
        }
        if let Some(bytes) = options.recorded.payload_bytes() {
            typical.payload_bytes = bytes;
        }
        let express_obstacles = warnings::express_obstacles(&graph, &best);
        let prices = prices_of(&options.region);
        let price = |case: &CostCase, bytes: f64| {
            let table = prices.as_ref()?;
            Some(table.price(
                case,
                options.executions as f64,
                bytes,
                express_obstacles.is_empty(),
            ))
        };
        let mut estimate = Estimate {
            best_price: price(&best, data[0]),
            typical_price: price(&typical, data[1]),
            worst_price: price(&worst, data[2]),
            best,
            typical,
            worst,
            executions: options.executions,
            prices,
            express_obstacles,
            assumptions: warnings::assumptions(options, &found),
            warnings: Vec::new(),
            limits: Vec::new(),
        };
        estimate.limits = warnings::limits(&estimate, &found);
        estimate.warnings = warnings::warnings(&estimate, &found, options);
        estimate
    }
}

/// The cost of the machine. Inner containers are computed first; they follow their outer containers
/// in the list.
fn walk(
    graph: &Graph<'_, StateMachine>,
    options: &EstimateOptions,
    found: &mut Observations,
) -> Range {
    let containers = graph.containers();
    let mut ranges = vec![Range::exactly(CostCase::default()); containers.len()];
    let mut costs = HashMap::new();
    for container in (0..containers.len()).rev() {
        for state in &containers[container].states {
            let object = &graph.states()[*state];
            let inner: Vec<Range> = object.inner.iter().map(|inner| ranges[*inner]).collect();
            costs.insert(
                *state,
                states::cost(object.name, object.object, &inner, options),
            );
        }
        let walk = ReachableStates {
            graph,
            container,
            costs: &costs,
            options,
        };
        let (worst, endless) = walk.worst();
        found.endless.extend(endless);
        ranges[container] = Range {
            best: walk.best(container == 0),
            typical: walk.typical(),
            worst,
        };
    }
    ranges
        .first()
        .copied()
        .unwrap_or(Range::exactly(CostCase::default()))
}
