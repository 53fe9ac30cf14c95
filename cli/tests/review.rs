//! `stepwright review`.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::rehearse::orders;

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // The settings of the user do not matter.
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Test")
        .env("GIT_AUTHOR_EMAIL", "test@example.com")
        .env("GIT_COMMITTER_NAME", "Test")
        .env("GIT_COMMITTER_EMAIL", "test@example.com")
        .output()
        .unwrap()
}

fn review(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut all = vec!["review"];
    all.extend(arguments);
    let output = run(folder, env!("CARGO_BIN_EXE_stepwright"), &all);
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = run(folder, "git", arguments);
    assert!(output.status.success(), "{output:?}");
}

fn write(folder: &Path, file: &str, definition: &Value) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("{definition:#}")).unwrap();
}

#[test]
fn a_definition_with_itself_reports_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "orders.asl.json", &orders(1000));
    let (status, text) = review(
        folder.path(),
        &["orders.asl.json", "orders.asl.json", "--deny", "low"],
    );
    assert_eq!(
        (status, text.as_str()),
        (0, "no definition changed, 1 is unchanged; no risks\n")
    );
}

#[test]
fn fifty_definitions_are_one_line_and_the_changed_one_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..50 {
        for side in ["old", "new"] {
            write(
                folder.path(),
                &format!("{side}/machine-{index}.asl.json"),
                &orders(1000),
            );
        }
    }
    let mut changed = orders(1000);
    changed["States"]["Review"]["Parameters"]["FunctionName"] = json!("approve");
    write(folder.path(), "new/machine-7.asl.json", &changed);
    let (status, text) = review(folder.path(), &["old", "new"]);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.starts_with("1 definition changed, 49 are unchanged; risks: "),
        "{text}"
    );
    assert!(
        text.contains("`lambda:InvokeFunction`") && text.contains("approve"),
        "{text}"
    );
    assert!(!text.contains("machine-8"), "{text}");
    let (status, _) = review(folder.path(), &["old", "new", "--deny", "medium"]);
    assert_eq!(status, 1);
    let (status, _) = review(folder.path(), &["old", "new", "--deny", "high"]);
    assert_eq!(status, 0);
}

/// A state machine that starts `payments` and knows two of its statuses.
fn starter() -> Value {
    json!({"StartAt": "Pay", "States": {
        "Pay": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:payments"},
            "ResultSelector": {"status.$": "$.Output.status"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Stop"}],
            "Next": "Paid?"
        },
        "Paid?": {"Type": "Choice", "Choices": [
            {"Variable": "$.status", "StringEquals": "PAID", "Next": "Done"},
            {"Variable": "$.status", "StringEquals": "DECLINED", "Next": "Stop"}
        ]},
        "Stop": {"Type": "Fail", "Error": "Unpaid"},
        "Done": {"Type": "Succeed"}
    }})
}

/// Payments that are paid, or end with the other status.
fn payments(other: &str) -> Value {
    json!({"StartAt": "Charge", "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Declined"}],
            "ResultPath": null,
            "Next": "Paid"
        },
        "Paid": {"Type": "Pass", "Result": {"status": "PAID"}, "End": true},
        "Declined": {"Type": "Pass", "Result": {"status": other}, "End": true}
    }})
}

#[test]
fn an_unchanged_definition_that_starts_a_changed_one_is_explored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for side in ["old", "new", "same"] {
        for index in 0..3 {
            write(path, &format!("{side}/orders-{index}.asl.json"), &starter());
        }
        write(path, &format!("{side}/other.asl.json"), &orders(1000));
    }
    write(path, "old/payments.asl.json", &payments("DECLINED"));
    write(path, "new/payments.asl.json", &payments("REFUSED"));
    let mut same = payments("DECLINED");
    same["States"]["Charge"]["TimeoutSeconds"] = json!(60);
    write(path, "same/payments.asl.json", &same);

    let (status, text) = review(path, &["old", "new"]);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.starts_with(
            "1 definition changed, 3 start a changed one and are affected, 1 is unchanged; risks: "
        ),
        "{text}"
    );
    for index in 0..3 {
        let heading = format!(
            "orders-{index} (orders-{index}.asl.json): unchanged, but starts a changed definition\n"
        );
        assert!(text.contains(&heading), "{text}");
    }
    assert!(
        text.contains("`no-choice-matches` held, and no longer holds: no rule of `Paid?` matches, and it has no `Default` (it starts `payments`, which changed)"),
        "{text}"
    );
    let (_, text) = review(path, &["old", "same"]);
    assert!(
        text.starts_with("1 definition changed, 4 are unchanged; "),
        "a change that no starter notices: {text}"
    );
    let (_, text) = review(path, &["new", "new"]);
    assert_eq!(text, "no definition changed, 5 are unchanged; no risks\n");
}

#[test]
fn two_revisions_are_compared_without_changing_the_working_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let git = |arguments: &[&str]| git(path, arguments);
    git(&["init", "--quiet", "--initial-branch", "main"]);
    write(path, "infra/orders.asl.json", &orders(1000));
    write(path, "other/orders.asl.json", &orders(1000));
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "first"]);
    git(&["checkout", "--quiet", "-b", "change"]);
    write(path, "infra/orders.asl.json", &orders(500));
    write(path, "other/orders.asl.json", &orders(200));
    git(&["commit", "--quiet", "-am", "second"]);
    write(path, "infra/orders.asl.json", &orders(7));
    let (status, text) = review(path, &["main..change"]);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.starts_with("2 definitions changed") && text.contains("500"),
        "{text}"
    );
    let (_, text) = review(path, &["main..change", "infra"]);
    assert!(text.starts_with("1 definition changed"), "{text}");
    let (_, text) = review(&path.join("infra"), &["main..change"]);
    assert!(
        text.starts_with("1 definition changed"),
        "the current folder only: {text}"
    );
    // The files of the working folder instead of a second revision.
    let (_, text) = review(path, &["change..", "infra"]);
    assert!(text.contains("-> 7") || text.contains('7'), "{text}");
    let (status, text) = review(path, &["nowhere..main"]);
    assert_eq!(status, 2);
    assert!(text.contains("git knows no revision `nowhere`"), "{text}");
    let (status, text) = review(path, &["--output=x..main"]);
    assert_eq!(status, 2, "{text}");
}

#[test]
fn histories_are_rehearsed_with_the_changed_definition() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, "old.asl.json", &orders(1000));
    write(path, "new.asl.json", &orders(10));
    let ran = run(
        path,
        env!("CARGO_BIN_EXE_stepwright"),
        &[
            "run",
            "old.asl.json",
            "--input",
            "{\"total\": 20}",
            "--history",
            "order.json",
        ],
    );
    assert!(ran.status.success());
    let (_, text) = review(
        path,
        &[
            "old.asl.json",
            "new.asl.json",
            "--histories",
            "order.json",
            "--format",
            "markdown",
        ],
    );
    assert!(text.starts_with("<!-- stepwright-review -->\n"), "{text}");
    assert!(
        text.contains("1 of 1 recorded executions: `Review` calls lambda:invoke of review"),
        "{text}"
    );
    assert!(text.contains("```mermaid"), "{text}");
}

#[test]
fn histories_of_other_machines_are_not_rehearsed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "old/orders.asl.json", &orders(1000));
    write(folder.path(), "new/orders.asl.json", &orders(100));
    for side in ["old", "new"] {
        write(folder.path(), &format!("{side}/shop.asl.json"), &shop(true));
    }
    let shop_file = folder.path().join("old/shop.asl.json");
    let run = |name: &str| {
        let history = folder.path().join(name);
        std::fs::create_dir_all(history.parent().unwrap()).unwrap();
        let arguments = [
            "run",
            shop_file.to_str().unwrap(),
            "--task",
            "charge=cat",
            "--task",
            "ship=cat",
            "--task",
            "refund=cat",
            "--history",
            history.to_str().unwrap(),
        ];
        let ran = self::run(folder.path(), env!("CARGO_BIN_EXE_stepwright"), &arguments);
        assert!(ran.status.success(), "{ran:?}");
    };
    run("histories/shop/1.json");
    let (status, text) = review(folder.path(), &["old", "new", "--histories", "histories"]);
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains("rehearsal"), "{text}");
    // Without a folder of its name, the states show that it belongs to another machine.
    run("flat/1.json");
    let (_, text) = review(folder.path(), &["old", "new", "--histories", "flat"]);
    assert!(!text.contains("rehearsal-failure"), "{text}");
    assert!(
        text.contains("1 recorded executions have other states"),
        "{text}"
    );
}

#[test]
fn a_renamed_file_is_one_changed_definition() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    write(folder.path(), "orders.asl.json", &orders(1000));
    write(folder.path(), "shop.asl.json", &shop(true));
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "first"]);
    git(
        folder.path(),
        &["mv", "orders.asl.json", "purchases.asl.json"],
    );
    git(folder.path(), &["commit", "-q", "-m", "second"]);
    let (status, text) = review(folder.path(), &["HEAD~1..HEAD", "--deny", "low"]);
    assert_eq!(
        (status, text.as_str()),
        (0, "no definition changed, 2 are unchanged; no risks\n")
    );
    write(folder.path(), "purchases.asl.json", &orders(100));
    let (_, text) = review(folder.path(), &["HEAD~1.."]);
    assert!(
        text.starts_with("1 definition changed, 1 is unchanged"),
        "{text}"
    );
    assert!(!text.contains("removed-definition"), "{text}");
}

#[test]
fn a_path_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    write(folder.path(), "infra/orders.asl.json", &orders(1000));
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    std::fs::write(folder.path().join("docs/page.md"), "# Page").unwrap();
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-q", "-m", "first"]);
    for revisions in ["HEAD..HEAD", "HEAD.."] {
        for (path, status) in [("infra", 0), ("infra/", 0), ("docs", 0), ("infar", 2)] {
            let (ended, text) = review(folder.path(), &[revisions, path]);
            assert_eq!(ended, status, "{path}: {text}");
        }
    }
    let (_, text) = review(folder.path(), &["HEAD..HEAD", "infar"]);
    assert!(text.contains("no revision has the path `infar`"), "{text}");
    let (status, text) = review(folder.path(), &["infra", "infar"]);
    assert_eq!(status, 2, "{text}");
}

#[test]
fn each_format_has_the_same_risks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write(path, "old.asl.json", &orders(1000));
    let mut new = orders(1000);
    new["States"]["Review"]["Next"] = json!("Nowhere");
    write(path, "new.asl.json", &new);
    let (_, json) = review(path, &["old.asl.json", "new.asl.json", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let risks = json["definitions"][0]["risks"].as_array().unwrap();
    let error = risks
        .iter()
        .find(|risk| risk["kind"] == "new-error")
        .unwrap();
    assert_eq!(error["level"], "high");
    assert!(error["line"].as_u64().unwrap() > 1, "{error}");
    let (_, sarif) = review(path, &["old.asl.json", "new.asl.json", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), risks.len());
    assert_eq!(
        results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "new.asl.json"
    );
    let (_, html) = review(path, &["old.asl.json", "new.asl.json", "--format", "html"]);
    assert_eq!(html.matches("<svg ").count(), 2, "before and after");
}

#[test]
fn the_machines_of_a_template_are_paired_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let template = |limit: u64, machine_type: &str| {
        let machine = |definition: Value, machine_type: &str| json!({"Type": "AWS::Serverless::StateMachine", "Properties": {"Type": machine_type, "Definition": definition}});
        json!({"Resources": {
            "Orders": machine(orders(limit), machine_type),
            "Others": machine(orders(1), "STANDARD"),
        }})
    };
    write(path, "old/template.json", &template(1000, "STANDARD"));
    write(path, "new/template.json", &template(500, "EXPRESS"));
    let (_, text) = review(path, &["old", "new"]);
    assert!(
        text.starts_with("1 definition changed, 1 is unchanged"),
        "{text}"
    );
    assert!(text.contains("Orders (template.json#Orders)"), "{text}");
    assert!(
        text.contains("AWS cannot change the type of a state machine"),
        "{text}"
    );
}

/// Charges and ships; the customer gets the money back if the shipment fails.
fn shop(refunds: bool) -> Value {
    let task = |name: &str| {
        json!({
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": name, "Payload.$": "$"},
            "ResultPath": null
        })
    };
    let (mut charge, mut ship, mut refund) = (task("charge"), task("ship"), task("refund"));
    charge["Next"] = json!("Ship");
    ship["Next"] = json!("Done");
    let handler = if refunds { "Refund" } else { "Failed" };
    ship["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": handler}]);
    refund["Next"] = json!("Failed");
    let mut states = json!({
        "Charge": charge, "Ship": ship, "Done": {"Type": "Succeed"}, "Failed": {"Type": "Fail"}
    });
    if refunds {
        states["Refund"] = refund;
    }
    json!({"StartAt": "Charge", "States": states})
}

const SHOP_PROPERTIES: &str = "\
properties:
  - name: a charge is shipped or refunded
    any:
      - leads_to: [{ succeeded: charge }, { succeeded: ship }]
      - leads_to: [{ succeeded: charge }, { called: refund }]
";

#[test]
fn a_property_that_no_longer_holds_is_a_risk_with_the_steps_that_show_it() {
    let folder = tempfile::tempdir().unwrap();
    for (side, refunds) in [("old", true), ("new", false)] {
        write(
            folder.path(),
            &format!("{side}/shop.asl.json"),
            &shop(refunds),
        );
    }
    // The file next to the new definition is read.
    let file = folder.path().join("new/shop.properties.yaml");
    std::fs::write(&file, SHOP_PROPERTIES).unwrap();
    let (status, text) = review(folder.path(), &["old", "new", "--deny", "high"]);
    assert_eq!(status, 1, "{text}");
    insta::assert_snapshot!("property", text);
    let (_, json) = review(folder.path(), &["old", "new", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let risks = json["definitions"][0]["risks"].as_array().unwrap();
    let risk = risks
        .iter()
        .find(|risk| risk["kind"] == "property")
        .unwrap();
    assert!(risk["steps"].as_array().unwrap().len() > 2, "{risk}");

    // In the other direction the property begins to hold.
    std::fs::rename(&file, folder.path().join("shop.properties.yaml")).unwrap();
    let given = ["new", "old", "--properties", "shop.properties.yaml"];
    let (_, text) = review(folder.path(), &given);
    assert!(!text.contains("[property]"), "{text}");
}

#[test]
fn a_property_whose_name_the_change_removes_is_an_error_and_a_risk() {
    let folder = tempfile::tempdir().unwrap();
    let mut renamed = shop(true);
    let charge = renamed["States"].as_object_mut().unwrap().remove("Charge");
    renamed["States"]["Bill"] = charge.unwrap();
    renamed["StartAt"] = json!("Bill");
    write(folder.path(), "old/shop.asl.json", &shop(true));
    write(folder.path(), "new/shop.asl.json", &renamed);
    let file = folder.path().join("new/shop.properties.yaml");
    let once = "properties: [{ name: one charge, at_most: 1, of: { called: Charge } }]";
    std::fs::write(&file, once).unwrap();
    let (status, text) = review(folder.path(), &["old", "new"]);
    assert_eq!(status, 2, "{text}");
    for line in [
        "property `one charge`: no task is named `Charge`; did you mean `Bill`?",
        "error: shop: property `one charge`: no task is named `Charge`; did you mean `Bill`?",
    ] {
        assert!(text.contains(line), "{text}");
    }
    // Also in an added and in an unchanged definition.
    write(folder.path(), "old/shop.asl.json", &renamed);
    assert_eq!(review(folder.path(), &["old", "new"]).0, 2);
    std::fs::remove_file(folder.path().join("old/shop.asl.json")).unwrap();
    assert_eq!(review(folder.path(), &["old", "new"]).0, 2);
    std::fs::write(&file, once.replace("Charge", "Bill")).unwrap();
    let (status, text) = review(folder.path(), &["old", "new"]);
    assert_eq!(status, 0, "{text}");
}

#[test]
fn a_property_file_of_no_definition_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for side in ["old", "new"] {
        write(folder.path(), &format!("{side}/shop.asl.json"), &shop(true));
        write(folder.path(), &format!("{side}/bill.asl.json"), &shop(true));
    }
    std::fs::write(folder.path().join("shp.properties.yaml"), SHOP_PROPERTIES).unwrap();
    let given = ["old", "new", "--properties", "shp.properties.yaml"];
    let (status, text) = review(folder.path(), &given);
    assert_eq!(status, 2, "{text}");
    assert!(
        text.contains("no definition belongs to shp.properties.yaml"),
        "{text}"
    );
}

#[test]
fn a_rule_that_no_longer_holds_is_a_risk_unless_it_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let old = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Result": {"total": 1}, "ResultPath": "$.order", "Next": "B"},
        "B": {"Type": "Pass", "InputPath": "$.order.total", "End": true}
    }});
    let mut new = old.clone();
    new["States"]["A"]["ResultPath"] = json!("$.other");
    new["States"]["A"]["OutputPath"] = json!("$.other");
    write(folder.path(), "old.asl.json", &old);
    write(folder.path(), "new.asl.json", &new);
    let (_, text) = review(folder.path(), &["old.asl.json", "new.asl.json"]);
    assert!(
        text.contains("medium `value-absent` held, and no longer holds: "),
        "{text}"
    );
    let allowed = ["old.asl.json", "new.asl.json", "--allow", "value-absent"];
    let (_, text) = review(folder.path(), &allowed);
    assert!(!text.contains("[property]"), "{text}");
}

/// Two definitions change; each execution of a store is rehearsed with the one of its name.
#[test]
fn the_executions_of_a_store_are_rehearsed_with_the_definitions_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["orders", "returns"] {
        write(path, &format!("old/{name}.asl.json"), &orders(1000));
        write(path, &format!("new/{name}.asl.json"), &orders(10));
        let file = format!("old/{name}.asl.json");
        let ran = run(
            path,
            env!("CARGO_BIN_EXE_stepwright"),
            &[
                "run",
                &file,
                "--input",
                "{\"total\": 20}",
                "--store",
                "executions.db",
                "--name",
                name,
            ],
        );
        assert!(ran.status.success(), "{ran:?}");
    }
    let (_, all) = review(path, &["old", "new", "--store", "executions.db"]);
    let unanswered = "1 of 1 recorded executions: `Review` calls lambda:invoke of review";
    assert_eq!(all.matches(unanswered).count(), 2, "{all}");
    let (_, one) = review(
        path,
        &[
            "old",
            "new",
            "--store",
            "executions.db",
            "--machine",
            "returns",
        ],
    );
    assert_eq!(one.matches(unanswered).count(), 1, "{one}");
    let (status, text) = review(path, &["old", "new", "--store", "nowhere.db"]);
    assert_eq!(status, 2, "{text}");
    let (status, text) = review(
        path,
        &[
            "old",
            "new",
            "--executions",
            "arn:aws:states:us-east-1:123456789012:execution:orders:o-1",
        ],
    );
    assert!(
        status == 2 && text.contains("--aws-account NUMBER"),
        "{text}"
    );
}

/// The file of a revision is read, not that of the working folder.
#[test]
fn the_properties_next_to_a_definition_of_a_revision_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let git = |arguments: &[&str]| git(path, arguments);
    git(&["init", "--quiet", "--initial-branch", "main"]);
    write(path, "shop.asl.json", &shop(true));
    std::fs::write(path.join("shop.properties.yaml"), SHOP_PROPERTIES).unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "first"]);
    git(&["checkout", "--quiet", "-b", "change"]);
    write(path, "shop.asl.json", &shop(false));
    git(&["commit", "--quiet", "-am", "second"]);
    std::fs::remove_file(path.join("shop.properties.yaml")).unwrap();
    let (_, text) = review(path, &["main..change"]);
    assert!(text.contains("a charge is shipped or refunded"), "{text}");
    let (_, text) = review(path, &["main.."]);
    assert!(!text.contains("a charge is shipped or refunded"), "{text}");
}

/// The child of the new side no longer writes the number that its parent reads.
#[test]
fn executions_that_a_changed_definition_starts_are_explored_with_those_of_its_side() {
    let folder = tempfile::tempdir().unwrap();
    let parent = |seconds: u64| {
        json!({"TimeoutSeconds": seconds, "StartAt": "Pay", "States": {
            "Pay": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:pay"},
                "ResultSelector": {"paid.$": "$.Output"}, "Next": "Read"},
            "Read": {"Type": "Pass", "InputPath": "$.paid.number", "End": true}
        }})
    };
    let child = |result: Value| json!({"StartAt": "Do", "States": {"Do": {"Type": "Pass", "Result": result, "End": true}}});
    for (side, result) in [("old", json!({"number": 1})), ("new", json!({"id": 1}))] {
        write(
            folder.path(),
            &format!("{side}/pay.asl.json"),
            &child(result),
        );
    }
    write(folder.path(), "old/shop.asl.json", &parent(60));
    write(folder.path(), "new/shop.asl.json", &parent(90));
    let (_, text) = review(folder.path(), &["old", "new"]);
    assert!(
        text.contains("`value-absent` held, and no longer holds: "),
        "{text}"
    );
    // A definition that cannot be read is a note.
    std::fs::write(folder.path().join("new/pay.asl.json"), "{").unwrap();
    let (status, text) = review(folder.path(), &["old", "new"]);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.contains("shop: the executions that it starts are not explored: "),
        "{text}"
    );
}
