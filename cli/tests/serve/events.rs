//! The event bus of `serve --events`: PutEvents, rules of templates, tasks and status events.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::support::{Server, text, until};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine";

/// `Ship` is started by an event and sends another one, which starts `Notify`, whose success starts
/// `Audit`.
const CHAIN: &str = r#"
Resources:
  Ship:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: Ship
      RoleArn: arn:aws:iam::123456789012:role/ship
      Definition:
        StartAt: Announce
        States:
          Announce:
            Type: Task
            Resource: arn:aws:states:::events:putEvents
            Parameters:
              Entries:
                - {Source: shop, DetailType: Shipped, Detail: {"order.$": $.detail.order}}
            # A task that runs when the server is killed is lost.
            Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 1, MaxAttempts: 9, BackoffRate: 1.0}]
            End: true
  Notify:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: Notify
      RoleArn: arn:aws:iam::123456789012:role/ship
      Definition: {StartAt: Mail, States: {Mail: {Type: Pass, End: true}}}
  Audit:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: Audit
      RoleArn: arn:aws:iam::123456789012:role/ship
      Definition: {StartAt: Write, States: {Write: {Type: Pass, End: true}}}
  Placed:
    Type: AWS::Events::Rule
    Properties:
      Name: placed
      EventPattern: {detail-type: [OrderPlaced]}
      Targets: [{Id: ship, Arn: !Ref Ship, RoleArn: "arn:aws:iam::123456789012:role/events"}]
  Shipped:
    Type: AWS::Events::Rule
    Properties:
      Name: shipped
      EventPattern: {source: [shop], detail-type: [Shipped]}
      Targets: [{Id: notify, Arn: !GetAtt Notify.Arn, InputPath: $.detail}]
  Notified:
    Type: AWS::Events::Rule
    Properties:
      Name: notified
      EventPattern:
        source: [aws.states]
        detail: {status: [SUCCEEDED], stateMachineArn: [!Ref Notify]}
      Targets:
        - Id: audit
          Arn: !Ref Audit
          InputTransformer:
            InputPathsMap: {name: $.detail.name}
            InputTemplate: '{"audited": <name>}'
"#;

fn template(folder: &Path, text: &str) -> String {
    let path = folder.join("template.yaml");
    std::fs::write(&path, text).expect("there is room");
    path.display().to_string()
}

impl Server {
    fn put(&self, entry: &Json) -> Json {
        let request = json!({"Entries": [entry]});
        let (status, body) = self.ask_target("AWSEvents.PutEvents", &request, &[]);
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The inputs of the executions of a state machine.
    fn inputs(&self, machine: &str) -> Vec<Json> {
        let request = json!({"stateMachineArn": format!("{ARN}:{machine}")});
        let listed = self.call("ListExecutions", request);
        let executions = listed["executions"].as_array().expect("a list");
        executions
            .iter()
            .map(|execution| {
                let request = json!({"executionArn": execution["executionArn"]});
                let described = self.call("DescribeExecution", request);
                serde_json::from_str(&text(&described["input"])).expect("JSON")
            })
            .collect()
    }
}

fn placed(order: u32) -> Json {
    let detail = json!({"order": order}).to_string();
    json!({"Source": "shop", "DetailType": "OrderPlaced", "Detail": detail})
}

#[test]
fn an_event_starts_a_state_machine_whose_event_and_status_start_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = template(folder.path(), CHAIN);
    let server = Server::start(&["--template", &template, "--events"]);
    let put = server.put(&placed(7));
    assert_eq!(put["FailedEntryCount"], 0, "{put}");
    until("the start of Audit", || !server.inputs("Audit").is_empty());
    assert_eq!(server.inputs("Notify"), [json!({"order": 7})]);
    let shipped = server.inputs("Ship");
    assert_eq!(shipped[0]["id"], put["Entries"][0]["EventId"]);
    let audited = server.inputs("Audit");
    assert!(audited[0]["audited"].is_string(), "{audited:?}");
}

#[test]
fn the_rules_of_a_template_change_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = template(folder.path(), CHAIN);
    let log = folder.path().join("log");
    let server = Server::start_with_log(&["--template", &path, "--events"], &log);
    let logged = |wanted: &str| {
        until(wanted, || {
            std::fs::read_to_string(&log).is_ok_and(|text| text.contains(wanted))
        });
    };
    logged("3 state machines, 3 rules");
    template(
        folder.path(),
        &CHAIN.replace("[OrderPlaced]", "[OrderPaid]"),
    );
    logged("updated the rule `placed`");
    server.put(&placed(7));
    assert_eq!(server.inputs("Ship").len(), 0);
    let mut paid = placed(8);
    paid["DetailType"] = json!("OrderPaid");
    server.put(&paid);
    assert_eq!(server.inputs("Ship").len(), 1);
}

#[test]
fn tasks_and_status_events_are_signed_where_the_server_has_access_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = template(folder.path(), CHAIN);
    let keys = folder.path().join("keys");
    let pair = "[default]\naws_access_key_id = AKIATEAM\naws_secret_access_key = staple\n";
    std::fs::write(&keys, pair).expect("there is room");
    // Its first time is now.
    let schedules = folder.path().join("schedules.json");
    let input = json!({"detail": {"order": 7}}).to_string();
    let schedule = json!({
        "Name": "first",
        "ScheduleExpression": "rate(1 day)",
        "Target": {"Arn": "Ship", "Input": input},
    });
    std::fs::write(&schedules, schedule.to_string()).expect("there is room");
    let log = folder.path().join("log");
    let (keys, schedules) = (keys.display().to_string(), schedules.display().to_string());
    let arguments = [
        ["--template", &template],
        ["--auth", &keys],
        ["--schedules", &schedules],
        ["--log", "info"],
    ];
    let arguments = [&arguments.concat()[..], &["--events"]].concat();
    let server = Server::start_with_log(&arguments, &log);
    until("the start of Audit", || {
        let text = std::fs::read_to_string(&log).expect("it is text");
        let mut lines = text.lines();
        lines.any(|line| line.contains("the event started an execution") && line.contains("audit"))
    });
    // Others need a signature.
    let request = json!({"Entries": [placed(8)]});
    let (status, body) = server.ask_target("AWSEvents.PutEvents", &request, &[]);
    assert_eq!(status, 400);
    let kind = text(&body["__type"]);
    assert!(kind.ends_with("MissingAuthenticationTokenException"));
}

#[test]
fn accepted_events_survive_a_kill_with_their_executions() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = template(folder.path(), CHAIN);
    let store = folder.path().join("store.db").display().to_string();
    let arguments = ["--template", &template, "--events", "--store", &store];
    let mut server = Server::start(&arguments);
    for order in 0..20 {
        assert_eq!(server.put(&placed(order))["FailedEntryCount"], 0);
    }
    server.process.kill().expect("it runs");
    server.process.wait().expect("it ends");
    let server = Server::start(&arguments);
    assert_eq!(server.inputs("Ship").len(), 20);
    // Their own events are accepted after the restart.
    until("the starts of Audit", || server.inputs("Audit").len() >= 20);
}
