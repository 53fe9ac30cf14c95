//! One life of the process that is killed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use stepwright_runtime::store::{SqliteStore, StoreError};
use stepwright_runtime::value::Value;
use stepwright_runtime::{
    Engine, ExecutionFilter, ExecutionHandle, StartError, StartOptions, Status,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::log::{self, Line, Log};
use crate::machines::STARTED;
use crate::verdict::{Broken, Kind};
use crate::world::{self, TokenRequest, World};

/// How many different inputs there are.
pub(crate) const INPUTS: u64 = 7;
/// The number of workers of the activity.
const WORKERS: u32 = 32;
/// The name of the store's file.
pub(crate) const STORE: &str = "store.db";
/// The name of the log's file.
pub(crate) const LOG: &str = "log.jsonl";

/// The parameters that the parent passes to a child.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) folder: PathBuf,
    pub(crate) round: u32,
    pub(crate) seed: u64,
    /// The number of concurrent executions.
    pub(crate) open: usize,
    /// It starts nothing new, and ends when all executions ended.
    pub(crate) is_last: bool,
    /// The maximum size of the store in bytes.
    pub(crate) max_bytes: Option<u64>,
}

/// Work that earlier processes left.
#[derive(Default)]
struct Left {
    /// Requested names without a response, with their machine and input.
    unsettled: Vec<(String, String, u64)>,
    /// Issued tokens without an answer.
    tokens: Vec<TokenRequest>,
}

impl Left {
    fn read(path: &Path) -> Result<Self, Broken> {
        let mut unsettled = HashMap::new();
        let mut tokens = HashMap::new();
        let mut answered = HashSet::new();
        for line in log::read(path)? {
            match line {
                Line::TokenRequest { machine, name, id } => {
                    unsettled.insert(name, (machine, id));
                }
                Line::Accepted { name, .. } | Line::Exists { name } => {
                    unsettled.remove(&name);
                }
                Line::Start(attempt) => {
                    if let Some(token) = attempt.token {
                        let asked = TokenRequest {
                            execution: attempt.execution,
                            token: token.clone(),
                            says: attempt.task,
                        };
                        tokens.insert(token, asked);
                    }
                }
                Line::Answered { token, .. } | Line::Late { token, .. } => {
                    answered.insert(token);
                }
                _ => {}
            }
        }
        tokens.retain(|token, _| !answered.contains(token));
        let unsettled = unsettled.into_iter();
        Ok(Self {
            unsettled: unsettled
                .map(|(name, (machine, id))| (machine, name, id))
                .collect(),
            tokens: tokens.into_values().collect(),
        })
    }
}

/// A client that starts executions.
struct Client {
    engine: Engine,
    world: Arc<World>,
    life: Life,
}

impl Client {
    async fn stuck(&self, what: Broken) {
        let kind = Kind::Stuck;
        self.world.log.write(Line::Broken { kind, what }).await;
    }

    /// Starts an execution, and waits for its end.
    async fn start(&self, machine: &str, name: &str, id: u64) {
        let line = Line::TokenRequest {
            machine: machine.to_owned(),
            name: name.to_owned(),
            id,
        };
        self.world.log.write(line).await;
        let options = || StartOptions::new().name(name);
        let start = || {
            self.engine
                .start_machine(machine, json!({"id": id}), options())
        };
        // Some are requested twice, at the same time.
        let (one, other) = match self.world.below(4) {
            0 => {
                let (one, other) = tokio::join!(start(), start());
                (one, Some(other))
            }
            _ => (start().await, None),
        };
        for started in std::iter::once(&one).chain(&other) {
            self.note(name, started).await;
        }
        let Ok(run) = one.or_else(|error| other.unwrap_or(Err(error))) else {
            return;
        };
        if self.world.below(5) == 0 {
            self.watch(&run).await;
        }
        run.report().await;
    }

    async fn note(&self, name: &str, started: &Result<ExecutionHandle<Value>, StartError>) {
        let name = name.to_owned();
        let line = match started {
            Ok(run) => Line::Accepted {
                name,
                execution: run.id().to_owned(),
            },
            Err(StartError::ExecutionAlreadyExists(_)) => Line::Exists { name },
            Err(StartError::Unavailable(StoreError::Full { .. }))
                if self.life.max_bytes.is_some() =>
            {
                Line::Refused { name }
            }
            Err(error) => Line::Broken {
                kind: Kind::Broken,
                what: format!("{name} was not started: {error}"),
            },
        };
        self.world.log.write(line).await;
    }

    /// Logs the events that a reader receives.
    async fn watch(&self, run: &ExecutionHandle<Value>) {
        let mut events = run.events();
        while let Some(event) = events.next().await {
            let line = Line::Seen {
                execution: run.id().to_owned(),
                id: event.id(),
                kind: event.kind().name().to_owned(),
            };
            self.world.log.write(line).await;
        }
    }

    /// Keeps the requested number of executions running.
    async fn start_for_ever(self: Arc<Self>, places: Arc<Semaphore>) -> Result<(), Broken> {
        let mut number = 0_u64;
        loop {
            let place = places.clone().acquire_owned().await;
            let place = place.map_err(|error| error.to_string())?;
            let chosen = self.world.below(STARTED.len() as u64);
            let machine = STARTED[usize::try_from(chosen).unwrap_or(0)];
            let name = format!("{machine}-{}-{number}", self.life.round);
            number += 1;
            self.spawn(machine.to_owned(), name, number % INPUTS, Some(place));
        }
    }

    fn spawn(
        self: &Arc<Self>,
        machine: String,
        name: String,
        id: u64,
        place: Option<OwnedSemaphorePermit>,
    ) -> tokio::task::JoinHandle<()> {
        let client = self.clone();
        tokio::spawn(async move {
            client.start(&machine, &name, id).await;
            drop(place);
        })
    }
}

/// The executions that run.
fn running(engine: &Engine) -> Result<Vec<String>, Broken> {
    let filter = ExecutionFilter::new()
        .status(Status::Running)
        .limit(100_000);
    let page = engine
        .blocking_executions(&filter)
        .map_err(|error| error.to_string())?;
    Ok(page.executions.into_iter().map(|one| one.id).collect())
}

/// Ends this process when its parent ends.
fn end_with_parent() {
    std::thread::spawn(|| {
        let _read = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
}

/// Runs until it is killed, or until all executions ended.
pub(crate) async fn live(life: Life) -> Result<(), Broken> {
    end_with_parent();
    let path = life.folder.join(LOG);
    let log = Log::open(&path)?;
    log.write(Line::Round { number: life.round }).await;
    let (world, tokens) = World::new(log, life.seed ^ u64::from(life.round) << 32);
    let mut options = SqliteStore::options();
    if let Some(bytes) = life.max_bytes {
        options = options.max_bytes(bytes);
    }
    let store = options
        .open(life.folder.join(STORE))
        .map_err(|error| error.to_string())?;
    let engine = world::builder(&world)
        .store(store)
        .build()
        .map_err(|error| error.to_string())?;
    let recovered = running(&engine)?;
    world
        .log
        .write(Line::Built {
            running: recovered.len(),
        })
        .await;
    let left = Left::read(&path)?;
    for asked in left.tokens {
        world.ask(asked);
    }
    tokio::spawn(world::answer(engine.clone(), world.clone(), tokens));
    for _ in 0..WORKERS {
        tokio::spawn(world::pick(engine.clone(), world.clone()));
    }
    let places = Arc::new(Semaphore::new(life.open.saturating_sub(recovered.len())));
    // Executions beyond the limit do not release a permit.
    for id in recovered.into_iter().take(life.open) {
        let known = engine.blocking_execution(&id);
        if let Some(run) = known.map_err(|error| error.to_string())? {
            let places = places.clone();
            tokio::spawn(async move {
                run.report().await;
                places.add_permits(1);
            });
        }
    }
    let client = Arc::new(Client {
        engine: engine.clone(),
        world: world.clone(),
        life: life.clone(),
    });
    let again = left.unsettled.into_iter();
    let again: Vec<_> = again
        .map(|(machine, name, id)| client.spawn(machine, name, id, None))
        .collect();
    if !life.is_last {
        return client.start_for_ever(places).await;
    }
    for one in again {
        one.await.map_err(|error| error.to_string())?;
    }
    while let Some(id) = running(&engine)?.first() {
        let known = engine.blocking_execution(id);
        let Some(run) = known.map_err(|error| error.to_string())? else {
            client
                .stuck(format!(
                    "{id} runs in the store, and the engine does not know it"
                ))
                .await;
            return Ok(());
        };
        run.report().await;
        // The end is committed before it is reported, and the list is read from the store.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
