//! `cargo run --release -p stepwright-tests --bin crash -- --rounds 200 [--serve | --events]`
//!
//! Kills an engine with a store repeatedly, in four modes.
//!
//! **The engine.** Each round starts this program as a process that opens the store and starts
//! hundreds of executions: chains, branches, iterations, loops, retries, waits, task tokens,
//! activities, nested executions and Distributed Maps. The process is killed (SIGKILL) at a random
//! moment, sometimes before it has recovered. `--open N` sets how many executions run at a time;
//! `--full` leaves the store little disk space in each third round.
//!
//! **The server** (`--serve`). Each round starts `stepwright serve --store`. Clients create state
//! machines, start executions (nested ones in all four forms, Distributed Maps, task tokens,
//! activities), stop and describe them, over HTTP. The server ends by SIGKILL, by SIGTERM with a
//! random `--grace`, or by two signals, sometimes before it listens. In between another program
//! locks the store, or the store's files cannot grow. `--clients N` sets how many clients start
//! executions; `--server PATH` names the command, which is next to this program otherwise.
//!
//! **The standby** (`--serve --postgres PROGRAMS`). The store is a database of a PostgreSQL server
//! that this program starts, and each server follows the one before as a standby. The leader also
//! ends by SIGSTOP, and continues when the next one has taken over. In between the database is
//! killed, connections are ended, and the lease cannot be renewed. Prints how long takeovers take.
//!
//! **The event bus** (`--events`). Each round starts `stepwright serve --store --events`, to which
//! clients send events, and kills it. Events start state machines whose own events and status
//! events start others; `events.rs` has what must hold.
//!
//! After the last round one process ends the remaining executions, and the program compares all of
//! it with a log outside of the store. The last line is
//! `N rounds, E executions, L lost, S stuck, T twice, U undone`:
//!
//! - lost: an acknowledged start or resource is missing, or was missing for a time;
//! - stuck: an execution does not end, or a server does not continue, although nothing prevents it;
//! - twice: an attempt of a task began twice, a state started two executions, or a token was
//!   answered twice;
//! - undone: the effect of an acknowledged request is gone, or a status that was reported as the
//!   end changed later.
//!
//! Each violation is printed with its ARN and the numbers of the requests in the log. The program
//! ends with status 1 when something does not hold, and retains its folder then. `--seed N` chooses
//! other moments and other work.

mod check;
mod child;
mod children;
mod events;
mod history;
mod log;
mod logged;
mod machines;
mod reference;
mod rounds;
#[cfg(target_os = "linux")]
mod serve;
mod verdict;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use child::Life;
use verdict::{Broken, Verdict};

struct Arguments {
    rounds: u32,
    seed: u64,
    open: usize,
    /// The store is almost full in each third round.
    fills: bool,
    /// This is the process that is killed.
    child: Option<Life>,
    /// The command, and the number of clients, in the server mode.
    serve: Option<(PathBuf, usize)>,
    /// The programs of PostgreSQL, if the store of the server mode is a database.
    postgres: Option<PathBuf>,
    /// Whether events are sent to the server.
    events: bool,
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        rounds: 20,
        seed: 1,
        open: 300,
        fills: false,
        child: None,
        serve: None,
        postgres: None,
        events: false,
    };
    let (mut serves, mut server, mut clients) = (false, None, 12);
    let (mut folder, mut round, mut is_last, mut max_bytes) = (None, 0, false, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--rounds" => arguments.rounds = number(&value()?)?,
            "--seed" => arguments.seed = number(&value()?)?,
            "--open" => arguments.open = number(&value()?)?,
            "--full" => arguments.fills = true,
            "--serve" => serves = true,
            "--events" => (serves, arguments.events) = (true, true),
            "--server" => (serves, server) = (true, Some(PathBuf::from(value()?))),
            "--postgres" => (serves, arguments.postgres) = (true, Some(PathBuf::from(value()?))),
            "--clients" => clients = number(&value()?)?,
            "--child" => folder = Some(PathBuf::from(value()?)),
            "--round" => round = number(&value()?)?,
            "--last" => is_last = true,
            "--max-bytes" => max_bytes = Some(number(&value()?)?),
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    if serves {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let server = server.unwrap_or_else(|| own.with_file_name("stepwright"));
        arguments.serve = Some((server, clients));
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

#[cfg(target_os = "linux")]
fn serve_and_judge(
    runtime: &tokio::runtime::Runtime,
    arguments: &Arguments,
    folder: &Path,
    server: PathBuf,
    clients: usize,
) -> Result<Verdict, Broken> {
    let arguments = serve::ServeArguments {
        rounds: arguments.rounds,
        seed: arguments.seed,
        clients,
        server,
        postgres: arguments.postgres.clone(),
    };
    runtime.block_on(serve::run(&arguments, folder))
}

/// Only Linux can set the limit of a running process.
#[cfg(not(target_os = "linux"))]
fn serve_and_judge(
    _: &tokio::runtime::Runtime,
    _: &Arguments,
    _: &Path,
    _: PathBuf,
    _: usize,
) -> Result<Verdict, Broken> {
    Err("the server mode needs Linux".to_owned())
}

/// Runs the rounds in a new folder, and checks them.
fn run_rounds(runtime: &tokio::runtime::Runtime, arguments: &Arguments) -> Result<Verdict, Broken> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (rounds, seed) = (arguments.rounds, arguments.seed);
    let judged = match arguments.serve.clone() {
        Some(server) if arguments.events => {
            runtime.block_on(events::run(rounds, seed, server, folder.path()))
        }
        Some((server, clients)) => {
            serve_and_judge(runtime, arguments, folder.path(), server, clients)
        }
        None => runtime
            .block_on(reference::outputs(folder.path()))
            .and_then(|outputs| {
                rounds::run(arguments, folder.path())?;
                runtime.block_on(check::check(folder.path(), &outputs))
            }),
    };
    let holds = judged.as_ref().is_ok_and(Verdict::holds);
    if !holds {
        println!(
            "the store and the log are retained in {}",
            folder.keep().display()
        );
    }
    judged
}

fn run() -> Result<bool, Broken> {
    let arguments = arguments()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    if let Some(life) = arguments.child {
        return runtime.block_on(child::live(life)).map(|()| true);
    }
    let verdict = run_rounds(&runtime, &arguments)?;
    print!("{verdict}");
    println!("{}", verdict.line(arguments.rounds));
    Ok(verdict.holds())
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
