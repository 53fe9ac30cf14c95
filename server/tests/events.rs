//! The event bus: PutEvents, the executions that events start, TestEventPattern.

use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, Store as _};
use stepwright_engine::{Engine, EngineBuilder, Limits, MachineType};
use stepwright_events::bus::EventBuses;
use stepwright_events::rule::{Rule, Target};
use stepwright_events::target_input::{InputTransformer, TargetInput};

use super::support::{Api, pass, text};

fn machine(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

/// A rule that starts `Ship`.
fn rule(name: &str, pattern: &Json, input: TargetInput) -> Rule {
    Rule {
        name: name.to_owned(),
        bus: "default".to_owned(),
        pattern: pattern.to_string().parse().expect("a pattern"),
        is_enabled: true,
        targets: vec![Target {
            id: "ship".to_owned(),
            machine: machine("Ship"),
            input,
        }],
    }
}

fn orders() -> Rule {
    rule(
        "orders",
        &json!({"detail-type": ["OrderPlaced"]}),
        TargetInput::Event,
    )
}

/// A server with the state machine `Ship` and rules.
fn serve(builder: EngineBuilder, rules: impl IntoIterator<Item = Rule>) -> Api {
    let builder = builder.register_json("Ship", &pass().to_string(), MachineType::Standard);
    let buses = EventBuses::new(rules);
    Api::with(builder, |server| server.events(buses))
}

fn entry(detail: &Json) -> Json {
    json!({"Source": "shop", "DetailType": "OrderPlaced", "Detail": detail.to_string()})
}

impl Api {
    /// The result of PutEvents.
    fn put(&self, entries: &[Json]) -> Json {
        let (status, body) = self.ask_api("AWSEvents", "PutEvents", &json!({"Entries": entries}));
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The executions of `Ship`, the oldest first.
    fn shipped(&self) -> Vec<Json> {
        let listed = self.call(
            "ListExecutions",
            json!({"stateMachineArn": machine("Ship")}),
        );
        let listed = listed["executions"].as_array().expect("a list").clone();
        listed.into_iter().rev().collect()
    }

    /// The input of the only execution of `Ship`.
    fn only_input(&self) -> Json {
        let shipped = self.shipped();
        assert_eq!(shipped.len(), 1, "{shipped:?}");
        let described = self.finished(&text(&shipped[0]["executionArn"]));
        serde_json::from_str(&text(&described["input"])).expect("JSON")
    }
}

#[test]
fn an_event_starts_the_executions_of_its_rules_with_the_event_as_input() {
    let paid = rule(
        "paid",
        &json!({"detail": {"paid": [true]}}),
        TargetInput::Event,
    );
    let api = serve(Engine::builder().virtual_time(), [orders(), paid]);
    let mut placed = entry(&json!({"order": 7}));
    placed["Time"] = json!(1_764_576_000);
    placed["Resources"] = json!(["arn:aws:s3:::orders"]);
    let put = api.put(&[placed]);
    let id = text(&put["Entries"][0]["EventId"]);
    assert_eq!(
        put,
        json!({"Entries": [{"EventId": id}], "FailedEntryCount": 0})
    );
    let expected = json!({
        "version": "0",
        "id": id,
        "detail-type": "OrderPlaced",
        "source": "shop",
        "account": "123456789012",
        "time": "2025-12-01T08:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::orders"],
        "detail": {"order": 7},
    });
    assert_eq!(api.only_input(), expected);
    // EventBridge names an execution by its event.
    assert!(text(&api.shipped()[0]["name"]).starts_with(&format!("{id}_")));

    api.put(&[entry(&json!({"paid": true}))]);
    assert_eq!(api.shipped().len(), 3);
}

#[test]
fn a_transformed_event_is_the_input() {
    let paths = [("order".to_owned(), "$.detail.order".to_owned())];
    let input = InputTransformer::new(
        paths,
        r#"{"ship": <order>, "by": "<aws.events.rule-name>"}"#,
    );
    let input = TargetInput::Transformed(input.expect("a transformer"));
    let pattern = json!({"source": ["shop"]});
    let api = serve(
        Engine::builder().virtual_time(),
        [rule("orders", &pattern, input)],
    );
    api.put(&[entry(&json!({"order": 7}))]);
    assert_eq!(api.only_input(), json!({"ship": 7, "by": "orders"}));
}

#[test]
fn an_event_of_another_bus_starts_nothing() {
    let mut other = orders();
    other.bus = "shop".to_owned();
    let api = serve(Engine::builder().virtual_time(), [other]);
    let mut placed = entry(&json!({}));
    assert_eq!(api.put(&[placed.clone()])["FailedEntryCount"], 0);
    // As recorded on AWS, a bus that does not exist is no error.
    placed["EventBusName"] = json!("no-such-bus");
    assert_eq!(api.put(&[placed.clone()])["FailedEntryCount"], 0);
    assert_eq!(api.shipped().len(), 0);
    for bus in [
        "shop",
        "arn:aws:events:us-east-1:123456789012:event-bus/shop",
    ] {
        placed["EventBusName"] = json!(bus);
        api.put(&[placed.clone()]);
    }
    assert_eq!(api.shipped().len(), 2);
}

#[test]
fn a_wrong_entry_has_the_error_of_eventbridge_and_the_others_are_accepted() {
    let api = serve(Engine::builder().virtual_time(), [orders()]);
    let without = |member: &str| {
        let mut entry = entry(&json!({}));
        entry.as_object_mut().expect("an object").remove(member);
        entry
    };
    let with_detail = |detail: &str| {
        let mut entry = entry(&json!({}));
        entry["Detail"] = json!(detail);
        entry
    };
    let put = api.put(&[
        without("Source"),
        without("DetailType"),
        without("Detail"),
        with_detail("no JSON"),
        with_detail("[1]"),
        with_detail("\"text\""),
        entry(&json!({})),
    ]);
    let missing = |parameter: &str| {
        let message = format!(
            "Parameter {parameter} is not valid. Reason: {parameter} is a required argument."
        );
        json!({"ErrorCode": "InvalidArgument", "ErrorMessage": message})
    };
    let malformed = json!({"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."});
    let entries = put["Entries"].as_array().expect("a list");
    let expected = [
        missing("Source"),
        missing("DetailType"),
        missing("Detail"),
        malformed.clone(),
        malformed.clone(),
        malformed,
    ];
    assert_eq!(entries[..6], expected);
    assert!(entries[6]["EventId"].is_string());
    assert_eq!(put["FailedEntryCount"], 6);
    assert_eq!(api.shipped().len(), 1);
}

#[test]
fn a_request_beyond_the_limits_is_refused_whole() {
    let api = serve(Engine::builder().virtual_time(), [orders()]);
    let refusal = |entries: Vec<Json>| {
        let (status, body) = api.ask_api("AWSEvents", "PutEvents", &json!({"Entries": entries}));
        assert_eq!(status, 400);
        text(&body["message"])
    };
    let eleven = vec![entry(&json!({})); 11];
    assert!(refusal(eleven).ends_with("Member must have length less than or equal to 10"));
    assert!(refusal(Vec::new()).ends_with("Member must have length greater than or equal to 1"));
    let large = vec![entry(&json!("x".repeat(131_072))); 2];
    assert_eq!(
        refusal(large),
        "Total size of the entries in the request is over the limit."
    );
    assert_eq!(api.shipped().len(), 0);
}

#[test]
fn an_accepted_event_has_its_executions_in_the_store() {
    let store = MemoryStore::new();
    let api = serve(Engine::builder().store(store.clone()), [orders()]);
    let put = api.put(&[entry(&json!({"order": 1})), entry(&json!({"order": 2}))]);
    // A copy is the content after a loss of power.
    let mut after_a_crash = store.copy().reader().expect("a reader");
    assert_eq!(put["FailedEntryCount"], 0);
    let names: Vec<String> = after_a_crash
        .list(&stepwright_engine::store::StoreFilter::default())
        .expect("a list")
        .iter()
        .map(|execution| execution.name.to_string())
        .collect();
    for entry in put["Entries"].as_array().expect("a list") {
        let id = text(&entry["EventId"]);
        assert!(names.iter().any(|name| name.starts_with(&id)), "{names:?}");
    }
}

#[test]
fn an_event_whose_start_can_never_succeed_is_accepted_and_starts_the_others() {
    let mut missing = orders();
    missing.name = "missing".to_owned();
    missing.targets[0].machine = machine("Missing");
    let api = serve(Engine::builder().virtual_time(), [missing, orders()]);
    assert_eq!(api.put(&[entry(&json!({}))])["FailedEntryCount"], 0);
    assert_eq!(api.shipped().len(), 1);
}

#[test]
fn an_event_whose_start_can_succeed_later_is_refused() {
    let limits = Limits::new().open_executions(0);
    let api = serve(Engine::builder().virtual_time().limits(limits), [orders()]);
    let put = api.put(&[entry(&json!({}))]);
    assert_eq!(put["FailedEntryCount"], 1);
    assert_eq!(put["Entries"][0]["ErrorCode"], "InternalFailure");
    let message = text(&put["Entries"][0]["ErrorMessage"]);
    assert!(message.starts_with("ExecutionLimitExceeded: "), "{message}");
}

fn tested(api: &Api, pattern: &str, event: &str) -> (u16, Json) {
    let request = json!({"EventPattern": pattern, "Event": event});
    api.ask_api("AWSEvents", "TestEventPattern", &request)
}

#[test]
fn a_pattern_is_tested_against_an_event() {
    let api = serve(Engine::builder().virtual_time(), []);
    let event = json!({
        "id": "1",
        "account": "123456789012",
        "source": "shop",
        "time": "2022-07-13T13:48:01Z",
        "region": "us-east-2",
        "detail-type": "OrderPlaced",
    });
    let event = event.to_string();
    let matching = tested(&api, r#"{"source": ["shop"]}"#, &event);
    assert_eq!(matching, (200, json!({"Result": true})));
    let other = tested(&api, r#"{"source": ["bank"]}"#, &event);
    assert_eq!(other, (200, json!({"Result": false})));

    let (status, error) = tested(&api, r#"{"source": "shop"}"#, &event);
    assert_eq!(status, 400);
    assert!(text(&error["__type"]).ends_with("InvalidEventPatternException"));
    let message = text(&error["message"]);
    let expected = "Event pattern is not valid. Reason: \"source\" must be an object or an array\n";
    assert!(message.starts_with(expected), "{message}");

    for event in [
        "plain string",
        r#"["plain string"]"#,
        r#"{"testEvent": "value"}"#,
    ] {
        let (status, error) = tested(&api, r#"{"source": ["shop"]}"#, event);
        assert_eq!(status, 400);
        assert_eq!(text(&error["message"]), "Parameter Event is not valid.");
    }
}

#[test]
fn a_server_without_an_event_bus_says_how_to_get_one() {
    let api = Api::new();
    let (status, error) = api.ask_api("AWSEvents", "PutEvents", &json!({"Entries": []}));
    assert_eq!(status, 400);
    assert!(text(&error["message"]).contains("--events"), "{error}");

    let other = serve(Engine::builder().virtual_time(), []);
    let (status, error) = other.ask_api("AWSEvents", "PutRule", &json!({}));
    assert_eq!(status, 400);
    assert!(text(&error["__type"]).ends_with("UnknownOperationException"));
}

#[test]
fn other_rules_apply_to_the_next_event() {
    let api = serve(Engine::builder().virtual_time(), [orders()]);
    let replaced = api.client.set_event_rules(Vec::new());
    assert_eq!(replaced, Ok(()));
    api.put(&[entry(&json!({}))]);
    assert_eq!(api.shipped().len(), 0);
    let replaced = api.client.set_event_rules(vec![orders()]);
    assert_eq!(replaced, Ok(()));
    api.put(&[entry(&json!({}))]);
    assert_eq!(api.shipped().len(), 1);

    let error = Api::new().client.set_event_rules(vec![orders()]);
    let error = error.expect_err("there is no bus");
    assert_eq!(error.code, "UnknownOperationException");
}

#[test]
fn ready_lists_the_rules_that_start_state_machines() {
    let mut disabled = orders();
    disabled.name = "disabled".to_owned();
    disabled.is_enabled = false;
    let api = serve(Engine::builder().virtual_time(), [orders(), disabled]);
    let (status, _, body) = api.get("/ready");
    assert_eq!(status, 200);
    let ready: Json = serde_json::from_str(&body).expect("JSON");
    let expected = json!({
        "status": "ready",
        "starters": [{
            "kind": "rule",
            "name": "orders",
            "bus": "default",
            "startsAt": r#"{"detail-type":["OrderPlaced"]}"#,
            "stateMachineArn": machine("Ship"),
        }],
    });
    assert_eq!(ready, expected);
}

#[cfg(feature = "console")]
#[test]
fn the_page_of_a_state_machine_shows_its_rules_as_text() {
    let pattern = json!({"detail": {"<b>x</b>": ["<script>"]}});
    let buses = EventBuses::new([rule("orders", &pattern, TargetInput::Event)]);
    let builder = Engine::builder().virtual_time();
    let builder = builder.register_json("Ship", &pass().to_string(), MachineType::Standard);
    let api = Api::with(builder, |server| {
        server
            .events(buses)
            .console(stepwright_server::ConsoleMode::On)
    });
    let (status, _, page) = api.get("/console/machine?name=Ship");
    assert_eq!(status, 200);
    assert!(page.contains("Started by"), "{page}");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<b>x</b>"));
}
