//! The service is killed while an order waits for its approver, and the order completes.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value as Json, json};
use ureq::Agent;

/// The service in a separate process.
struct Service {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Service {
    fn start(store: &Path, options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_approval_service"))
            .args(["--listen", "127.0.0.1:0", "--store"])
            .arg(store)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let stdout = process.stdout.take().expect("it is piped");
        let mut service = Self {
            process,
            said: BufReader::new(stdout).lines(),
            url: String::new(),
        };
        service.url = service.printed_after("listening on ");
        service
    }

    /// Returns the remainder of the next line that contains this text.
    fn printed_after(&mut self, what: &str) -> String {
        let lines = self.said.by_ref().map(|line| line.expect("it is text"));
        let mut rest = lines.filter_map(|line| Some(line.split_once(what)?.1.to_owned()));
        rest.next().expect("the service prints it before it ends")
    }

    fn get(&self, path: &str) -> (u16, Json) {
        let mut response = agent()
            .get(format!("{}{path}", self.url))
            .call()
            .expect("it answers");
        let body = response.body_mut().read_json().expect("it answers in JSON");
        (response.status().as_u16(), body)
    }

    fn order(&self, order: &Json) -> u16 {
        let sent = agent()
            .post(format!("{}/orders", self.url))
            .send_json(order);
        sent.expect("it answers").status().as_u16()
    }

    /// Polls an order until it is over.
    fn end(&self, id: &str) -> Json {
        loop {
            let (_, order) = self.get(&format!("/orders/{id}"));
            if order["status"] != "RUNNING" {
                return order;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Service {
    /// Sends SIGKILL, so that the process cannot clean up.
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

/// Accepts each HTTP status.
fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false);
    config
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

fn decide(link: &str, verdict: &str) -> u16 {
    let answered = agent()
        .post(link)
        .send_form([("by", "Grace"), ("verdict", verdict)]);
    answered.expect("it answers").status().as_u16()
}

fn order(id: &str, cents: u64) -> Json {
    json!({"id": id, "customer": "Ada <3", "article": "a loom", "cents": cents})
}

/// Options of the service: the workflow of `workflow.rs`, and that of `function.rs`.
const VERSIONS: [&[&str]; 2] = [&[], &["--function"]];

#[test]
fn a_pending_order_survives_a_kill_of_the_service() {
    for version in VERSIONS {
        a_pending_order_survives_a_kill(version);
    }
}

fn a_pending_order_survives_a_kill(version: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("orders.db");
    let mut service = Service::start(&store, version);
    assert_eq!(service.order(&order("o-1", 70_000)), 202);
    let link = service.printed_after(": http");
    let path = link
        .split_once("/orders")
        .expect("the link leads to the order")
        .1
        .to_owned();
    drop(service);

    let service = Service::start(&store, version);
    assert_eq!(service.get("/orders/o-1").1["status"], "RUNNING");
    let link = format!("{}/orders{path}", service.url);
    let page = agent()
        .get(&link)
        .call()
        .expect("it answers")
        .body_mut()
        .read_to_string();
    let page = page.expect("it is text");
    assert!(
        page.contains("Ada &lt;3 orders a loom for 700.00"),
        "{page}"
    );
    // The shop does not know whether its order arrived. It is still one order.
    assert_eq!(service.order(&order("o-1", 70_000)), 202);
    assert_eq!(service.order(&order("o-1", 1)), 409);

    assert_eq!(decide(&link, "approve"), 200);
    let receipt = json!({
        "order": "o-1",
        "payment": {"charge": "charge-o-1", "cents": 70_000},
        "tracking": "parcel-o-1",
    });
    let done = json!({"order": "o-1", "status": "SUCCEEDED", "receipt": receipt});
    assert_eq!(service.end("o-1"), done);
    assert_eq!(decide(&link, "refuse"), 410);
    drop(service);

    let service = Service::start(&store, version);
    assert_eq!(service.get("/orders/o-1"), (200, done));
    assert_eq!(service.order(&order("o-1", 70_000)), 409);
}

#[test]
fn refused_unknown_and_invalid_orders_are_reported() {
    for version in VERSIONS {
        refused_unknown_and_invalid_orders(version);
    }
}

fn refused_unknown_and_invalid_orders(version: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut service = Service::start(&folder.path().join("orders.db"), version);
    assert_eq!(service.order(&order("o-2", 70_000)), 202);
    let link = format!("http{}", service.printed_after(": http"));
    assert_eq!(decide(&link, "refuse"), 200);
    let refused = service.end("o-2");
    assert_eq!(refused["error"], "OrderRefused");
    let cause = refused["cause"].as_str().expect("there is a cause");
    assert!(cause.contains("Grace refused it"), "{cause}");
    assert_eq!(service.get("/orders/o-3").0, 404);
    assert_eq!(service.order(&order("a name with blanks", 1)), 400);
    assert_eq!(decide(&format!("{link}x"), "approve"), 410);
    // A small order needs no approval.
    assert_eq!(service.order(&order("o-4", 100)), 202);
    assert_eq!(service.end("o-4")["status"], "SUCCEEDED");
}
