//! `cargo run -p stepwright-tests --bin random_expressions -- --seed 1 --count 2000 --out DIR`
//!
//! Writes a crate of random expressions, each as Rust and as a workflow, compiles it, runs it over inputs of every kind and prints where
//! the two differ, the smallest expressions first. What rustc or the macro refuses is left out and listed in `refused.txt`. The crate writes
//! `values.jsonl` for `tests/random_expressions/compare.mjs`, which evaluates the same with npm's `jsonata`.
//!
//! `--plain-names` takes names that collide with nothing, `--inputs N` another number of inputs;
//! `--sample FILE` writes the rows of the checked-in sample instead. `--until N` runs one crate of `--count` expressions after the
//! other, each with the next seed, until there are N expressions, and writes no `values.jsonl`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use stepwright_tests::random::{
    Options, Program, Refused, compile, program, report_refused, rows_module,
};

/// How often rows that do not compile are left out; each phase of rustc shows errors of its own.
const MAX_COMPILATIONS: usize = 16;

/// Rows of one module: rustc reads small files faster than one large one.
const MODULE: usize = 250;

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

/// Runs one crate, or as many as there are to be expressions.
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

/// Writes, compiles and runs one crate.
fn run(arguments: &Arguments) -> Result<Counts, Box<dyn Error>> {
    let mut program = program(&arguments.options);
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package
        .parent()
        .ok_or("the package stands in the workspace")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    std::fs::create_dir_all(arguments.out.join("src"))?;
    std::fs::write(arguments.out.join("Cargo.toml"), manifest(root))?;
    std::fs::copy(root.join("Cargo.lock"), arguments.out.join("Cargo.lock"))?;
    let mut refused = Refused::new();
    for compilation in 1.. {
        let errors = compile_program(&program, package, arguments, &target)?;
        if errors.is_empty() {
            break;
        }
        if compilation == MAX_COMPILATIONS {
            return Err(format!("rows are still refused: {errors:?}").into());
        }
        program.rows.retain(|row| !errors.contains_key(&row.number));
        refused.extend(errors);
    }
    let list = arguments.out.join("refused.txt");
    report_refused(&refused, &list)?;
    println!(
        "{} expressions are refused while they compile: {}",
        refused.len(),
        list.display()
    );
    if let Some(sample) = &arguments.sample {
        let rows: Vec<_> = program.rows.iter().collect();
        std::fs::write(sample, rows_module(&rows).0)?;
        return Ok(Counts::default());
    }
    let counts = arguments.out.join("counts.json");
    let mut command = Command::new(target.join("debug/random_expressions_run"));
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

fn manifest(root: &Path) -> String {
    let root = root.display();
    format!(
        r#"[package]
name = "random_expressions_run"
version = "0.1.0"
edition = "2024"

[dependencies]
schemars = "1"
serde = {{ version = "1", features = ["derive"] }}
serde_json = {{ version = "1", features = ["preserve_order"] }}
stepwright = {{ path = "{root}/dsl" }}
stepwright-runtime = {{ path = "{root}/runtime" }}
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}

[profile.dev]
debug = false
incremental = false

[profile.dev.package."*"]
opt-level = 1

[profile.dev.build-override]
opt-level = 1

[workspace]
"#
    )
}

/// Writes the crate and compiles it.
fn compile_program(
    program: &Program,
    package: &Path,
    arguments: &Arguments,
    target: &Path,
) -> Result<Refused, Box<dyn Error>> {
    let source = arguments.out.join("src");
    let rows: Vec<_> = program.rows.iter().collect();
    let mut main = String::from("#![allow(warnings)]\n");
    let shared = package.join("tests/random_expressions");
    main += &format!(
        "#[path = {:?}]\nmod draw;\n",
        package.join("src/random/draw.rs")
    );
    for module in [
        "equal", "glue", "values", "own", "inputs", "panics", "run", "driver",
    ] {
        main += &format!(
            "#[path = {:?}]\nmod {module};\n",
            shared.join(format!("{module}.rs"))
        );
    }
    main += "use glue::{definition, json};\nuse run::Row;\n";
    let (mut first, mut all) = (0, Vec::new());
    for (number, chunk) in rows.chunks(MODULE).enumerate() {
        let (text, line) = rows_module(chunk);
        first = line;
        std::fs::write(source.join(format!("rows{number}.rs")), text)?;
        main += &format!("mod rows{number};\n");
        all.push(format!("rows{number}::rows()"));
    }
    main += &format!(
        "\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> std::io::Result<()> {{\n    let arguments: Vec<String> = std::env::args().collect();\n    let rows = vec![{}].into_iter().flatten().collect();\n    driver::drive(rows, arguments[1].parse().expect(\"a number\"), &arguments[2], arguments.get(3).map(String::as_str)).await\n}}\n",
        all.join(", ")
    );
    std::fs::write(source.join("main.rs"), main)?;
    compile(&arguments.out, target, |file, line| {
        let number: usize = file
            .strip_prefix("src/rows")?
            .strip_suffix(".rs")?
            .parse()
            .ok()?;
        let row = rows.get(number * MODULE + line.checked_sub(first)?)?;
        Some((row.number, row.source.clone()))
    })
}
