//! A read-only console for the store of an engine that runs in another process.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;
use stepwright_engine::server_support::ServerEngine;
use stepwright_engine::store::{StoreError, StoreView};
use stepwright_engine::{BuildError, Engine, Redaction};
use tokio::net::TcpListener;

use crate::access::Access;
use crate::access_keys::AccessKeys;
use crate::authority::Host;
use crate::connection::{self, ClientTimeouts};
use crate::console::{self, StoreSource};
use crate::control::Control;
use crate::error::ApiError;
use crate::http;
use crate::operator::{self, json_response};
use crate::response_memory::ResponseMemory;
use crate::service::Service;
use crate::standby::StandbyReport;

/// A server of the console for a store, next to the engine of another process. It only reads, and
/// has no engine that runs anything.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright_runtime::store::{SqliteStore, SqliteView};
/// use stepwright_server::StoredConsole;
/// use tokio::net::TcpListener;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("orders.db");
/// # let store = SqliteStore::open(&path)?;
/// let console = StoredConsole::open(SqliteView::new(&path)).await?;
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// println!("http://{}/console", listener.local_addr()?);
/// let server = tokio::spawn(console.serve(listener));
/// # drop((server, store));
/// # Ok(()) }
/// ```
pub struct StoredConsole {
    service: Arc<Service>,
    store: StoreSource,
    hosts: Vec<Host>,
    keys: Option<AccessKeys>,
    has_pages: bool,
    shutdown: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// A console of a store cannot be created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoredConsoleError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine that compiles the definitions cannot be built.
    #[error("the definitions of the store cannot be compiled: {0}")]
    Build(#[from] BuildError),
}

impl StoredConsole {
    /// Reads the state machines of a store. An engine may have the store open and write to it.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn open(view: impl StoreView) -> Result<Self, StoredConsoleError> {
        let mut store = StoreSource::new(Arc::new(view));
        store.read_masked_fields().await?;
        let mut builder = Engine::builder();
        // The region and the account are those of the executions.
        if let Some(newest) = store.newest().await?
            && let [_, _, _, region, account, ..] = *newest.split(':').collect::<Vec<_>>()
        {
            builder = builder.region(region).account(account);
        }
        let engine = ServerEngine::new(builder.build()?);
        let control = Control::open(&engine, engine.clock().now())?;
        let service = Arc::new(Service::new(engine, control));
        store.refresh(&service).await?;
        Ok(Self {
            service,
            store,
            hosts: Vec::new(),
            keys: None,
            has_pages: true,
            shutdown: Box::pin(std::future::pending()),
        })
    }

    /// Masks these fields in the pages, in addition to those that the store's engines mask
    /// ([`StoreReader::masked_fields`](stepwright_engine::store::StoreReader::masked_fields)).
    #[must_use]
    pub fn redact(mut self, redaction: &Redaction) -> Self {
        self.store.redact(redaction);
        self
    }

    /// Shows the fields that the store's engines mask. Task tokens stay masked.
    #[must_use]
    pub fn reveal_secrets(mut self) -> Self {
        self.store.reveal_secrets();
        self
    }

    /// Accepts requests for this host name, as
    /// [`ServerBuilder::allow_host`](crate::ServerBuilder::allow_host) does. A text that is no host
    /// name, for example a URL, allows nothing.
    #[must_use]
    pub fn allow_host(mut self, host: impl AsRef<str>) -> Self {
        self.hosts.extend(Host::parse(host.as_ref()));
        self
    }

    /// Makes a browser ask for the ID and the secret of one of these keys, as
    /// [`ServerBuilder::access_keys`](crate::ServerBuilder::access_keys) does.
    #[must_use]
    pub fn access_keys(mut self, keys: AccessKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Sets whether there are pages, in addition to `/health` and `/ready`; there are unless this
    /// is `false`.
    #[must_use]
    pub fn pages(mut self, has_pages: bool) -> Self {
        self.has_pages = has_pages;
        self
    }

    /// Serves as a standby, whose state this function returns: pages show it, `/health` answers 200
    /// with the status `standby`, `/ready` answers 503, and so does the API, which clients repeat.
    #[must_use]
    pub fn standby(mut self, report: impl Fn() -> StandbyReport + Send + Sync + 'static) -> Self {
        self.store.standby = Some(Arc::new(report));
        self
    }

    /// Shuts the server down when this future is ready.
    #[must_use]
    pub fn shutdown(mut self, shutdown: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown = Box::pin(shutdown);
        self
    }

    /// Serves `/console`, and `/health` and `/ready` for operators, until the future of
    /// [`shutdown`](Self::shutdown) is ready.
    pub async fn serve(self, listener: TcpListener) {
        let timeouts = ClientTimeouts::default();
        let (service, store) = (&self.service, Arc::new(self.store));
        let access = Arc::new(Access {
            hosts: self.hosts,
            keys: self.keys,
            region: service.engine.region().to_owned(),
        });
        let pages = if self.has_pages {
            console::store_router(store.clone(), service, &access, timeouts.body)
        } else {
            Router::new()
        };
        let mut health = Router::new()
            .route("/health", get(health))
            .route("/ready", get(ready));
        if store.standby.is_some() {
            health = health
                .route("/", post(not_leading))
                .route("/metrics", get(metrics));
        }
        let health = health.with_state(store);
        let memory = ResponseMemory::new();
        let router = http::pages_router(health.merge(pages), access, memory.clone());
        let shutdown = async {
            self.shutdown.await;
            self.service.shutdown.begin();
            self.service.shutdown.close();
        };
        connection::serve(listener, router, timeouts, memory, shutdown).await;
    }
}

/// Reports whether the store can be read: 200, or 503. A standby waits for its store.
async fn health(State(store): State<Arc<StoreSource>>) -> Response {
    let version = env!("CARGO_PKG_VERSION");
    if let Some(standby) = &store.standby {
        let body = json!({"status": "standby", "version": version, "standby": standby().to_json()});
        return json_response(StatusCode::OK, &body);
    }
    match store.newest().await {
        Ok(_) => json_response(StatusCode::OK, &json!({"status": "ok", "version": version})),
        Err(error) => {
            let store = json!({"error": error.to_string()});
            let body = json!({"status": "unavailable", "version": version, "store": store});
            json_response(StatusCode::SERVICE_UNAVAILABLE, &body)
        }
    }
}

/// Reports whether requests are welcome, which a standby denies.
async fn ready(store: State<Arc<StoreSource>>) -> Response {
    let Some(standby) = &store.standby else {
        return health(store).await;
    };
    let body = json!({"status": "standby", "standby": standby().to_json()});
    json_response(StatusCode::SERVICE_UNAVAILABLE, &body)
}

/// Returns the numbers of a standby in the text format of Prometheus.
async fn metrics(State(store): State<Arc<StoreSource>>) -> Response {
    let standby = store.standby.as_ref().map(|standby| standby());
    operator::prometheus(standby.unwrap_or_default().to_prometheus())
}

/// Refuses a request of the API with an error that clients repeat, perhaps at another server.
async fn not_leading(State(store): State<Arc<StoreSource>>) -> Response {
    let leader = store.standby.as_ref().map(|standby| standby().leader);
    let leader = leader.filter(|leader| !leader.is_empty());
    let leader = leader.as_deref().unwrap_or("another server");
    http::refusal(&ApiError::unavailable(format!(
        "this server is a standby; {leader} has the store"
    )))
}

impl fmt::Debug for StoredConsole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredConsole").finish_non_exhaustive()
    }
}
