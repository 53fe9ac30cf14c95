//! `cargo run -p stepwright-tests --bin random_workflows -- --seed 1 --count 2000 --out DIR`
//!
//! Writes crates of random whole workflows, each with the same control flow as plain Rust, compiles
//! them, runs both for inputs of every kind and prints the differences, the smallest workflows
//! first. Workflows that rustc or the macro rejects are skipped and listed in `refused.txt`.
//!
//! `--plain-names` uses names without collisions, `--inputs N` sets the number of inputs,
//! `--only A,B` runs only the workflows with these numbers; `--sample FILE` writes the rows of the
//! checked-in sample instead.

use std::process::ExitCode;

use stepwright_tests::random::{Batch, Program, flows};

fn main() -> ExitCode {
    let program = Program {
        name: "random_workflows_run",
        shared: &[
            "src/random/draw",
            "tests/random_expressions/equal",
            "tests/random_expressions/own",
            "tests/random_expressions/inputs",
            "tests/random_expressions/panics",
            "tests/random_expressions/values",
            "tests/random_workflows/failure",
            "tests/random_workflows/sim",
            "tests/random_workflows/tasks",
            "tests/random_workflows/run",
            "tests/random_workflows/driver",
        ],
        uses: "{failure, inputs, run, sim, tasks}",
        before: "shared::panics::keep_panics();",
        rows: "workflows",
    };
    Batch::main(program, flows)
}
