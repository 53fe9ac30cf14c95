//! `cargo run -p stepwright-tests --bin random_expressions -- --seed 1 --count 2000 --out DIR`
//!
//! Writes crates of random expressions, each as Rust and as a workflow, compiles them, runs them
//! for inputs of every kind and prints the differences, the smallest expressions first. Expressions
//! that rustc or the macro rejects are skipped and listed in `refused.txt`. The program writes
//! `values.jsonl` for `tests/random_expressions/compare.mjs`, which evaluates the same with npm's
//! `jsonata`.
//!
//! `--plain-names` uses names without collisions, `--inputs N` sets the number of inputs;
//! `--sample FILE` writes the rows of the checked-in sample instead. `--until N` runs batches of
//! `--count` expressions, each with the next seed, until there are N expressions, and writes no
//! `values.jsonl`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use stepwright_tests::random::{
    Crates, GeneratedRow, Options, ProgramRow, program, report_refused,
};

struct Arguments {
    options: Options,
    out: PathBuf,
    inputs: usize,
    sample: Option<PathBuf>,
    until: Option<usize>,
}

/// The number of expressions with each result.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    agree: usize,
    refused: usize,
    differ: usize,
}

impl Counts {
    fn all(self) -> usize {
        self.agree + self.refused + self.differ
    }

    fn plus(self, other: Counts) -> Counts {
        Counts {
            agree: self.agree + other.agree,
            refused: self.refused + other.refused,
            differ: self.differ + other.differ,
        }
    }
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        options: Options {
            seed: 1,
            count: 2000,
            plain_names: false,
        },
        // Inside of the project, so that its `rust-toolchain.toml` chooses the compiler.
        out: Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/random_expressions"),
        inputs: 50,
        sample: None,
        until: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |value: String| value.parse().map_err(|_| format!("`{value}` is no number"));
        match word.as_str() {
            "--seed" => arguments.options.seed = number(value()?)? as u64,
            "--count" => arguments.options.count = number(value()?)?,
            "--inputs" => arguments.inputs = number(value()?)?,
            "--out" => arguments.out = value()?.into(),
            "--sample" => arguments.sample = Some(value()?.into()),
            "--until" => arguments.until = Some(number(value()?)?),
            "--plain-names" => arguments.options.plain_names = true,
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    match arguments().map_err(Into::into).and_then(run_all) {
        Ok(counts) if counts.differ == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs one seed, or as many seeds as the requested number of expressions needs.
fn run_all(mut arguments: Arguments) -> Result<Counts, Box<dyn Error>> {
    let Some(until) = arguments.until else {
        return run(&arguments);
    };
    let mut counts = Counts::default();
    let start = Instant::now();
    while counts.all() < until {
        println!("seed {}", arguments.options.seed);
        counts = counts.plus(run(&arguments)?);
        arguments.options.seed += 1;
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        println!(
            "{} expressions in {minutes:.1} minutes, {:.0} a minute",
            counts.all(),
            counts.all() as f64 / minutes
        );
    }
    let Counts {
        agree,
        refused,
        differ,
    } = counts;
    println!(
        "{} expressions: {agree} agree, {refused} are refused, {differ} differ",
        counts.all()
    );
    Ok(counts)
}

/// Writes, compiles and runs the crates of one seed.
fn run(arguments: &Arguments) -> Result<Counts, Box<dyn Error>> {
    let counts = arguments.out.join("counts.json");
    let crates = Crates {
        out: &arguments.out,
        program: "random_expressions_run",
        shared: &[
            "src/random/draw",
            "tests/random_expressions/equal",
            "tests/random_expressions/glue",
            "tests/random_expressions/values",
            "tests/random_expressions/own",
            "tests/random_expressions/inputs",
            "tests/random_expressions/panics",
            "tests/random_expressions/run",
            "tests/random_expressions/driver",
        ],
        uses: "{glue::{definition, json}, inputs, own, run::Row}",
        main: "let arguments: Vec<String> = std::env::args().collect();
    let count = arguments[1].parse().expect(\"a number\");
    match shared::driver::drive(rows, count, &arguments[2], arguments.get(3).map(String::as_str)).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => { eprintln!(\"error: {error}\"); std::process::ExitCode::FAILURE }
    }",
    };
    let (rows, refused) = crates.compile(program(&arguments.options))?;
    let list = arguments.out.join("refused.txt");
    report_refused(&refused, &list)?;
    println!(
        "{} expressions are refused while they compile: {}",
        refused.len(),
        list.display()
    );
    if let Some(sample) = &arguments.sample {
        let rows: Vec<_> = rows.iter().collect();
        std::fs::write(sample, ProgramRow::module(&rows).0)?;
        return Ok(Counts::default());
    }
    let mut command = Command::new(crates.executable());
    command.arg(arguments.inputs.to_string()).arg(&counts);
    if arguments.until.is_none() {
        command.arg(arguments.out.join("values.jsonl"));
    }
    let status = command.status()?;
    if !status.success() {
        return Err(format!("the expressions were not run: {status}").into());
    }
    let counts: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(counts)?)?;
    let count = |name: &str| {
        let count = counts[name].as_u64().map(usize::try_from);
        count.ok_or(format!("no count of `{name}`"))
    };
    Ok(Counts {
        agree: count("agree")??,
        refused: count("refused")?? + refused.len(),
        differ: count("differ")??,
    })
}
