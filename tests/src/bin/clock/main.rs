//! `cargo run --release -p stepwright-tests --bin clock -- [--short] [--stepwright PATH]`
//!
//! Runs `stepwright serve --store` under wrong wall clocks: steps while it runs, and wrong clocks
//! at its start. libfaketime shows them to that process alone (Debian's package `libfaketime`;
//! `--faketime PATH` for a library elsewhere). Without the library this program fails.
//!
//! - `steps`: the wall clock is stepped by +400 s and by -3,600 s, and with `--short` it is not
//!   stepped again. Tasks with timeouts and heartbeats, waits for seconds and waits for a timestamp
//!   last as long as without steps; no time goes back; each step is logged once.
//! - `ahead`: a server starts again and again with a clock that is 100 days ahead. It deletes none
//!   of the closed executions, the server with the right clock has all of them, and
//!   `--confirm-clock` deletes those that are old by then.
//! - `behind`: a server whose clock went back between two starts. Executions do not stop before
//!   they started.
//!
//! It prints a line for each case and ends with status 1 when something does not hold.

mod cases;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use stepwright_tests::faketime;

use self::cases::Outcome;

const USAGE: &str = "usage: clock [--short] [--stepwright PATH] [--faketime PATH]

  --short             one step in each direction and two restarts, in about 30 s
  --stepwright PATH   the command; `stepwright` next to this program unless set
  --faketime PATH     libfaketimeMT.so.1; where Debian installs it unless set";

/// The servers that the cases start.
pub(crate) struct Setup {
    pub(crate) stepwright: PathBuf,
    pub(crate) faketime: PathBuf,
    pub(crate) is_short: bool,
}

impl Setup {
    fn read() -> Result<Self, String> {
        let (mut stepwright, mut faketime, mut is_short) = (None, None, false);
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || {
                let value = words.next().map(PathBuf::from);
                value.ok_or_else(|| format!("{word} needs a value\n{USAGE}"))
            };
            match word.as_str() {
                "--short" => is_short = true,
                "--stepwright" => stepwright = Some(value()?),
                "--faketime" => faketime = Some(value()?),
                _ => return Err(format!("`{word}` is unknown\n{USAGE}")),
            }
        }
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let stepwright = stepwright.unwrap_or_else(|| program.with_file_name("stepwright"));
        if !stepwright.is_file() {
            return Err(format!(
                "there is no file {}; `cargo build -p stepwright-cli` makes it",
                stepwright.display()
            ));
        }
        let faketime = match faketime {
            Some(faketime) => faketime,
            None => faketime::library()?,
        };
        Ok(Self {
            stepwright,
            faketime,
            is_short,
        })
    }
}

async fn run() -> Outcome {
    let setup = Setup::read()?;
    cases::faketime_works(&setup).await?;
    cases::steps(&setup).await?;
    println!("steps: no timer, timestamp or order of events follows a step of the wall clock");
    let restarts = if setup.is_short { 2 } else { 20 };
    for is_killed in [false, true] {
        cases::ahead(&setup, restarts, is_killed).await?;
    }
    println!("ahead: {restarts} servers that were 100 days ahead deleted nothing, twice");
    cases::behind(&setup).await?;
    println!("behind: no execution stopped before it started");
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
