//! Servers for several accounts behind one listener, and the paths with which tests control them.

mod account_error;
mod directory;
mod factory;
mod request_account;
mod testing;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

pub use self::account_error::AccountError;
use self::directory::{Directory, MOST_ACCOUNTS};
pub use self::factory::{
    AccountFactory, AccountServer, AccountSettings, CheckedTasks, CreatedServer, TestedTasks,
};
pub use self::request_account::is_account;
use self::testing::testing_routes;
use crate::access::Access;
use crate::authority::Host;
use crate::body::BodyMemory;
use crate::connection::ClientTimeouts;
use crate::error::ApiError;
use crate::http::{from_own_host, refusal};
use crate::request_runtimes::RequestRuntimes;
use crate::response_memory::ResponseMemory;
use crate::server::RequestResources;
use crate::server_error::ServerError;

/// How long the server of a durable account is not used before it ends.
const UNUSED: Duration = Duration::from_secs(60);

/// Servers of the API behind one listener, one for each account: its state machines, executions,
/// activities and clock. A client selects the account by an access key ID of 12 digits.
pub struct AccountServers {
    factory: Arc<dyn AccountFactory>,
    default_account: String,
    accepts_any: bool,
    resumed: Vec<String>,
    most_open: usize,
    has_testing: bool,
    hosts: Vec<String>,
    shutdown: Pin<Box<dyn Future<Output = ()> + Send>>,
    grace: Duration,
}

impl AccountServers {
    /// Creates the servers. Requests without an account are for the default account.
    pub fn new(default_account: impl Into<String>, factory: impl AccountFactory) -> Self {
        Self {
            factory: Arc::new(factory),
            default_account: default_account.into(),
            accepts_any: false,
            resumed: Vec::new(),
            most_open: MOST_ACCOUNTS,
            has_testing: false,
            hosts: Vec::new(),
            shutdown: Box::pin(std::future::pending()),
            grace: Duration::ZERO,
        }
    }

    /// Sets whether each account has a server, which its first request creates. Otherwise all
    /// requests are for the default account.
    pub fn any_account(mut self, accepts_any: bool) -> Self {
        self.accepts_any = accepts_any;
        self
    }

    /// Creates the servers of these accounts when the servers start, if the factory says that they
    /// [have open executions](AccountFactory::has_open_executions). The servers do not wait for
    /// that, and an account that cannot be opened concerns no other one.
    pub fn resume_accounts(mut self, accounts: impl IntoIterator<Item = String>) -> Self {
        self.resumed = accounts.into_iter().collect();
        self
    }

    /// Sets how many accounts may have a server at the same time; by default 10,000. When a
    /// [durable](AccountFactory::is_durable) account needs one more, the server ends that
    /// was not used for the longest time.
    pub fn most_open(mut self, accounts: usize) -> Self {
        self.most_open = accounts.max(1);
        self
    }

    /// Sets whether the paths below `/testing/` exist, which reset an account and control its clock
    /// and its tasks. They need no signature.
    pub fn testing(mut self, has_testing: bool) -> Self {
        self.has_testing = has_testing;
        self
    }

    /// Accepts requests for this host name, too, as
    /// [`ServerBuilder::allow_host`](crate::ServerBuilder::allow_host) does. The factory sets it
    /// for each server, too.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Shuts the servers down when this future is ready. Their engines have the time of `grace`, as
    /// in [`Engine::shutdown`](stepwright_engine::Engine::shutdown).
    pub fn shutdown(
        mut self,
        shutdown: impl Future<Output = ()> + Send + 'static,
        grace: Duration,
    ) -> Self {
        self.shutdown = Box::pin(shutdown);
        self.grace = grace;
        self
    }

    /// Creates the server of the default account, and returns the servers that can serve.
    ///
    /// # Errors
    ///
    /// The error of the factory, and names that are no hosts.
    pub async fn open(self) -> Result<OpenAccountServers, ServerError> {
        let parsed =
            |host: &String| Host::parse(host).ok_or_else(|| ServerError::InvalidHost(host.clone()));
        let hosts = self.hosts.iter().map(parsed).collect::<Result<_, _>>()?;
        let runtimes = RequestRuntimes::start();
        let responses = ResponseMemory::new();
        let resources = RequestResources {
            slow: runtimes.slow().clone(),
            bodies: BodyMemory::new(),
            responses: responses.clone(),
        };
        let directory = Directory::new(
            self.factory.clone(),
            self.default_account.clone(),
            (self.accepts_any, self.most_open),
            resources,
            Handle::current(),
        );
        directory.server(&self.default_account).await?;
        Ok(OpenAccountServers {
            servers: self,
            directory: Arc::new(directory),
            hosts,
            runtimes,
            responses,
        })
    }
}

/// [`AccountServers`] with the server of the default account.
pub struct OpenAccountServers {
    servers: AccountServers,
    directory: Arc<Directory>,
    hosts: Vec<Host>,
    runtimes: RequestRuntimes,
    responses: ResponseMemory,
}

impl OpenAccountServers {
    /// Serves the requests of a listener until the future of [`AccountServers::shutdown`] is ready.
    /// Then it shuts the engines of all accounts down, and closes the connections. Returns how many
    /// executions did not end before.
    ///
    /// # Errors
    ///
    /// [`ServerError::Listen`].
    pub async fn serve(self, listener: TcpListener) -> Result<usize, ServerError> {
        let Self {
            servers,
            directory,
            hosts,
            runtimes,
            responses,
        } = self;
        let access = Arc::new(Access {
            hosts,
            keys: None,
            region: String::new(),
        });
        let mut router = Router::new();
        if servers.has_testing {
            let checked = testing_routes(directory.clone());
            router = router.merge(checked.layer(from_fn_with_state(access, from_own_host)));
        }
        // The server of the account checks the host of a request itself.
        let router = router.fallback(forward).with_state(directory.clone());
        let resuming = tokio::spawn(directory.clone().resume(servers.resumed));
        let ending = tokio::spawn(end_unused(directory.clone()));
        let mut open = 0;
        let shutdown = async {
            servers.shutdown.await;
            resuming.abort();
            ending.abort();
            open = directory.shut_down(servers.grace).await;
        };
        let timeouts = ClientTimeouts::default();
        let served = runtimes.serve(listener, router, timeouts, responses, shutdown);
        let served = served.await;
        served.map_err(|error| ServerError::Listen(error.to_string()))?;
        Ok(open)
    }
}

/// Ends the unused servers, for ever.
async fn end_unused(directory: Arc<Directory>) {
    loop {
        tokio::time::sleep(UNUSED / 4).await;
        directory.end_unused(UNUSED).await;
    }
}

/// Forwards a request to the server of its account.
async fn forward(State(directory): State<Arc<Directory>>, request: Request) -> Response {
    let account = directory.account_of(request.headers());
    let server = match directory.server(&account).await {
        Ok(server) => server,
        Err(error) => return refusal(&ApiError::unavailable(error.message)),
    };
    let router = server.router.clone();
    match TowerToHyperService::new(router).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

impl fmt::Debug for AccountServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountServers")
            .field("default_account", &self.default_account)
            .field("accepts_any", &self.accepts_any)
            .field("has_testing", &self.has_testing)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OpenAccountServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAccountServers")
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}
