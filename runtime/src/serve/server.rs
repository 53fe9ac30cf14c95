use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::access::Access;
use super::access_keys::AccessKeys;
use super::connection::Patience;
use super::control::Control;
use super::integration::OwnApi;
use super::pollers::Pollers;
use super::redrives::Redrives;
use super::service::Service;
use super::{connection, http};
use crate::engine::{BuildError, Engine};
use crate::store::StoreError;

/// How long GetActivityTask waits for a task, as on AWS.
const POLL: Duration = Duration::from_secs(60);

/// A server of the Step Functions API over an engine.
pub struct Server {
    service: Arc<Service>,
    hosts: Vec<String>,
    keys: Option<AccessKeys>,
    patience: Patience,
    shutdown: Shutdown,
}

/// What says that a server ends.
type Shutdown = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a [`Server`] is made of.
#[must_use]
pub struct ServerBuilder {
    engine: Option<Engine>,
    poll: Duration,
    hosts: Vec<String>,
    keys: Option<AccessKeys>,
    patience: Patience,
    shutdown: Shutdown,
}

/// A server cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No engine was given.
    #[error("a server needs an engine; give it with `ServerBuilder::engine`")]
    NoEngine,
    /// The engine's store cannot be read.
    #[error("the state machines of the store cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The open executions of the store cannot be continued.
    #[error("the executions of the store cannot be continued: {0}")]
    Resume(#[from] BuildError),
}

impl Server {
    /// A builder of one.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            engine: None,
            poll: POLL,
            hosts: Vec::new(),
            keys: None,
            patience: Patience::default(),
            shutdown: Box::pin(std::future::pending()),
        }
    }

    /// Answers the requests that come to a listener, until what [`ServerBuilder::shutdown`] waits for has happened. Requests that are at
    /// work then have five seconds to come to an end. The engine goes on: [`Engine::shutdown`] ends it.
    pub async fn serve(self, listener: TcpListener) {
        let address = listener.local_addr();
        let access = Access {
            is_loopback: address.is_ok_and(|address| address.ip().to_canonical().is_loopback()),
            hosts: self.hosts,
            keys: self.keys,
            region: self.service.engine.place().0.to_owned(),
        };
        let router = http::router(self.service, access, self.patience.body);
        connection::serve(listener, router, self.patience, self.shutdown).await;
    }
}

impl ServerBuilder {
    /// The engine that runs the executions; build it with [`EngineBuilder::resume_later`](crate::EngineBuilder::resume_later), so that
    /// executions of its store continue when the state machines that clients created are deployed. Its state machines and activities are there for clients, too. `StartExecution` chooses one of its
    /// [test cases](crate::EngineBuilder::test_cases) with `#<case>` behind the ARN, as in Step Functions Local.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// How long GetActivityTask waits for a task before it answers that there is none: 60 seconds unless set, as on AWS.
    pub fn activity_poll(mut self, time: Duration) -> Self {
        self.poll = time;
        self
    }

    /// Answers requests for this host, too, and those of its pages. A server that listens at a loopback address answers requests for
    /// `localhost`, names that end with `.localhost`, and IP addresses, with or without `sync-` before them. It refuses others, because
    /// a page of any site could send them through a browser of this machine (DNS rebinding).
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Answers only requests of the API that are signed with one of these keys (AWS Signature Version 4), as every SDK does by itself.
    /// `/health` needs no signature. Without keys, the server answers all requests.
    pub fn access_keys(mut self, keys: AccessKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// How long a client may take for the headers of a request, for its body, and for a byte of the response, each. 60 seconds for the
    /// headers, in which a connection may be idle, too, and 30 for the others unless set.
    pub fn client_time(mut self, time: Duration) -> Self {
        self.patience = Patience {
            headers: time,
            body: time,
            response: time,
        };
        self
    }

    /// Ends the server when this future is done.
    pub fn shutdown(mut self, shutdown: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown = Box::pin(shutdown);
        self
    }

    /// Makes the server.
    ///
    /// # Errors
    ///
    /// Every [`ServerError`]. A state machine that cannot be read is not one: it is logged, and missing for clients.
    pub fn build(self) -> Result<Server, ServerError> {
        let engine = self.engine.ok_or(ServerError::NoEngine)?;
        let control = Control::open(&engine, engine.clock().now())?;
        let service = Arc::new(Service {
            engine,
            control,
            redrives: Redrives::default(),
            pollers: Pollers::default(),
            poll: self.poll,
        });
        service.engine.set_own_api(Arc::new(OwnApi::of(&service)));
        // Executions find the state machines that clients created.
        service.engine.resume()?;
        Ok(Server {
            service,
            hosts: self.hosts,
            keys: self.keys,
            patience: self.patience,
            shutdown: self.shutdown,
        })
    }

    /// Makes the server and [serves](Server::serve).
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub async fn serve(self, listener: TcpListener) -> Result<(), ServerError> {
        self.build()?.serve(listener).await;
        Ok(())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("engine", &self.service.engine)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("engine", &self.engine)
            .field("poll", &self.poll)
            .finish_non_exhaustive()
    }
}
