//! The shutdown of a server and its engine: what is answered until the end of the grace period.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_engine::Engine;
use stepwright_engine::task::TaskFailure;
use tokio::sync::Notify;

use crate::support::{Api, text};

const PACK: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";
/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

/// A server with an activity and a function `slow`, and notifications: the function has begun, and
/// it may end.
fn server() -> (Api, Arc<Notify>, Arc<Notify>) {
    let (has_begun, may_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begun, ends) = (has_begun.clone(), may_end.clone());
    let engine = Engine::builder().function("slow", move |_: Json| {
        let ends = ends.clone();
        begun.notify_one();
        async move {
            ends.notified().await;
            Ok::<_, TaskFailure>(json!({}))
        }
    });
    let api = Api::with(engine, |server| server.grace(LONG).activity_poll(LONG));
    api.call("CreateActivity", json!({"name": "pack"}));
    (api, has_begun, may_end)
}

fn task(resource: &str) -> Json {
    json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": resource, "End": true}}})
}

fn poll(api: &Api) -> Json {
    api.call("GetActivityTask", json!({"activityArn": PACK}))
}

/// Waits until the server accepts no connection.
fn closed(api: &Api) {
    let begun = Instant::now();
    while TcpStream::connect(&api.address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the server ends");
        std::thread::yield_now();
    }
}

#[test]
fn the_api_answers_until_the_last_handler_has_ended() {
    let (api, has_begun, may_end) = server();
    let slow = api.create(
        "slow",
        &task("arn:aws:lambda:us-east-1:123456789012:function:slow"),
    );
    let pack = api.create("pack", &task(PACK));
    let (slow_run, pack_run) = (api.start(&slow, &json!({})), api.start(&pack, &json!({})));
    let token = text(&poll(&api)["taskToken"]);
    let held = api.start(&pack, &json!({}));
    std::thread::scope(|scope| {
        // Its task is taken; this poll waits for the next one.
        let taken = text(&poll(&api)["taskToken"]);
        let idle = scope.spawn(|| poll(&api));
        api.wait(has_begun.notified());
        api.begin_end();
        assert_eq!(idle.join().expect("it is answered"), json!({}));
        assert_eq!(poll(&api), json!({}));
        assert_eq!(api.get("/ready").0, 503);
        assert_eq!(api.get("/health").0, 200);
        let start = json!({"stateMachineArn": pack, "input": "{}"});
        assert!(
            api.refusal("StartExecution", start)
                .starts_with("ServiceUnavailableException")
        );
        api.call("SendTaskHeartbeat", json!({"taskToken": taken}));
        api.call(
            "SendTaskSuccess",
            json!({"taskToken": token, "output": "1"}),
        );
        assert_eq!(api.finished(&pack_run)["status"], "SUCCEEDED");
        let described = api.call("DescribeExecution", json!({"executionArn": held}));
        assert_eq!(described["status"], "RUNNING");
        may_end.notify_one();
        closed(&api);
    });
    let report = |arn: &str| {
        let run = api.engine.blocking_execution(arn).expect("it is read");
        api.wait(run.expect("it is there").report())
    };
    assert_eq!(report(&slow_run).status.as_str(), "SUCCEEDED");
    // No worker answered its token.
    assert_eq!(report(&held).error.as_deref(), Some("Stepwright.ShutDown"));
}

#[test]
fn a_server_without_a_running_handler_ends_at_once() {
    let (api, ..) = server();
    let pack = api.create("pack", &task(PACK));
    api.start(&pack, &json!({}));
    poll(&api);
    // A client that sends nothing, and one that sends a part of a request.
    let _silent = TcpStream::connect(&api.address).expect("it listens");
    let mut part = TcpStream::connect(&api.address).expect("it listens");
    std::io::Write::write_all(
        &mut part,
        b"POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AWSStepFunctions.ListActivities\r\ncontent-length: 99\r\n\r\n{",
    )
    .expect("it is read");
    let begun = Instant::now();
    api.begin_end();
    closed(&api);
    // Far less than the grace period and the time of a client.
    assert!(begun.elapsed() < Duration::from_secs(20));
}
