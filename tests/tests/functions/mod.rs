//! Function workflows end as plain Rust does: their output, error, cause, time and calls.

#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod compare;
#[path = "../../src/random/draw.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports it")]
mod draw;
#[path = "../random_expressions/equal.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports it")]
mod equal;
mod patterns;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod script;
mod tricky;

use self::compare::{FunctionRow, Verdict, verdict};
use self::script::Replies;
use serde_json::Value;

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
    ($function:ident($ty:ty) as $workflow:ident) => {
        super::compare::row::<$workflow>(0, stringify!($function), "", |run, input| {
            let input: $ty = ::serde_json::from_value(input).expect("the input has the type");
            super::compare::json(run.block_on($function(input)))
        })
    };
}
use function_row;
