//! `cargo run --release -p stepwright-tests --bin lists [-- --short]`: whether lists of a large
//! store stall the server.
//!
//! It fills a store through `stepwright serve --store`: 40,000 closed executions, of which each
//! fiftieth was started by an alias, each fiftieth failed, and each two-hundredth was redriven.
//! Then it starts the server again, so that memory has none of them, and measures pages of ten,
//! first alone and then `/health` and StartExecution next to three clients that list everything. A
//! second server without a store lists as many executions that wait.
//!
//! It prints the numbers and ends with status 1 when a call next to the lists takes longer than the
//! bound.
//!
//! `--duplicates` measures something else, in this process: how many executions start in a second
//! alone, and next to 1,000 starts a second with names that exist.

mod duplicates;
mod fill;
mod measure;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use stepwright_tests::process::ServerProcess;

const USAGE: &str = "usage: lists [--short] [--executions N] [--seconds N] [--bound MILLISECONDS] [--stepwright PATH] [--without-memory]
       lists --duplicates [--seconds N]

  --short             2,000 executions, 2 seconds and a bound of 1,000 ms, for CI
  --executions N      the executions of the store; 40,000 by default
  --seconds N         how long three clients list; 10 by default
  --bound N           the longest call next to the lists, in milliseconds; 250 by default
  --stepwright PATH   the command; by default `stepwright` in the directory of this program
  --without-memory    skips the server without a store
  --duplicates        measures starts next to starts with names that exist";

struct Arguments {
    executions: usize,
    time: Duration,
    bound: Duration,
    stepwright: Option<PathBuf>,
    has_memory: bool,
    is_of_duplicates: bool,
}

impl Arguments {
    fn read() -> Option<Self> {
        let mut read = Self {
            executions: 40_000,
            time: Duration::from_secs(10),
            bound: Duration::from_millis(250),
            stepwright: None,
            has_memory: true,
            is_of_duplicates: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--short" => {
                    (read.executions, read.time) = (2_000, Duration::from_secs(2));
                    read.bound = Duration::from_secs(1);
                }
                "--executions" => read.executions = words.next()?.parse().ok()?,
                "--seconds" => read.time = Duration::from_secs(words.next()?.parse().ok()?),
                "--bound" => read.bound = Duration::from_millis(words.next()?.parse().ok()?),
                "--stepwright" => read.stepwright = Some(words.next()?.into()),
                "--without-memory" => read.has_memory = false,
                "--duplicates" => read.is_of_duplicates = true,
                _ => return None,
            }
        }
        (read.executions >= 1_000 && !read.time.is_zero()).then_some(read)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(arguments) = Arguments::read() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let measured = if arguments.is_of_duplicates {
        duplicates::measure(arguments.time).await
    } else {
        run(&arguments).await
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let store = folder.path().join("lists.db");
    let command = arguments.stepwright.as_deref();
    let mut server = serve(command, Some(&store)).await?;
    let machine = fill::closed(&server.address, arguments.executions).await?;
    // The next process has none of the executions in memory.
    server.end().await?;
    let mut server = serve(command, Some(&store)).await?;
    measure::pages(&server.address, "store", &machine).await?;
    measure::large_pages(&server.address, &machine, arguments.time).await?;
    let longest = measure::stall(&server.address, &machine, arguments.time).await?;
    server.end().await?;
    if arguments.has_memory {
        let mut server = serve(command, None).await?;
        let machine = fill::waiting(&server.address, arguments.executions).await?;
        measure::pages(&server.address, "memory", &machine).await?;
        server.end().await?;
    }
    if longest > arguments.bound {
        return Err(format!(
            "a call next to the lists took {} ms, and the bound is {} ms",
            longest.as_millis(),
            arguments.bound.as_millis()
        ));
    }
    Ok(())
}

/// Starts a server, with a store or without one.
async fn serve(command: Option<&Path>, store: Option<&Path>) -> Result<ServerProcess, String> {
    let store = store.map(|path| [OsString::from("--store"), path.into()]);
    ServerProcess::stepwright(command, store.into_iter().flatten()).await
}
