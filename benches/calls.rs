//! The cost of a call of DynamoDB above that of the emulator: a task of an execution, next to the
//! same request of a plain HTTP client.
//!
//! `cargo bench -p stepwright-benches --bench calls`

use std::convert::Infallible;

use bytes::Bytes;
use divan::Bencher;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use stepwright_integrations::{Endpoints, ServiceCalls};
use stepwright_runtime::{Engine, MachineType, StartOptions};
use tokio::runtime::Runtime;

const DEFINITION: &str = r#"{"StartAt": "Put", "States": {"Put": {
    "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem",
    "Parameters": {"TableName": "orders", "Item": {"id": {"S.$": "$.id"}, "total": {"N": "5"}}}, "End": true
}}}"#;
const BODY: &str = r#"{"TableName":"orders","Item":{"id":{"S":"1"},"total":{"N":"5"}}}"#;

fn main() {
    divan::main();
}

/// Starts a server that responds to each request with `{}`, and returns its URL.
fn server(runtime: &Runtime) -> String {
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request: Request<hyper::body::Incoming>| async {
                let _ = request.into_body().collect().await;
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{}"))))
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    format!("http://{address}")
}

#[divan::bench]
fn plain_request(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().expect("a runtime");
    let url = server(&runtime);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    bencher.bench_local(|| {
        runtime.block_on(async {
            let request = Request::post(&url)
                .body(Full::from(BODY))
                .expect("a request");
            let response = client.request(request).await.expect("a response");
            response.into_body().collect().await.expect("a body")
        })
    });
}

#[divan::bench]
fn task_of_an_execution(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().expect("a runtime");
    let url = server(&runtime);
    let endpoints = Endpoints::new().with(&url).expect("an endpoint");
    let engine = Engine::builder()
        .register_json("orders", DEFINITION, MachineType::Express)
        .fallback_tasks(ServiceCalls::builder().endpoints(endpoints).build())
        .build()
        .expect("an engine");
    bencher.bench_local(|| {
        runtime.block_on(async {
            let input = serde_json::json!({"id": "1"});
            let report = engine
                .execute_machine("orders", input, StartOptions::new())
                .await
                .expect("a start");
            assert!(report.output.is_some(), "{report:?}");
        })
    });
}
