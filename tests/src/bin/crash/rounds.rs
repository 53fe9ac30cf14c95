//! Starts the process and kills it in each round.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use stepwright_interpreter::query::Entropy;

use crate::Arguments;
use crate::child::{LOG, STORE};
use crate::log::{self, Line};
use crate::verdict::Broken;

/// The longest time for the last process to finish the remaining work: no execution waits for more
/// than a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much the store may grow in a round in which it becomes full.
const ROOM: u64 = 256 << 10;

/// A process that is killed at the latest when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _over = self.0.kill();
        let _status = self.0.wait();
    }
}

/// The standard error of the processes.
fn errors(folder: &Path) -> PathBuf {
    folder.join("errors.txt")
}

fn begin(
    arguments: &Arguments,
    folder: &Path,
    round: u32,
    is_last: bool,
) -> Result<Process, Broken> {
    let failed =
        |error: std::io::Error| format!("the process of round {round} cannot be started: {error}");
    let errors = OpenOptions::new()
        .append(true)
        .create(true)
        .open(errors(folder))
        .map_err(failed)?;
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.arg("--child").arg(folder).args(
        [
            ("--round", u64::from(round)),
            ("--seed", arguments.seed),
            ("--open", arguments.open as u64),
        ]
        .iter()
        .flat_map(|(name, value)| [(*name).to_owned(), value.to_string()]),
    );
    if is_last {
        command.arg("--last");
    } else if arguments.fills && round.is_multiple_of(3) {
        let size = std::fs::metadata(folder.join(STORE)).map_or(0, |file| file.len());
        command.args(["--max-bytes", &(size + ROOM).to_string()]);
    }
    // The child's standard input is closed when this process ends.
    command.stdin(Stdio::piped());
    command.stderr(errors).spawn().map(Process).map_err(failed)
}

/// How long the process of a round runs.
fn life(entropy: &Entropy) -> Duration {
    let most: u64 = match entropy.next_u64() % 4 {
        // Most of these have not recovered yet.
        0 => 25,
        1 => 150,
        _ => 900,
    };
    Duration::from_micros(entropy.next_u64() % (most * 1_000))
}

/// The error for a process that ended by itself.
fn ended_early(round: u32, status: ExitStatus, folder: &Path) -> Broken {
    let said = std::fs::read_to_string(errors(folder)).unwrap_or_default();
    format!("the process of round {round} ended by itself ({status}): {said}")
}

/// The log of a round.
struct Round {
    is_built: bool,
    running: usize,
    accepted: usize,
    refused: usize,
}

fn look(folder: &Path, round: u32) -> Result<Round, Broken> {
    let mut seen = Round {
        is_built: false,
        running: 0,
        accepted: 0,
        refused: 0,
    };
    let mut number = 0;
    for line in log::read(&folder.join(LOG))? {
        match line {
            Line::Round { number: begun } => number = begun,
            _ if number != round => {}
            Line::Built { running } => (seen.is_built, seen.running) = (true, running),
            Line::Accepted { .. } => seen.accepted += 1,
            Line::Refused { .. } => seen.refused += 1,
            _ => {}
        }
    }
    Ok(seen)
}

/// Waits until a start was accepted, so that a slow machine also has something to lose.
fn wait_for_a_start(process: &mut Process, folder: &Path) -> Result<(), Broken> {
    let begun = Instant::now();
    while look(folder, 1)?.accepted == 0 {
        if let Some(status) = process.0.try_wait().map_err(|error| error.to_string())? {
            return Err(ended_early(1, status, folder));
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!(
                "nothing is accepted within {} s",
                PATIENCE.as_secs()
            ));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Runs all rounds; the process of the last one is not killed.
pub(crate) fn run(arguments: &Arguments, folder: &Path) -> Result<(), Broken> {
    let entropy = Entropy::new(arguments.seed);
    let (mut early, mut accepted, mut refused) = (0, 0, 0);
    let last = arguments.rounds + 1;
    for round in 1..last {
        let life = life(&entropy);
        let mut process = begin(arguments, folder, round, false)?;
        // The later processes are killed while they recover, too.
        if round == 1 {
            wait_for_a_start(&mut process, folder)?;
        }
        std::thread::sleep(life);
        if let Some(status) = process.0.try_wait().map_err(|error| error.to_string())? {
            return Err(ended_early(round, status, folder));
        }
        drop(process);
        let seen = look(folder, round)?;
        early += u32::from(!seen.is_built);
        accepted += seen.accepted;
        refused += seen.refused;
        let recovered = if seen.is_built {
            format!("{} resumed", seen.running)
        } else {
            "before the engine was built".to_owned()
        };
        println!(
            "round {round}: killed after {:.1} ms, {recovered}, {} starts accepted{}",
            life.as_secs_f64() * 1_000.0,
            seen.accepted,
            match seen.refused {
                0 => String::new(),
                refused => format!(", {refused} refused by a full store"),
            }
        );
    }
    let begun = Instant::now();
    let mut process = begin(arguments, folder, last, true)?;
    let status = loop {
        if let Some(status) = process.0.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            println!(
                "the last process does not end within {} s",
                PATIENCE.as_secs()
            );
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    if !status.success() {
        return Err(ended_early(last, status, folder));
    }
    println!(
        "{early} of {} processes were killed before their engine was built; {accepted} starts were accepted and {refused} refused; the last process took {:.1} s",
        arguments.rounds,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}
