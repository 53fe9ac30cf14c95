//! Lists of files with damaged executions, and of files that an earlier version wrote.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use stepwright_runtime::Engine;
use stepwright_runtime::store::{SqliteReader, SqliteStore, StoreReader};
use tempfile::TempDir;

use crate::support::{Api, text};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

fn open(path: &Path) -> Api {
    Api::over(Engine::builder().store(SqliteStore::open(path).expect("it opens")))
}

/// A file with closed executions: one by the ARN of the machine, one by a version, one by an alias, one that was redriven, and one with a Map
/// Run of two batches. The machine fails when its input is `fails`.
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

/// Makes the rows those of an earlier version: without columns for lists.
const WITHOUT_COLUMNS: &str = "UPDATE executions SET redrives = NULL, origin = NULL, redriven = NULL, items = NULL; DELETE FROM origins;";
/// Damages all records.
const DAMAGED: &str = "UPDATE executions SET data = zeroblob(8) WHERE data IS NOT NULL; UPDATE records SET data = zeroblob(8);";

fn unlisted(path: &Path) -> usize {
    let mut reader = SqliteReader::open(path).expect("a reader");
    reader.unlisted(0, usize::MAX).expect("rows").len()
}

/// Waits until the engine has filled the columns of lists.
fn filled(path: &Path) {
    while unlisted(path) > 0 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

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

#[test]
fn an_older_file_is_listed_the_same_before_and_after_column_backfill() {
    let file = written();
    let api = open(&file.path);
    let whole = lists(&api, &file.run);
    api.end();
    let rows = |path: &Path| {
        let mut reader = SqliteReader::open(path).expect("a reader");
        reader.list(&Default::default()).expect("rows")
    };
    let before = rows(&file.path);
    sql(&file.path, WITHOUT_COLUMNS);
    assert_eq!(unlisted(&file.path), before.len() + 2, "with two children");
    let api = open(&file.path);
    // The engine may be filling them.
    assert_eq!(lists(&api, &file.run), whole);
    filled(&file.path);
    assert_eq!(lists(&api, &file.run), whole);
    api.end();
    assert_eq!(rows(&file.path), before);
}

#[test]
fn damaged_executions_of_an_older_file_are_listed_with_basic_columns() {
    let file = written();
    let api = open(&file.path);
    let whole = lists(&api, &file.run);
    api.end();
    sql(&file.path, WITHOUT_COLUMNS);
    sql(&file.path, DAMAGED);
    let api = open(&file.path);
    let check = || {
        let found = lists(&api, &file.run);
        let arns = |list: &Json| -> Vec<String> {
            let rows = list["executions"].as_array().expect("a list").iter();
            rows.map(|row| text(&row["executionArn"])).collect()
        };
        assert_eq!(arns(&found[0]), arns(&whole[0]));
        // The whole run, in its order.
        let of_run = found.len() - 3;
        assert_eq!(arns(&found[of_run]), arns(&whole[of_run]));
        for row in found[0]["executions"].as_array().expect("a list") {
            assert_eq!(row["redriveCount"], 0);
            assert_eq!(row["stateMachineArn"], MACHINE);
        }
        // Nothing says that a version, an alias or a redrive was there.
        for (form, list) in forms(&file.run).iter().zip(&found) {
            let is_known = form["stateMachineArn"] == MACHINE || form["mapRunArn"].is_string();
            if !is_known || form["redriveFilter"] == "REDRIVEN" {
                assert_eq!(list["executions"], json!([]), "{form}");
            }
        }
    };
    check();
    filled(&file.path);
    check();
    api.end();
}

#[test]
fn a_damaged_execution_of_an_older_file_changes_no_other_row() {
    let file = written();
    let api = open(&file.path);
    let whole = lists(&api, &file.run);
    api.end();
    sql(&file.path, WITHOUT_COLUMNS);
    // The execution by the version, which is the second one.
    let records = "UPDATE records SET data = zeroblob(8) WHERE execution = 2;";
    let first = "UPDATE executions SET data = zeroblob(8) WHERE key = 2;";
    sql(&file.path, records);
    sql(&file.path, first);
    let api = open(&file.path);
    let damaged = whole[0]["executions"][3].clone();
    assert_eq!(damaged["stateMachineVersionArn"], format!("{MACHINE}:1"));
    for list in [lists(&api, &file.run), {
        filled(&file.path);
        lists(&api, &file.run)
    }] {
        for (list, whole) in list.iter().zip(&whole) {
            let others = |list: &Json| -> Vec<Json> {
                let rows = list["executions"].as_array().expect("a list").iter();
                rows.filter(|row| row["executionArn"] != damaged["executionArn"])
                    .cloned()
                    .collect()
            };
            assert_eq!(others(list), others(whole));
        }
        let row = &list[0]["executions"][3];
        assert_eq!(row["executionArn"], damaged["executionArn"]);
        assert_eq!(row["status"], damaged["status"]);
        assert_eq!(row.get("stateMachineVersionArn"), None);
    }
    api.end();
}
