//! The servers of all accounts.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::HeaderMap;
use serde_json::Value as Json;
use stepwright_engine::server_support::ReservedRuntime;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::account_error::AccountError;
use super::factory::{AccountFactory, AccountServer, AccountSettings};
use super::request_account::{is_account, request_account};

use crate::server::RequestResources;
use crate::service::Service;

/// The maximum number of accounts that have a server, unless it is set.
pub(super) const MOST_ACCOUNTS: usize = 10_000;
/// With so many open accounts, a new one closes an unused one first. An open account needs about a
/// megabyte of memory.
const MANY_OPEN: usize = 100;

/// The servers of all accounts.
pub(super) struct Directory {
    pub(super) factory: Arc<dyn AccountFactory>,
    default_account: String,
    accepts_any: bool,
    most_open: usize,
    resources: RequestResources,
    /// The runtime of executions.
    runtime: Handle,
    servers: RwLock<HashMap<String, Arc<RunningServer>>>,
    /// Held while a server is created or removed.
    changing: Mutex<()>,
}

/// The server of an account, which answers requests.
pub(super) struct RunningServer {
    pub(super) router: Router,
    pub(super) service: Arc<Service>,
    /// Held while a request advances the clock: two of them must not overlap.
    pub(super) advancing: Mutex<()>,
    uses: SyncMutex<Uses>,
    _reserved: ReservedRuntime,
    _companion: Option<Box<dyn Send + Sync>>,
}

/// The requests that use a server.
struct Uses {
    count: usize,
    /// When the last one ended.
    last: Instant,
}

/// A server that a request uses. It does not end before the value is dropped.
pub(super) struct UsedServer(Arc<RunningServer>);

impl UsedServer {
    /// Marks a server of the directory, which must be locked, as used.
    fn new(server: &Arc<RunningServer>) -> Self {
        server.uses().count += 1;
        Self(server.clone())
    }
}

impl Deref for UsedServer {
    type Target = RunningServer;

    fn deref(&self) -> &RunningServer {
        &self.0
    }
}

impl Drop for UsedServer {
    fn drop(&mut self) {
        let mut uses = self.0.uses();
        uses.count -= 1;
        uses.last = Instant::now();
    }
}

impl Directory {
    pub(super) fn new(
        factory: Arc<dyn AccountFactory>,
        default_account: String,
        (accepts_any, most_open): (bool, usize),
        resources: RequestResources,
        runtime: Handle,
    ) -> Self {
        Self {
            factory,
            default_account,
            accepts_any,
            most_open,
            resources,
            runtime,
            servers: RwLock::default(),
            changing: Mutex::default(),
        }
    }

    /// Returns the account of a request.
    pub(super) fn account_of(&self, headers: &HeaderMap) -> String {
        let selected = request_account(headers).filter(|_| self.accepts_any);
        selected.unwrap_or(&self.default_account).to_owned()
    }

    /// Returns the account that a member of a body names.
    ///
    /// # Errors
    ///
    /// When this server does not have such an account.
    pub(super) fn named_account(&self, name: &str) -> Result<String, AccountError> {
        if name == self.default_account {
            return Ok(name.to_owned());
        }
        if !self.accepts_any {
            return Err(AccountError::new(format!(
                "the only account of this server is {}; start it with `--accounts any` for others",
                self.default_account
            )));
        }
        if is_account(name) {
            Ok(name.to_owned())
        } else {
            Err(AccountError::new(format!(
                "`{}` is not the ID of an account; it has 12 digits",
                name.escape_debug()
            )))
        }
    }

    fn existing(&self, account: &str) -> Option<UsedServer> {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        servers.get(account).map(UsedServer::new)
    }

    /// Returns the server of an account; creates it if there is none.
    ///
    /// # Errors
    ///
    /// The error of the factory; too many accounts.
    pub(super) async fn server(&self, account: &str) -> Result<UsedServer, AccountError> {
        if let Some(server) = self.existing(account) {
            return Ok(server);
        }
        let _changing = self.changing.lock().await;
        match self.existing(account) {
            Some(server) => Ok(server),
            None => self.create(account, None).await,
        }
    }

    /// Removes everything from an account: its executions are aborted, and its clock starts again.
    /// Returns the new server.
    ///
    /// # Errors
    ///
    /// As [`server`](Self::server).
    pub(super) async fn reset(
        &self,
        account: &str,
        mocks: Option<Json>,
    ) -> Result<UsedServer, AccountError> {
        let _changing = self.changing.lock().await;
        if let Some(earlier) = self.remove(account) {
            earlier.end(Duration::ZERO).await;
        }
        self.create(account, mocks).await
    }

    /// Creates the servers of those accounts that have executions which continue.
    pub(super) async fn resume(self: Arc<Self>, accounts: Vec<String>) {
        for account in accounts {
            let (factory, asked) = (self.factory.clone(), account.clone());
            let asked = tokio::task::spawn_blocking(move || factory.has_open_executions(&asked));
            if !asked.await.unwrap_or(true) {
                continue;
            }
            if let Err(error) = self.server(&account).await {
                tracing::error!(
                    account,
                    error = error.message,
                    "the executions of an account do not continue"
                );
            }
        }
    }

    /// Ends the servers that no request has used for this time, if they have nothing to do.
    pub(super) async fn end_unused(&self, time: Duration) {
        while let Some(account) = self.unused(time) {
            let _changing = self.changing.lock().await;
            if !self.end_if_unused(&account, time).await {
                return;
            }
        }
    }

    /// Returns the account whose server has not been used for the longest time, if that is at least
    /// this time.
    fn unused(&self, time: Duration) -> Option<String> {
        if !self.factory.is_durable() {
            return None;
        }
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        let unused = servers.iter().filter(|(account, server)| {
            **account != self.default_account && server.is_unused_for(time)
        });
        let longest = unused.max_by_key(|(_, server)| server.uses().last.elapsed());
        longest.map(|(account, _)| account.clone())
    }

    /// Ends a server, unless it is used again. The caller holds `changing`, so that no other server
    /// opens its store before it is closed.
    async fn end_if_unused(&self, account: &str, time: Duration) -> bool {
        let removed = {
            let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
            let server = servers.get(account);
            if server.is_some_and(|server| server.is_unused_for(time)) {
                servers.remove(account)
            } else {
                None
            }
        };
        let Some(removed) = removed else {
            return false;
        };
        removed.end(Duration::ZERO).await;
        true
    }

    /// Removes the server of an account. The next request creates another one.
    pub(super) async fn forget(&self, account: &str) {
        let _changing = self.changing.lock().await;
        if let Some(earlier) = self.remove(account) {
            earlier.end(Duration::ZERO).await;
        }
        self.factory.remove(account);
    }

    fn insert(&self, account: &str, server: Arc<RunningServer>) {
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        servers.insert(account.to_owned(), server);
    }

    fn remove(&self, account: &str) -> Option<Arc<RunningServer>> {
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        servers.remove(account)
    }

    fn count(&self) -> usize {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        servers.len()
    }

    async fn create(&self, account: &str, mocks: Option<Json>) -> Result<UsedServer, AccountError> {
        if self.count() >= self.most_open.min(MANY_OPEN) {
            let unused = self.unused(Duration::ZERO);
            let has_ended = match unused {
                Some(unused) => self.end_if_unused(&unused, Duration::ZERO).await,
                None => false,
            };
            if !has_ended && self.count() >= self.most_open {
                return Err(self.too_many());
            }
        }
        let settings = AccountSettings {
            account: account.to_owned(),
            mocks,
        };
        let factory = self.factory.clone();
        let resources = self.resources.clone();
        // On the runtime of executions, also when a request creates it.
        let creating = self.runtime.spawn(async move {
            let server = factory.create(settings).await?;
            Ok::<_, AccountError>(Arc::new(RunningServer::new(server, &resources)))
        });
        let server = creating.await;
        let server = server.map_err(|error| AccountError::new(error.to_string()))??;
        let used = UsedServer::new(&server);
        self.insert(account, server);
        Ok(used)
    }

    fn too_many(&self) -> AccountError {
        let most = self.most_open;
        AccountError::new(if self.factory.is_durable() {
            format!(
                "{most} accounts are open and in use, as many as the limit of open files allows; raise it with `ulimit -n`"
            )
        } else {
            format!(
                "{most} accounts have a server; reset those that are not needed any more with `/testing/reset` and `\"remove\": true`"
            )
        })
    }

    /// Shuts all servers down. Returns how many executions did not end.
    pub(super) async fn shut_down(&self, grace: Duration) -> usize {
        let servers: Vec<_> = {
            let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
            servers.values().cloned().collect()
        };
        let mut ends = tokio::task::JoinSet::new();
        for server in servers {
            ends.spawn(async move { server.end(grace).await });
        }
        ends.join_all().await.into_iter().sum()
    }
}

impl RunningServer {
    fn new(created: AccountServer, resources: &RequestResources) -> Self {
        let service = created.server.service().clone();
        let reserved = service.engine.reserve_runtime(Handle::current());
        Self {
            router: created.server.into_router(resources),
            service,
            advancing: Mutex::default(),
            uses: SyncMutex::new(Uses {
                count: 0,
                last: Instant::now(),
            }),
            _reserved: reserved,
            _companion: created.companion,
        }
    }

    fn uses(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no request has used it for this time, and nothing runs or waits to be sent.
    fn is_unused_for(&self, time: Duration) -> bool {
        {
            let uses = self.uses();
            if uses.count > 0 || uses.last.elapsed() < time {
                return false;
            }
        }
        let statistics = self.service.engine.statistics();
        let undelivered = statistics.undelivered_status_changes + statistics.undelivered_stops;
        statistics.all_executions().open == 0 && undelivered == 0
    }

    /// Ends the engine. Returns how many executions did not end.
    async fn end(&self, grace: Duration) -> usize {
        self.service.shutdown.begin();
        let open = self.service.engine.shutdown(grace).await;
        self.service.shutdown.close();
        open.len()
    }
}
