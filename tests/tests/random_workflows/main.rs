//! A sample of random workflows ends like the same control flow in plain Rust.
//!
//! `cargo run -p stepwright-tests --bin random_workflows` runs any number of them; it wrote this
//! sample with `--seed 8 --count 20 --sample tests/tests/random_workflows/sample.rs`.

#![allow(
    clippy::result_large_err,
    reason = "a catch binds a struct of an error, so errors are large"
)]

#[path = "../../src/random/draw.rs"]
mod draw;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod driver;
#[path = "../random_expressions/equal.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod equal;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod failure;
#[path = "../random_expressions/inputs.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod inputs;
#[path = "../random_expressions/own.rs"]
#[allow(
    unused,
    unreachable_pub,
    clippy::all,
    reason = "the inputs have values of these types, which no workflow reads"
)]
mod own;
#[path = "../random_expressions/panics.rs"]
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod panics;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod run;
#[rustfmt::skip]
#[allow(warnings, unconditional_panic, arithmetic_overflow, clippy::all)]
mod sample;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod sim;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a crate that is written exports them, and a sample may call only some"
)]
mod tasks;
#[path = "../random_expressions/values.rs"]
mod values;

use driver::drive;
use panics::keep_panics;

#[tokio::test]
async fn the_sample_ends_as_rust_does() {
    keep_panics();
    let rows = sample::rows();
    let count = rows.len();
    let summary = drive(rows, 20, 0).await;
    let _ = std::panic::take_hook();
    assert_eq!(summary.differ, 0, "see the output");
    assert!(
        summary.agree > count / 2 && summary.runs > summary.agree * 10,
        "only {} of {count} workflows are compared, over {} runs",
        summary.agree,
        summary.runs
    );
}
