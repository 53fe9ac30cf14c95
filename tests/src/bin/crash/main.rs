//! `cargo run --release -p stepwright-tests --bin crash -- --rounds 200`
//!
//! Kills an engine with a store again and again. Each round starts this program anew as a process that goes on with a file and starts
//! hundreds of executions: chains, branches, iterations, loops, retries, waits, task tokens, activities, nested executions and
//! Distributed Maps. The process is killed (SIGKILL) at a random moment, sometimes before it has read what it was to go on with. After the
//! last round one process finishes what is left, and all of it is compared with what the tasks wrote into a file of their own: every
//! execution that was accepted is over, with the output that it has when nobody kills it; no attempt of a task began twice, and none after
//! its success, but in Express children, which are not kept; the histories have no gaps, and what a reader was told is in them; each
//! answer that was taken counts.
//!
//! The last line is `N rounds, E executions, L lost, T twice`. It ends with status 1 when something does not hold, and keeps its folder
//! then. `--seed N` chooses other moments and other work; `--open N` sets how many executions run at a time; `--full` leaves the store
//! little room in each third round.

mod check;
mod child;
mod children;
mod history;
mod log;
mod machines;
mod reference;
mod rounds;
mod verdict;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use child::Life;
use verdict::Broken;

struct Arguments {
    rounds: u32,
    seed: u64,
    open: usize,
    /// The store has little room in each third round.
    fills: bool,
    /// This is the process that is killed.
    child: Option<Life>,
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        rounds: 20,
        seed: 1,
        open: 300,
        fills: false,
        child: None,
    };
    let (mut folder, mut round, mut is_last, mut max_bytes) = (None, 0, false, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--rounds" => arguments.rounds = number(&value()?)?,
            "--seed" => arguments.seed = number(&value()?)?,
            "--open" => arguments.open = number(&value()?)?,
            "--full" => arguments.fills = true,
            "--child" => folder = Some(PathBuf::from(value()?)),
            "--round" => round = number(&value()?)?,
            "--last" => is_last = true,
            "--max-bytes" => max_bytes = Some(number(&value()?)?),
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    let (seed, open) = (arguments.seed, arguments.open);
    arguments.child = folder.map(|folder| Life {
        folder,
        round,
        seed,
        open,
        is_last,
        max_bytes,
    });
    Ok(arguments)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

fn run() -> Result<bool, Broken> {
    let arguments = arguments()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    if let Some(life) = arguments.child {
        return runtime.block_on(child::live(life)).map(|()| true);
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let outputs = runtime.block_on(reference::outputs(folder.path()))?;
    let judged = rounds::run(&arguments, folder.path())
        .and_then(|()| runtime.block_on(check::check(folder.path(), &outputs)));
    let holds = judged.as_ref().is_ok_and(verdict::Verdict::holds);
    if !holds {
        println!(
            "the store and the log are kept in {}",
            folder.keep().display()
        );
    }
    let verdict = judged?;
    print!("{verdict}");
    println!("{}", verdict.line(arguments.rounds));
    Ok(holds)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(broken) => {
            eprintln!("error: {broken}");
            ExitCode::FAILURE
        }
    }
}
