//! The servers of all accounts.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use serde_json::Value as Json;
use stepwright_runtime::server_support::ReservedRuntime;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::factory::{AccountFactory, AccountServer, AccountSettings};
use super::request_account::{is_account, request_account};

use crate::server::RequestResources;
use crate::service::Service;

/// The maximum number of accounts that have a server.
const MOST_ACCOUNTS: usize = 10_000;

/// The servers of all accounts.
pub(super) struct Directory {
    pub(super) factory: Arc<dyn AccountFactory>,
    default_account: String,
    accepts_any: bool,
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
    _reserved: ReservedRuntime,
    _companion: Option<Box<dyn Send + Sync>>,
}

impl Directory {
    pub(super) fn new(
        factory: Arc<dyn AccountFactory>,
        default_account: String,
        accepts_any: bool,
        resources: RequestResources,
        runtime: Handle,
    ) -> Self {
        Self {
            factory,
            default_account,
            accepts_any,
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
    pub(super) fn named_account(&self, name: &str) -> Result<String, String> {
        if name == self.default_account {
            return Ok(name.to_owned());
        }
        if !self.accepts_any {
            return Err(format!(
                "the only account of this server is {}; start it with `--accounts any` for others",
                self.default_account
            ));
        }
        match is_account(name) {
            true => Ok(name.to_owned()),
            false => Err(format!(
                "`{}` is not the ID of an account; it has 12 digits",
                name.escape_debug()
            )),
        }
    }

    fn existing(&self, account: &str) -> Option<Arc<RunningServer>> {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        servers.get(account).cloned()
    }

    /// Returns the server of an account; creates it if there is none.
    ///
    /// # Errors
    ///
    /// The message of the factory; too many accounts.
    pub(super) async fn server(&self, account: &str) -> Result<Arc<RunningServer>, String> {
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
    ) -> Result<Arc<RunningServer>, String> {
        let _changing = self.changing.lock().await;
        if let Some(earlier) = self.remove(account) {
            earlier.end(Duration::ZERO).await;
        }
        self.create(account, mocks).await
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

    async fn create(
        &self,
        account: &str,
        mocks: Option<Json>,
    ) -> Result<Arc<RunningServer>, String> {
        if self.count() >= MOST_ACCOUNTS {
            return Err(format!(
                "{MOST_ACCOUNTS} accounts have a server; reset those that are not needed any more with `/testing/reset` and `\"remove\": true`"
            ));
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
            Ok::<_, String>(Arc::new(RunningServer::new(server, &resources)))
        });
        let server = creating.await.map_err(|error| error.to_string())??;
        self.insert(account, server.clone());
        Ok(server)
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
            _reserved: reserved,
            _companion: created.companion,
        }
    }

    /// Ends the engine. Returns how many executions did not end.
    async fn end(&self, grace: Duration) -> usize {
        self.service.shutdown.begin();
        let open = self.service.engine.shutdown(grace).await;
        self.service.shutdown.close();
        open.len()
    }
}
