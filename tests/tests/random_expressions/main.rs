//! A sample of random expressions has the same results in workflows and in Rust.
//!
//! `cargo run -p stepwright-tests --bin random_expressions` runs any number of them; it wrote this
//! sample with `--seed 8 --count 170 --sample tests/tests/random_expressions/sample.rs`.

#[path = "../../src/random/draw.rs"]
mod draw;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod equal;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod glue;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod inputs;
#[allow(
    unused,
    unreachable_pub,
    clippy::all,
    reason = "a sample uses a part of these definitions, and a crate that is written exports them"
)]
mod own;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod panics;
#[allow(unreachable_pub, reason = "a crate that is written exports them")]
mod run;
#[rustfmt::skip]
#[allow(warnings, clippy::all)]
mod sample;
mod values;

use glue::{definition, json};
use panics::keep_panics;
use run::{Row, Verdict, verdict};

#[tokio::test]
async fn the_sample_gives_what_rust_gives() {
    keep_panics();
    let inputs = inputs::inputs(20);
    let rows = sample::rows();
    let (mut wrong, mut agree) = (Vec::new(), 0);
    for row in &rows {
        let number = row.number;
        match verdict(row, &inputs, |_| ()).await {
            Verdict::Differs(how) => wrong.push(format!("#{number} {}\n  {how}", row.source)),
            Verdict::Agrees(values, beyond) => agree += usize::from(values > beyond),
            // Faults are not wrong values.
            Verdict::Refused(faults) => println!("#{number} {faults}"),
        }
    }
    let _ = std::panic::take_hook();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(
        agree > rows.len() / 2,
        "only {agree} of {} are compared",
        rows.len()
    );
}
