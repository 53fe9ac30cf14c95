//! Function workflows end as plain Rust does: their output, error, cause, time and calls.
//!
//! `cargo run -p stepwright-tests --bin random_functions` runs any number of random functions; it
//! wrote the sample with `--seed 3 --count 24 --sample tests/tests/functions/sample.rs`.

#[allow(
    clippy::all,
    reason = "the functions have forms that clippy would write in another form"
)]
mod changes;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod compare;
#[path = "../../src/random/draw.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a crate that is written exports it, and the generator uses the rest"
)]
mod draw;
#[allow(unreachable_pub, reason = "a crate that is written exports it")]
mod driver;
#[path = "../random_expressions/equal.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports it")]
mod equal;
mod expression_functions;
mod failures;
mod formats;
mod fragments;
#[allow(
    clippy::type_complexity,
    reason = "the macro reads the whole type of a result"
)]
mod inferred;
mod items;
mod json_values;
#[allow(clippy::modulo_one, reason = "the remainder is outside of the type")]
mod least_numbers;
#[allow(
    clippy::all,
    reason = "a macro repeats expressions in forms that clippy would write in another form"
)]
mod macro_fragments;
#[allow(clippy::useless_format, reason = "the calls are in the arguments")]
mod nested_calls;
mod nulls;
mod objects;
mod patterns;
mod references;
#[rustfmt::skip]
#[allow(warnings, unconditional_panic, arithmetic_overflow, clippy::all)]
mod sample;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod script;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a crate that is written exports them, and a sample may call only some"
)]
mod tasks;
mod transparent_errors;
#[allow(
    clippy::all,
    reason = "the functions have forms that clippy would write in another form"
)]
mod tricky;
mod waits;

use self::compare::{FunctionRow, Verdict, verdict};
use self::script::Replies;
use serde_json::Value;

#[tokio::test]
async fn the_sample_ends_as_rust_does() {
    let rows = sample::rows();
    let count = rows.len();
    let summary = driver::drive(rows, 20, 0).await;
    assert_eq!(summary.differ, 0, "see the output");
    assert!(
        summary.agree > count / 2 && summary.runs > summary.agree * 10,
        "only {} of {count} functions are compared, over {} runs",
        summary.agree,
        summary.runs
    );
}

/// Compares many runs of a function; panics with the first difference.
async fn assert_agrees(row: FunctionRow, replies: Replies, inputs: &[Value]) {
    let runs: Vec<(Value, u64)> = (0..40)
        .map(|seed| (inputs[seed as usize % inputs.len()].clone(), seed))
        .collect();
    match verdict(&row, &replies, &runs).await {
        Verdict::Agrees(agree, _) => {
            assert!(agree * 2 > runs.len(), "only {agree} runs are compared")
        }
        Verdict::Refused(faults) => panic!("{}: {faults}", row.source),
        Verdict::Differs(difference) => panic!("{}: {difference}", row.source),
    }
}

/// The row of a function with an input.
macro_rules! function_row {
    ($function:ident($ty:ty) as $workflow:path) => {
        super::compare::row::<$workflow>(0, stringify!($function), "", |run, input| {
            let input: $ty = ::serde_json::from_value(input).expect("the input has the type");
            super::compare::json(run.block_on($function(input)))
        })
    };
}
use function_row;
