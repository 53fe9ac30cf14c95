//! `stepwright serve`: the Step Functions API on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use stepwright_runtime::Engine;
use stepwright_runtime::objects::Folder;
use stepwright_runtime::serve::Server;
use stepwright_runtime::store::SqliteStore;
use stepwright_runtime::testing::MockConfig;
use tokio::net::TcpListener;

use crate::args::ServeArguments;
use crate::failure::Failure;
use crate::input;
use crate::report;
use crate::store::cannot as cannot_store;
use crate::tasks::ServerTasks;

/// Names the file of mocks, as Step Functions Local reads it.
const MOCKS_VARIABLE: &str = "SFN_MOCK_CONFIG";
/// How a task is bound, for the cause of one that is not.
const TO_ANSWER: &str = "start `stepwright serve` with --task 'NAME=COMMAND' or --task 'NAME=http://127.0.0.1:PORT/', where NAME is the state, the function or the resource, with --lambda-endpoint URL for Lambda functions, or with --mocks FILE";
/// How long handlers that are at work when the server ends may take.
const GRACE: Duration = Duration::from_secs(3);

/// How many executions that are over are remembered without a store, and how many bytes they may take.
const RETAINED: usize = 100_000;
const RETAINED_BYTES: u64 = 256 * 1_048_576;

/// Serves until the user or the system ends it.
pub(crate) async fn serve(arguments: ServeArguments) -> Result<(), Failure> {
    let engine = engine(&arguments)?;
    let server = Server::builder()
        .engine(engine.clone())
        .shutdown(interrupted())
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;
    allow_connections();
    let asked = SocketAddr::new(arguments.host, arguments.port);
    let cannot = |error: std::io::Error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => {
                report::hint("another program has the port; choose one with --port")
            }
            _ => String::new(),
        };
        Failure::Failed(format!("cannot listen at {asked}: {error}{hint}"))
    };
    let listener = TcpListener::bind(asked).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    if !address.ip().is_loopback() {
        report::note(&format!(
            "whoever reaches {address} can start executions and read what they do; nothing is asked of them"
        ));
    }
    let region = &arguments.region;
    report::note(&format!(
        "serving Step Functions at http://{address} ({region})"
    ));
    server.serve(listener).await;
    engine.shutdown(GRACE).await;
    Ok(())
}

/// Each connection is an open file, and shells allow 1,024 of them.
fn allow_connections() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Where it is refused there are fewer connections.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// The test cases of mocks.
fn mocks(arguments: &ServeArguments) -> Result<Option<MockConfig>, Failure> {
    let variable = std::env::var_os(MOCKS_VARIABLE).filter(|path| !path.is_empty());
    let Some(file) = arguments.mocks.clone().or(variable.map(PathBuf::from)) else {
        return Ok(None);
    };
    let mocks = MockConfig::parse(&input::read(&file)?);
    mocks
        .map(Some)
        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}

fn engine(arguments: &ServeArguments) -> Result<Engine, Failure> {
    let mut builder = Engine::builder()
        .region(&arguments.region)
        .account(&arguments.account)
        .to_answer(TO_ANSWER)
        .tasks(ServerTasks::new(&arguments.tasks)?);
    if let Some(lambda) = &arguments.lambda_endpoint {
        builder = builder.tasks(lambda.clone());
    }
    if let Some(mocks) = mocks(arguments)? {
        builder = builder.test_cases(mocks);
    }
    if arguments.virtual_time {
        builder = builder.virtual_time();
    }
    builder = match &arguments.store {
        Some(path) => builder.store(SqliteStore::open(path).map_err(cannot_store)?),
        None => builder.retention(RETAINED).retention_bytes(RETAINED_BYTES),
    };
    if let Some(folder) = &arguments.objects {
        if !folder.is_dir() {
            return Err(Failure::Usage(format!(
                "--objects {}: there is no such folder; it has a folder for each bucket",
                folder.display()
            )));
        }
        builder = builder.objects(Folder::new(folder));
    }
    builder
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))
}

/// Waits for Ctrl-C, or for what asks a service to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = term.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals it runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
