//! The image, and the files for Compose and Kubernetes: their arguments start a server, and their
//! checks succeed against it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use stepwright_asl::json::Json;
use stepwright_asl::yaml::Format;

use super::support::Server;
use crate::common::stepwright;

fn project(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(text: &str) -> Json {
    let document = Format::Yaml.parse(text).expect("is YAML");
    document.json().clone()
}

fn texts(value: Option<&Json>) -> Vec<String> {
    let items = value.and_then(Json::as_array).expect("is a list");
    let texts = items.iter().map(|item| item.as_str().expect("is a text"));
    texts.map(str::to_owned).collect()
}

/// The list of an instruction of the Containerfile.
fn instruction(name: &str) -> Vec<String> {
    let file = project("packaging/Containerfile");
    let line = file.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name}"));
    let start = line.find('[').expect("is a list");
    texts(Some(&line[start..].parse().expect("is JSON")))
}

/// Starts a server with the arguments of a container, but with the store and the playground in a
/// folder.
fn start(arguments: &[String], folder: &Path) -> Server {
    let (command, arguments) = arguments.split_first().expect("has arguments");
    assert_eq!(command, "serve");
    let store = folder.join("store.db").display().to_string();
    let site = folder.join("site");
    std::fs::create_dir_all(&site).expect("a folder");
    for file in ["index.html", "stepwright_web_bg.wasm"] {
        std::fs::write(site.join(file), "content").expect("it is written");
    }
    let site = site.display().to_string();
    let arguments = arguments.iter().map(|one| match one.as_str() {
        "/playground" => site.clone(),
        one => one.replace("/data/store.db", &store),
    });
    let arguments: Vec<String> = arguments.collect();
    assert!(
        arguments.iter().any(|one| one.contains(&store)),
        "{arguments:?}"
    );
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start(&arguments);
    assert!(server.address.starts_with("0.0.0.0:"), "{}", server.address);
    server
}

fn port(server: &Server) -> &str {
    server.address.rsplit(':').next().expect("has a port")
}

/// The status of a GET request with a host.
fn status(server: &Server, host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{}", port(server))).expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer.split(' ').nth(1).expect("has a status").to_owned()
}

/// Runs a health check of a container against a server.
fn check(command: &[String], server: &Server) {
    let [program, arguments @ ..] = command else {
        panic!("no command");
    };
    assert_eq!(program, "/stepwright");
    let endpoint = format!("http://127.0.0.1:{}", port(server));
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.push(&endpoint);
    let ran = stepwright(&arguments, "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
}

#[test]
fn the_image_starts_a_server_that_passes_its_health_check() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(instruction("ENTRYPOINT"), ["/stepwright"]);
    let server = start(&instruction("CMD"), folder.path());
    check(&instruction("HEALTHCHECK"), &server);
}

#[test]
fn the_compose_file_starts_a_server_that_passes_its_health_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let compose = yaml(&project("examples/serve/compose.yaml"));
    let service = compose.pointer("/services/stepwright").expect("a service");
    let server = start(&texts(service.get("command")), folder.path());
    let test = texts(service.pointer("/healthcheck/test"));
    assert_eq!(test[0], "CMD");
    check(&test[1..], &server);
    // Other services call it by its name.
    assert_eq!(status(&server, "stepwright:8083", "/health"), "200");
    assert_eq!(status(&server, "other:8083", "/health"), "403");
}

#[test]
fn the_manifest_for_kubernetes_starts_a_server_that_passes_its_probes() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = project("examples/serve/kubernetes.yaml");
    let documents: Vec<Json> = text.split("\n---\n").map(yaml).collect();
    let kinds = documents
        .iter()
        .map(|one| one.get("kind").and_then(Json::as_str));
    let kinds: Option<Vec<&str>> = kinds.collect();
    assert_eq!(
        kinds.as_deref(),
        Some(&["Secret", "Service", "StatefulSet"][..])
    );
    let set = &documents[2];
    assert_eq!(
        set.pointer("/spec/replicas").and_then(Json::as_i64),
        Some(1)
    );
    let container = set
        .pointer("/spec/template/spec/containers/0")
        .expect("a container");
    assert_eq!(
        container.pointer("/env/0/name").and_then(Json::as_str),
        Some("STEPWRIGHT_ACCESS_KEYS")
    );
    let mut arguments = texts(container.get("args"));
    // The keys come from the environment.
    arguments.push("--no-auth".to_owned());
    let server = start(&arguments, folder.path());
    for probe in ["startupProbe", "readinessProbe"] {
        let path = container.pointer(&format!("/{probe}/httpGet/path"));
        let path = path.and_then(Json::as_str).expect("a path");
        // A probe has the address of the pod as its host.
        assert_eq!(status(&server, "10.1.2.3:8083", path), "200", "{probe}");
    }
    for host in [
        "stepwright:8083",
        "stepwright.default.svc.cluster.local:8083",
    ] {
        assert_eq!(status(&server, host, "/health"), "200", "{host}");
    }
    let grace = set.pointer("/spec/template/spec/terminationGracePeriodSeconds");
    // Requests have 5 seconds, tasks 30.
    assert!(
        grace
            .and_then(Json::as_i64)
            .is_some_and(|seconds| seconds > 35)
    );
}
