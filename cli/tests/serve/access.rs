//! The hosts, origins and signatures that a server accepts.

use std::process::Command;

use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;

use super::support::Server;

/// The status of ListStateMachines, with these headers.
fn status(server: &Server, headers: &[(&str, &str)]) -> (u16, Json) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false);
    let agent: ureq::Agent = agent.build().into();
    let mut request = agent
        .post(format!("http://{}/", server.address))
        .header("X-Amz-Target", "AWSStepFunctions.ListStateMachines");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send("{}").expect("there is an answer");
    let body = answer.body_mut().read_json().expect("it is JSON");
    (answer.status().as_u16(), body)
}

#[test]
fn requests_with_foreign_hosts_or_origins_are_refused() {
    let server = Server::start(&["--allow-host", "states.test"]);
    let foreign = [("Host", "evil.example"), ("Origin", "http://evil.example")];
    let (code, body) = status(&server, &foreign);
    assert_eq!(code, 403, "{body}");
    let message = body["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("`evil.example`") && message.contains("--allow-host"),
        "{message}"
    );
    for (code, headers) in [
        (200, &[("Host", "localhost")][..]),
        (200, &[("Host", "sync-127.0.0.1:8083")]),
        (
            200,
            &[("Host", "states.test"), ("Origin", "http://states.test")],
        ),
        (
            200,
            &[("Host", "localhost"), ("Origin", "http://localhost:3000")],
        ),
        (403, &[("Host", "localhost.evil.example")]),
        (
            403,
            &[("Host", "localhost"), ("Origin", "http://evil.example")],
        ),
        (403, &[("Host", "localhost"), ("Origin", "null")]),
    ] {
        let (given, body) = status(&server, headers);
        assert_eq!(given, code, "{headers:?}: {body}");
    }
    let agent = ureq::Agent::config_builder().http_status_as_error(false);
    let agent: ureq::Agent = agent.build().into();
    let health = agent.get(format!("http://{}/health", server.address));
    let health = health
        .header("Host", "evil.example")
        .call()
        .expect("there is an answer");
    assert_eq!(health.status().as_u16(), 403);
}

/// A file with a key, as the AWS CLI has it.
pub(super) fn credentials(id: &str, secret: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("there is room");
    let text = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    std::fs::write(file.path(), text).expect("there is room");
    file
}

#[test]
fn a_server_with_keys_refuses_unsigned_requests() {
    let file = credentials("AKIATEAM", "correct/horse+");
    let server = Server::start(&["--auth", file.path().to_str().expect("it is text")]);
    let (code, body) = status(&server, &[]);
    assert_eq!(
        (code, &body["__type"]),
        (
            400,
            &json!("com.amazon.coral.service#MissingAuthenticationTokenException")
        )
    );
    assert_eq!(server.health().0, 200);
}

/// The exit status and the output of a server that fails to start.
fn refused(arguments: &[&str], keys: &str) -> (Option<i32>, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["serve", "--port", "0"])
        .args(arguments)
        .env("STEPWRIGHT_ACCESS_KEYS", keys)
        .output()
        .expect("the command is there");
    (
        ran.status.code(),
        String::from_utf8_lossy(&ran.stderr).into_owned(),
    )
}

#[test]
fn a_non_loopback_address_requires_auth_or_no_auth() {
    let (code, message) = refused(&["--host", "0.0.0.0"], "");
    assert_eq!(code, Some(2), "{message}");
    assert!(
        message.contains("--auth FILE") && message.contains("--no-auth"),
        "{message}"
    );
    let (code, message) = refused(&[], "AKIATEAM");
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("`ID:SECRET`"), "{message}");
    let empty = NamedTempFile::new().expect("there is room");
    let empty = empty.path().to_str().expect("it is text");
    let (code, message) = refused(&["--auth", empty], "");
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("aws_access_key_id"), "{message}");
    let mut open = Server::start(&["--host", "0.0.0.0", "--no-auth"]);
    open.address = open.address.replace("0.0.0.0", "127.0.0.1");
    assert_eq!(status(&open, &[("Host", "stepwright.internal")]).0, 200);
}
