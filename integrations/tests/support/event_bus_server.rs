use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

use super::{ReceivedRequest, Reply, TestServer};

/// A replacement of EventBridge that accepts events.
pub(crate) struct EventBusServer {
    pub(crate) http: TestServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The accepted entries of each call.
    calls: Vec<Vec<Json>>,
    /// For each of the next calls: how it fails.
    faults: VecDeque<Fault>,
}

/// How a call fails.
pub(crate) enum Fault {
    /// With this reply.
    Call(Reply),
    /// The entry at this position is refused with this code.
    Entry(usize, &'static str),
}

impl EventBusServer {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        let http =
            TestServer::start(move |request| shared.lock().expect("no panic").reply(request)).await;
        Self { http, state }
    }

    pub(crate) fn fail(&self, fault: Fault) {
        let mut state = self.state.lock().expect("no panic");
        state.faults.push_back(fault);
    }

    /// Returns the accepted entries of each call.
    pub(crate) fn calls(&self) -> Vec<Vec<Json>> {
        self.state.lock().expect("no panic").calls.clone()
    }

    /// Returns the details of the accepted events, in order.
    pub(crate) fn details(&self) -> Vec<Json> {
        let details = self.calls().into_iter().flatten().map(|entry| {
            let detail = entry["Detail"].as_str().expect("a detail");
            serde_json::from_str(detail).expect("JSON")
        });
        details.collect()
    }
}

impl State {
    fn reply(&mut self, request: &ReceivedRequest) -> Reply {
        assert_eq!(request.headers["x-amz-target"], "AWSEvents.PutEvents");
        let body: Json = serde_json::from_slice(&request.body).expect("JSON");
        let entries = body["Entries"].as_array().expect("entries").clone();
        assert!((1..=10).contains(&entries.len()), "{}", entries.len());
        let size: usize = entries.iter().map(size).sum();
        assert!(size <= 262_144, "{size} bytes");
        let refused = match self.faults.pop_front() {
            Some(Fault::Call(reply)) => return reply,
            Some(Fault::Entry(at, code)) => Some((at, code)),
            None => None,
        };
        let mut accepted = Vec::new();
        let mut results = Vec::new();
        for (at, entry) in entries.into_iter().enumerate() {
            match refused.filter(|(refused, _)| *refused == at) {
                Some((_, code)) => {
                    results.push(json!({"ErrorCode": code, "ErrorMessage": "refused"}));
                }
                None => {
                    results.push(json!({"EventId": at.to_string()}));
                    accepted.push(entry);
                }
            }
        }
        self.calls.push(accepted);
        let failed = usize::from(refused.is_some());
        let body = json!({"FailedEntryCount": failed, "Entries": results});
        Reply::new(200, &[], body.to_string())
    }
}

/// The size of an entry, as EventBridge documents it.
fn size(entry: &Json) -> usize {
    let text = |name: &str| entry[name].as_str().expect("text").len();
    let resources = entry["Resources"].as_array().expect("a list").iter();
    let resources: usize = resources
        .map(|resource| resource.as_str().expect("text").len())
        .sum();
    14 + text("Source") + text("DetailType") + text("Detail") + resources
}
