//! How long a workflow takes to compile:
//! `cargo run -p stepwright-tests --bin compile_time [-- STATES ..]`.
//!
//! Writes a crate with one workflow of this many states, like a user's crate, and times
//! `cargo check` of only that crate (its dependencies are built before): default profiles, cold, no
//! incremental cache. An empty crate with the same dependencies is subtracted. The same graph is
//! measured as a function under `#[workflow]`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// How often each crate is checked; the minimum is used.
const RUNS: usize = 5;

const PAYLOADS: &str = "
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Order { pub id: String, pub total: f64, pub lines: Vec<Line>, pub vip: bool }

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Line { pub sku: String, pub quantity: u32 }

#[derive(Debug, thiserror::Error, TaskError)]
pub enum PaymentError {
    #[error(\"the gateway did not answer\")]
    GatewayTimeout,
    #[error(\"declined: {reason}\")]
    Declined { reason: String },
}

#[task]
pub async fn charge_card(order: Order, amount: f64) -> Result<String, PaymentError>;
";

fn main() -> ExitCode {
    let mut sizes: Vec<usize> = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.parse() {
            Ok(size) => sizes.push(size),
            Err(_) => {
                eprintln!("`{argument}` is not a number of states");
                return ExitCode::from(2);
            }
        }
    }
    if sizes.is_empty() {
        sizes.extend([10, 100, 300, 1_000]);
    }
    match measure(&sizes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(sizes: &[usize]) -> Result<(), String> {
    let package = package()?;
    let empty = check(&package, PAYLOADS)?;
    println!(
        "| states | `cargo check` | above an empty crate | a state | as a function, above | ratio |\n|---|---|---|---|---|---|"
    );
    println!("| 0 | {:.2} s | | | | |", empty.as_secs_f64());
    for states in sizes {
        let whole = check(&package, &format!("{PAYLOADS}{}", workflow(*states)))?;
        let more = whole.saturating_sub(empty);
        let function = check(&package, &format!("{PAYLOADS}{}", function(*states)))?;
        let function = function.saturating_sub(empty);
        let one =
            more.as_secs_f64() * 1_000.0 / f64::from(u32::try_from(*states).unwrap_or(1).max(1));
        println!(
            "| {states} | {:.2} s | {:.2} s | {one:.2} ms | {:.2} s | {:.2} |",
            whole.as_secs_f64(),
            more.as_secs_f64(),
            function.as_secs_f64(),
            function.as_secs_f64() / more.as_secs_f64()
        );
    }
    Ok(())
}

/// A workflow of groups of five states: a choice, a task with a retry and a catch, a pass, a wait, a pass.
fn workflow(states: usize) -> String {
    let mut source =
        String::from("\nworkflow! {\n    pub workflow Big(order: Order) -> String {\n");
    let groups = states.saturating_sub(2).div_ceil(5).max(1);
    for group in 0..groups {
        let next = if group + 1 < groups {
            format!("Triage{}", group + 1)
        } else {
            "Done".to_owned()
        };
        source.push_str(&format!(
            "        choice Triage{group} {{ when order.total > {group}.5 && !order.vip => Charge{group}; otherwise => Label{group}; }}
        task Charge{group} {{
            let payment{group} = charge_card(order, order.total * 2.0);
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3);
            catch PaymentError::Declined {{ reason }} => Rejected;
            next Count{group};
        }}
        pass Count{group} {{ let count{group} = order.lines.iter().map(|line| line.quantity).sum::<u32>(); next Label{group}; }}
        pass Label{group} {{ let label{group} = format!(\"{{}} of {group}\", order.id); next Pause{group}; }}
        wait Pause{group} {{ seconds 5; next {next}; }}
"
        ));
    }
    source.push_str(&format!(
        "        succeed Done {{ label{} }}\n        fail Rejected {{ \"Rejected\", reason }}\n    }}\n}}\n",
        groups - 1
    ));
    source
}

/// The graph of [`workflow`] as a function.
fn function(states: usize) -> String {
    let mut source = String::from(
        "
use stepwright::function::{every, secs, sleep};

#[derive(Debug, thiserror::Error, TaskError)]
pub enum Failure {
    #[error(\"rejected: {reason}\")]
    Rejected { reason: String },
    #[error(transparent)]
    #[task_error(transparent)]
    Payment(#[from] PaymentError),
}

#[stepwright::function::workflow]
pub async fn big(order: Order) -> Result<String, Failure> {
",
    );
    let groups = states.saturating_sub(2).div_ceil(5).max(1);
    for group in 0..groups {
        source.push_str(&format!(
            "    #[state(Triage{group})]
    if order.total > {group}.5 && !order.vip {{
        let payment{group} = match charge_card(&order, order.total * 2.0)
            .retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)).times(3))
            .named(\"Charge{group}\")
            .await
        {{
            Ok(payment) => payment,
            Err(PaymentError::Declined {{ reason }}) => return Err(Failure::Rejected {{ reason }}),
            Err(e) => return Err(e.into()),
        }};
        #[state(Count{group})]
        let count{group} = order.lines.iter().map(|line| line.quantity).sum::<u32>();
    }}
    #[state(Label{group})]
    let label{group} = format!(\"{{}} of {group}\", order.id);
    #[state(Pause{group})]
    sleep(secs(5)).await;
"
        ));
    }
    source.push_str(&format!("    Ok(label{})\n}}\n", groups - 1));
    source
}

/// A package outside of the project's workspace.
fn package() -> Result<PathBuf, String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let package =
        std::env::temp_dir().join(format!("stepwright-compile-time-{}", std::process::id()));
    let dsl = project.join("dsl");
    let manifest = format!(
        "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nschemars = \"1\"\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nstepwright = {{ path = {dsl:?} }}\nthiserror = \"2\"\n\n[workspace]\n"
    );
    let written = std::fs::create_dir_all(package.join("src"))
        .and_then(|()| std::fs::write(package.join("Cargo.toml"), manifest))
        .and_then(|()| std::fs::copy(project.join("Cargo.lock"), package.join("Cargo.lock")));
    written.map_err(|error| format!("cannot write {}: {error}", package.display()))?;
    Ok(package)
}

/// The fastest cold check of the package with this source.
fn check(package: &Path, source: &str) -> Result<Duration, String> {
    let file = package.join("src/lib.rs");
    let mut fastest = Duration::MAX;
    for run in 0..=RUNS {
        // The text differs each time, so that nothing is fresh.
        std::fs::write(&file, format!("{source}\n// {run}\n"))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        let start = Instant::now();
        let output = Command::new("cargo")
            .args(["check", "--quiet"])
            .current_dir(package)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", package.join("target"))
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        // The first one may have built the dependencies.
        if run > 0 {
            fastest = fastest.min(start.elapsed());
        }
    }
    Ok(fastest)
}
