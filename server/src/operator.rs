//! The paths for operators and their tools: `/health`, `/ready` and `/metrics`. They need no
//! signature.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value as Json, json};
use stepwright_engine::StoreOutage;
use stepwright_engine::statistics::PROMETHEUS_TEXT;

use crate::service::Service;

/// Reports whether the server works: 200, or 503 while its store cannot commit.
pub(crate) async fn health(State(service): State<Arc<Service>>) -> Response {
    let engine = &service.engine;
    let mut body = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "region": engine.region(),
        "account": engine.account(),
    });
    let unreadable = engine.unreadable_executions().len();
    if unreadable > 0 {
        body["unreadableExecutions"] = unreadable.into();
    }
    let failing = service.failing_schedules.load(Ordering::Relaxed);
    if failing > 0 {
        body["failingSchedules"] = failing.into();
    }
    let mut status = StatusCode::OK;
    if let Some(outage) = engine.store_outage() {
        status = StatusCode::SERVICE_UNAVAILABLE;
        body["status"] = "unavailable".into();
        body["store"] = store(&outage);
    }
    json_response(status, &body)
}

/// Reports whether the server accepts work, and what starts executions without a client: 200, or
/// 503 while its store cannot commit, and after its shutdown has begun.
pub(crate) async fn ready(State(service): State<Arc<Service>>) -> Response {
    if service.is_shutting_down() {
        let body = json!({"status": "shutting down"});
        return json_response(StatusCode::SERVICE_UNAVAILABLE, &body);
    }
    match service.engine.store_outage() {
        Some(outage) => {
            let body = json!({"status": "unavailable", "store": store(&outage)});
            json_response(StatusCode::SERVICE_UNAVAILABLE, &body)
        }
        None => {
            let mut body = json!({"status": "ready"});
            let starters = service.starters();
            if !starters.is_empty() {
                body["starters"] = json!(starters);
            }
            json_response(StatusCode::OK, &body)
        }
    }
}

/// Returns the engine's statistics in the text format of Prometheus.
pub(crate) async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let mut text = service.engine.statistics().to_prometheus();
    if let Some(dropped) = service.dropped_log_lines {
        let (name, lines) = ("stepwright_log_lines_dropped_total", dropped());
        text += &format!(
            "# HELP {name} Lines of the log that were dropped because they were not read.\n# TYPE {name} counter\n{name} {lines}\n"
        );
    }
    prometheus(text)
}

/// Returns a response with the text format of Prometheus.
pub(crate) fn prometheus(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let text = HeaderValue::from_static(PROMETHEUS_TEXT);
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

fn store(outage: &StoreOutage) -> Json {
    json!({
        "error": outage.error.to_string(),
        "seconds": outage.duration.as_secs(),
        "isRetried": outage.is_retried,
    })
}

/// Returns a response with JSON.
pub(crate) fn json_response(status: StatusCode, body: &Json) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
