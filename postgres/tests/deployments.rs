//! The files for Compose and Kubernetes with a database: two servers, of which one writes.

use std::path::Path;

use stepwright_asl::json::Json;
use stepwright_asl::yaml::Format;
use stepwright_postgres::PostgresOptions;

fn documents(name: &str) -> Vec<Json> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/serve");
    let text = std::fs::read_to_string(path.join(name)).expect("it is a file");
    let parts = text.split("\n---\n");
    parts
        .map(|part| Format::Yaml.parse(part).expect("is YAML").json().clone())
        .collect()
}

fn text<'a>(document: &'a Json, pointer: &str) -> &'a str {
    let value = document.pointer(pointer).and_then(Json::as_str);
    value.unwrap_or_else(|| panic!("no text at {pointer}"))
}

fn texts(document: &Json, pointer: &str) -> Vec<String> {
    let items = document.pointer(pointer).and_then(Json::as_array);
    let items = items.unwrap_or_else(|| panic!("no list at {pointer}"));
    let texts = items.iter().map(|item| item.as_str().expect("is a text"));
    texts.map(str::to_owned).collect()
}

/// The value of an option, after a blank or `=`.
fn option<'a>(arguments: &'a [String], name: &str) -> &'a str {
    let mut all = arguments.iter().flat_map(|one| match one.split_once('=') {
        Some((option, value)) if option.starts_with("--") => vec![option, value],
        _ => vec![one.as_str()],
    });
    assert!(all.any(|one| one == name), "{arguments:?}");
    all.next().expect("has a value")
}

/// Checks the arguments of a server, and returns the address without the password.
fn store(arguments: &[String]) -> String {
    assert_eq!(arguments[0], "serve");
    assert!(arguments.iter().any(|one| one == "--standby"));
    let options: PostgresOptions = option(arguments, "--store").parse().expect("an address");
    let options = options.schema(option(arguments, "--schema"));
    options.to_string()
}

#[test]
fn the_manifest_for_kubernetes_has_two_pods_and_sends_requests_to_the_one_that_writes() {
    let documents = documents("kubernetes-postgres.yaml");
    let kinds: Vec<&str> = documents.iter().map(|one| text(one, "/kind")).collect();
    assert_eq!(kinds, ["Secret", "Service", "Deployment"]);
    let [secret, _, deployment] = &documents[..] else {
        unreachable!("it has three documents");
    };
    let replicas = deployment.pointer("/spec/replicas").and_then(Json::as_i64);
    assert_eq!(replicas, Some(2));
    let pod = deployment.pointer("/spec/template/spec").expect("a pod");
    assert!(pod.pointer("/volumes").is_none());
    let container = pod.pointer("/containers/0").expect("a container");
    assert_eq!(
        store(&texts(container, "/args")),
        "postgres://db.internal:5432/orders, schema orders"
    );
    assert_eq!(text(container, "/env/0/name"), "PGPASSWORD");
    let key = text(container, "/env/0/valueFrom/secretKeyRef/key");
    assert!(!text(secret, &format!("/stringData/{key}")).is_empty());
    assert_eq!(text(container, "/readinessProbe/httpGet/path"), "/ready");
    // A rolling update would wait for a second ready pod.
    let surge = deployment.pointer("/spec/strategy/rollingUpdate/maxSurge");
    assert_eq!(surge.and_then(Json::as_i64), Some(0));
    let grace = pod.pointer("/terminationGracePeriodSeconds");
    // Requests have 5 seconds, tasks 30.
    assert!(
        grace
            .and_then(Json::as_i64)
            .is_some_and(|seconds| seconds > 35)
    );
}

#[test]
fn the_compose_file_has_two_servers_of_one_database() {
    let documents = documents("compose-postgres.yaml");
    let [compose] = &documents[..] else {
        panic!("it has one document");
    };
    // The image of the database creates one with the name of its user.
    let user = text(compose, "/services/database/environment/POSTGRES_USER");
    for name in ["stepwright", "stepwright-2"] {
        let arguments = texts(compose, &format!("/services/{name}/command"));
        assert_eq!(
            store(&arguments),
            format!("postgres://database:5432/{user}, schema orders")
        );
        assert!(option(&arguments, "--store").starts_with(&format!("postgres://{user}@")));
        // Other services call it by its name.
        assert_eq!(option(&arguments, "--allow-host"), name);
        let password = text(compose, &format!("/services/{name}/environment/PGPASSWORD"));
        assert_eq!(
            password,
            text(compose, "/services/database/environment/POSTGRES_PASSWORD")
        );
    }
}
