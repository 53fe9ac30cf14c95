//! Every way to create an execution, on engines with and without a store, before and after a
//! restart: an execution that is listed can be described, shown and stopped.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::clock::{Clock, Hold, Timestamp};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::{Engine, MachineType, StartOptions};
use stepwright_server::{ConsoleMode, Schedules};

use crate::console::{form_token, header, query};
use crate::support::{Api, text};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

/// Starts an execution of itself, and two children of a Map Run, then waits. Its input says whether
/// it does.
fn definition() -> Json {
    let waits = json!({"Type": "Wait", "Seconds": 86_400, "End": true});
    json!({"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
        "Begin": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($states.input.more) %}", "Next": "Start"}], "Default": "Wait"},
        "Start": {
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
            "Arguments": {"StateMachineArn": MACHINE, "Input": {}}, "Next": "Each",
        },
        "Each": {
            "Type": "Map", "Items": [1, 2], "Label": "each", "Next": "Wait", "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Hold", "States": {"Hold": waits},
            },
        },
        "Wait": waits,
    }})
}

/// The state machine of the schedule, which the program registers.
const SCHEDULED: &str =
    r#"{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86400, "End": true}}}"#;

/// A start of an execution, or a change of the server between starts.
#[derive(Clone, Copy, Debug)]
enum Step {
    Api,
    /// With one nested execution and a Map Run of two children.
    Family,
    Form,
    /// The form "Start again from this state", for the oldest execution.
    Again,
    Program,
    /// Stops all that are selected, and redrives them.
    Batch,
    /// The engine is built again on its store.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<(Step, bool)>> {
    use Step::{Again, Api, Batch, Family, Form, Program, Restart};
    let step = prop::sample::select(vec![Api, Family, Form, Again, Program, Batch, Restart]);
    prop::collection::vec((step, any::<bool>()), 1..7)
}

/// A server on virtual time, which does not advance. A schedule starts an execution at once.
struct World {
    store: Option<MemoryStore>,
    clock: Clock,
    _hold: Hold,
    api: Api,
    names: u32,
}

fn serve(store: Option<&MemoryStore>, clock: &Clock) -> Api {
    let list = json!([{
        "Name": "daily", "ScheduleExpression": "rate(1 day)", "EndDate": "2026-01-01T12:00:00Z", "Target": {"Arn": "s"},
    }]);
    let schedules: Schedules = list.to_string().parse().expect("they are schedules");
    let builder = Engine::builder().clock(clock.clone());
    let builder = builder.register_json("s", SCHEDULED, MachineType::Standard);
    let builder = match store {
        Some(store) => builder.store(store.clone()),
        None => builder,
    };
    Api::with(builder, |server| {
        server.console(ConsoleMode::On).schedules(schedules)
    })
}

/// Waits until a condition is met. Fails with a description after a time that no test needs.
fn until(is_met: impl Fn() -> bool, description: impl Fn() -> Json) {
    let begun = Instant::now();
    while !is_met() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{}",
            description()
        );
        std::thread::yield_now();
    }
}

impl World {
    fn new(has_store: bool) -> Self {
        let store = has_store.then(MemoryStore::new);
        let from = Timestamp::parse("2026-01-01T00:00:00Z").expect("it is a time");
        let clock = Clock::virtual_from(from);
        let hold = clock.hold();
        let api = serve(store.as_ref(), &clock);
        api.create("m", &definition());
        Self {
            store,
            clock,
            _hold: hold,
            api,
            names: 0,
        }
    }

    /// Returns the ARNs of all executions of a list, the newest first.
    fn list(&self, by: &str, arn: &str) -> Vec<String> {
        let listed = self.api.call("ListExecutions", json!({by: arn}));
        let listed = listed["executions"].as_array().expect("it is a list");
        let arns = listed.iter().map(|one| text(&one["executionArn"]));
        arns.collect()
    }

    /// Returns the executions of both state machines. The oldest one is that of the schedule.
    fn executions(&self) -> Vec<String> {
        let mut all = self.list("stateMachineArn", MACHINE);
        all.extend(self.list(
            "stateMachineArn",
            &MACHINE.replace("stateMachine:m", "stateMachine:s"),
        ));
        all
    }

    /// Returns the children of all Map Runs of an execution.
    fn children(&self, arn: &str) -> Vec<String> {
        let runs = self.api.call("ListMapRuns", json!({"executionArn": arn}));
        let runs = runs["mapRuns"].as_array().expect("it is a list");
        let arns = runs.iter().map(|run| text(&run["mapRunArn"]));
        arns.flat_map(|run| self.list("mapRunArn", &run)).collect()
    }

    /// Sends a form, which must redirect.
    fn send(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let token = form_token(&self.api);
        let fields = fields.iter().map(|(name, value)| {
            let value = value.replace('{', "%7B").replace('}', "%7D");
            format!("&{name}={}", query(&value))
        });
        let body = format!("form_token={token}{}", fields.collect::<String>());
        let response = self
            .api
            .send(&format!("/console/{action}"), &[], Some(&body));
        assert_eq!(response.status(), 303, "{body}: {}", response.body());
        header(&response, "location").to_owned()
    }

    /// Sends the form of several executions.
    fn send_for(&self, action: &str, arns: &[String]) {
        let arns: Vec<_> = arns.iter().map(|arn| ("arn", arn.as_str())).collect();
        self.send(action, &arns);
    }

    fn perform(&mut self, step: Step, is_named: bool) {
        self.names += 1;
        let name = format!("run-{}", self.names);
        let named = is_named.then_some(name.as_str());
        match step {
            Step::Api | Step::Family => {
                let input = match step {
                    Step::Family => r#"{"more": true}"#,
                    _ => "{}",
                };
                let mut request = json!({"stateMachineArn": MACHINE, "input": input});
                if let Some(name) = named {
                    request["name"] = name.into();
                }
                let started = self.api.call("StartExecution", request);
                if matches!(step, Step::Family) {
                    let arn = text(&started["executionArn"]);
                    let is_begun = || self.children(&arn).len() >= 2;
                    until(is_begun, || {
                        self.api
                            .call("GetExecutionHistory", json!({"executionArn": arn}))
                    });
                }
            }
            Step::Form => {
                let mut fields = vec![("stateMachineArn", MACHINE)];
                fields.extend(named.map(|name| ("name", name)));
                self.send("start", &fields);
            }
            Step::Again => {
                let executions = self.executions();
                let oldest = executions.last().expect("the schedule started one");
                let mut fields = vec![("arn", oldest.as_str()), ("state", "Wait")];
                fields.extend(named.map(|name| ("name", name)));
                self.send("restart", &fields);
            }
            Step::Program => {
                let mut options = StartOptions::new();
                if let Some(name) = named {
                    options = options.name(name);
                }
                let started = self.api.engine.start_machine("s", json!({}), options);
                self.api.wait(started).expect("it is started");
            }
            Step::Batch => {
                let running = self.executions().into_iter().filter(|arn| {
                    let described = self
                        .api
                        .call("DescribeExecution", json!({"executionArn": arn}));
                    described["status"] == "RUNNING"
                });
                let running: Vec<_> = running.take(3).collect();
                if running.len() > 1 {
                    self.send_for("stop", &running);
                    self.send_for("redrive", &running);
                }
            }
            Step::Restart => {
                let Some(store) = &self.store else { return };
                let api = serve(None, &self.clock);
                std::mem::replace(&mut self.api, api).end();
                let api = serve(Some(store), &self.clock);
                std::mem::replace(&mut self.api, api).end();
            }
        }
    }

    /// Checks all executions that are listed, and stops them.
    fn check(&self) {
        let executions = self.executions();
        let children = executions.iter().flat_map(|arn| self.children(arn));
        let children: Vec<_> = children.collect();
        for arn in children.iter().chain(&executions) {
            let parts: Vec<&str> = arn.split(':').collect();
            let machine = match parts[6] {
                "s" => "s",
                _ if children.contains(arn) => "m/each",
                _ => "m",
            };
            let start = [
                "arn",
                "aws",
                "states",
                "us-east-1",
                "123456789012",
                "execution",
                machine,
            ];
            assert_eq!(parts[..7], start, "{arn}");
            assert_eq!(parts.len(), 8, "{arn}");
            let described = self
                .api
                .call("DescribeExecution", json!({"executionArn": arn}));
            assert_eq!(described["executionArn"], **arn);
            assert_eq!(described["name"], parts[7], "{arn}");
            let history = self
                .api
                .call("GetExecutionHistory", json!({"executionArn": arn}));
            assert!(history["events"][0].is_object(), "{arn}");
            for page in ["execution?arn", "execution/history.json?arn", "copy?arn"] {
                let url = format!("/console/{page}={}", query(arn));
                let page = self.api.send(&url, &[], None);
                assert_eq!(page.status(), 200, "{url}: {}", page.body());
            }
            if described["status"] == "RUNNING" {
                self.api.call("StopExecution", json!({"executionArn": arn}));
            }
        }
    }
}

proptest! {
    // Each case starts up to ten servers.
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn an_execution_that_is_listed_can_be_described_shown_and_stopped(steps in steps(), has_store in any::<bool>()) {
        let mut world = World::new(has_store);
        until(|| !world.executions().is_empty(), || json!("the schedule starts nothing"));
        for (step, is_named) in steps {
            world.perform(step, is_named);
        }
        world.check();
        world.api.end();
    }
}

/// The report: `again-1` was the ARN of an execution that was started again from an execution of an
/// earlier process.
#[test]
fn an_execution_that_starts_again_after_a_restart_has_a_whole_arn() {
    for is_named in [true, false] {
        let mut world = World::new(true);
        for step in [
            Step::Api,
            Step::Restart,
            Step::Again,
            Step::Restart,
            Step::Again,
            Step::Batch,
        ] {
            world.perform(step, is_named);
        }
        world.check();
        world.api.end();
    }
}
