//! `stepwright health` against a server.

use std::net::TcpListener;

use super::support::Server;
use crate::common::stepwright;

#[test]
fn a_server_that_works_is_healthy_and_ready() {
    for arguments in [&[][..], &["--virtual-time", "--accounts", "any"]] {
        let server = Server::start(arguments);
        let endpoint = format!("http://{}", server.address);
        let ran = stepwright(&["health", &endpoint], "");
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains(r#""status":"ok""#), "{}", ran.stdout);
        let ran = stepwright(&["health", &endpoint, "--ready"], "");
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("ready"), "{}", ran.stdout);
    }
}

#[test]
fn a_port_without_a_server_is_not_healthy() {
    // The port is bound and released, so that no program listens.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let ran = stepwright(&["health", &endpoint], "");
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("cannot reach"), "{}", ran.stderr);
}

#[test]
fn a_server_that_does_not_respond_is_not_healthy() {
    // The system accepts connections for a listener that reads none.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let ran = stepwright(&["health", &endpoint, "--timeout", "0.2"], "");
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("does not respond within 0.2 seconds"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_path_of_an_endpoint_is_ignored_and_tls_is_refused() {
    let server = Server::start(&[]);
    let endpoint = format!("http://{}", server.address);
    let ran = stepwright(&["health", &format!("{endpoint}/ignored/path")], "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let ran = stepwright(&["health", "https://localhost"], "");
    assert_eq!(ran.status, 2, "{}", ran.stdout);
}
