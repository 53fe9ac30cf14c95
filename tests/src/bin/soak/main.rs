//! `cargo run --release -p stepwright-tests --bin soak -- --minutes 10`
//!
//! Stresses an engine on real time, like a service: handlers that succeed, fail, panic and hang,
//! tokens that are answered by several threads and late, workers that cancel their polls and panic,
//! Map Runs that are redriven, parents that join children by name, concurrent stops, readers of
//! events that leave, and tokio runtimes that shut down. Each half minute it prints its progress
//! and its memory, and at the end how often each operation happened. It exits with status 1 as soon
//! as something is lost, or if the allocated memory grows after the first two minutes. The resident
//! memory is also printed: it includes freed memory that the system's allocator retains, in a heap
//! for each thread that ever ran. `--seed N` seeds the random choices, which fixes the operations
//! but not their timing; `--clients N` sets the number of concurrent clients.

mod batches;
mod client;
mod machines;
mod memory;
mod others;
mod tokens;
mod world;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stepwright_interpreter::query::Entropy;
use stepwright_runtime::{Engine, ExecutionFilter, Status};
use tokio::task::JoinSet;

use client::Client;
use memory::Memory;
use world::{Lost, World, must};

/// How often a line is printed.
const LINE: Duration = Duration::from_secs(30);
/// How long the memory may grow: until then the engine retains as many executions as it may.
const WARM_UP: Duration = Duration::from_secs(120);
/// The maximum growth factor afterwards.
const GROWTH: f64 = 1.10;

struct Arguments {
    minutes: f64,
    seed: u64,
    clients: usize,
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments {
        minutes: 10.0,
        seed: 1,
        clients: 256,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let bad = |value: &str| format!("`{value}` is no number");
        match word.as_str() {
            "--minutes" => {
                let value = value()?;
                arguments.minutes = value.parse().map_err(|_| bad(&value))?;
            }
            "--seed" => {
                let value = value()?;
                arguments.seed = value.parse().map_err(|_| bad(&value))?;
            }
            "--clients" => {
                let value = value()?;
                arguments.clients = value.parse().map_err(|_| bad(&value))?;
            }
            other => return Err(format!("`{other}` is unknown; see the file's head")),
        }
    }
    Ok(arguments)
}

type Tasks = JoinSet<Result<(), Lost>>;

/// Fills the engine's memory of ended executions, then starts all clients. During the fill,
/// redriven executions would be evicted too early.
async fn begin(
    arguments: &Arguments,
    world: &Arc<World>,
    engine: &Engine,
    recording: &Engine,
) -> Result<Tasks, Lost> {
    let seeds = Entropy::new(arguments.seed);
    let client = || Client {
        engine: engine.clone(),
        recording: recording.clone(),
        world: world.clone(),
        entropy: Mutex::new(Entropy::new(seeds.next_u64())),
    };
    client().fill().await?;
    let mut tasks = JoinSet::new();
    for _ in 0..arguments.clients {
        let client = client();
        tasks.spawn(async move {
            while !client.world.is_over() {
                client.work().await?;
            }
            Ok(())
        });
    }
    for _ in 0..4 {
        let entropy = Entropy::new(seeds.next_u64());
        tasks.spawn(others::poll_by_hand(engine.clone(), world.clone(), entropy));
        tasks.spawn(others::work_by_handler(engine.clone(), world.clone()));
    }
    tasks.spawn(others::replace_runtimes(client()));
    tasks.spawn(others::read_pages(client()));
    Ok(tasks)
}

/// The allocated memory at the end of the warm-up, and the last one, in MiB.
#[derive(Default)]
struct Growth {
    warm: Option<f64>,
    last: f64,
}

impl Growth {
    fn note(&mut self, elapsed: Duration, memory: Memory) {
        self.last = memory.allocated;
        if elapsed >= WARM_UP {
            self.warm.get_or_insert(self.last);
        }
    }

    fn judge(&self) -> Result<(), Lost> {
        let (Some(warm), last) = (self.warm, self.last) else {
            println!("the run was too short to measure the growth of memory");
            return Ok(());
        };
        let percent = (last / warm - 1.0) * 100.0;
        println!("{warm:.1} MiB after the warm-up, {last:.1} MiB at the end: {percent:+.1} %");
        must(last <= warm * GROWTH, || "memory grows".to_owned())
    }
}

fn lost_by(ended: Option<Result<Result<(), Lost>, tokio::task::JoinError>>) -> Lost {
    match ended {
        Some(Ok(Err(lost))) => lost,
        Some(Err(error)) => format!("a worker panicked: {error}"),
        Some(Ok(Ok(()))) | None => "one who works ended early".to_owned(),
    }
}

async fn soak(arguments: &Arguments) -> Result<(), Lost> {
    let world = Arc::new(World::default());
    let (engine, recording) = (machines::engine(&world)?, machines::recording()?);
    let mut tasks = begin(arguments, &world, &engine, &recording).await?;
    let begun = Instant::now();
    let whole = Duration::from_secs_f64(arguments.minutes * 60.0);
    let mut growth = Growth::default();
    let mut next = LINE;
    while begun.elapsed() < whole {
        let until = next.min(whole).saturating_sub(begun.elapsed());
        tokio::select! {
            ended = tasks.join_next() => {
                println!("{}", world.counts);
                return Err(lost_by(ended));
            }
            () = tokio::time::sleep(until) => {}
        }
        if begun.elapsed() >= next {
            next += LINE;
            let running = ExecutionFilter::new().status(Status::Running);
            let running = engine.blocking_executions(&running);
            let running = running.map_err(|error| error.to_string())?.executions.len();
            let memory = Memory::now();
            growth.note(begun.elapsed(), memory);
            println!(
                "{:>6.0} s  {:>9} ended  {running:>5} open  {memory}",
                begun.elapsed().as_secs_f64(),
                world.counts.ended.get(),
            );
        }
    }
    world.end();
    while let Some(ended) = tasks.join_next().await {
        if !matches!(ended, Ok(Ok(()))) {
            return Err(lost_by(Some(ended)));
        }
    }
    print!("{}", world.counts);
    let stopped = engine.shutdown(Duration::from_secs(10)).await;
    must(stopped.is_empty(), || {
        format!("{} executions were still running", stopped.len())
    })?;
    let (began, ended) = (
        world.counts.started.get() + world.counts.redriven.get(),
        world.counts.ended.get(),
    );
    must(began == ended, || {
        format!("{began} executions started or resumed, but {ended} ended")
    })?;
    growth.judge()
}

fn main() -> ExitCode {
    // Panics of handlers are expected here.
    std::panic::set_hook(Box::new(|_| {}));
    let run = || -> Result<(), Lost> {
        let arguments = arguments()?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
        runtime.block_on(soak(&arguments))
    };
    match run() {
        Ok(()) => {
            println!("nothing was lost");
            ExitCode::SUCCESS
        }
        Err(lost) => {
            eprintln!("error: {lost}");
            ExitCode::FAILURE
        }
    }
}
