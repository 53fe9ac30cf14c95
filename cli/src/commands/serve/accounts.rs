//! Servers for accounts: on virtual time, where tests reset them, or with `--accounts any`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use stepwright_engine::Engine;
use stepwright_integrations::StatusEvents;
use stepwright_server::{
    AccountError, AccountFactory, AccountServer, AccountServers, AccountSettings, CheckedTasks,
    CreatedServer, Server, TestedTasks,
};
use stepwright_testing::MockConfig;
use stepwright_testing::test_tasks::CheckedNames;
use tokio::task::JoinHandle;

use super::account_stores::AccountStores;
use super::{
    AccountEngine, AccountStore, LAST_EVENTS, access_keys, console_mode, engine, ready,
    template_inputs,
};
use crate::args::{AccountsChoice, ServeArguments};
use crate::definitions::template::ServedTemplates;
use crate::engine::listener::listen;
use crate::engine::otlp::Otlp;
use crate::engine::signals::Signals;
use crate::engine::tasks::PostedTasks;
use crate::failure::Failure;
use crate::store_place::StorePlace;
use crate::terminal::progress::{Destination, ServerProgress};

/// Serves accounts until a signal.
///
/// # Errors
///
/// If the address cannot be used, or the server of the default account cannot be created.
pub(super) async fn serve(
    arguments: Arc<ServeArguments>,
    otlp: Arc<Otlp>,
    signals: &Signals,
) -> Result<(), Failure> {
    refuse_single_account_options(&arguments)?;
    let has_keys = access_keys(&arguments)?.is_some();
    let created = Arc::new(Created::default());
    let stores = arguments
        .store
        .as_ref()
        .and_then(StorePlace::file)
        .map(|folder| AccountStores::open(folder));
    let stores = stores.transpose()?;
    let factory = Factory {
        arguments: arguments.clone(),
        stores: stores.clone(),
        otlp,
        created: created.clone(),
        tasks: Arc::default(),
    };
    super::allow_connections();
    let mut servers = AccountServers::new(&arguments.account, factory)
        .any_account(arguments.accounts == AccountsChoice::Any)
        .resume_accounts(stores.iter().flat_map(AccountStores::accounts))
        .most_open(super::most_open_accounts(stores.is_some()))
        // Requests to these paths are not signed.
        .testing(arguments.virtual_time && !has_keys)
        .shutdown(signals.wait(1), Duration::from_secs(arguments.grace));
    for host in &arguments.allowed_hosts {
        servers = servers.allow_host(host);
    }
    let servers = servers.open().await;
    let servers = servers.map_err(|error| created.failure(error.to_string()))?;
    let (listener, address) = listen(SocketAddr::new(arguments.host, arguments.port)).await?;
    super::note_address(&arguments, address, has_keys);
    let destination = Destination::of(arguments.progress.choice);
    let progress = created
        .default_engine()
        .and_then(|engine| ServerProgress::start(&engine, address, destination));
    ready::report(&arguments, address)?;
    let served = tokio::select! {
        served = servers.serve(listener) => served,
        () = signals.wait(2) => Ok(0),
    };
    drop(progress);
    let events = std::mem::take(&mut *created.events());
    for events in events {
        events.finish(LAST_EVENTS).await;
    }
    let open = served.map_err(|error| Failure::Failed(error.to_string()))?;
    super::report_open(open, arguments.store.is_some());
    Ok(())
}

/// Refuses options whose file or time belongs to one account.
fn refuse_single_account_options(arguments: &ServeArguments) -> Result<(), Failure> {
    if arguments.accounts == AccountsChoice::One {
        return Ok(());
    }
    let options = [
        (arguments.index, "--index"),
        (arguments.keep_logs, "--keep-logs"),
        (arguments.events, "--events"),
        (arguments.schedules.is_some(), "--schedules"),
        (arguments.auth.is_some(), "--auth"),
    ];
    match options.iter().find(|(is_set, _)| *is_set) {
        None => Ok(()),
        Some((_, option)) => Err(Failure::Usage(format!(
            "{option} is for one account; omit it or `--accounts any`"
        ))),
    }
}

/// What the factory has created.
#[derive(Default)]
struct Created {
    failure: OnceLock<Mutex<Option<Failure>>>,
    engine: OnceLock<Mutex<Option<Engine>>>,
    /// The status events of all accounts.
    events: Mutex<Vec<StatusEvents>>,
}

impl Created {
    /// Returns the failure behind a message of the factory.
    fn failure(&self, message: String) -> Failure {
        let failure = self.failure.get().and_then(take);
        failure.unwrap_or(Failure::Failed(message))
    }

    fn events(&self) -> MutexGuard<'_, Vec<StatusEvents>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the engine of the default account, which is created first.
    fn default_engine(&self) -> Option<Engine> {
        self.engine.get().and_then(take)
    }
}

/// Takes a value that is needed once.
fn take<T>(value: &Mutex<Option<T>>) -> Option<T> {
    value.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Creates the servers of accounts.
struct Factory {
    arguments: Arc<ServeArguments>,
    /// The stores of `--store`.
    stores: Option<AccountStores>,
    otlp: Arc<Otlp>,
    created: Arc<Created>,
    /// The tasks that tests execute, by the accounts.
    tasks: Arc<Mutex<HashMap<String, PostedTasks>>>,
}

impl Factory {
    fn tasks(&self) -> MutexGuard<'_, HashMap<String, PostedTasks>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AccountFactory for Factory {
    fn create(&self, settings: AccountSettings) -> CreatedServer {
        let tasks = PostedTasks::default();
        self.tasks().insert(settings.account.clone(), tasks.clone());
        let arguments = self.arguments.clone();
        let (otlp, created) = (self.otlp.clone(), self.created.clone());
        let stores = self.stores.as_ref();
        let store = stores.map(|stores| stores.path(&settings.account));
        Box::pin(async move {
            let account = (settings, store, tasks);
            let server = create(&arguments, &otlp, &created, account).await;
            server.map_err(|failure| {
                let message = match &failure {
                    Failure::Failed(message) | Failure::Usage(message) => message.clone(),
                    Failure::Diagnostics | Failure::Interrupted(_) => {
                        "the server printed why it cannot be created".to_owned()
                    }
                };
                created.failure.get_or_init(|| Mutex::new(Some(failure)));
                AccountError::new(message)
            })
        })
    }

    /// Messages about executions are sent by the account's server, and time that is not real is in
    /// no store.
    fn is_durable(&self) -> bool {
        let arguments = &self.arguments;
        self.stores.is_some() && arguments.status_events.is_none() && !arguments.virtual_time
    }

    fn has_open_executions(&self, account: &str) -> bool {
        let stores = self.stores.as_ref();
        stores.is_some_and(|stores| stores.has_open_executions(account))
    }

    fn remove(&self, account: &str) {
        self.tasks().remove(account);
    }

    fn send_tasks(&self, account: &str, tasks: TestedTasks) -> Result<(), AccountError> {
        let sent = self.tasks().get(account).cloned().unwrap_or_default();
        sent.caller().set(&tasks.url).map_err(AccountError::new)?;
        sent.send(tasks.names, tasks.open);
        Ok(())
    }

    fn check_tasks(&self, account: &str) -> CheckedTasks {
        let tasks = self.tasks().get(account).cloned();
        let CheckedNames { unknown, unused } = tasks.unwrap_or_default().check();
        CheckedTasks { unknown, unused }
    }
}

/// Creates the server of an account.
async fn create(
    arguments: &ServeArguments,
    otlp: &Otlp,
    created: &Created,
    (settings, store, tasks): (AccountSettings, Option<PathBuf>, PostedTasks),
) -> Result<AccountServer, Failure> {
    let mocks = settings.mocks.map(|mocks| {
        MockConfig::parse(&mocks.to_string())
            .map_err(|error| Failure::Usage(format!("`mocks`: {error}")))
    });
    let account = AccountEngine {
        account: &settings.account,
        store: store.map(|file| AccountStore::Place(StorePlace::File(file))),
        mocks: mocks.transpose()?,
        tasks: arguments.virtual_time.then_some(tasks),
        events: None,
    };
    let (engine, events) = engine(arguments, otlp, account).await?;
    if let Some(events) = events {
        // Not a companion: the last events are sent after the executions have ended.
        tokio::spawn(events.clone().send());
        created.events().push(events);
    }
    let mut server = Server::builder()
        .engine(engine.clone())
        .metrics(!arguments.no_metrics)
        .console(console_mode(arguments.console));
    for host in &arguments.allowed_hosts {
        server = server.allow_host(host);
    }
    if let Some(keys) = access_keys(arguments)? {
        server = server.access_keys(keys);
    }
    let server = server.build();
    let server = server.map_err(|error| Failure::Failed(error.to_string()))?;
    let mut companion = Companion::default();
    if !arguments.templates.is_empty() {
        let inputs = template_inputs(arguments, &settings.account);
        let paths = arguments.templates.clone();
        let templates = ServedTemplates::deploy(paths, inputs, server.local_client(), None).await?;
        companion.spawn(templates.watch());
    }
    created.engine.get_or_init(|| Mutex::new(Some(engine)));
    Ok(AccountServer::new(server).with_companion(companion))
}

/// The background tasks of an account's server, which end with it.
#[derive(Default)]
struct Companion(Vec<JoinHandle<()>>);

impl Companion {
    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.push(tokio::spawn(task));
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}
