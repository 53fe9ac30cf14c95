//! Clients that are slow, disconnect, or send invalid requests.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;
use stepwright_engine::Engine;

use crate::support::{Api, ROLE, pass};

/// How long the server of these tests waits for a client.
const PATIENCE: Duration = Duration::from_millis(300);
/// Longer than any test may take.
const HANGS: Duration = Duration::from_secs(60);

fn impatient() -> Api {
    let builder = Engine::builder().virtual_time();
    Api::with(builder, |server| server.client_time(PATIENCE))
}

fn connect(api: &Api) -> TcpStream {
    let stream = TcpStream::connect(&api.address).expect("it listens");
    let limits = stream
        .set_read_timeout(Some(HANGS))
        .and_then(|()| stream.set_write_timeout(Some(HANGS)));
    limits.expect("it takes limits");
    stream
}

/// Reads until the server ends the connection.
fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is reset has ended, too.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(length: usize) -> String {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.ListStateMachines\r\ncontent-length: {length}\r\n"
    )
}

fn is_up(api: &Api) -> bool {
    let (status, _) = api.ask("ListStateMachines", &json!({}));
    status == 200
}

#[test]
fn a_client_that_sends_nothing_is_disconnected() {
    let api = impatient();
    let begun = Instant::now();
    let mut silent = connect(&api);
    assert_eq!(rest(&mut silent), "");
    assert!(begun.elapsed() >= PATIENCE);
    assert!(is_up(&api));
}

#[test]
fn a_client_that_sends_headers_slowly_is_disconnected() {
    let api = impatient();
    let mut slow = connect(&api);
    let begun = Instant::now();
    slow.write_all(head(2).as_bytes()).expect("it reads");
    // Sending a byte from time to time does not extend the timeout.
    while slow.write_all(b"x-a: b\r\n").is_ok() {
        assert!(begun.elapsed() < HANGS, "it waits");
        std::thread::sleep(PATIENCE / 10);
    }
    assert!(is_up(&api));
}

#[test]
fn an_incomplete_body_gets_a_timeout_response() {
    let api = impatient();
    let mut slow = connect(&api);
    let request = head(100) + "\r\n{";
    slow.write_all(request.as_bytes()).expect("it reads");
    let answer = rest(&mut slow);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("RequestTimeoutException"), "{answer}");
    assert!(is_up(&api));
}

/// Clients that disappeared without notice do not block others.
#[test]
fn half_open_connections_do_not_block_other_clients() {
    let api = Api::new();
    let open: Vec<TcpStream> = (0..200)
        .map(|index| {
            let mut stream = connect(&api);
            let part = &head(50).into_bytes()[..index % 80];
            stream.write_all(part).expect("it reads");
            stream
        })
        .collect();
    let begun = Instant::now();
    assert!(is_up(&api));
    assert!(begun.elapsed() < Duration::from_secs(30));
    drop(open);
    assert!(is_up(&api));
}

#[test]
fn a_client_that_reads_no_response_is_disconnected() {
    let api = impatient();
    let large = json!({"Comment": "x".repeat(900_000), "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let arn = api.create("large", &large);
    let body = json!({"stateMachineArn": arn}).to_string();
    let request = head(body.len()).replace("ListStateMachines", "DescribeStateMachine");
    let request = format!("{request}\r\n{body}");
    let mut deaf = connect(&api);
    // Many requests without reading a response: at some point the server stops reading, and then it
    // ends the connection.
    deaf.set_write_timeout(Some(Duration::from_millis(50)))
        .expect("it takes a limit");
    let begun = Instant::now();
    loop {
        match deaf.write(request.as_bytes()) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock) => {}
            // The connection has ended.
            Err(_) => break,
        }
        assert!(begun.elapsed() < HANGS, "it is served for ever");
    }
    assert!(is_up(&api));
}

/// Clients with a read limit of 4 KiB cannot leave their responses in the buffers of the operating
/// system.
#[test]
fn clients_that_read_nothing_do_not_delay_others() {
    let api = Api::new();
    let large = json!({"Comment": "x".repeat(900_000), "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let arn = api.create("large", &large);
    let body = json!({"stateMachineArn": arn}).to_string();
    let request = head(body.len()).replace("ListStateMachines", "DescribeStateMachine");
    // Each client requests more than the operating system buffers.
    let requests = format!("{request}\r\n{body}").repeat(12);
    let begun = Instant::now();
    let deaf: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut client = connect(&api);
            client.write_all(requests.as_bytes()).expect("it is small");
            client
        })
        .collect();
    // Small responses do not wait; a large one waits until silent clients are disconnected, or is
    // refused before.
    for _ in 0..20 {
        assert!(is_up(&api));
    }
    loop {
        let (status, _) = api.ask("DescribeStateMachine", &json!({"stateMachineArn": arn}));
        match status {
            200 => break,
            503 => assert!(begun.elapsed() < HANGS, "it is refused for ever"),
            other => panic!("status {other}"),
        }
    }
    drop(deaf);
}

#[test]
fn headers_that_are_too_large_are_refused() {
    let api = Api::new();
    for more in [
        format!("x-a: {}\r\n", "a".repeat(200_000)),
        "x-a: b\r\n".repeat(1_000),
    ] {
        let mut stream = connect(&api);
        let request = format!("{}{more}\r\n{{}}", head(2));
        // The server may respond and close the connection before it has read the whole request.
        let _ = stream.write_all(request.as_bytes());
        let answer = rest(&mut stream);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
            "{answer}"
        );
        assert!(is_up(&api));
    }
}

#[test]
fn long_operations_hold_no_body_memory() {
    let api = Api::with(Engine::builder(), |server| server.activity_poll(HANGS));
    let activity = api.call("CreateActivity", json!({"name": "work"}));
    let wait =
        json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 250, "End": true}}});
    let waits = api.call(
        "CreateStateMachine",
        json!({"name": "waits", "type": "EXPRESS", "definition": wait.to_string(), "roleArn": ROLE}),
    );
    // Bodies that do not declare their length.
    let poll = json!({"activityArn": activity["activityArn"]}).to_string();
    let poll = format!(
        "transfer-encoding: chunked\r\n\r\n{:x}\r\n{poll}\r\n0\r\n\r\n",
        poll.len()
    );
    // Together they exceed the memory for bodies.
    let input = json!("x".repeat(240_000)).to_string();
    let start = json!({"stateMachineArn": waits["stateMachineArn"], "input": input}).to_string();
    let start = format!("content-length: {}\r\n\r\n{start}", start.len());
    let mut open = Vec::new();
    for (operation, count, rest) in [
        ("GetActivityTask", 60, poll),
        ("StartSyncExecution", 300, start),
    ] {
        for _ in 0..count {
            let mut stream = connect(&api);
            let head = format!(
                "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.{operation}\r\n"
            );
            stream
                .write_all((head + &rest).as_bytes())
                .expect("it is read");
            open.push(stream);
        }
    }
    // A body that waits for memory is rejected after thirty seconds, before the operations end.
    let comment = "x".repeat(100_000);
    api.create("large", &json!({"Comment": comment, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}));
}

#[test]
fn headers_above_the_documented_limits_are_refused() {
    let api = Api::new();
    // What every request has.
    let head = format!("{}connection: close\r\n", head(2));
    let own = head.matches("\r\n").count() - 1;
    for (more, status) in [
        ("x-a: b\r\n".repeat(100 - own), "200"),
        ("x-a: b\r\n".repeat(101 - own), "431"),
        (
            format!("x-a: {}\r\n", "a".repeat(32_768 - 9 - head.len())),
            "200",
        ),
        (
            format!("x-a: {}\r\n", "a".repeat(32_768 - 8 - head.len())),
            "431",
        ),
    ] {
        let mut stream = connect(&api);
        let request = format!("{head}{more}\r\n{{}}");
        stream.write_all(request.as_bytes()).expect("it is read");
        let answer = rest(&mut stream);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{status}: {answer}"
        );
    }
}

#[test]
fn json_that_nests_too_deep_is_refused() {
    let api = Api::new();
    let nested =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    for deep in [
        nested("[", "]"),
        "[".repeat(500_000),
        nested(r#"{"a":"#, "}"),
    ] {
        // As the body, and as the JSON in its strings.
        let mut stream = connect(&api);
        let body = format!(r#"{{"definition":{deep}}}"#);
        let request = format!(
            "{}connection: close\r\n\r\n{body}",
            head(body.len()).replace("ListStateMachines", "ValidateStateMachineDefinition")
        );
        let _ = stream.write_all(request.as_bytes());
        let answer = rest(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let (status, found) = api.ask(
            "ValidateStateMachineDefinition",
            &json!({"definition": deep}),
        );
        assert!(status == 400 || found["result"] == "FAIL", "{found}");
        let arn = api.create("m", &pass());
        for (operation, request) in [
            (
                "StartExecution",
                json!({"stateMachineArn": arn, "input": deep}),
            ),
            (
                "TestState",
                json!({"definition": r#"{"Type": "Pass", "End": true}"#, "input": deep}),
            ),
            (
                "TestState",
                json!({"definition": r#"{"Type": "Pass", "End": true}"#, "variables": deep}),
            ),
        ] {
            let (status, answer) = api.ask(operation, &request);
            assert_eq!(status, 400, "{operation}: {answer}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 3))]

    /// For all input, the server responds or ends the connection, and remains available.
    #[test]
    fn arbitrary_requests_do_not_stop_the_server(
        operation in prop::sample::select(vec![
            "CreateStateMachine", "StartExecution", "StartSyncExecution", "DescribeExecution", "GetExecutionHistory", "ListExecutions",
            "TestState", "ValidateStateMachineDefinition", "UpdateStateMachine", "Nope",
        ]),
        body in prop_oneof![
            any::<Vec<u8>>(),
            "[{}\\[\\]\":,a-z0-9\\\\ ]{0,60}".prop_map(String::into_bytes),
            (
                prop::sample::select(vec!["definition", "name", "input", "stateMachineArn", "executionArn", "maxResults", "mock", "nextToken", "tags"]),
                prop_oneof![
                    Just(json!(null)), Just(json!([])), Just(json!({})), any::<f64>().prop_map(|n| json!(n)), ".{0,40}".prop_map(|text| json!(text)),
                    "arn:aws:states:[a-z:#/]{0,30}".prop_map(|text| json!(text)),
                ],
            ).prop_map(|(name, value)| json!({name: value}).to_string().into_bytes()),
        ],
    ) {
        thread_local! {
            static API: Api = Api::new();
        }
        API.with(|api| {
            let mut stream = connect(api);
            let head = head(body.len()).replace("ListStateMachines", operation);
            let request = [head.as_bytes(), b"connection: close\r\n\r\n", &body].concat();
            stream.write_all(&request).expect("it reads");
            let answer = rest(&mut stream);
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
            assert!(!answer.starts_with("HTTP/1.1 5"), "{answer}");
        });
    }
}
