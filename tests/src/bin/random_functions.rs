//! `cargo run -p stepwright-tests --bin random_functions -- --seed 1 --count 2000 --out DIR`
//!
//! Writes crates of random `#[workflow]` functions, compiles them, runs each as plain Rust and its
//! ASL on the engine, with the same scripts of replies and inputs of every kind, and prints the
//! differences, the smallest functions first. Functions that rustc or the macro rejects are skipped
//! and listed in `refused.txt`.
//!
//! Compared are the output, the error and its cause, the virtual time, and the calls of tasks with
//! their arguments and order. `tests/tests/functions/compare.rs` lists the allowed differences.
//!
//! Not grown: a `match` of a constant variant, which does not become ASL.
//!
//! `--inputs N` sets the number of runs of each function, `--only A,B` runs only the functions with
//! these numbers; `--sample FILE` writes the rows of the checked-in sample instead.

use std::process::ExitCode;

use stepwright_tests::random::{Batch, Program, functions};

fn main() -> ExitCode {
    let program = Program {
        name: "random_functions_run",
        shared: &[
            "src/random/draw",
            "tests/random_expressions/equal",
            "tests/random_expressions/panics",
            "tests/functions/script",
            "tests/functions/compare",
            "tests/functions/tasks",
            "tests/functions/driver",
        ],
        uses: "{compare, tasks}",
        before: "shared::panics::keep_panics();",
        rows: "functions",
    };
    Batch::main(program, functions)
}
