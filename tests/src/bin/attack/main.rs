//! `cargo run --release -p stepwright-tests --bin attack [-- NAME...]`: attacks on
//! `stepwright serve` and other commands, from outside.
//!
//! Each attack starts a server, does what an attacker or a defective client does, and reads
//! `/health` every 20 milliseconds. It fails when a correct client is refused or waits, when
//! `/health` is slow, or when the server needs too much memory. The program prints a line for each
//! attack, and ends with status 1 if one fails.

mod children;
mod commands;
mod locks;
mod log;
mod output;
mod pages;
mod poison;
mod probe;
mod project;
mod redrives;
mod replies;
mod runaway;
mod shutdown;
mod starts;
mod stores;
mod target;
mod uploads;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const USAGE: &str = "usage: attack [--short] [--seed N] [--stepwright PATH] [NAME...]

  NAME                one of: poison, replies, readers, output, runaway, uploads, pages, children, shutdown, redrives, accounts, emptied, locks, log, project, starts, commands; by default all
  --short             smaller numbers, and bounds for a debug build, for CI
  --seed N            the seed of random moments; 1 by default
  --stepwright PATH   the command; by default `stepwright` in the folder of this program";

const NAMES: [&str; 17] = [
    "poison", "replies", "readers", "output", "runaway", "uploads", "pages", "children",
    "shutdown", "redrives", "accounts", "emptied", "locks", "log", "project", "starts", "commands",
];

/// What all attacks share.
struct Setup {
    is_short: bool,
    seed: u64,
    stepwright: Option<PathBuf>,
    folder: tempfile::TempDir,
    names: Vec<String>,
}

impl Setup {
    fn read() -> Option<Self> {
        let mut read = Self {
            is_short: false,
            seed: 1,
            stepwright: None,
            folder: tempfile::tempdir().ok()?,
            names: Vec::new(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--short" => read.is_short = true,
                "--seed" => read.seed = words.next()?.parse().ok()?,
                "--stepwright" => read.stepwright = Some(words.next()?.into()),
                name if NAMES.contains(&name) => read.names.push(word),
                _ => return None,
            }
        }
        if read.names.is_empty() {
            read.names = NAMES.map(str::to_owned).to_vec();
        }
        Some(read)
    }

    /// The attacked command.
    fn command(&self) -> Result<tokio::process::Command, String> {
        let path = match &self.stepwright {
            Some(path) => path.clone(),
            None => stepwright_tests::process::sibling()?,
        };
        let mut command = tokio::process::Command::new(path);
        command.env_remove("SFN_MOCK_CONFIG").kill_on_drop(true);
        Ok(command)
    }

    /// One of two numbers: of the short attack, or of the complete one.
    fn choose<T>(&self, short: T, complete: T) -> T {
        if self.is_short { short } else { complete }
    }

    /// The bound of the 99th percentile of `/health`.
    fn health_bound(&self) -> Duration {
        self.choose(Duration::from_secs(1), Duration::from_millis(100))
    }

    /// The bound of the server's memory in megabytes. A debug build needs more for the same values.
    fn memory_bound(&self) -> f64 {
        self.choose(600.0, 300.0)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(setup) = Setup::read() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut failed = 0;
    for name in &setup.names {
        match attack(name, &setup).await {
            Ok(result) => println!("{name}: {result}"),
            Err(error) => {
                failed += 1;
                println!("{name}: FAILED: {error}");
            }
        }
    }
    println!(
        "{} attacks, {failed} found a fault (seed {})",
        setup.names.len(),
        setup.seed
    );
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

async fn attack(name: &str, setup: &Setup) -> Result<String, String> {
    match name {
        "poison" => poison::attack(setup).await,
        "replies" => replies::attack(setup).await,
        "readers" => replies::without_reading(setup).await,
        "output" => output::attack(setup).await,
        "runaway" => runaway::attack(setup).await,
        "uploads" => uploads::attack(setup).await,
        "pages" => pages::attack(setup).await,
        "children" => children::attack(setup).await,
        "shutdown" => shutdown::attack(setup).await,
        "redrives" => redrives::attack(setup).await,
        "accounts" => stores::accounts(setup).await,
        "emptied" => stores::emptied(setup).await,
        "locks" => locks::attack(setup).await,
        "log" => log::attack(setup).await,
        "project" => project::attack(setup).await,
        "starts" => starts::attack(setup).await,
        "commands" => commands::attack(setup).await,
        _ => Err("no such attack".to_owned()),
    }
}
