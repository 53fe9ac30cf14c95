use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value as Json, json};

use crate::support::Api;

/// Sends bytes, and returns the response up to the end of the connection.
fn raw(api: &Api, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(&api.address).expect("it listens");
    // The server may respond and close the connection before it has read the whole request.
    let _ = stream.write_all(request);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn post(api: &Api, target: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{target}content-length: {length}\r\n\r\n{body}"
    );
    raw(api, request.as_bytes())
}

#[test]
fn a_response_has_a_request_id_and_the_content_type_of_aws_json() {
    let api = Api::new();
    let answer = post(
        &api,
        "x-amz-target: AWSStepFunctions.ListStateMachines\r\n",
        "{}",
    );
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("content-type: application/x-amz-json-1.0\r\n"),
        "{answer}"
    );
    assert!(answer.contains("x-amzn-requestid: "), "{answer}");
    assert!(answer.ends_with(r#"{"stateMachines":[]}"#), "{answer}");
}

#[test]
fn malformed_requests_are_refused_with_the_error_of_aws() {
    let api = Api::new();
    let error = |target: &str, body: &str| {
        let answer = post(&api, target, body);
        let (head, body) = answer.split_once("\r\n\r\n").expect("there is a body");
        let body: Json = serde_json::from_str(body).expect("it is JSON");
        (head[9..12].to_owned(), body["__type"].clone())
    };
    let target = "x-amz-target: AWSStepFunctions.ListStateMachines\r\n";
    let serialization = json!("com.amazon.coral.service#SerializationException");
    let unknown = json!("com.amazon.coral.service#UnknownOperationException");
    for body in ["{", "[]", "7", r#"{"maxResults": "two"}"#, "\u{0}"] {
        assert_eq!(
            error(target, body),
            ("400".to_owned(), serialization.clone()),
            "{body}"
        );
    }
    for target in [
        "",
        "x-amz-target: Other.ListStateMachines\r\n",
        "x-amz-target: AWSStepFunctions.No\r\n",
    ] {
        assert_eq!(
            error(target, "{}"),
            ("400".to_owned(), unknown.clone()),
            "{target}"
        );
    }
    let large = "x".repeat(2_000_000);
    let (status, _) = error(target, &large);
    assert_eq!(status, "413");
}

#[test]
fn the_health_endpoint_returns_ok() {
    let api = Api::new();
    let answer = raw(
        &api,
        b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    assert!(answer.contains(r#""status":"ok""#), "{answer}");
    let answer = raw(
        &api,
        b"GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[test]
fn a_stopped_server_releases_its_port() {
    let is_released = || {
        let api = Api::new();
        api.call("ListStateMachines", json!({}));
        let address = api.address.clone();
        api.end();
        TcpStream::connect(address).is_err()
    };
    // Another program on the machine can listen at the port at once, but not each time.
    assert!((0..5).any(|_| is_released()));
}
