//! A server, and a client that returns raw responses.

use std::sync::Mutex;

use serde_json::{Value as Json, json};
use stepwright_engine::{BuiltEngine, Engine, EngineBuilder};
#[cfg(any(feature = "events", feature = "schedules"))]
use stepwright_server::LocalClient;
use stepwright_server::{Server, ServerBuilder};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/tests";

/// A server in this process. Dropping the value ends it.
pub(crate) struct Api {
    pub(crate) address: String,
    pub(crate) engine: Engine,
    #[cfg(any(feature = "events", feature = "schedules"))]
    pub(crate) client: LocalClient,
    agent: ureq::Agent,
    ends: Mutex<Option<oneshot::Sender<()>>>,
    runtime: Runtime,
}

impl Api {
    /// Creates a server for an engine on virtual time.
    pub(crate) fn new() -> Self {
        Self::over(Engine::builder().virtual_time())
    }

    pub(crate) fn over(builder: EngineBuilder) -> Self {
        Self::with(builder, |server| server)
    }

    pub(crate) fn with<E: BuiltEngine>(
        builder: EngineBuilder<E>,
        with: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Self {
        let runtime = Runtime::new().expect("there are threads");
        let engine = runtime.block_on(async { builder.build() });
        let engine: Engine = engine.expect("the engine is built").into();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (ends, ended) = oneshot::channel();
        let server = Server::builder()
            .engine(engine.clone())
            .activity_poll(std::time::Duration::from_millis(200))
            .shutdown(async { drop(ended.await) });
        let server = runtime.block_on(async { with(server).build() });
        let server = server.expect("the server is built");
        #[cfg(any(feature = "events", feature = "schedules"))]
        let client = server.local_client();
        runtime.spawn(server.serve(listener));
        // A server closes the connection of a request that it refuses before its body: the next
        // request needs another one.
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0);
        Self {
            address,
            engine,
            #[cfg(any(feature = "events", feature = "schedules"))]
            client,
            agent: agent.build().into(),
            ends: Mutex::new(Some(ends)),
            runtime,
        }
    }

    /// Returns the status and the body of a response.
    pub(crate) fn ask(&self, operation: &str, request: &Json) -> (u16, Json) {
        self.ask_api("AWSStepFunctions", operation, request)
    }

    /// Returns the status and the body of a response of an API.
    pub(crate) fn ask_api(&self, api: &str, operation: &str, request: &Json) -> (u16, Json) {
        let answer = self
            .agent
            .post(format!("http://{}/", self.address))
            .header("X-Amz-Target", format!("{api}.{operation}"))
            .content_type("application/x-amz-json-1.0")
            .send(request.to_string().as_bytes());
        let mut answer = answer.expect("there is an answer");
        let body = answer.body_mut().read_json();
        (answer.status().as_u16(), body.expect("it is JSON"))
    }

    /// Returns the status, the media type and the text at a path.
    pub(crate) fn get(&self, path: &str) -> (u16, String, String) {
        let answer = self.agent.get(format!("http://{}{path}", self.address));
        let mut answer = answer.call().expect("there is an answer");
        let media_type = answer.headers().get("content-type");
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().expect("it is text");
        (answer.status().as_u16(), media_type, text)
    }

    /// Returns the response of a path to a request with headers; with a body, to a POST.
    #[cfg(feature = "console")]
    pub(crate) fn send(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> ureq::http::Response<String> {
        let url = format!("http://{}{path}", self.address);
        let answer = match body {
            Some(body) => {
                let request = self.agent.post(url).config().max_redirects(0).build();
                let add = |request: ureq::RequestBuilder<_>, (name, value): &(&str, &str)| {
                    request.header(*name, *value)
                };
                let request = headers.iter().fold(request, add);
                request
                    .content_type("application/x-www-form-urlencoded")
                    .send(body)
            }
            None => {
                let request = self.agent.get(url).config().max_redirects(0).build();
                let add = |request: ureq::RequestBuilder<_>, (name, value): &(&str, &str)| {
                    request.header(*name, *value)
                };
                headers.iter().fold(request, add).call()
            }
        };
        let (head, mut body) = answer.expect("there is an answer").into_parts();
        let text = body.read_to_string().expect("it is text");
        ureq::http::Response::from_parts(head, text)
    }

    /// Returns the response of an operation that must succeed.
    pub(crate) fn call(&self, operation: &str, request: Json) -> Json {
        let (status, body) = self.ask(operation, &request);
        assert_eq!(status, 200, "{operation}: {body}");
        body
    }

    /// Returns `Code: message` of an operation that must fail.
    pub(crate) fn refusal(&self, operation: &str, request: Json) -> String {
        let (status, body) = self.ask(operation, &request);
        assert_ne!(status, 200, "{operation}: {body}");
        let kind = body["__type"].as_str().unwrap_or_default();
        let code = kind.rsplit('#').next().unwrap_or_default();
        let message = body["message"].as_str().unwrap_or_default();
        format!("{code}: {message}")
    }

    /// Creates a state machine and returns its ARN.
    pub(crate) fn create(&self, name: &str, definition: &Json) -> String {
        let created = self.call(
            "CreateStateMachine",
            json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE}),
        );
        text(&created["stateMachineArn"])
    }

    /// Starts an execution and returns its ARN.
    pub(crate) fn start(&self, machine: &str, input: &Json) -> String {
        let started = self.call(
            "StartExecution",
            json!({"stateMachineArn": machine, "input": input.to_string()}),
        );
        text(&started["executionArn"])
    }

    /// Returns the response of DescribeExecution after the end of an execution.
    pub(crate) fn finished(&self, execution: &str) -> Json {
        loop {
            let described = self.call("DescribeExecution", json!({"executionArn": execution}));
            if described["status"] != "RUNNING" {
                return described;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    /// Waits for a call of the engine.
    pub(crate) fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }

    /// Begins the shutdown of the server.
    pub(crate) fn begin_end(&self) {
        drop(self.ends.lock().expect("no test panicked").take());
    }

    /// Ends the server and the engine.
    pub(crate) fn end(self) {
        self.begin_end();
        let engine = self.engine.clone();
        self.runtime
            .block_on(engine.shutdown(std::time::Duration::ZERO));
    }
}

pub(crate) fn text(json: &Json) -> String {
    json.as_str().expect("it is text").to_owned()
}

/// A definition of one Pass state.
pub(crate) fn pass() -> Json {
    json!({"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": true}}})
}

/// The names of an object's members, in order.
pub(crate) fn members(json: &Json) -> Vec<&str> {
    let object = json.as_object().expect("it is an object");
    object.keys().map(String::as_str).collect()
}
