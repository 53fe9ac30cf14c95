//! `cargo run --release -p stepwright-tests --bin random_conversions -- --seed 1 --count 10000`
//!
//! Grows random state machines in JSONPath, converts them to JSONata, runs both on random inputs on
//! virtual time with the same results of tasks, and prints the differences, the smallest machines
//! first. The last line is `N machines: n compared (m runs), r refused, d differ`.
//!
//! Compared are the output, the error and its cause, the path of states, the calls of tasks with
//! their arguments, and the virtual time. A machine with a refused state runs with its other states
//! converted. Each conversion must be valid, and must not change when it is converted again.
//!
//! `--inputs N` sets the number of runs of each machine, `--shown N` the number of differences that
//! are made smaller and printed. Exit status: 0 none differ and at most a fifth of the machines is
//! refused, 1 otherwise.

use std::process::ExitCode;

use stepwright_tests::random::Conversions;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let conversions = match from_arguments() {
        Ok(conversions) => conversions,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let report = conversions.compare().await;
    println!("{report}");
    if report.differ() == 0 && report.refused * 5 <= report.machines {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn from_arguments() -> Result<Conversions, String> {
    let mut conversions = Conversions {
        seed: 1,
        count: 1000,
        inputs: 4,
        shown: 5,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number: usize = value
            .parse()
            .map_err(|_| format!("`{value}` is not a number"))?;
        match word.as_str() {
            "--seed" => conversions.seed = number as u64,
            "--count" => conversions.count = number,
            "--inputs" => conversions.inputs = number,
            "--shown" => conversions.shown = number,
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    Ok(conversions)
}
