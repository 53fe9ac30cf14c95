//! `cargo run -p stepwright-tests --bin random_workflows -- --seed 1 --count 2000 --out DIR`
//!
//! Writes crates of random whole workflows, each with the same control flow as plain Rust, compiles them, runs both for inputs of every kind and
//! prints the differences, the smallest workflows first. Workflows that rustc or the macro rejects are skipped and listed in `refused.txt`.
//!
//! `--plain-names` uses names without collisions, `--inputs N` sets the number of inputs, `--only A,B` runs only the workflows with these numbers;
//! `--sample FILE` writes the rows of the checked-in sample instead.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use stepwright_tests::random::{Crates, FlowRow, GeneratedRow, Options, flows, report_refused};

struct Arguments {
    options: Options,
    out: PathBuf,
    inputs: usize,
    only: Option<Vec<usize>>,
    sample: Option<PathBuf>,
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        options: Options {
            seed: 1,
            count: 1000,
            plain_names: false,
        },
        // In the project, so that its `rust-toolchain.toml` chooses the compiler.
        out: Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/random_workflows"),
        inputs: 40,
        only: None,
        sample: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |value: &str| {
            let number: Result<usize, _> = value.parse();
            number.map_err(|_| format!("`{value}` is not a number"))
        };
        match word.as_str() {
            "--seed" => arguments.options.seed = number(&value()?)? as u64,
            "--count" => arguments.options.count = number(&value()?)?,
            "--inputs" => arguments.inputs = number(&value()?)?,
            "--out" => arguments.out = value()?.into(),
            "--only" => {
                let only: Result<Vec<usize>, _> = value()?.split(',').map(number).collect();
                arguments.only = Some(only?);
            }
            "--sample" => arguments.sample = Some(value()?.into()),
            "--plain-names" => arguments.options.plain_names = true,
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    match arguments()
        .map_err(Into::into)
        .and_then(|arguments| run(&arguments))
    {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let mut rows = flows(&arguments.options);
    if let Some(only) = &arguments.only {
        rows.retain(|row| only.contains(&row.number));
    }
    let crates = Crates {
        out: &arguments.out,
        program: "random_workflows_run",
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
        main: "shared::panics::keep_panics();
    let number = |at| std::env::args().nth(at).and_then(|text| text.parse().ok()).expect(\"a number\");
    match shared::driver::drive(rows, number(1), number(2)).await.differ {
        0 => std::process::ExitCode::SUCCESS,
        _ => std::process::ExitCode::FAILURE,
    }",
    };
    let (rows, refused) = crates.compile(rows)?;
    let list = arguments.out.join("refused.txt");
    report_refused(&refused, &list)?;
    println!(
        "{} workflows are refused while they compile: {}",
        refused.len(),
        list.display()
    );
    if let Some(sample) = &arguments.sample {
        let rows: Vec<_> = rows.iter().collect();
        std::fs::write(sample, FlowRow::module(&rows).0)?;
        return Ok(true);
    }
    let status = Command::new(crates.executable())
        .args([arguments.inputs, refused.len()].map(|number| number.to_string()))
        .status()?;
    Ok(status.success())
}
