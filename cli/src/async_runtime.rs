//! The threads that run the asynchronous code of all commands.

use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// The environment variable of tokio with the number of threads.
const THREADS_VARIABLE: &str = "TOKIO_WORKER_THREADS";
/// The most threads that the variable may request.
const MOST_THREADS: usize = 1_024;

/// Starts the threads: one for each processor, unless the environment has a number.
///
/// # Errors
///
/// If the number is invalid, or if the system has no threads or open files for the runtime. Tokio
/// itself panics in most of these cases, so they are checked first.
pub(crate) fn start() -> Result<Runtime, Failure> {
    let mut builder = Builder::new_multi_thread();
    if let Some(threads) = worker_threads()? {
        builder.worker_threads(threads);
    }
    check_threads()?;
    check_open_files()?;
    builder.enable_all().build().map_err(|error| {
        Failure::Failed(format!(
            "the threads of the program cannot be started: {error}"
        ))
    })
}

/// The number of threads in the environment.
fn worker_threads() -> Result<Option<usize>, Failure> {
    let Some(value) = std::env::var_os(THREADS_VARIABLE) else {
        return Ok(None);
    };
    let threads = value.to_str().and_then(|value| value.parse().ok());
    let threads = threads.filter(|threads| (1..=MOST_THREADS).contains(threads));
    threads.map(Some).ok_or_else(|| {
        Failure::Failed(format!(
            "{THREADS_VARIABLE} must be a number of threads from 1 to {MOST_THREADS}; change or remove the variable"
        ))
    })
}

/// Starts and ends one thread.
fn check_threads() -> Result<(), Failure> {
    let started = std::thread::Builder::new().spawn(|| ());
    let thread = started.map_err(|error| {
        Failure::Failed(format!(
            "cannot start a thread: {error}; raise the limit of processes (`ulimit -u`), or correct the size of stacks in RUST_MIN_STACK"
        ))
    })?;
    thread
        .join()
        .map_err(|_| Failure::Failed("a thread ended with a panic".to_owned()))
}

/// Opens and closes as many files as the runtime opens at its start.
#[cfg(unix)]
fn check_open_files() -> Result<(), Failure> {
    const PAIRS: usize = 6;
    let pairs: Result<Vec<_>, _> = (0..PAIRS)
        .map(|_| std::os::unix::net::UnixStream::pair())
        .collect();
    pairs.map(drop).map_err(|error| {
        Failure::Failed(format!(
            "cannot open the files that the program needs to start: {error}; raise the limit of open files (`ulimit -n`)"
        ))
    })
}

#[cfg(not(unix))]
fn check_open_files() -> Result<(), Failure> {
    Ok(())
}
