//! Lists of files with damaged executions.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use stepwright_engine::Engine;
use stepwright_engine::store::SqliteStore;
use tempfile::TempDir;

use crate::support::{Api, text};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

fn open(path: &Path) -> Api {
    Api::over(Engine::builder().store(SqliteStore::open(path).expect("it opens")))
}

/// A file with closed executions: one by the ARN of the machine, one by a version, one by an alias,
/// one that was redriven, and one with a Map Run of two batches. The machine fails when its input
/// is `fails`.
struct File {
    _folder: TempDir,
    path: PathBuf,
    run: String,
}

fn written() -> File {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lists.db");
    let api = open(&path);
    let definition = json!({"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$", "IsString": true, "Next": "Fails"},
            {"Variable": "$[0]", "IsPresent": true, "Next": "M"},
        ]},
        "Fails": {"Type": "Fail"},
        "Done": {"Type": "Succeed"},
        "M": {"Type": "Map", "Label": "L", "End": true, "ItemBatcher": {"MaxItemsPerBatch": 2},
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "S", "States": {"S": {"Type": "Succeed"}},
            },
        },
    }});
    let machine = api.create("m", &definition);
    let request = json!({"stateMachineArn": machine});
    let version = api.call("PublishStateMachineVersion", request);
    let version = text(&version["stateMachineVersionArn"]);
    let route = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    let request = json!({"name": "live", "routingConfiguration": route});
    let alias = api.call("CreateStateMachineAlias", request);
    let alias = text(&alias["stateMachineAliasArn"]);
    for target in [&machine, &version, &alias] {
        api.finished(&api.start(target, &json!({})));
    }
    let failed = api.start(&alias, &json!("fails"));
    api.finished(&failed);
    api.call("RedriveExecution", json!({"executionArn": failed}));
    api.finished(&failed);
    let parent = api.start(&machine, &json!([1, 2, 3]));
    api.finished(&parent);
    let runs = api.call("ListMapRuns", json!({"executionArn": parent}));
    let run = text(&runs["mapRuns"][0]["mapRunArn"]);
    api.end();
    File {
        _folder: folder,
        path,
        run,
    }
}

/// Each form of ListExecutions.
fn forms(run: &str) -> Vec<Json> {
    let mut all = Vec::new();
    for arn in [
        MACHINE.to_owned(),
        format!("{MACHINE}:1"),
        format!("{MACHINE}:live"),
    ] {
        for filter in [
            json!({}),
            json!({"statusFilter": "SUCCEEDED"}),
            json!({"statusFilter": "FAILED"}),
            json!({"redriveFilter": "REDRIVEN"}),
            json!({"redriveFilter": "NOT_REDRIVEN"}),
            json!({"maxResults": 1}),
        ] {
            let mut form = filter.clone();
            form["stateMachineArn"] = json!(arn);
            all.push(form);
        }
    }
    all.push(json!({"mapRunArn": run}));
    all.push(json!({"mapRunArn": run, "redriveFilter": "NOT_REDRIVEN"}));
    all.push(json!({"mapRunArn": run, "statusFilter": "SUCCEEDED"}));
    all
}

fn lists(api: &Api, run: &str) -> Vec<Json> {
    let forms = forms(run).into_iter();
    forms.map(|form| api.call("ListExecutions", form)).collect()
}

fn sql(path: &Path, statements: &str) {
    let file = Connection::open(path).expect("it opens");
    file.execute_batch(statements).expect("it is SQL");
}

/// Damages all records.
const DAMAGED: &str = "UPDATE executions SET data = zeroblob(8) WHERE data IS NOT NULL; UPDATE records SET data = zeroblob(8);";

#[test]
fn damaged_records_hide_no_execution_and_no_column() {
    let file = written();
    let api = open(&file.path);
    let whole = lists(&api, &file.run);
    api.end();
    sql(&file.path, DAMAGED);
    let api = open(&file.path);
    assert_eq!(lists(&api, &file.run), whole);
    let one = text(&whole[0]["executions"][0]["executionArn"]);
    let (status, _) = api.ask("DescribeExecution", &json!({"executionArn": one}));
    assert_eq!(status, 500, "the records are damaged");
    api.end();
}
