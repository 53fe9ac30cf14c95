//! `stepwright serve`: the Step Functions API on this machine.

mod account_stores;
mod accounts;
mod events;
mod playground;
mod ready;
mod schedules;
mod standby;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stepwright_asl::MachineType;
use stepwright_engine::handler_logs::HandlerLogs;
use stepwright_engine::search::ExecutionIndex;
use stepwright_engine::store::{SqliteStore, Store, StoreError};
use stepwright_engine::{Engine, Limits, Redaction};
use stepwright_events::bus::EventBuses;
use stepwright_events::rule::DEFAULT_BUS;
use stepwright_integrations::{ServiceCalls, StatusEvents, StatusEventsError};
use stepwright_server::{
    AccessKeys, AccessKeysError, ConsoleMode, Schedules, Server, ServerBuilder,
};
use stepwright_studio::{ACCESS_KEYS_VARIABLE, Studio};
use stepwright_testing::{MockConfig, coverage_observer};
use tokio::net::TcpListener;
use tracing_subscriber::Layer as _;

use crate::args::{AccountsChoice, ConsoleChoice, ServeArguments};
use crate::commands::studio;
use crate::definitions::input;
use crate::definitions::template::{NamedValue, ServedTemplates, TemplateInputs};
use crate::engine::listener::listen;
use crate::engine::log::{self, DefaultLog};
use crate::engine::objects;
use crate::engine::otlp::Otlp;
use crate::engine::service_calls::{OwnEvents, Place, service_calls};
use crate::engine::signals::{Signals, survive_size_limit};
use crate::engine::tasks::{PostedTasks, ServerTasks};
use crate::failure::Failure;
use crate::store_file::{cannot as cannot_store, new_writer, note_access};
use crate::store_place::{DatabasePlace, StorePlace};
use crate::terminal::diagnostics;
use crate::terminal::progress::{Destination, ServerProgress};
use crate::terminal::standard_error::dropped_lines;

/// The environment variable with the path of the mock file, as in Step Functions Local.
const MOCKS_VARIABLE: &str = "SFN_MOCK_CONFIG";

/// How long the engine may take to suspend its executions after a second signal.
const HURRY: Duration = Duration::from_secs(2);

/// How long the last status events may take after the executions ended.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// How many ended executions are retained in memory without a store, if they are small: the engine
/// also limits their bytes.
const RETAINED: usize = 100_000;

/// How many executions may be open: far more than programs need, and few enough that a state
/// machine that starts itself leaves memory free.
const OPEN_EXECUTIONS: usize = 100_000;

/// Serves until the user or the system ends the process.
pub(crate) async fn serve(arguments: ServeArguments) -> Result<(), Failure> {
    let mut arguments = arguments;
    if let Some(place) = &arguments.store {
        arguments.store = Some(place.in_schema(arguments.schema.as_deref())?);
    }
    check_store(&arguments)?;
    standby::check(&arguments)?;
    let otlp = Otlp::start(&arguments.otlp)?;
    let handler_logs = arguments.keep_logs.then(HandlerLogs::new);
    let mut layers = otlp.layers();
    layers.extend(handler_logs.iter().map(|logs| logs.layer().boxed()));
    log::start_with(&arguments.log, DefaultLog::Warnings, layers)?;
    let signals = Signals::listen(arguments.exit_with_parent);
    survive_size_limit();
    if arguments.virtual_time || arguments.accounts == AccountsChoice::Any {
        let otlp = Arc::new(otlp);
        accounts::serve(Arc::new(arguments), otlp.clone(), &signals).await?;
        if let Some(otlp) = Arc::into_inner(otlp) {
            otlp.finish().await;
        }
        return Ok(());
    }
    let mut keys = access_keys(&arguments)?;
    let schedules = match &arguments.schedules {
        Some(path) => schedules::read(path)?,
        None => Schedules::default(),
    };
    let schedule_count = schedules.len();
    let has_keys = keys.is_some();
    let mut account = AccountEngine::of(&arguments);
    let mut bound = None;
    if arguments.standby {
        let Some(takeover) = standby::wait(&arguments, keys.as_ref(), &signals).await? else {
            return Ok(());
        };
        account.store = Some(AccountStore::Taken(takeover.store));
        bound = Some((takeover.listener, takeover.address));
    }
    if arguments.events {
        // Tasks and status events call this server, so its address must be known.
        let listener = bind(&arguments, bound).await?;
        account.events = Some(events::own_events(listener.1, &mut keys));
        bound = Some(listener);
    }
    let (engine, events) = engine(&arguments, &otlp, account).await?;
    if let Some(events) = events.clone() {
        tokio::spawn(events.send());
    }
    let grace = Duration::from_secs(arguments.grace);
    // Also while the executions of the store are read, and templates are deployed.
    let ending = (engine.clone(), signals.wait(1));
    tokio::spawn(async move {
        let (engine, signal) = ending;
        signal.await;
        engine.begin_shutdown();
    });
    let mut server = Server::builder()
        .engine(engine.clone())
        .metrics(!arguments.no_metrics)
        .dropped_log_lines(dropped_lines)
        .console(console_mode(arguments.console))
        .schedules(schedules.clone())
        .shutdown(signals.wait(1))
        .grace(grace);
    if arguments.events {
        // The templates set the rules.
        server = server.events(EventBuses::default());
    }
    server = with_derived_data(server, &arguments, &engine, handler_logs.as_ref())?;
    let studio = studio_of(&arguments)?;
    let studio_address = studio.as_ref().map(Studio::address);
    if let Some(studio) = studio {
        server = with_studio(server, &studio, &signals);
    }
    if let Some(folder) = &arguments.playground {
        server = server.pages(playground::pages(folder)?);
    }
    for host in &arguments.allowed_hosts {
        server = server.allow_host(host);
    }
    if let Some(keys) = keys {
        server = server.access_keys(keys);
    }
    let server = server
        .build()
        .map_err(|error| schedules::server_failure(arguments.schedules.as_deref(), &error))?;
    // Before the server accepts requests, so that clients find the state machines.
    let templates = match arguments.templates.as_slice() {
        [] => None,
        paths => {
            let inputs = template_inputs(&arguments, &arguments.account);
            let starts = arguments.events.then_some(schedules);
            Some(
                ServedTemplates::deploy(paths.to_vec(), inputs, server.local_client(), starts)
                    .await?,
            )
        }
    };
    allow_connections();
    let (listener, address) = bind(&arguments, bound).await?;
    note_address(&arguments, address, has_keys);
    // Only here: other users of this machine can read the pages of the console.
    if let Some(path) = studio_address {
        diagnostics::note(&format!("the studio is at http://{address}{path}"));
    }
    if let Some(path) = &arguments.schedules {
        schedules::note(path, schedule_count);
    }
    let destination = Destination::of(arguments.progress.choice);
    let progress = ServerProgress::start(&engine, address, destination);
    ready::report(&arguments, address)?;
    // Another task, so that the evaluation of a large template does not delay requests.
    let watching = templates.map(|templates| tokio::spawn(templates.watch()));
    let served = tokio::select! {
        served = server.serve(listener) => served.map_err(|error| Failure::Failed(error.to_string())),
        replaced = standby::replaced(&engine) => Err(replaced),
        () = signals.wait(2) => Ok(()),
    };
    // After a second signal it ends the grace period.
    let left = tokio::time::timeout(HURRY, engine.shutdown(Duration::ZERO)).await;
    let left = left.unwrap_or_default();
    if let Some(watching) = watching {
        watching.abort();
    }
    drop(progress);
    if let Some(events) = &events {
        events.finish(LAST_EVENTS).await;
    }
    if let Some(logs) = &handler_logs {
        logs.flush();
    }
    otlp.finish().await;
    if served.is_ok() {
        report_open(left.len(), arguments.store.is_some());
    }
    served
}

/// Listens at the address of the arguments, unless the server does so already.
async fn bind(
    arguments: &ServeArguments,
    bound: Option<(TcpListener, SocketAddr)>,
) -> Result<(TcpListener, SocketAddr), Failure> {
    match bound {
        Some(bound) => Ok(bound),
        None => listen(SocketAddr::new(arguments.host, arguments.port)).await,
    }
}

/// Refuses options for files with a store in a database.
fn check_store(arguments: &ServeArguments) -> Result<(), Failure> {
    let is_database = matches!(arguments.store, Some(StorePlace::Database(_)));
    let refused = [
        (arguments.max_store_size.is_some(), "--max-store-size"),
        (arguments.accounts == AccountsChoice::Any, "--accounts any"),
    ];
    if let Some((_, option)) = refused.iter().find(|(is_set, _)| is_database && *is_set) {
        return Err(Failure::Usage(format!(
            "{option} needs a store in a file; omit it, or name a file with --store"
        )));
    }
    Ok(())
}

/// Sets the logs of handlers and the index of executions, which are stored next to the store.
fn with_derived_data(
    mut server: ServerBuilder,
    arguments: &ServeArguments,
    engine: &Engine,
    handler_logs: Option<&HandlerLogs>,
) -> Result<ServerBuilder, Failure> {
    let Some(place) = &arguments.store else {
        return Ok(server);
    };
    if let Some(logs) = handler_logs {
        match place {
            StorePlace::File(path) => logs.keep(path),
            StorePlace::Database(database) => keep_in_database(logs, database)?,
        }
        server = server.handler_logs(logs.clone());
    }
    if arguments.index {
        let redaction = arguments.redact.redaction();
        let index = match place {
            StorePlace::File(path) => ExecutionIndex::open_redacted(path, &redaction),
            StorePlace::Database(database) => index_in_database(database, engine, &redaction)?,
        };
        server = server.execution_search(Arc::new(index.map_err(cannot_store)?));
    }
    Ok(server)
}

/// Stores the logs of handlers in the database of the store.
#[cfg(feature = "postgres")]
fn keep_in_database(logs: &HandlerLogs, database: &DatabasePlace) -> Result<(), Failure> {
    let storage = stepwright_postgres::PostgresLogs::new(database.options()?);
    logs.keep_in(storage.map_err(cannot_store)?);
    Ok(())
}

#[cfg(not(feature = "postgres"))]
fn keep_in_database(_: &HandlerLogs, _: &DatabasePlace) -> Result<(), Failure> {
    Err(crate::store_place::without_postgres())
}

/// Opens the index in the database of the store.
#[cfg(feature = "postgres")]
fn index_in_database(
    database: &DatabasePlace,
    engine: &Engine,
    redaction: &Redaction,
) -> Result<Result<ExecutionIndex, StoreError>, Failure> {
    let options = database.options()?;
    let storage = stepwright_postgres::PostgresIndex::new(options, engine.store_lease());
    let index = storage.and_then(|storage| ExecutionIndex::open_in(storage, redaction));
    Ok(index)
}

#[cfg(not(feature = "postgres"))]
fn index_in_database(
    _: &DatabasePlace,
    _: &Engine,
    _: &Redaction,
) -> Result<Result<ExecutionIndex, StoreError>, Failure> {
    Err(crate::store_place::without_postgres())
}

/// Adds the pages of the studio, which close their streams at the first signal.
fn with_studio(server: ServerBuilder, studio: &Studio, signals: &Signals) -> ServerBuilder {
    let (closer, ending) = (studio.closer(), signals.wait(1));
    tokio::spawn(async move {
        ending.await;
        closer.close();
    });
    server.pages(studio.router())
}

/// Reports the address of a server, and who can reach it.
fn note_address(arguments: &ServeArguments, address: SocketAddr, has_keys: bool) {
    if !is_loopback(address.ip()) && !has_keys {
        diagnostics::note(&format!(
            "every client that can reach {address} can start and read executions, because requests need no signature"
        ));
    }
    let region = &arguments.region;
    diagnostics::note(&format!(
        "serving Step Functions at http://{address} ({region})"
    ));
    if !matches!(arguments.console, ConsoleChoice::Off) {
        diagnostics::note(&format!("the console is at http://{address}/console"));
    }
}

/// The visual editor of `--studio`, whose pages change files of this machine.
fn studio_of(arguments: &ServeArguments) -> Result<Option<Studio>, Failure> {
    if arguments.studio.is_empty() {
        return Ok(None);
    }
    if !is_loopback(arguments.host) {
        return Err(Failure::Usage(format!(
            "--studio changes files of this machine, and --host {} can be reached from other machines; omit one of them",
            arguments.host
        )));
    }
    let files = studio::files(&arguments.studio, MachineType::Standard)?;
    Ok(Some(studio::studio_of(files, arguments.port)))
}

fn console_mode(choice: ConsoleChoice) -> ConsoleMode {
    match choice {
        ConsoleChoice::On => ConsoleMode::On,
        ConsoleChoice::ReadOnly => ConsoleMode::ReadOnly,
        ConsoleChoice::Off => ConsoleMode::Off,
    }
}

/// The values for the evaluation of templates.
fn template_inputs(arguments: &ServeArguments, account: &str) -> TemplateInputs {
    let values = |values: &[NamedValue]| {
        let values = values
            .iter()
            .map(|one| (one.name.clone(), one.value.clone()));
        values.collect()
    };
    TemplateInputs {
        region: arguments.region.clone(),
        account: account.to_owned(),
        parameters: values(&arguments.parameters),
        resources: values(&arguments.resources),
        imports: values(&arguments.imports),
    }
}

/// Whether an address is only reachable from this machine.
fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// The access keys with which requests must be signed.
fn access_keys(arguments: &ServeArguments) -> Result<Option<AccessKeys>, Failure> {
    if arguments.no_auth {
        return Ok(None);
    }
    if let Some(file) = &arguments.auth {
        let keys = input::read(file)?.parse();
        return keys.map(Some).map_err(|error: AccessKeysError| {
            Failure::Usage(format!("--auth {}: {error}", file.display()))
        });
    }
    let variable = std::env::var_os(ACCESS_KEYS_VARIABLE).filter(|value| !value.is_empty());
    if let Some(variable) = variable {
        // Without this error, a variable that has no key would mean that requests need no
        // signature.
        let keys = AccessKeys::from_pairs(&variable.to_string_lossy());
        return keys
            .map(Some)
            .map_err(|error| Failure::Usage(format!("{ACCESS_KEYS_VARIABLE}: {error}")));
    }
    if !is_loopback(arguments.host) {
        return Err(Failure::Usage(format!(
            "--host {}: other machines can reach this address, start executions and run the commands of --task; restrict access with --auth FILE, or allow it with --no-auth",
            arguments.host
        )));
    }
    Ok(None)
}

/// Reports the executions that did not end before the server.
fn report_open(count: usize, has_store: bool) {
    let executions = match count {
        0 => return,
        1 => "1 execution is".to_owned(),
        count => format!("{count} executions are"),
    };
    diagnostics::note(&if has_store {
        format!("{executions} open and will continue when the server starts again with this store")
    } else {
        format!("{executions} aborted; --store FILE lets them continue")
    });
}

/// Each connection is an open file, and the default limit of shells is 1,024.
fn allow_connections() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // If the system refuses, fewer connections are possible.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// Returns how many accounts may be open at the same time: the open files of their stores leave
/// half of the limit for connections.
fn most_open_accounts(has_stores: bool) -> usize {
    /// The open files of an account with a store, and a few more.
    const FILES: u64 = 20;
    const MOST: usize = 10_000;
    #[cfg(unix)]
    if has_stores {
        use rustix::process::{Resource, getrlimit};
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let accounts = usize::try_from(files / 2 / FILES).unwrap_or(MOST);
        return accounts.clamp(1, MOST);
    }
    let _ = has_stores;
    MOST
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

/// Returns the sender of status events, if they are requested.
fn status_events(
    arguments: &ServeArguments,
    calls: Option<&ServiceCalls>,
) -> Result<Option<StatusEvents>, Failure> {
    let own_bus = arguments.events.then_some(DEFAULT_BUS);
    let Some(bus) = arguments.status_events.as_deref().or(own_bus) else {
        return Ok(None);
    };
    let events = calls.map_or(Err(StatusEventsError::NoEndpoint), |calls| {
        calls.status_events(bus)
    });
    events
        .map(Some)
        .map_err(|error| Failure::Usage(format!("--status-events: {error}")))
}

/// How to register a handler, for the cause of a task without one. Options that are given already
/// do not help.
fn handler_hint(arguments: &ServeArguments) -> String {
    // A test started the server, and has mocks instead of options.
    if arguments.virtual_time && arguments.exit_with_parent {
        return "set a mock with the name of the state, of the function or of the resource"
            .to_owned();
    }
    let further = [
        (
            arguments.lambda_endpoint.is_none(),
            "with --lambda-endpoint URL for Lambda functions",
        ),
        (
            arguments.services.endpoints.is_empty(),
            "with --aws-endpoint URL for AWS services",
        ),
    ];
    let mut options = vec![
        "with --task 'NAME=COMMAND' or --task 'NAME=http://127.0.0.1:PORT/', where NAME is the state, the function or the resource",
    ];
    options.extend(
        further
            .iter()
            .filter(|(helps, _)| *helps)
            .map(|(_, option)| option),
    );
    format!(
        "start `stepwright serve` {}, or with --mocks FILE",
        options.join(", ")
    )
}

/// The store of an account.
enum AccountStore {
    Place(StorePlace),
    /// A store that a standby has taken over.
    Taken(Box<dyn Store>),
}

/// What the engine of an account has in addition to the options.
struct AccountEngine<'a> {
    account: &'a str,
    store: Option<AccountStore>,
    /// Test cases that replace those of the options.
    mocks: Option<MockConfig>,
    /// The tasks that a test executes.
    tasks: Option<PostedTasks>,
    /// The event bus of this server.
    events: Option<OwnEvents>,
}

impl<'a> AccountEngine<'a> {
    /// Returns the account of the options.
    fn of(arguments: &'a ServeArguments) -> Self {
        Self {
            account: &arguments.account,
            store: arguments.store.clone().map(AccountStore::Place),
            mocks: None,
            tasks: None,
            events: None,
        }
    }
}

async fn engine(
    arguments: &ServeArguments,
    otlp: &Otlp,
    account: AccountEngine<'_>,
) -> Result<(Engine, Option<StatusEvents>), Failure> {
    let mut builder = Engine::builder()
        .region(&arguments.region)
        .account(account.account)
        .missing_handler_hint(handler_hint(arguments))
        .redact(&arguments.redact.fields())
        .check_arguments();
    if let Some(tasks) = account.tasks {
        builder = builder.tasks(tasks);
    }
    builder = builder.tasks(ServerTasks::new(&arguments.tasks)?);
    if let Some(lambda) = &arguments.lambda_endpoint {
        builder = builder.tasks(lambda.clone());
    }
    let place = Place {
        region: &arguments.region,
        account: account.account,
        own_port: Some(arguments.port),
        own_events: account.events.as_ref(),
    };
    let calls = service_calls(&arguments.services, place).await?;
    builder = objects::connect(builder, arguments.objects.as_deref(), calls.as_ref())?;
    let events = status_events(arguments, calls.as_ref())?;
    if let Some(events) = &events {
        builder = builder.status_listener(events.clone());
    }
    if let Some(calls) = calls {
        builder = builder.fallback_tasks(calls);
    }
    let mocks = match account.mocks {
        Some(mocks) => Some(mocks),
        None => mocks(arguments)?,
    };
    if let Some(mocks) = mocks {
        builder = builder.test_cases(mocks);
    }
    if arguments.virtual_time {
        let coverage = coverage_observer(None);
        builder = builder.virtual_time().create_observer(false, coverage);
    }
    builder = match account.store {
        Some(AccountStore::Taken(store)) => builder.store(store).resume_later(),
        Some(AccountStore::Place(place @ StorePlace::Database(_))) => {
            builder.store(new_writer(&place)?).resume_later()
        }
        Some(AccountStore::Place(StorePlace::File(path))) => {
            let mut options = SqliteStore::options();
            if let Some(bytes) = arguments.max_store_size {
                options = options.max_bytes(bytes);
            }
            let store = options.open(&path).map_err(cannot_store)?;
            note_access(&path);
            builder.store(store).resume_later()
        }
        None => builder.retention(RETAINED),
    };
    if let Some(time) = arguments.retention {
        builder = builder.retention_time(time);
    }
    if let Some(count) = arguments.retention_count {
        builder = builder.retention(count);
    }
    if let Some(bytes) = arguments.retention_size {
        builder = builder.retention_bytes(bytes);
    }
    let open_executions = arguments.max_open_executions.unwrap_or(OPEN_EXECUTIONS);
    builder = builder.limits(Limits::new().open_executions(open_executions));
    if arguments.confirm_clock {
        builder = builder.confirm_clock();
    }
    let engine = otlp
        .connect(builder)
        .build()
        .map_err(|error| Failure::Failed(error.to_string()))?;
    Ok((engine, events))
}
