//! ListExecutions returns what a model expects, for every filter and page size, with and without a
//! store.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::store::{MemoryStore, SqliteStore};
use stepwright_engine::{Engine, EngineBuilder};

use crate::basic_store::BasicStore;
use crate::support::{Api, text};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine";

/// The ARNs that the executions are started with, and listed with.
fn targets() -> [String; 5] {
    ["a", "a:1", "a:2", "a:live", "b"].map(|name| format!("{ARN}:{name}"))
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// An execution of a target starts, and succeeds, fails or waits.
    Start(usize, &'static str),
    Stop(usize),
    Redrive(usize),
    Delete(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let how = prop::sample::select(&["succeeds", "fails", "waits"][..]);
    prop_oneof![
        6 => (0_usize..5, how).prop_map(|(target, how)| Step::Start(target, how)),
        2 => (0_usize..20).prop_map(Step::Stop),
        2 => (0_usize..20).prop_map(Step::Redrive),
        1 => (0_usize..20).prop_map(Step::Delete),
    ]
}

/// An execution of the model, in the order of starts.
struct Row {
    arn: String,
    target: usize,
    is_deleted: bool,
}

impl Row {
    /// Whether the execution was started by this target, or is of this machine.
    fn is_of(&self, target: usize) -> bool {
        match target {
            // All of the machine.
            0 => self.target < 4,
            // The alias routes to version 2.
            2 => self.target == 2 || self.target == 3,
            _ => self.target == target,
        }
    }
}

/// Creates the state machines, the versions and the alias.
fn create(api: &Api) {
    api.call("CreateActivity", json!({"name": "never"}));
    let definition = json!({"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Default": "Waits", "Choices": [
            {"Variable": "$", "StringEquals": "succeeds", "Next": "Succeeds"},
            {"Variable": "$", "StringEquals": "fails", "Next": "Fails"},
        ]},
        "Succeeds": {"Type": "Succeed"},
        "Fails": {"Type": "Fail"},
        "Waits": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:never", "End": true},
    }});
    for name in ["a", "b"] {
        api.create(name, &definition);
    }
    let [a, ..] = targets();
    for comment in ["one", "two"] {
        let mut version = definition.clone();
        version["Comment"] = json!(comment);
        let request =
            json!({"stateMachineArn": a, "definition": version.to_string(), "publish": true});
        api.call("UpdateStateMachine", request);
    }
    let route = json!([{"stateMachineVersionArn": format!("{a}:2"), "weight": 100}]);
    let request = json!({"name": "live", "routingConfiguration": route});
    api.call("CreateStateMachineAlias", request);
}

fn act(api: &Api, rows: &mut Vec<Row>, step: &Step) {
    let at = |number: usize, rows: &[Row]| {
        let row = rows.get(number % rows.len().max(1))?;
        (!row.is_deleted).then(|| row.arn.clone())
    };
    match step {
        Step::Start(target, how) => {
            let arn = api.start(&targets()[*target], &json!(how));
            if *how != "waits" {
                api.finished(&arn);
            }
            rows.push(Row {
                arn,
                target: *target,
                is_deleted: false,
            });
        }
        Step::Stop(number) => {
            if let Some(arn) = at(*number, rows) {
                api.call("StopExecution", json!({"executionArn": arn}));
            }
        }
        Step::Redrive(number) => {
            // Many cannot be redriven.
            if let Some(arn) = at(*number, rows)
                && api.ask("RedriveExecution", &json!({"executionArn": arn})).0 == 200
            {
                let fails = || {
                    let described = api.call("DescribeExecution", json!({"executionArn": arn}));
                    described["input"] == json!("\"fails\"")
                };
                if fails() {
                    api.finished(&arn);
                }
            }
        }
        Step::Delete(number) => {
            if let Some(arn) = at(*number, rows)
                && api.wait(api.engine.delete(&arn)).is_ok()
            {
                let row = rows.iter_mut().find(|row| row.arn == arn);
                row.expect("it is there").is_deleted = true;
            }
        }
    }
}

/// Reads a list in pages.
fn listed(api: &Api, mut request: Json, size: usize) -> Vec<Json> {
    request["maxResults"] = json!(size);
    let mut all = Vec::new();
    loop {
        let page = api.call("ListExecutions", request.clone());
        let rows = page["executions"].as_array().expect("a list").clone();
        assert!(rows.len() <= size);
        all.extend(rows);
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return all,
        }
    }
}

/// Compares each list with the executions that exist, as DescribeExecution describes them.
fn check(api: &Api, rows: &[Row]) {
    let described: Vec<(&Row, Json)> = rows
        .iter()
        .filter(|row| !row.is_deleted)
        .map(|row| {
            (
                row,
                api.call("DescribeExecution", json!({"executionArn": row.arn})),
            )
        })
        .collect();
    let members = [
        "executionArn",
        "stateMachineArn",
        "name",
        "status",
        "startDate",
        "stopDate",
        "stateMachineVersionArn",
        "stateMachineAliasArn",
        "redriveCount",
        "redriveDate",
    ];
    let statuses = [
        None,
        Some("RUNNING"),
        Some("SUCCEEDED"),
        Some("FAILED"),
        Some("ABORTED"),
    ];
    let redrives = [None, Some("REDRIVEN"), Some("NOT_REDRIVEN")];
    let mut sizes = rows.len();
    for target in 0..5 {
        for status in statuses {
            for redrive in redrives {
                let mut request = json!({"stateMachineArn": targets()[target]});
                if let Some(status) = status {
                    request["statusFilter"] = json!(status);
                }
                if let Some(redrive) = redrive {
                    request["redriveFilter"] = json!(redrive);
                }
                let expected = described.iter().rev().filter(|(row, described)| {
                    let is_redriven = described["redriveCount"] != 0;
                    row.is_of(target)
                        && status.is_none_or(|status| described["status"] == status)
                        && redrive.is_none_or(|redrive| (redrive == "REDRIVEN") == is_redriven)
                });
                let expected: Vec<Json> = expected
                    .map(|(_, described)| {
                        let members = members.iter().filter_map(|name| {
                            let value = described.get(*name)?;
                            Some(((*name).to_owned(), value.clone()))
                        });
                        Json::Object(members.collect())
                    })
                    .collect();
                let size = [1, 2, 3, 100][sizes % 4];
                sizes += 1;
                assert_eq!(
                    listed(api, request.clone(), size),
                    expected,
                    "{request} {size}"
                );
            }
        }
    }
}

/// Makes an engine over the same store, or a new one.
type Build = Box<dyn Fn() -> EngineBuilder>;

fn engines() -> Vec<(&'static str, bool, Build)> {
    let (memory, basic) = (MemoryStore::new(), BasicStore::default());
    let mut all: Vec<(&'static str, bool, Build)> = vec![
        ("without a store", false, Box::new(Engine::builder)),
        // Virtual time does not advance here: all executions start at the same time.
        (
            "at one time",
            false,
            Box::new(|| Engine::builder().virtual_time()),
        ),
        (
            "in memory",
            true,
            Box::new(move || Engine::builder().store(memory.clone())),
        ),
        (
            "in a basic store",
            true,
            Box::new(move || Engine::builder().store(basic.clone())),
        ),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let build = move || {
        let store = SqliteStore::open(folder.path().join("lists.db"));
        Engine::builder()
            .store(store.expect("it opens"))
            .virtual_time()
    };
    all.push(("in a file, at one time", true, Box::new(build)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(20)))]

    #[test]
    fn every_page_of_every_list_equals_the_model(
        steps in prop::collection::vec(step(), 1..24),
        more in prop::collection::vec(step(), 0..4),
    ) {
        for (_what, has_store, build) in engines() {
            let mut rows = Vec::new();
            let mut api = Api::over(build());
            create(&api);
            for step in &steps {
                act(&api, &mut rows, step);
            }
            check(&api, &rows);
            if has_store {
                // The next engine has none of the closed executions in memory.
                api.end();
                api = Api::over(build());
                check(&api, &rows);
            }
            for step in &more {
                act(&api, &mut rows, step);
            }
            check(&api, &rows);
            api.end();
        }
    }
}

/// Reads a list of twelve executions in pages of two, with a change between each two pages.
fn changing(builder: EngineBuilder) {
    let api = Api::over(builder);
    create(&api);
    let mut rows = Vec::new();
    for _ in 0..12 {
        act(&api, &mut rows, &Step::Start(3, "waits"));
    }
    for filter in [json!({}), json!({"redriveFilter": "NOT_REDRIVEN"})] {
        let mut request = json!({"stateMachineArn": targets()[0], "maxResults": 2});
        let filter = filter.as_object().expect("an object").clone();
        request.as_object_mut().expect("an object").extend(filter);
        let unchanged: Vec<String> = (rows.iter().take(12).rev())
            .enumerate()
            .filter(|(number, row)| number % 3 != 1 && !row.is_deleted)
            .map(|(_, row)| row.arn.clone())
            .collect();
        let (mut seen, mut number) = (Vec::new(), 0);
        loop {
            let page = api.call("ListExecutions", request.clone());
            for row in page["executions"].as_array().expect("a list") {
                seen.push(text(&row["executionArn"]));
            }
            let Some(token) = page.get("nextToken") else {
                break;
            };
            request["nextToken"] = token.clone();
            // Executions before and after the position start, end, run again and are deleted.
            let changed = 11 - (3 * number + 1) % 12;
            for step in [
                Step::Start(0, "succeeds"),
                Step::Stop(changed),
                Step::Redrive(changed),
                Step::Stop(changed),
            ] {
                // The first twelve rows are those of the list.
                match step {
                    Step::Start(..) => act(&api, &mut rows, &step),
                    step => {
                        let arn = &rows[changed].arn;
                        let operation = match step {
                            Step::Redrive(_) => "RedriveExecution",
                            _ => "StopExecution",
                        };
                        api.ask(operation, &json!({"executionArn": arn}));
                    }
                }
            }
            if number == 2 && !rows[changed].is_deleted {
                let arn = rows[changed].arn.clone();
                api.wait(api.engine.delete(&arn)).expect("it is over");
                rows[changed].is_deleted = true;
            }
            number += 1;
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "an execution is listed twice");
        seen.retain(|arn| unchanged.contains(arn));
        assert_eq!(seen, unchanged);
    }
    api.end();
}

#[test]
fn unchanged_executions_are_listed_once_while_others_change() {
    changing(Engine::builder());
    changing(Engine::builder().virtual_time());
    changing(Engine::builder().store(MemoryStore::new()));
    changing(Engine::builder().store(BasicStore::default()));
}

#[test]
fn pages_of_child_executions_equal_the_whole_list() {
    for machine_type in ["STANDARD", "EXPRESS"] {
        for (what, _, build) in engines() {
            let api = Api::over(build());
            let definition = json!({"StartAt": "M", "States": {"M": {
                "Type": "Map", "Label": "L", "ToleratedFailurePercentage": 100, "End": true, "MaxConcurrency": 2,
                "ItemBatcher": {"MaxItemsPerBatch": 2},
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": machine_type},
                    "StartAt": "C", "States": {
                        "C": {"Type": "Choice", "Default": "S", "Choices": [
                            {"Variable": "$.Items[0]", "NumericEquals": 4, "Next": "F"}]},
                        "S": {"Type": "Succeed"},
                        "F": {"Type": "Fail"},
                    },
                },
            }}});
            let machine = api.create("m", &definition);
            let execution = api.start(&machine, &json!([0, 1, 2, 3, 4, 5, 6]));
            api.finished(&execution);
            let runs = api.call("ListMapRuns", json!({"executionArn": execution}));
            let run = &runs["mapRuns"][0]["mapRunArn"];
            let all = listed(&api, json!({"mapRunArn": run}), 100);
            let items: Vec<&Json> = all.iter().map(|child| &child["itemCount"]).collect();
            assert_eq!(items, [1, 2, 2, 2], "{what} {machine_type}");
            for size in 1..5 {
                assert_eq!(
                    listed(&api, json!({"mapRunArn": run}), size),
                    all,
                    "{what} {size}"
                );
            }
            for status in ["SUCCEEDED", "FAILED", "RUNNING", "PENDING_REDRIVE"] {
                for redrive in ["REDRIVEN", "NOT_REDRIVEN"] {
                    let request =
                        json!({"mapRunArn": run, "statusFilter": status, "redriveFilter": redrive});
                    let expected: Vec<Json> = (all.iter())
                        .filter(|child| child["status"] == status && redrive == "NOT_REDRIVEN")
                        .cloned()
                        .collect();
                    for size in 1..4 {
                        let pages = listed(&api, request.clone(), size);
                        assert_eq!(pages, expected, "{what} {request}");
                    }
                }
            }
            api.end();
        }
    }
}

#[test]
fn other_requests_do_not_wait_for_lists_of_a_slow_store() {
    let store = BasicStore::default();
    let api = Arc::new(Api::over(Engine::builder().store(store.clone())));
    create(&api);
    let [machine, ..] = targets();
    let open = api.start(&machine, &json!("waits"));
    let closed = store.gate.write().expect("nothing panicked");
    // More lists than the server has threads and readers.
    let threads = 8 + 2 * std::thread::available_parallelism().map_or(1, usize::from);
    let lists: Vec<_> = (0..threads)
        .map(|number| {
            let (api, machine) = (api.clone(), machine.clone());
            let request = match number % 2 {
                0 => json!({"stateMachineArn": machine}),
                _ => json!({"stateMachineArn": machine, "redriveFilter": "REDRIVEN"}),
            };
            std::thread::spawn(move || api.ask("ListExecutions", &request).0)
        })
        .collect();
    let (done, others) = std::sync::mpsc::channel();
    let of_others = api.clone();
    std::thread::spawn(move || {
        // The lists are in the store by now, or soon: each round is one more chance to wait for
        // them.
        for _ in 0..50 {
            let described = of_others.call("DescribeExecution", json!({"executionArn": open}));
            let started = of_others.start(&machine, &json!("succeeds"));
            of_others.finished(&started);
            assert_eq!(described["status"], "RUNNING");
            std::thread::sleep(Duration::from_millis(2));
        }
        done.send(()).expect("the test waits");
    });
    let outcome = others.recv_timeout(Duration::from_secs(30));
    drop(closed);
    outcome.expect("a start and a description wait for no list");
    for list in lists {
        assert_eq!(list.join().expect("it ends"), 200);
    }
}
