//! The files of the playground, as `stepwright serve --playground` sends them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::support::Server;
use crate::common::stepwright;

/// The first line and the headers of the response to a path, exactly as it is written.
fn head(server: &Server, path: &str) -> String {
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("it is text");
    let (head, _) = response.split_once("\r\n\r\n").expect("it has headers");
    head.to_ascii_lowercase()
}

#[test]
fn the_playground_has_its_files_at_relative_addresses_and_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    fs::create_dir(&site).expect("it is new");
    fs::write(folder.path().join("secret"), "secret").expect("it is written");
    let argument = site.to_string_lossy();
    let refused = stepwright(&["serve", "--port", "0", "--playground", &argument], "");
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("has no file `index.html`"),
        "{}",
        refused.stderr
    );

    fs::write(site.join("index.html"), "the page").expect("it is written");
    fs::write(site.join("stepwright_web_bg.wasm"), "module").expect("it is written");
    let server = Server::start(&["--playground", &argument]);
    assert_eq!(server.get("/playground/"), (200, "the page".to_owned()));
    let moved = head(&server, "/playground");
    assert!(moved.starts_with("http/1.1 308"), "{moved}");
    assert!(moved.contains("location: /playground/"), "{moved}");
    let module = head(&server, "/playground/stepwright_web_bg.wasm");
    assert!(
        module.contains("content-type: application/wasm"),
        "{module}"
    );
    for outside in [
        "../secret",
        "%2e%2e/secret",
        "..%2fsecret",
        "/etc/passwd",
        "none",
    ] {
        let response = head(&server, &format!("/playground/{outside}"));
        assert!(
            response.starts_with("http/1.1 404"),
            "{outside}: {response}"
        );
    }
}
