//! The spans of executions at a collector of OpenTelemetry.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message as _;
use rustix::process::Signal;
use serde_json::json;

use super::store_file::end;
use super::support::{Server, endpoint, endpoint_for_bytes};
use super::trace::{create, invoke, start};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

type Requests = Arc<Mutex<Vec<ExportTraceServiceRequest>>>;

/// A collector that responds with this status.
fn collector(status: u16) -> (SocketAddr, Requests) {
    let requests = Requests::default();
    let received = requests.clone();
    let address = endpoint_for_bytes(move |request| {
        assert_eq!(request.path, "/v1/traces");
        let request = ExportTraceServiceRequest::decode(&*request.body).expect("it is a request");
        received.lock().unwrap().push(request);
        Some((status, "", String::new()))
    });
    (address, requests)
}

fn spans(requests: &Requests) -> Vec<Span> {
    let requests = requests.lock().unwrap();
    let resources = requests.iter().flat_map(|request| &request.resource_spans);
    let scopes = resources.flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| scope.spans.clone()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name of a span and the value of its most important field.
fn title(span: &Span) -> String {
    let key = match span.name.as_str() {
        "execution" => "machine",
        "state" => "state",
        _ => "resource",
    };
    let field = span.attributes.iter().find(|field| field.key == key);
    let value = field.and_then(|field| field.value.as_ref()?.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => format!("{} {text}", span.name),
        other => panic!("{key} of {} is {other:?}", span.name),
    }
}

#[test]
fn one_trace_has_the_nested_execution_and_its_http_task() {
    let headers: Arc<Mutex<Vec<String>>> = Arc::default();
    let received = headers.clone();
    let tasks = endpoint(move |request| {
        received.lock().unwrap().push(request.headers.clone());
        (500, "", r#"{"error": "Broken"}"#.to_owned())
    });
    let (address, requests) = collector(200);
    let otlp = format!("http://{address}/");
    let post = format!("post=http://{tasks}/");
    let mut server = Server::start(&["--otlp", &otlp, "--task", &post]);
    let mut call = invoke("post");
    call["Catch"] = json!([{"ErrorEquals": ["Broken"], "Next": "Done"}]);
    let states = json!({"Post": call, "Done": {"Type": "Succeed"}});
    let child = create(&server, "Child", "Post", &states);
    let nested = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child}, "End": true,
    });
    let parent = create(&server, "Parent", "Nest", &json!({"Nest": nested}));
    let traceparent = format!("00-{TRACE}-{CALLER}-01");
    let trace = [("traceparent", &*traceparent), ("tracestate", "a=1")];
    let ended = server.finished(&start(&server, &parent, &trace));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    end(&mut server, Signal::TERM);

    let spans = spans(&requests);
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
    let title_of = |id: &[u8]| match spans.iter().find(|span| span.span_id == id) {
        Some(span) => title(span),
        None => hex(id),
    };
    let links = spans
        .iter()
        .map(|span| (title(span), title_of(&span.parent_span_id)));
    let mut links: Vec<(String, String)> = links.collect();
    links.sort_unstable();
    let nest = "task arn:aws:states:::states:startExecution.sync:2";
    let post = "task arn:aws:states:::lambda:invoke";
    let expected = [
        ("execution Child", nest),
        ("execution Parent", CALLER),
        ("state Done", "execution Child"),
        ("state Nest", "execution Parent"),
        ("state Post", "execution Child"),
        (post, "state Post"),
        (nest, "state Nest"),
    ];
    assert_eq!(
        links,
        expected.map(|(own, of)| (own.to_owned(), of.to_owned()))
    );
    let attempt = spans.iter().find(|span| title(span) == post).unwrap();
    let status = attempt.status.as_ref().expect("the attempt failed");
    assert_eq!(
        (status.code(), &*status.message),
        (StatusCode::Error, "Broken")
    );
    let headers = headers.lock().unwrap();
    let id = hex(&attempt.span_id);
    assert!(
        headers[0].contains(&format!("traceparent: 00-{TRACE}-{id}-01\n")),
        "{headers:?}"
    );
    assert!(headers[0].contains("tracestate: a=1\n"), "{headers:?}");
    assert_eq!(headers.len(), 1);
}

#[test]
fn a_collector_that_refuses_spans_stops_no_execution_and_is_reported_once() {
    let (address, requests) = collector(400);
    let folder = tempfile::tempdir().expect("there is room");
    let log = folder.path().join("serve.log");
    let mut server = Server::start_with_log(&["--otlp", &format!("http://{address}")], &log);
    // More spans than a batch of the exporter has.
    let items: Vec<u32> = (0..1_200).collect();
    let pass = json!({"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}});
    let map = json!({"Type": "Map", "ItemProcessor": pass});
    let ended = server.run_state("Each", map, &json!(items));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    end(&mut server, Signal::TERM);
    let text = std::fs::read_to_string(&log).expect("there is a log");
    assert_eq!(text.matches("spans cannot be sent").count(), 1, "{text}");
    assert!(requests.lock().unwrap().len() > 1, "{text}");
}

#[test]
fn a_collector_behind_tls_is_refused_with_the_fix() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .args(["serve", "--port", "0", "--otlp", "https://127.0.0.1:4318"])
        .output()
        .expect("the command is there");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("put a proxy in between"), "{text}");
}

/// The output and the exit status of a run with a collector in the variable of OpenTelemetry.
fn run_with_variable(collector: &str) -> std::process::Output {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("m.asl.json");
    let machine = json!({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}});
    std::fs::write(&path, machine.to_string()).expect("there is room");
    std::process::Command::new(env!("CARGO_BIN_EXE_stepwright"))
        .arg("run")
        .arg(&path)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
        .output()
        .expect("the command is there")
}

#[test]
fn run_sends_its_spans_before_it_ends() {
    let (address, requests) = collector(200);
    let output = run_with_variable(&format!("http://{address}"));
    assert!(output.status.success(), "{output:?}");
    let spans = spans(&requests);
    let titles: Vec<String> = spans.iter().map(title).collect();
    assert_eq!(titles, ["state Done", "execution m"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_id);
    assert!(spans[1].parent_span_id.is_empty());
}

#[test]
fn an_unsuitable_variable_is_reported_and_stops_nothing() {
    let output = run_with_variable("https://127.0.0.1:4318");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:4318`"),
        "{text}"
    );
    assert!(text.contains("no spans are sent"), "{text}");
}
