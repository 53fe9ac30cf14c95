//! Events arrive in order, in full batches, and despite failures.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use stepwright_engine::{StatusChange, StatusListener};
use stepwright_integrations::{Endpoints, ServiceCalls, SigningKeys, StatusEventsError};
use tokio::sync::{Notify, mpsc};

use super::{builder, events, run};
use crate::support::{EventBusServer, Fault, Reply};

/// A listener that only passes the changes on.
struct Channel(mpsc::UnboundedSender<StatusChange>);

impl StatusListener for Channel {
    fn status_changed(&self, change: StatusChange) {
        self.0.send(change).expect("the test reads it");
    }
}

/// Returns the changes of executions that ran one after the other.
async fn changes(executions: usize) -> Vec<StatusChange> {
    let (sender, mut changes) = mpsc::unbounded_channel();
    let engine = builder(json!({"Type": "Pass"})).status_listener(Channel(sender));
    let engine = engine.build().expect("it is valid");
    for number in 0..executions {
        run(&engine, &format!("e{number}"), json!({})).await;
    }
    drop(engine);
    let mut all = Vec::new();
    while let Ok(change) = changes.try_recv() {
        all.push(change);
    }
    assert_eq!(all.len(), 2 * executions);
    all
}

/// Sends changes to a server, and waits until all are sent or given up. Returns the names and
/// statuses that arrived, in order.
async fn delivered(server: &EventBusServer, changes: Vec<StatusChange>) -> Vec<(String, String)> {
    let events = events(server);
    for change in changes {
        events.status_changed(change);
    }
    let sending = tokio::spawn(events.clone().send());
    assert_eq!(events.finish(Duration::MAX).await, 0);
    sending.await.expect("it ends with the queue");
    let details = server.details().into_iter().map(|detail| {
        let text = |name: &str| detail[name].as_str().expect("text").to_owned();
        (text("name"), text("status"))
    });
    details.collect()
}

fn statuses(delivered: &[(String, String)], name: &str) -> Vec<String> {
    let of = delivered.iter().filter(|(of, _)| of == name);
    of.map(|(_, status)| status.clone()).collect()
}

#[tokio::test]
async fn events_are_sent_ten_at_a_time_and_in_order_per_execution() {
    let server = EventBusServer::start().await;
    let delivered = delivered(&server, changes(30).await).await;
    assert_eq!(delivered.len(), 60);
    for number in 0..30 {
        let statuses = statuses(&delivered, &format!("e{number}"));
        assert_eq!(statuses, ["RUNNING", "SUCCEEDED"]);
    }
    assert_eq!(server.calls().len(), 6);
}

#[tokio::test]
async fn a_refused_entry_is_sent_again_before_the_next_event_of_its_execution() {
    let server = EventBusServer::start().await;
    server.fail(Fault::Entry(1, "ThrottlingException"));
    let delivered = delivered(&server, changes(3).await).await;
    assert_eq!(statuses(&delivered, "e1"), ["RUNNING", "SUCCEEDED"]);
    let calls: Vec<_> = server.calls().iter().map(Vec::len).collect();
    assert_eq!(calls, [2, 1, 3]);
}

#[tokio::test]
async fn failed_calls_are_repeated() {
    let server = EventBusServer::start().await;
    server.fail(Fault::Call(Reply::new(503, &[], "")));
    server.fail(Fault::Call(Reply::raw("")));
    let delivered = delivered(&server, changes(1).await).await;
    assert_eq!(statuses(&delivered, "e0"), ["RUNNING", "SUCCEEDED"]);
}

#[tokio::test]
async fn events_that_are_refused_for_good_do_not_delay_others() {
    let server = EventBusServer::start().await;
    let body = r#"{"__type": "ValidationException", "message": "no"}"#;
    server.fail(Fault::Call(Reply::new(400, &[], body)));
    server.fail(Fault::Entry(0, "NotAuthorizedForSourceException"));
    let delivered = delivered(&server, changes(2).await).await;
    // The first call has both starts, the second one both ends.
    assert_eq!(delivered, [("e1".to_owned(), "SUCCEEDED".to_owned())]);
}

#[tokio::test]
async fn executions_do_not_wait_for_an_endpoint_that_does_not_respond() {
    let server = EventBusServer::start().await;
    let silent = Reply {
        later: Some((Arc::new(Notify::new()), Vec::new())),
        ..Reply::raw("")
    };
    server.fail(Fault::Call(silent));
    let events = events(&server);
    let sending = tokio::spawn(events.clone().send());
    let engine = builder(json!({"Type": "Pass"})).status_listener(events.clone());
    let engine = engine.build().expect("it is valid");
    for number in 0..20 {
        run(&engine, &format!("e{number}"), json!({})).await;
    }
    assert_eq!(events.finish(Duration::ZERO).await, 40);
    sending.abort();
}

#[tokio::test]
async fn the_queue_is_bounded_by_its_changes_and_by_their_bytes() {
    let server = EventBusServer::start().await;
    let change = changes(1).await.remove(0);
    let full = events(&server);
    for _ in 0..10_001 {
        full.status_changed(change.clone());
    }
    assert_eq!(full.finish(Duration::ZERO).await, 10_000);

    let mut large = change;
    large.cause = Some("x".repeat(1 << 20));
    let full = events(&server);
    for _ in 0..100 {
        full.status_changed(large.clone());
    }
    assert_eq!(full.finish(Duration::ZERO).await, 63);
    // A change after the end is not sent.
    full.status_changed(large);
    assert_eq!(full.finish(Duration::ZERO).await, 63);
}

#[test]
fn status_events_need_an_endpoint_of_eventbridge() {
    let endpoints = Endpoints::new().with("sqs=http://127.0.0.1:9");
    let calls = || ServiceCalls::builder().endpoints(endpoints.clone().expect("it is valid"));
    let error = calls().build().status_events("default").map(drop);
    assert_eq!(error, Err(StatusEventsError::NoEndpoint));
    let keys = SigningKeys::of_emulators("123456789012", []);
    let error = calls().aws(keys).build().status_events("default").map(drop);
    assert_eq!(error, Err(StatusEventsError::OnAws));
}
