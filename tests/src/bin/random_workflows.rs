//! `cargo run -p stepwright-tests --bin random_workflows -- --seed 1 --count 2000 --out DIR`
//!
//! Writes crates of random whole workflows, each with the same control flow as plain Rust, compiles them, runs both over inputs of every kind and
//! prints where they differ, the smallest workflows first. What rustc or the macro refuses is left out and listed in `refused.txt`.
//!
//! `--plain-names` takes names that collide with nothing, `--inputs N` another number of inputs, `--only A,B` only the workflows with these numbers;
//! `--sample FILE` writes the rows of the checked-in sample instead.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use stepwright_tests::random::{
    FlowRow, Options, Refused, compile, flow_module, flows, report_refused,
};

/// How often rows that do not compile are left out; each phase of rustc shows other errors.
const MAX_COMPILATIONS: usize = 8;

/// Workflows of one crate: a crate without errors is compiled once.
const CRATE: usize = 200;

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
        out: std::env::temp_dir().join("random_workflows"),
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
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package
        .parent()
        .ok_or("the package is not in the workspace")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let mut groups: Vec<Vec<FlowRow>> = Vec::new();
    for row in rows {
        match groups.last_mut() {
            Some(group) if group.len() < CRATE => group.push(row),
            _ => groups.push(vec![row]),
        }
    }
    let mut refused = Refused::new();
    for compilation in 1.. {
        let errors = compile_groups(
            &groups,
            root,
            &arguments.out,
            &target,
            refused.len(),
            arguments.inputs,
        )?;
        if errors.is_empty() {
            break;
        }
        if compilation == MAX_COMPILATIONS {
            return Err(format!("workflows are still refused: {errors:?}").into());
        }
        for group in &mut groups {
            group.retain(|row| !errors.contains_key(&row.number));
        }
        refused.extend(errors);
    }
    let list = arguments.out.join("refused.txt");
    report_refused(&refused, &list)?;
    println!(
        "{} workflows are refused while they compile: {}",
        refused.len(),
        list.display()
    );
    if let Some(sample) = &arguments.sample {
        let rows: Vec<_> = groups.iter().flatten().collect();
        std::fs::write(sample, flow_module(&rows).0)?;
        return Ok(true);
    }
    let status = Command::new(target.join("debug/random_workflows_run")).status()?;
    Ok(status.success())
}

/// Writes a file where its text has changed, so that cargo compiles only what has.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    std::fs::write(path, text)
}

fn compile_groups(
    groups: &[Vec<FlowRow>],
    root: &Path,
    out: &Path,
    target: &Path,
    refused: usize,
    inputs: usize,
) -> Result<Refused, Box<dyn Error>> {
    let tests = root.join("tests");
    let crates: Vec<String> = (0..groups.len())
        .map(|number| format!("g{number}"))
        .collect();
    let members: Vec<String> = crates.iter().map(|name| format!("{name:?}")).collect();
    for name in crates.iter().map(String::as_str).chain(["shared", "run"]) {
        std::fs::create_dir_all(out.join(name).join("src"))?;
    }
    write(
        &out.join("Cargo.toml"),
        &format!(
            r#"[workspace]
resolver = "3"
members = ["shared", "run", {}]

[workspace.dependencies]
schemars = "1"
serde = {{ version = "1", features = ["derive"] }}
serde_json = {{ version = "1", features = ["preserve_order"] }}
stepwright = {{ path = "{root}/dsl" }}
stepwright-runtime = {{ path = "{root}/runtime" }}
thiserror = "2"
tokio = {{ version = "1", features = ["macros", "rt"] }}

[profile.dev]
debug = false

[profile.dev.package]
proc-macro2.opt-level = 1
quote.opt-level = 1
syn.opt-level = 1
stepwright-macros.opt-level = 1
"#,
            members.join(", "),
            root = root.display()
        ),
    )?;
    if !out.join("Cargo.lock").exists() {
        std::fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock"))?;
    }
    let manifest = |name: &str, dependencies: &[&str]| {
        let each: Vec<String> = dependencies
            .iter()
            .map(|name| match name.starts_with('g') || *name == "shared" {
                true => format!("{name} = {{ path = \"../{name}\" }}\n"),
                false => format!("{name}.workspace = true\n"),
            })
            .collect();
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{}",
            each.concat()
        )
    };
    let libraries = [
        "schemars",
        "serde",
        "serde_json",
        "stepwright",
        "stepwright-runtime",
        "thiserror",
    ];
    write(
        &out.join("shared/Cargo.toml"),
        &manifest("shared", &libraries),
    )?;
    let mut shared = String::from("#![allow(warnings)]\n");
    let expressions = tests.join("tests/random_expressions");
    let workflows = tests.join("tests/random_workflows");
    for (folder, modules) in [
        (tests.join("src/random"), ["draw"].as_slice()),
        (expressions, &["equal", "own", "inputs", "panics", "values"]),
        (workflows, &["failure", "sim", "tasks", "run", "driver"]),
    ] {
        for module in modules {
            let path = folder.join(format!("{module}.rs"));
            shared += &format!("#[path = {path:?}]\npub mod {module};\n");
        }
    }
    write(&out.join("shared/src/lib.rs"), &shared)?;
    let mut first = 0;
    for (name, group) in crates.iter().zip(groups) {
        let own = ["shared", "serde_json", "stepwright"];
        write(&out.join(name).join("Cargo.toml"), &manifest(name, &own))?;
        write(
            &out.join(name).join("src/lib.rs"),
            "#![allow(warnings, unconditional_panic, arithmetic_overflow)]\npub use shared::{failure, inputs, run, sim, tasks};\npub mod rows;\n",
        )?;
        let rows: Vec<_> = group.iter().collect();
        let (text, line) = flow_module(&rows);
        first = line;
        write(&out.join(name).join("src/rows.rs"), &text)?;
    }
    let mut all: Vec<&str> = crates.iter().map(String::as_str).collect();
    all.extend(["shared", "tokio"]);
    write(
        &out.join("run/Cargo.toml"),
        &manifest("random_workflows_run", &all),
    )?;
    let rows: Vec<String> = crates
        .iter()
        .map(|name| format!("{name}::rows::rows()"))
        .collect();
    write(
        &out.join("run/src/main.rs"),
        &format!(
            "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> std::process::ExitCode {{\n    shared::panics::keep_panics();\n    let rows = vec![{}].into_iter().flatten().collect();\n    match shared::driver::drive(rows, {inputs}, {refused}).await.differ {{ 0 => std::process::ExitCode::SUCCESS, _ => std::process::ExitCode::FAILURE }}\n}}\n",
            rows.join(", ")
        ),
    )?;
    compile(out, target, |file, line| {
        let number: usize = file
            .strip_prefix('g')?
            .strip_suffix("/src/rows.rs")?
            .parse()
            .ok()?;
        let row = groups.get(number)?.get(line.checked_sub(first)?)?;
        Some((row.number, row.source.clone()))
    })
}
