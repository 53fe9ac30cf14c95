//! The server mode: `stepwright serve --store`, with clients over HTTP, is ended and disturbed
//! round after round.

mod api;
mod clients;
mod control;
mod database;
mod endpoint;
mod faults;
mod inventory;
mod judge;
mod ledger;
mod machines;
mod reference;
mod registers;
mod rounds;
mod server;
mod workers;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use self::api::{Address, Api};
use self::clients::{Clients, Phase};
use self::database::Database;
use self::reference::Outputs;
use self::rounds::Rounds;
use self::server::ServerCommand;
use crate::child::LOG;
use crate::log::Log;
use crate::verdict::{Broken, Kind, Verdict};
use crate::world::World;

/// How long no execution may end before those that run count as stuck. No state waits for more than
/// four seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// The arguments of the server mode.
#[derive(Clone, Debug)]
pub(crate) struct ServeArguments {
    pub(crate) rounds: u32,
    pub(crate) seed: u64,
    /// How many clients start executions.
    pub(crate) clients: usize,
    /// The path of the command.
    pub(crate) server: PathBuf,
    /// The programs of PostgreSQL, if the store is a database.
    pub(crate) postgres: Option<PathBuf>,
}

/// The tasks of this program that answer the server, with a client of it.
struct Environment {
    api: Arc<Api>,
    world: Arc<World>,
    command: ServerCommand,
    address: watch::Sender<Option<Address>>,
}

impl Environment {
    /// Starts the tasks that answer the server's tasks and tokens.
    async fn new(arguments: &ServeArguments, folder: &Path) -> Result<Self, Broken> {
        let log = Log::open(&folder.join(LOG))?;
        let (world, tokens) = World::new(log.clone(), arguments.seed);
        let bindings = endpoint::bindings(endpoint::listen(world.clone()).await?);
        let database = match &arguments.postgres {
            Some(programs) => Some(Arc::new(Database::start(programs, folder).await?)),
            None => None,
        };
        let command = ServerCommand::new(&arguments.server, folder, bindings, database).await?;
        let (address, listening) = watch::channel(None);
        let api = Api::new(log, listening);
        tokio::spawn(workers::answer(api.clone(), world.clone(), tokens));
        let calls = endpoint::read_calls(world.clone(), command.calls());
        let reports = api.clone();
        tokio::spawn(async move {
            if let Err(error) = calls.await {
                reports.report(Kind::Broken, error).await;
            }
        });
        Ok(Self {
            api,
            world,
            command,
            address,
        })
    }

    /// Lets the clients use the server in this round, or none.
    fn publish(&self, round: u32, address: Option<String>) {
        let address = address.map(|text| Address { round, text });
        self.address.send_replace(address);
    }
}

/// Runs all rounds, and checks the results.
pub(crate) async fn run(arguments: &ServeArguments, folder: &Path) -> Result<Verdict, Broken> {
    let reference = folder.join("reference");
    std::fs::create_dir_all(&reference).map_err(|error| error.to_string())?;
    let outputs = reference_outputs(arguments, &reference).await?;
    let environment = Environment::new(arguments, folder).await?;
    let Environment { api, world, .. } = &environment;
    let (phase, phases) = watch::channel(Phase::Working);
    let clients = Clients::new(api.clone(), world.clone(), phases.clone());
    let (ready, is_ready) = oneshot::channel();
    let control = control::work(api, world, &clients, phases, ready);
    let workers = (api.clone(), world.clone());
    tokio::spawn(async move {
        if is_ready.await.is_ok() {
            workers::work(&workers.0, &workers.1);
        }
    });
    let working = clients.work(arguments.clients);
    let mut rounds = Rounds::new(arguments, &environment, phase);
    rounds.all().await?;
    let mut server = rounds.last().await?;
    working.join_all().await;
    for one in control {
        one.await.map_err(|error| error.to_string())?;
    }
    let stuck = inventory::drain(api, PATIENCE).await?;
    let mut verdict = judge::judge(api, folder, &outputs, &stuck).await?;
    rounds.close(&mut server, &mut verdict).await;
    Ok(verdict)
}

/// Runs each machine once on an undisturbed server.
async fn reference_outputs(arguments: &ServeArguments, folder: &Path) -> Result<Outputs, Broken> {
    let environment = Environment::new(arguments, folder).await?;
    let mut server = environment.command.start(0, false)?;
    let address = server.address().await?;
    let address =
        address.map_err(|status| format!("the server ended ({status}): {}", server.errors()))?;
    environment.publish(0, Some(address));
    control::set_up(&environment.api).await;
    workers::work(&environment.api, &environment.world);
    let outputs = reference::outputs(&environment.api).await;
    server.kill().await;
    environment.publish(0, None);
    outputs
}
