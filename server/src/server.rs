//! The public server of the Step Functions API: its builder, its settings and its shutdown.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use stepwright_engine::Engine;
#[cfg(feature = "console")]
use stepwright_engine::handler_logs::HandlerLogs;
#[cfg(feature = "console")]
use stepwright_engine::search::ExecutionSearch;
use stepwright_engine::server_support::ServerEngine;
#[cfg(feature = "events")]
use stepwright_events::bus::EventBuses;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
#[cfg(feature = "schedules")]
use tokio::sync::watch;

use crate::access::Access;
use crate::access_keys::AccessKeys;
use crate::authority::Host;
use crate::body::BodyMemory;
use crate::connection::ClientTimeouts;
#[cfg(feature = "console")]
use crate::console::{
    self, ConsoleMode, ConsoleOptions, DebugRequest, DebugSessions, DebugSubject,
};
use crate::control::Control;
#[cfg(feature = "events")]
use crate::events::EventRules;
use crate::http;
use crate::integration::OwnApi;
use crate::local_client::LocalClient;
use crate::request_runtimes::{RequestRuntimes, SlowRequests};
use crate::response_memory::ResponseMemory;
#[cfg(feature = "schedules")]
use crate::schedules::{SchedulerHandle, Schedules, check_schedules};
use crate::server_error::ServerError;
use crate::service::{ACTIVITY_POLL, Service};

/// A server of the Step Functions API for an engine.
pub struct Server {
    service: Arc<Service>,
    hosts: Vec<Host>,
    keys: Option<AccessKeys>,
    timeouts: ClientTimeouts,
    shutdown: Shutdown,
    grace: Option<Duration>,
    /// Pages of the application.
    pages: Router,
    #[cfg(feature = "console")]
    console: ConsoleOptions,
    #[cfg(feature = "console")]
    debug_sessions: DebugSessions,
}

/// A future that ends when the server must shut down.
type Shutdown = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Builds a [`Server`].
#[must_use]
pub struct ServerBuilder {
    engine: Option<Engine>,
    poll: Duration,
    hosts: Vec<String>,
    keys: Option<AccessKeys>,
    timeouts: ClientTimeouts,
    shutdown: Shutdown,
    grace: Option<Duration>,
    has_api: bool,
    has_metrics: bool,
    dropped_log_lines: Option<fn() -> u64>,
    pages: Router,
    #[cfg(feature = "events")]
    event_rules: Option<EventRules>,
    #[cfg(feature = "schedules")]
    schedules: Schedules,
    #[cfg(feature = "console")]
    console: ConsoleOptions,
}

/// A debugger cannot be created.
#[cfg(feature = "console")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DebugSessionError {
    /// The server has no console, or one that is read-only.
    #[error("the console has no forms; set `ServerBuilder::console` to `ConsoleMode::On`")]
    NoForms,
    /// The engine has no state machine of this name.
    #[error("the engine has no state machine `{0}`; choose one of its state machines")]
    NoMachine(String),
    /// The problems of the definition or of the input.
    #[error("{0}")]
    Refused(String),
}

impl Server {
    /// Returns a builder of a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            engine: None,
            poll: ACTIVITY_POLL,
            hosts: Vec::new(),
            keys: None,
            timeouts: ClientTimeouts::default(),
            shutdown: Box::pin(std::future::pending()),
            grace: None,
            has_api: true,
            has_metrics: true,
            dropped_log_lines: None,
            pages: Router::new(),
            #[cfg(feature = "events")]
            event_rules: None,
            #[cfg(feature = "schedules")]
            schedules: Schedules::default(),
            #[cfg(feature = "console")]
            console: ConsoleOptions::default(),
        }
    }

    /// Creates a debugger in the console for an execution of a state machine of the engine, by its
    /// name. Returns the path and the query of its page. The debugger has its own execution: the
    /// engine neither runs nor stores it.
    ///
    /// # Errors
    ///
    /// When the console has no forms, there is no such state machine, or the debugger does not
    /// accept the definition or the input.
    #[cfg(feature = "console")]
    pub fn debug(
        &self,
        machine: &str,
        input: impl Into<stepwright_engine::value::Value>,
    ) -> Result<String, DebugSessionError> {
        self.debug_with(DebugRequest::new(machine, input))
    }

    /// Creates a debugger, as [`debug`](Self::debug) does, with a name of the execution, items of
    /// Distributed Maps and breakpoints.
    ///
    /// # Errors
    ///
    /// As [`debug`](Self::debug), and when a breakpoint names a state that the definition does not
    /// have.
    #[cfg(feature = "console")]
    pub fn debug_with(&self, request: DebugRequest) -> Result<String, DebugSessionError> {
        if self.console.mode != ConsoleMode::On {
            return Err(DebugSessionError::NoForms);
        }
        let machine = request.machine.clone();
        let subject = DebugSubject::of_request(&self.service, request);
        let subject = subject.ok_or(DebugSessionError::NoMachine(machine))?;
        let opened = subject.open(&self.service, &self.debug_sessions);
        let id = opened.map_err(DebugSessionError::Refused)?;
        Ok(console::debugger_url(&id))
    }

    /// Returns a client of this server's API that needs no connection.
    pub fn local_client(&self) -> LocalClient {
        LocalClient::of(&self.service)
    }

    /// Serves the requests of a listener until the future of [`ServerBuilder::shutdown`] is ready.
    /// Then schedules start nothing more, and polls of workers are answered without a task.
    ///
    /// With [`ServerBuilder::grace`], the server shuts the engine down, and answers requests until
    /// that has ended. Without it, the engine continues to run: [`Engine::shutdown`] ends it. Then
    /// connections are closed; active requests have five seconds to end.
    ///
    /// Requests have separate threads. Executions that requests start run on the runtime of the
    /// caller of this method.
    ///
    /// # Errors
    ///
    /// [`ServerError::Listen`].
    pub async fn serve(self, listener: TcpListener) -> Result<(), ServerError> {
        let _reserved = self.service.engine.reserve_runtime(Handle::current());
        let runtimes = RequestRuntimes::start();
        let memory = ResponseMemory::new();
        let resources = RequestResources {
            slow: runtimes.slow().clone(),
            bodies: BodyMemory::new(),
            responses: memory.clone(),
        };
        let router = routes(
            &self.service,
            self.hosts,
            self.keys,
            self.timeouts,
            &resources,
            self.pages,
            #[cfg(feature = "console")]
            (self.console, self.debug_sessions),
        );
        #[cfg(feature = "schedules")]
        let scheduler = SchedulerHandle::spawn(&self.service);
        let shutdown = async {
            self.shutdown.await;
            // First, so that nothing starts during the shutdown.
            #[cfg(feature = "schedules")]
            scheduler.stop();
            self.service.shutdown.begin();
            if let Some(grace) = self.grace {
                self.service.engine.shutdown(grace).await;
            }
            self.service.shutdown.close();
        };
        let served = runtimes.serve(listener, router, self.timeouts, memory, shutdown);
        let served = served.await;
        #[cfg(feature = "schedules")]
        scheduler.finish().await;
        served.map_err(|error| ServerError::Listen(error.to_string()))
    }
}

/// The threads and the memory of requests, which servers behind one listener share.
#[derive(Clone)]
pub(crate) struct RequestResources {
    pub(crate) slow: SlowRequests,
    pub(crate) bodies: BodyMemory,
    pub(crate) responses: ResponseMemory,
}

impl Server {
    /// Returns the API's data.
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Returns the routes of a server that shares a listener with others. Its schedules start
    /// nothing.
    pub(crate) fn into_router(self, resources: &RequestResources) -> Router {
        routes(
            &self.service,
            self.hosts,
            self.keys,
            self.timeouts,
            resources,
            self.pages,
            #[cfg(feature = "console")]
            (self.console, self.debug_sessions),
        )
    }
}

/// Returns the routes of a server.
fn routes(
    service: &Arc<Service>,
    hosts: Vec<Host>,
    keys: Option<AccessKeys>,
    timeouts: ClientTimeouts,
    resources: &RequestResources,
    own_pages: Router,
    #[cfg(feature = "console")] (console, debug_sessions): (ConsoleOptions, DebugSessions),
) -> Router {
    let region = service.engine.region().to_owned();
    let access = Arc::new(Access {
        hosts,
        keys,
        region,
    });
    #[cfg(feature = "console")]
    let pages = crate::console::router(console, service, &access, timeouts.body, debug_sessions);
    #[cfg(not(feature = "console"))]
    let pages = Router::new();
    let slow = resources.slow.clone();
    let run_slowly = from_fn_with_state(slow.clone(), http::run_slowly);
    if !service.has_api {
        let pages = own_pages.layer(run_slowly);
        return http::pages_router(pages, access, resources.responses.clone());
    }
    let pages = pages.merge(own_pages).layer(run_slowly);
    http::router(
        service.clone(),
        access,
        slow,
        timeouts.body,
        resources.bodies.clone(),
        resources.responses.clone(),
        pages,
    )
}

impl ServerBuilder {
    /// Sets the engine that runs the executions. Build it with
    /// [`EngineBuilder::resume_later`](stepwright_engine::EngineBuilder::resume_later), so that
    /// executions of its store continue only after the state machines that clients created are
    /// deployed. Clients can use the state machines and activities of the engine, too.
    /// `StartExecution` chooses one of its [test
    /// cases](stepwright_engine::EngineBuilder::test_cases) with `#<case>` after the ARN, as in
    /// Step Functions Local.
    pub fn engine(mut self, engine: impl Into<Engine>) -> Self {
        self.engine = Some(engine.into());
        self
    }

    /// Sets how long GetActivityTask waits for a task before it returns an empty response: 60
    /// seconds unless set, as on AWS.
    pub fn activity_poll(mut self, time: Duration) -> Self {
        self.poll = time;
        self
    }

    /// Accepts requests for this host name, too, and requests from its pages. At each address, a
    /// server accepts requests for `localhost`, names that end with `.localhost`, and IP addresses,
    /// with or without the prefix `sync-`. It rejects other names, because a page of any site could
    /// send such requests through a browser that can reach the server (DNS rebinding).
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// Accepts only requests of the API that are signed with one of these keys (AWS Signature
    /// Version 4), as every SDK does by default. `/health`, `/ready` and `/metrics` need no
    /// signature. Without keys, the server accepts all requests.
    pub fn access_keys(mut self, keys: AccessKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// Sets the timeout of clients: for the headers of a request, for its body, and for reading any
    /// part of the response, each. By default it is 60 seconds for the headers, which also limits
    /// the idle time of a connection, and 30 seconds for the others.
    pub fn client_time(mut self, time: Duration) -> Self {
        self.timeouts = ClientTimeouts {
            headers: time,
            body: time,
            response: time,
        };
        self
    }

    /// Sets whether `GET /metrics` returns the engine's [statistics](Engine::statistics) in the
    /// text format of Prometheus, which it does by default. They contain the names of state
    /// machines and the ARNs of activities, and need no signature.
    pub fn metrics(mut self, has_metrics: bool) -> Self {
        self.has_metrics = has_metrics;
        self
    }

    /// Adds the number of lines of the program's log that were dropped because they were not read
    /// to `/metrics`, as `stepwright_log_lines_dropped_total`.
    pub fn dropped_log_lines(mut self, dropped: fn() -> u64) -> Self {
        self.dropped_log_lines = Some(dropped);
        self
    }

    /// Sets whether `GET /console` has pages about state machines and executions, and whether they
    /// can change anything. By default there are none. With [access keys](Self::access_keys), a
    /// browser asks for the ID and the secret of one of them.
    #[cfg(feature = "console")]
    pub fn console(mut self, mode: ConsoleMode) -> Self {
        self.console.mode = mode;
        self
    }

    /// Serves further pages, in addition to the API and the console. The hosts and origins of their
    /// requests are checked; signatures and passwords are not.
    ///
    /// # Panics
    ///
    /// [`Server::serve`] panics if a path is one of the API or of the console.
    pub fn pages(mut self, pages: Router) -> Self {
        self.pages = self.pages.merge(pages);
        self
    }

    /// Sets whether the server has anything but [`pages`](Self::pages): the API, `/health`,
    /// `/ready`, `/metrics` and the console. It has them unless this is `false`. The API has no
    /// other protection than [access keys](Self::access_keys), so an application whose pages check
    /// a secret themselves needs `false`.
    pub fn api(mut self, has_api: bool) -> Self {
        self.has_api = has_api;
        self
    }

    /// Shows what the handlers of tasks log in the console. The program adds the
    /// [layer](HandlerLogs::layer) of `logs` to its subscriber.
    #[cfg(feature = "console")]
    pub fn handler_logs(mut self, logs: HandlerLogs) -> Self {
        self.console.handler_logs = Some(logs);
        self
    }

    /// Finds executions by a text in their data with this search, which can be an index.
    /// Without one, the list of executions reads a bounded number of them.
    #[cfg(feature = "console")]
    pub fn execution_search(mut self, search: Arc<dyn ExecutionSearch>) -> Self {
        self.console.search = Some(search);
        self
    }

    /// Starts executions at the times of these schedules while the server [serves](Server::serve).
    /// With a store, a later server starts the times that no server was running for, as the field
    /// `Missed` of a schedule says. Each scheduled time starts one execution.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use serde_json::json;
    /// use stepwright_runtime::{Engine, MachineType};
    /// use stepwright_server::{Schedules, Server};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let report = r#"{"StartAt": "Write", "States": {"Write": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("Report", report, MachineType::Standard).build()?;
    /// let schedules = json!([{
    ///     "Name": "nightly",
    ///     "ScheduleExpression": "cron(0 3 * * ? *)",
    ///     "ScheduleExpressionTimezone": "Europe/Berlin",
    ///     "Target": {"Arn": "Report"},
    /// }]);
    /// let schedules: Schedules = schedules.to_string().parse()?;
    /// let server = Server::builder().engine(engine).schedules(schedules).build()?;
    /// # drop(server);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "schedules")]
    pub fn schedules(mut self, schedules: Schedules) -> Self {
        self.schedules = schedules;
        self
    }

    /// Adds an event bus to the server: it answers EventBridge's operations `PutEvents` and
    /// `TestEventPattern`, and an event starts the executions of the rules that it matches.
    /// [`LocalClient::set_event_rules`] replaces the rules.
    ///
    /// An entry of `PutEvents` is accepted when each execution that it starts is durable. If a
    /// start fails for a reason that passes, the entry has the error `InternalFailure`, and its
    /// sender repeats it; on AWS, EventBridge itself does that. If it can never succeed, the log
    /// has a line.
    ///
    /// ```
    /// # extern crate stepwright_engine as stepwright_runtime;
    /// use stepwright_events::bus::EventBuses;
    /// use stepwright_events::rule::{Rule, Target};
    /// use stepwright_events::target_input::TargetInput;
    /// use stepwright_runtime::{Engine, MachineType};
    /// use stepwright_server::Server;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ship = r#"{"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": true}}}"#;
    /// let engine = Engine::builder().register_json("Ship", ship, MachineType::Standard).build()?;
    /// let rule = Rule {
    ///     name: "orders".to_owned(),
    ///     bus: "default".to_owned(),
    ///     pattern: r#"{"detail-type": ["OrderPlaced"]}"#.parse()?,
    ///     is_enabled: true,
    ///     targets: vec![Target {
    ///         id: "ship".to_owned(),
    ///         machine: "arn:aws:states:us-east-1:123456789012:stateMachine:Ship".to_owned(),
    ///         input: TargetInput::Event,
    ///     }],
    /// };
    /// let server = Server::builder().engine(engine).events(EventBuses::new([rule])).build()?;
    /// # drop(server);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "events")]
    pub fn events(mut self, buses: EventBuses) -> Self {
        self.event_rules = Some(EventRules::new(buses));
        self
    }

    /// Shuts the server down when this future is ready.
    pub fn shutdown(mut self, shutdown: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown = Box::pin(shutdown);
        self
    }

    /// Makes the shutdown of the server shut its engine down, too, with this grace period of
    /// [`Engine::shutdown`]. The server answers requests during the grace period, so that workers
    /// and holders of tokens can complete their tasks. It refuses starts with
    /// `ServiceUnavailableException`.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Builds the server.
    ///
    /// # Errors
    ///
    /// Every [`ServerError`]. A state machine that cannot be read is no error: it is logged, and
    /// clients do not see it.
    pub fn build(self) -> Result<Server, ServerError> {
        let engine = ServerEngine::new(self.engine.ok_or(ServerError::NoEngine)?);
        #[cfg(feature = "console")]
        if let Some(logs) = &self.console.handler_logs {
            logs.redact(engine.redaction());
        }
        let parsed = |host: String| Host::parse(&host).ok_or(ServerError::InvalidHost(host));
        let hosts = self.hosts.into_iter().map(parsed);
        let hosts = hosts.collect::<Result<_, _>>()?;
        #[cfg(feature = "schedules")]
        check_schedules(&engine, &self.schedules)?;
        let control = Control::open(&engine, engine.clock().now())?;
        let service = Arc::new(Service {
            poll: self.poll,
            has_api: self.has_api,
            has_metrics: self.has_metrics,
            dropped_log_lines: self.dropped_log_lines,
            #[cfg(feature = "events")]
            event_rules: self.event_rules,
            #[cfg(feature = "schedules")]
            schedules: watch::Sender::new(self.schedules),
            ..Service::new(engine, control)
        });
        service.engine.set_own_api(Arc::new(OwnApi::of(&service)));
        // After the state machines of clients are deployed, so that executions find them.
        service.engine.resume()?;
        Ok(Server {
            service,
            hosts,
            keys: self.keys,
            timeouts: self.timeouts,
            shutdown: self.shutdown,
            grace: self.grace,
            pages: self.pages,
            #[cfg(feature = "console")]
            console: self.console,
            #[cfg(feature = "console")]
            debug_sessions: DebugSessions::default(),
        })
    }

    /// Builds the server and [serves](Server::serve).
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build) and [`Server::serve`].
    pub async fn serve(self, listener: TcpListener) -> Result<(), ServerError> {
        self.build()?.serve(listener).await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("engine", &*self.service.engine)
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
