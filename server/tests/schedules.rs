//! Executions that schedules start, on virtual time and with stores.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Hold, Timestamp};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, EngineBuilder, MachineType};
use stepwright_server::{Schedules, Server};

use super::support::{Api, pass, text};

fn schedules(list: &Json) -> Schedules {
    let text = list.to_string();
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("it is a time")
}

/// An engine on virtual time with the state machine `Report`.
fn engine(clock: &Clock) -> EngineBuilder {
    Engine::builder().clock(clock.clone()).register_json(
        "Report",
        &pass().to_string(),
        MachineType::Standard,
    )
}

/// Starts a server with schedules at a moment of virtual time, which the guard holds.
fn held(
    from: &str,
    list: &Json,
    build: impl FnOnce(EngineBuilder) -> EngineBuilder,
) -> (Api, Hold) {
    let clock = Clock::virtual_from(time(from));
    let hold = clock.hold();
    let list = schedules(list);
    let api = Api::with(build(engine(&clock)), |server| server.schedules(list));
    // A server that answers has begun to schedule.
    api.get("/health");
    (api, hold)
}

/// Starts a server with schedules at a moment of virtual time.
fn serve(from: &str, list: &Json) -> Api {
    held(from, list, |builder| builder).0
}

fn machine(name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{name}")
}

impl Api {
    /// Returns the names of the executions of a state machine, the oldest first, when there are at
    /// least `count`.
    fn names(&self, machine_name: &str, count: usize) -> Vec<String> {
        loop {
            let request = json!({"stateMachineArn": machine(machine_name)});
            let (status, listed) = self.ask("ListExecutions", &request);
            let found = listed["executions"].as_array().cloned().unwrap_or_default();
            if found.len() >= count && (status == 200 || count == 0) {
                let names = found.iter().rev().map(|one| text(&one["name"]));
                return names.collect();
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

#[test]
fn a_rate_starts_executions_until_its_end_date() {
    let list = json!([{
        "Name": "quarterly",
        "ScheduleExpression": "rate(15 minutes)",
        "EndDate": "2026-01-01T00:45:00Z",
        "Target": {"Arn": "Report", "Input": {"at": "<aws.scheduler.scheduled-time>"}},
    }]);
    let api = serve("2026-01-01T00:00:00Z", &list);
    let expected =
        ["000000", "001500", "003000", "004500"].map(|time| format!("quarterly-20260101T{time}"));
    assert_eq!(api.names("Report", 4), expected);
    let execution =
        machine("Report").replace("stateMachine", "execution") + ":quarterly-20260101T001500";
    let described = api.finished(&execution);
    assert_eq!(
        text(&described["input"]),
        r#"{"at":"2026-01-01T00:15:00Z"}"#
    );
    assert_eq!(described["startDate"], json!(1_767_226_500.0));
}

#[test]
fn a_state_machine_that_is_created_later_is_started_by_a_retry_and_blocks_no_other_schedule() {
    let list = json!([
        {"Name": "early", "ScheduleExpression": "at(2026-01-01T00:01:00)", "Target": {"Arn": machine("Later")}},
        {"Name": "other", "ScheduleExpression": "at(2026-01-01T00:02:00)", "Target": {"Arn": "Report"}},
    ]);
    let (api, hold) = held("2026-01-01T00:00:00Z", &list, |builder| builder);
    let until = api.engine.clock().sleep(Duration::from_secs(150));
    drop(hold);
    // Holds virtual time when the first attempts have failed.
    let hold = api.wait(until);
    assert_eq!(api.names("Report", 1), ["other-20260101T000200"]);
    let health = loop {
        let (_, _, health) = api.get("/health");
        if health.contains("failingSchedules") {
            break health;
        }
    };
    assert!(health.contains(r#""failingSchedules":1"#), "{health}");
    api.create("Later", &pass());
    drop(hold);
    assert_eq!(api.names("Later", 1), ["early-20260101T000100"]);
    while api.get("/health").2.contains("failingSchedules") {}
}

#[test]
fn versions_and_aliases_are_targets() {
    let list = json!([
        {"Name": "version", "ScheduleExpression": "at(2026-01-01T01:00:00)", "Target": {"Arn": machine("Orders:1")}},
        {"Name": "alias", "ScheduleExpression": "at(2026-01-01T02:00:00)", "Target": {"Arn": machine("Orders:live")}},
    ]);
    let (api, hold) = held("2026-01-01T00:00:00Z", &list, |builder| builder);
    let orders = api.create("Orders", &pass());
    let published = api.call(
        "PublishStateMachineVersion",
        json!({"stateMachineArn": orders}),
    );
    let version = text(&published["stateMachineVersionArn"]);
    let routing = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    api.call(
        "CreateStateMachineAlias",
        json!({"name": "live", "routingConfiguration": routing}),
    );
    drop(hold);
    let mut names = api.names("Orders", 2);
    names.sort();
    assert_eq!(names, ["alias-20260101T020000", "version-20260101T010000"]);
    let execution = orders.replace("stateMachine", "execution") + ":alias-20260101T020000";
    let described = api.finished(&execution);
    assert_eq!(
        text(&described["stateMachineAliasArn"]),
        format!("{orders}:live")
    );
}

/// Runs a server over a store from one moment to another, and returns the sorted names of all
/// executions. Executions of different scheduled times start concurrently.
fn run(store: &MemoryStore, list: &Json, from: &str, until: &str) -> Vec<String> {
    let (api, hold) = held(from, list, |builder| {
        builder.store(store.clone()).resume_later()
    });
    let until = api.engine.clock().sleep(time(until) - time(from));
    drop(hold);
    let hold = api.wait(until);
    let mut names = api.names("Report", 0);
    names.sort();
    api.end();
    drop(hold);
    names
}

fn hourly(missed: &str) -> Json {
    json!([{
        "Name": "hourly",
        "ScheduleExpression": "cron(0 * * * ? *)",
        "EndDate": "2026-01-01T09:00:00Z",
        "Missed": missed,
        "Target": {"Arn": "Report"},
    }])
}

#[test]
fn a_restart_starts_missed_times_as_their_policy_says() {
    for (missed, expected) in [
        ("SKIP", vec!["01", "05"]),
        ("ONCE", vec!["01", "04", "05"]),
        ("ALL", vec!["01", "02", "03", "04", "05"]),
    ] {
        let store = MemoryStore::new();
        let list = hourly(missed);
        let first = run(
            &store,
            &list,
            "2026-01-01T00:30:00Z",
            "2026-01-01T01:30:00Z",
        );
        assert_eq!(first, ["hourly-20260101T010000"]);
        let second = run(
            &store,
            &list,
            "2026-01-01T04:30:00Z",
            "2026-01-01T05:30:00Z",
        );
        let expected: Vec<String> = expected
            .into_iter()
            .map(|hour| format!("hourly-20260101T{hour}0000"))
            .collect();
        assert_eq!(second, expected, "{missed}");
    }
}

#[test]
fn a_start_whose_progress_was_not_committed_is_not_repeated() {
    let store = MemoryStore::new();
    let list = hourly("ALL");
    // An engine without a server, as a process that ended between the start and the commit of the
    // progress.
    let first = run(
        &store,
        &list,
        "2026-01-01T00:30:00Z",
        "2026-01-01T00:40:00Z",
    );
    assert_eq!(first, Vec::<String>::new());
    let clock = Clock::virtual_from(time("2026-01-01T00:50:00Z"));
    let api = Api::over(engine(&clock).store(store.clone()).resume_later());
    api.call(
        "StartExecution",
        json!({"stateMachineArn": machine("Report"), "name": "hourly-20260101T010000", "input": "{}"}),
    );
    api.end();
    let names = run(
        &store,
        &list,
        "2026-01-01T01:10:00Z",
        "2026-01-01T02:10:00Z",
    );
    assert_eq!(names, ["hourly-20260101T010000", "hourly-20260101T020000"]);
}

#[test]
fn a_start_that_failed_before_a_restart_is_tried_again_after_it() {
    let store = MemoryStore::new();
    let list = json!([{
        "Name": "once",
        "ScheduleExpression": "at(2026-01-01T01:00:00)",
        "Missed": "SKIP",
        "Target": {"Arn": "Later"},
    }]);
    let first = run(
        &store,
        &list,
        "2026-01-01T00:30:00Z",
        "2026-01-01T01:30:00Z",
    );
    assert_eq!(first, Vec::<String>::new());
    let (api, hold) = held("2026-01-01T03:00:00Z", &list, |builder| {
        builder.store(store.clone()).resume_later()
    });
    api.create("Later", &pass());
    drop(hold);
    assert_eq!(api.names("Later", 1), ["once-20260101T010000"]);
    api.end();
}

#[test]
fn the_progress_of_a_removed_schedule_is_deleted() {
    let store = MemoryStore::new();
    run(
        &store,
        &hourly("ALL"),
        "2026-01-01T00:30:00Z",
        "2026-01-01T01:30:00Z",
    );
    let other = json!([{"Name": "other", "ScheduleExpression": "at(2026-01-01T05:00:00)", "Target": {"Arn": "Report"}}]);
    run(
        &store,
        &other,
        "2026-01-01T04:30:00Z",
        "2026-01-01T04:40:00Z",
    );
    // Without its progress, the schedule is new and has missed nothing.
    let names = run(
        &store,
        &hourly("ALL"),
        "2026-01-01T06:30:00Z",
        "2026-01-01T06:40:00Z",
    );
    assert_eq!(names, ["hourly-20260101T010000"]);
}

#[test]
fn an_endless_schedule_on_virtual_time_and_a_foreign_target_are_refused() {
    let message = |schedule: Json| {
        let server = Server::builder()
            .engine(
                engine(&Clock::virtual_from(time("2026-01-01T00:00:00Z")))
                    .build()
                    .expect("the engine is built"),
            )
            .schedules(schedules(&json!([schedule])))
            .build();
        server.map(drop).expect_err("it is refused").to_string()
    };
    insta::assert_snapshot!(
        message(json!({"Name": "a", "ScheduleExpression": "rate(1 minute)", "Target": {"Arn": "Report"}})),
        @"schedule `a` has no end, and virtual time jumps from each of its times to the next one for ever; give it an `EndDate`, or use real time"
    );
    insta::assert_snapshot!(
        message(json!({"Name": "a", "ScheduleExpression": "at(2026-02-01T00:00:00)", "Target": {"Arn": "arn:aws:states:eu-west-1:111122223333:stateMachine:Report"}})),
        @"schedule `a`: the target `arn:aws:states:eu-west-1:111122223333:stateMachine:Report` is not in the region us-east-1 and the account 123456789012 of the server; start the server with the region and the account of the target, or write only the name of the state machine"
    );
}

#[test]
fn ten_thousand_schedules_that_are_due_together_start_ten_thousand_executions() {
    let list: Vec<Json> = (0..10_000)
        .map(|number| {
            json!({
                "Name": format!("s{number}"),
                "ScheduleExpression": "cron(0 3 * * ? *)",
                "EndDate": "2026-01-01T04:00:00Z",
                "Target": {"Arn": "Report"},
            })
        })
        .collect();
    let (api, hold) = held("2026-01-01T00:00:00Z", &Json::from(list), |builder| {
        builder.retention(20_000)
    });
    let until = api.engine.clock().sleep(Duration::from_secs(4 * 3_600));
    drop(hold);
    let _hold = api.wait(until);
    let mut count = 0;
    let mut token = Json::Null;
    loop {
        let mut request = json!({"stateMachineArn": machine("Report"), "maxResults": 1000});
        if !token.is_null() {
            request["nextToken"] = token;
        }
        let listed = api.call("ListExecutions", request);
        count += listed["executions"].as_array().map_or(0, Vec::len);
        token = listed["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(count, 10_000);
}

fn nightly(name: &str) -> Json {
    json!({"Name": name, "ScheduleExpression": "cron(0 3 * * ? *)", "Target": {"Arn": "Report"}})
}

#[test]
fn schedules_that_are_replaced_start_nothing_more() {
    let clock = Clock::virtual_from(time("2026-01-01T00:00:00Z"));
    let hold = clock.hold();
    // Without an end, only a schedule on real time is accepted.
    let until = |name: &str, end: &str| {
        let mut schedule = nightly(name);
        schedule["EndDate"] = json!(end);
        schedule
    };
    let api = Api::with(engine(&clock), |server| server);
    api.get("/health");
    let set = |list: &Json| api.client.set_schedules(schedules(list));
    let three = "2026-01-03T12:00:00Z";
    assert_eq!(set(&json!([until("a", three), until("b", three)])), Ok(()));
    assert_eq!(set(&json!([until("a", three), until("c", three)])), Ok(()));
    let error = set(&json!([nightly("endless")]));
    assert_eq!(
        error.expect_err("it is endless").code,
        "ValidationException"
    );
    api.get("/health");
    drop(hold);
    let mut names = api.names("Report", 6);
    names.sort();
    let days = ["20260101", "20260102", "20260103"];
    let of = |name: &str| days.map(|day| format!("{name}-{day}T030000"));
    assert_eq!(names, [of("a"), of("c")].concat());
}

#[cfg(feature = "events")]
#[test]
fn a_rule_with_a_schedule_starts_each_of_its_targets_with_an_event() {
    use stepwright_events::rule::Target;
    use stepwright_events::target_input::TargetInput;
    use stepwright_server::ScheduleRule;

    let target = |id: &str, input| Target {
        id: id.to_owned(),
        machine: machine("Report"),
        input,
    };
    let constant = TargetInput::constant(r#"{"full":true}"#).expect("an input");
    let rule = |expression: &str| ScheduleRule {
        name: "nightly".to_owned(),
        expression: expression.to_owned(),
        is_enabled: true,
        targets: vec![
            target("whole", TargetInput::Event),
            target("constant", constant.clone()),
        ],
    };
    let error = Schedules::default().with_rule(rule("at(2027-01-31T09:00:00)"));
    let error = error.expect_err("a rule has no single time");
    assert!(error.contains("AWS::Scheduler::Schedule"), "{error}");

    // A rule has no end, so the time is real: the rate begins at once.
    let list = Schedules::default().with_rule(rule("rate(1 day)"));
    let list = list.expect("a rule");
    let report = pass().to_string();
    let builder = Engine::builder().register_json("Report", &report, MachineType::Standard);
    let api = Api::with(builder, |server| server.schedules(list));
    let names = api.names("Report", 2);
    let mut inputs: Vec<Json> = names
        .iter()
        .map(|name| {
            let arn = format!(
                "{}:{name}",
                machine("Report").replace("stateMachine", "execution")
            );
            let described = api.finished(&arn);
            serde_json::from_str(&text(&described["input"])).expect("JSON")
        })
        .collect();
    inputs.sort_by_key(|input| input["source"].is_string());
    assert_eq!(inputs[0], json!({"full": true}));
    let event = &inputs[1];
    assert_eq!(event["source"], "aws.events");
    assert_eq!(event["detail-type"], "Scheduled Event");
    let arn = "arn:aws:events:us-east-1:123456789012:rule/nightly";
    assert_eq!(event["resources"], json!([arn]));
    assert_eq!(event["detail"], json!({}));
}
