//! The server as a process, a client, and an HTTP endpoint for its tasks.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/tests";
/// Timeout of the tests.
const HANGS: Duration = Duration::from_secs(60);

/// Waits until a condition holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < HANGS, "{what} does not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// `stepwright serve` on a free port. Dropping the value kills it.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
    agent: ureq::Agent,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = spawn(arguments, Stdio::piped());
        let mut lines = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens");
            if let Some(address) = address(&line.expect("it is text")) {
                break address;
            }
        };
        // The remaining output is read, so that the server never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self::of(process, address)
    }

    /// Starts a server. Nobody reads its standard error after the address, until the test reads the
    /// returned pipe.
    #[cfg(unix)]
    pub(crate) fn start_unread(arguments: &[&str]) -> (Self, impl BufRead + use<>) {
        let mut process = spawn(arguments, Stdio::piped());
        let mut errors = BufReader::new(process.stderr.take().expect("it is piped"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            let read = errors.read_line(&mut line).expect("it is text");
            assert!(read > 0, "it says where it listens");
            if let Some(address) = address(&line) {
                break address.trim_end().to_owned();
            }
        };
        (Self::of(process, address), errors)
    }

    /// Starts a server whose standard error is a file.
    pub(crate) fn start_with_log(arguments: &[&str], log: &Path) -> Self {
        let file = File::create(log).expect("there is room");
        let process = spawn(arguments, file.into());
        let begun = Instant::now();
        let address = loop {
            let text = std::fs::read_to_string(log).expect("it is text");
            let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
            if let Some(address) = whole.lines().find_map(address) {
                break address;
            }
            assert!(begun.elapsed() < HANGS, "it says where it listens: {text}");
            std::thread::sleep(Duration::from_millis(5));
        };
        Self::of(process, address)
    }

    /// Starts another command that prints the address of its page. Returns the path of the page,
    /// too.
    pub(crate) fn start_page(folder: &Path, arguments: &[&str]) -> (Self, String) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(arguments)
            .current_dir(folder)
            .env("XDG_STATE_HOME", folder.join(".state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command is there");
        let stdout = process.stdout.take().expect("it is piped");
        let line = BufReader::new(stdout).lines().next();
        let line = line.expect("it prints an address").expect("it is text");
        let url = line.strip_prefix("http://").expect("it is a URL");
        let (address, page) = url.split_once('/').expect("it has a path");
        (Self::of(process, address.to_owned()), format!("/{page}"))
    }

    pub(crate) fn of(process: Child, address: String) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            process,
            address,
            agent: agent.build().into(),
        }
    }

    /// The status and the body of a response.
    pub(crate) fn ask(&self, operation: &str, request: &Json) -> (u16, Json) {
        self.ask_with(operation, request, &[])
    }

    /// The status and the body of a response to a request with more headers.
    pub(crate) fn ask_with(
        &self,
        operation: &str,
        request: &Json,
        headers: &[(&str, &str)],
    ) -> (u16, Json) {
        self.ask_target(&format!("AWSStepFunctions.{operation}"), request, headers)
    }

    /// The status and the body of a response of any API.
    pub(crate) fn ask_target(
        &self,
        target: &str,
        request: &Json,
        headers: &[(&str, &str)],
    ) -> (u16, Json) {
        let mut post = self
            .agent
            .post(format!("http://{}/", self.address))
            .header("X-Amz-Target", target)
            .content_type("application/x-amz-json-1.0");
        for (name, value) in headers {
            post = post.header(*name, *value);
        }
        let answer = post.send(request.to_string().as_bytes());
        let mut answer = answer.expect("there is an answer");
        let body = answer.body_mut().read_json();
        (answer.status().as_u16(), body.expect("it is JSON"))
    }

    /// The status and the body of a response to a POST of JSON.
    pub(crate) fn post(&self, path: &str, body: &str) -> (u16, Json) {
        let request = self.agent.post(format!("http://{}{path}", self.address));
        let answer = request.content_type("application/json").send(body);
        let mut answer = answer.expect("there is an answer");
        let body = answer.body_mut().read_json();
        (answer.status().as_u16(), body.expect("it is JSON"))
    }

    /// The status and the body of `/health`.
    pub(crate) fn health(&self) -> (u16, Json) {
        let answer = self
            .agent
            .get(format!("http://{}/health", self.address))
            .call();
        let mut answer = answer.expect("there is an answer");
        let body = answer.body_mut().read_json();
        (answer.status().as_u16(), body.expect("it is JSON"))
    }

    /// The status and the text at a path.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let answer = self.agent.get(format!("http://{}{path}", self.address));
        let mut answer = answer.call().expect("there is an answer");
        let text = answer.body_mut().read_to_string().expect("it is text");
        (answer.status().as_u16(), text)
    }

    /// The response of a successful operation.
    pub(crate) fn call(&self, operation: &str, request: Json) -> Json {
        let (status, body) = self.ask(operation, &request);
        assert_eq!(status, 200, "{operation}: {body}");
        body
    }

    /// Starts an execution of a machine with one state, which also has this name, and returns its
    /// ARN.
    pub(crate) fn start_state(&self, name: &str, mut state: Json, input: &Json) -> String {
        state["End"] = json!(true);
        let definition = json!({"StartAt": name, "States": {name: state}});
        let created = self.call(
            "CreateStateMachine",
            json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE}),
        );
        let started = self.call(
            "StartExecution",
            json!({"stateMachineArn": created["stateMachineArn"], "input": input.to_string()}),
        );
        text(&started["executionArn"])
    }

    /// The result of a machine with one state.
    pub(crate) fn run_state(&self, name: &str, state: Json, input: &Json) -> Json {
        self.finished(&self.start_state(name, state, input))
    }

    /// The response of DescribeExecution after the end of an execution.
    pub(crate) fn finished(&self, execution: &str) -> Json {
        let begun = Instant::now();
        loop {
            let described = self.call("DescribeExecution", json!({"executionArn": execution}));
            if described["status"] != "RUNNING" {
                return described;
            }
            assert!(begun.elapsed() < HANGS, "{described}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the history has an event of this type. Returns the event.
    pub(crate) fn event(&self, execution: &str, kind: &str) -> Json {
        let begun = Instant::now();
        loop {
            let history = self.call("GetExecutionHistory", json!({"executionArn": execution}));
            let events = history["events"].as_array().cloned().unwrap_or_default();
            if let Some(event) = events.into_iter().find(|event| event["type"] == kind) {
                return event;
            }
            assert!(begun.elapsed() < HANGS, "{history}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn spawn(arguments: &[&str], errors: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["serve", "--port", "0"])
        .args(arguments)
        .env_remove("SFN_MOCK_CONFIG")
        .env_remove("OTEL_EXPORTER_OTLP_ENDPOINT")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .expect("the command is there")
}

/// The address in the line with the server's address.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("serving Step Functions at http://")?;
    rest.split(' ').next().map(str::to_owned)
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn text(json: &Json) -> String {
    json.as_str().expect("it is text").to_owned()
}

/// A request that an endpoint received.
pub(crate) struct Request<Body = Json> {
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: Body,
}

/// The response of an endpoint: the status, headers, and the body.
pub(crate) type Response = (u16, &'static str, String);

/// An HTTP server that answers each request with `answer`, until the test process ends.
pub(crate) fn endpoint(answer: impl Fn(&Request) -> Response + Send + 'static) -> SocketAddr {
    endpoint_for_bytes(move |request| {
        let body = serde_json::from_slice(&request.body).ok()?;
        Some(answer(&Request {
            path: request.path,
            headers: request.headers,
            body,
        }))
    })
}

/// The same for bodies of any format. Without an answer, the connection is closed.
pub(crate) fn endpoint_for_bytes(
    answer: impl Fn(Request<Vec<u8>>) -> Option<Response> + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            serve(&stream, &answer);
        }
    });
    address
}

fn serve(
    mut stream: &TcpStream,
    answer: &impl Fn(Request<Vec<u8>>) -> Option<Response>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(text) = line.strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
        headers.push_str(&line);
        headers.push('\n');
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, more, body) = answer(Request {
        path,
        headers,
        body,
    })?;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {length}\r\n{more}\r\n"
    );
    stream.write_all((head + &body).as_bytes()).ok()
}
