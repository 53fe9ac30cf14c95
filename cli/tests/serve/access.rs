//! The hosts, origins and signatures that a server accepts.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
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
    for address in [&[][..], &["--host", "0.0.0.0", "--no-auth"]] {
        refuses_foreign_hosts_and_origins(address);
    }
}

fn refuses_foreign_hosts_and_origins(address: &[&str]) {
    let mut server = Server::start(&[address, &["--allow-host", "states.test"]].concat());
    server.address = server.address.replace("0.0.0.0", "127.0.0.1");
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
        (403, &[("Host", "stepwright.internal")]),
        (403, &[("Host", "127.evil.invalid")]),
        (
            200,
            &[("Host", "192.0.2.7:80"), ("Origin", "http://192.0.2.7")],
        ),
        (
            403,
            &[("Host", "192.0.2.7:80"), ("Origin", "http://192.0.2.8")],
        ),
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

/// A browser shows the answer, so it is a page. It has nothing of the server, because the page of
/// another site may read it after DNS rebinding.
#[test]
fn a_browser_gets_a_page_about_a_refused_host_or_origin() {
    let server = Server::start(&["--region", "eu-west-1"]);
    let agent = ureq::Agent::config_builder().http_status_as_error(false);
    let agent: ureq::Agent = agent.build().into();
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    for path in ["/", "/console", "/console/executions", "/health", "/none"] {
        for (name, value) in [("Host", "evil.example"), ("Origin", "http://evil.example")] {
            for accept in [browser, "TEXT/HTML", "*/*", "application/json"] {
                let request = agent.get(format!("http://{}{path}", server.address));
                let request = request.header(name, value).header("Accept", accept);
                let mut answer = request.call().expect("there is an answer");
                let is_page = accept.to_ascii_lowercase().starts_with("text/html");
                assert_eq!(answer.status().as_u16(), 403, "{path} {name} {accept}");
                let header = |name: &str| {
                    let value = answer.headers().get(name);
                    value
                        .and_then(|value| value.to_str().ok())
                        .unwrap_or_default()
                        .to_owned()
                };
                let content = if is_page {
                    "text/html; charset=utf-8"
                } else {
                    "application/x-amz-json-1.0"
                };
                assert_eq!(header("content-type"), content, "{path} {name} {accept}");
                if is_page {
                    assert!(header("content-security-policy").starts_with("default-src 'none'"));
                    assert_eq!(header("cache-control"), "no-store");
                }
                let body = answer.body_mut().read_to_string().expect("it is text");
                assert!(
                    body.contains("evil.example") && body.contains("--allow-host"),
                    "{body}"
                );
                assert!(!body.contains("eu-west-1"), "{body}");
                assert_eq!(body.contains("<h1>Not allowed</h1>"), is_page, "{body}");
            }
        }
    }
}

/// The status of a request whose head is written byte for byte.
fn status_of_head(server: &Server, head: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).expect("the server listens");
    let request = format!("{head}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("there is an answer");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_request_needs_exactly_one_host_in_its_head() {
    let server = Server::start(&[]);
    for (status, head) in [
        ("200", "GET /health HTTP/1.1\r\nHost: localhost\r\n"),
        ("200", "GET /health HTTP/1.0\r\n"),
        ("400", "GET /health HTTP/1.1\r\n"),
        (
            "400",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
        ),
        (
            "400",
            "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        ),
        (
            "400",
            "GET /health HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n",
        ),
        ("403", "GET /health HTTP/1.0\r\nHost: evil.example\r\n"),
        ("403", "GET /health HTTP/1.1\r\nHost:\r\n"),
        (
            "403",
            "GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n",
        ),
        (
            "403",
            "GET http://localhost@evil.example/health HTTP/1.1\r\nHost: localhost\r\n",
        ),
        ("403", "GET /console HTTP/1.1\r\nHost: evil.example\r\n"),
        ("403", "GET /nothing HTTP/1.1\r\nHost: evil.example\r\n"),
    ] {
        assert_eq!(status_of_head(&server, head), status, "{head}");
    }
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
    assert_eq!(status(&open, &[]).0, 200);
}

#[test]
fn keys_without_a_secret_are_refused() {
    for keys in ["AKIATEAM:", ":secret", "AKIATEAM:secret OTHER:", " "] {
        let (code, message) = refused(&[], keys);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains("STEPWRIGHT_ACCESS_KEYS"), "{message}");
        assert!(!message.contains("secret OTHER"), "{message}");
    }
    let file = credentials("AKIATEAM", "");
    let (code, message) = refused(&["--auth", file.path().to_str().expect("it is text")], "");
    assert_eq!(code, Some(2), "{message}");
    assert!(
        message.contains("an empty `aws_secret_access_key`"),
        "{message}"
    );
}

#[test]
fn an_allowed_host_is_a_name() {
    for host in ["http://states.test", "states.test:8083", "", "*"] {
        let (code, message) = refused(&["--allow-host", host], "");
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains("--allow-host"), "{message}");
    }
}
