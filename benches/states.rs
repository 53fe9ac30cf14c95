//! How the time to check and to lower a workflow grows with its number of states:
//! `cargo bench -p stepwright-benches --bench states`
//!
//! Each line has ten times the states of the line before, so a time that grows with the number of
//! states is ten times larger.

use divan::Bencher;
use divan::counter::ItemsCount;
use stepwright::builder::{AnyInput, FlowBuilder, StepHandle, Variable};
use stepwright::expr;
use stepwright_asl::json::Document;
use stepwright_asl::validate::{MachineType, validate};

const STATES: &[usize] = &[100, 1_000, 10_000];

fn main() {
    divan::main();
}

type Flow = FlowBuilder<i32, i32>;

/// Each state assigns a variable that the next one reads.
fn chain(states: usize) -> Flow {
    let flow = Flow::new("Chain");
    let (all, variables) = declare(&flow, states);
    flow.start_at(&all[0]);
    for (index, state) in all.iter().enumerate() {
        let value = &variables[index];
        match all.get(index + 1) {
            Some(next) if index == 0 => flow
                .pass_on(state)
                .assign(value, expr!(|_: AnyInput| 1))
                .next(next),
            Some(next) => {
                let before = &variables[index - 1];
                flow.pass_on(state)
                    .assign(value, expr!([before] || before + 1))
                    .next(next);
            }
            None => flow.pass(state, expr!(|_: AnyInput| 0)).end(),
        }
    }
    flow
}

/// Every fourth state is a choice, which leads back to the first states or on, so that all states
/// are in one loop. The loop ends by a count.
fn loops(states: usize) -> Flow {
    let flow = Flow::new("Loops");
    let (all, _) = declare(&flow, states);
    let count = flow.variable::<i32>("count");
    flow.start_at(&all[0]);
    for (index, state) in all.iter().enumerate() {
        match all.get(index + 1) {
            Some(next) if index == 0 => flow
                .pass_on(state)
                .assign(&count, expr!(|_: AnyInput| 0))
                .next(next),
            Some(next) if index % 4 == 3 => flow
                .choice(state)
                .when(
                    expr!([count] || count < 3),
                    all[1].assigning(&count, expr!([count] || count + 1)),
                )
                .otherwise(next),
            Some(next) => flow.pass_on(state).next(next),
            None => flow.pass(state, expr!(|_: AnyInput| 0)).end(),
        }
    }
    flow
}

fn declare(flow: &Flow, states: usize) -> (Vec<StepHandle>, Vec<Variable<i32>>) {
    let all = (0..states).map(|index| flow.step(format!("State {index}")));
    let variables = (0..states).map(|index| flow.variable(format!("variable{index}")));
    (all.collect(), variables.collect())
}

#[divan::bench(args = STATES)]
fn build_chain(bencher: Bencher, states: usize) {
    build(bencher, chain, states);
}

#[divan::bench(args = STATES)]
fn build_loops(bencher: Bencher, states: usize) {
    build(bencher, loops, states);
}

fn build(bencher: Bencher, make: fn(usize) -> Flow, states: usize) {
    bencher
        .counter(ItemsCount::new(states))
        .with_inputs(|| make(states))
        .bench_values(|flow| flow.build().expect("it has no fault"));
}

#[divan::bench(args = STATES)]
fn validate_chain(bencher: Bencher, states: usize) {
    validate_emitted(bencher, chain, states);
}

#[divan::bench(args = STATES)]
fn validate_loops(bencher: Bencher, states: usize) {
    validate_emitted(bencher, loops, states);
}

/// Reads and validates the emitted text.
fn validate_emitted(bencher: Bencher, make: fn(usize) -> Flow, states: usize) {
    let flow = make(states).build().expect("it has no fault");
    let text = flow.to_json();
    bencher.counter(ItemsCount::new(states)).bench(|| {
        let document = Document::parse(&text).expect("it is JSON");
        let diagnostics = validate(&document, MachineType::Standard);
        assert!(!diagnostics.has_errors(), "{diagnostics}");
        diagnostics
    });
}
