//! Reviews: each kind of risk, by a change that causes it.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use stepwright_asl::StateMachine;
use stepwright_asl::json::Document;
use stepwright_asl::validate::Validator;
use stepwright_engine::MachineType;
use stepwright_explore::{Settings, explore};
use stepwright_review::rehearsal::Rehearsal;
use stepwright_review::review::{
    Review, ReviewStatus, ReviewedDefinition, Risk, RiskKind, RiskLevel,
};

use crate::rehearsal::{paid, payments, recorded};

fn side(definition: &Json) -> ReviewedDefinition {
    let document = Document::parse(&format!("{definition:#}")).unwrap();
    let diagnostics = Validator::new(MachineType::Standard).check(&document);
    ReviewedDefinition::new("payments", "payments.asl.json", document.json().clone())
        .diagnostics(diagnostics)
        .document(document)
}

fn reviewed(old: &Json, new: &Json) -> Review {
    let mut review = Review::new();
    review.compare(Some(side(old)), Some(side(new)));
    review
}

/// Returns the risks of a change of the payments.
fn risks(change: impl Fn(&mut Json)) -> Vec<Risk> {
    let mut new = payments();
    change(&mut new);
    let review = reviewed(&payments(), &new);
    review.definitions()[0].risks().to_vec()
}

/// Each kind of risk, with a change that causes it.
fn examples() -> Vec<(RiskKind, Vec<Risk>)> {
    let remove = |state: &'static str, field: &'static str| {
        risks(move |new| drop(new["States"][state].as_object_mut().unwrap().remove(field)))
    };
    let mut timeout = payments();
    timeout["States"]["Charge"]["TimeoutSeconds"] = json!(30);
    let lost_timeout = reviewed(&timeout, &payments());
    let mut express = Review::new();
    express.compare(
        Some(side(&payments())),
        Some(side(&payments()).machine_type(MachineType::Express)),
    );
    let mut removed = Review::new();
    removed.compare(Some(side(&payments())), None);
    let mut rehearsed = payments();
    rehearsed["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(10);
    let rehearsal = |total: u64, limit: u64| {
        let mut new = payments();
        new["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(limit);
        let mut review = reviewed(&payments(), &new);
        let report = Rehearsal::new(&new.to_string()).unwrap();
        review.rehearsed(
            "payments",
            report.rehearse_all(&[recorded(&payments(), &paid(total))]),
        );
        review
    };
    let mut property = reviewed(&payments(), &rehearsed);
    property.risk(
        "payments",
        Risk::new(
            RiskLevel::High,
            RiskKind::Property,
            "`eventually(refunded)` held, and no longer holds",
        ),
    );
    let of = |review: &Review| review.definitions()[0].risks().to_vec();
    vec![
        (
            RiskKind::NewError,
            risks(|new| new["States"]["Review"]["Next"] = json!("Nowhere")),
        ),
        (RiskKind::Property, of(&property)),
        (RiskKind::RehearsalFailure, of(&rehearsal(500, 100))),
        (RiskKind::ExecutionType, of(&express)),
        (RiskKind::RemovedDefinition, of(&removed)),
        (RiskKind::LostHandler, remove("Charge", "Retry")),
        (
            RiskKind::HiddenFailure,
            risks(|new| {
                new["States"]["Review"]["Catch"] =
                    json!([{"ErrorEquals": ["States.ALL"], "Next": "Done"}]);
            }),
        ),
        (RiskKind::LostTimeout, of(&lost_timeout)),
        (
            RiskKind::AddedPermission,
            risks(|new| {
                new["States"]["Review"]["Parameters"]["FunctionName"] = json!("approve");
            }),
        ),
        (
            RiskKind::Limit,
            risks(|new| {
                // Each retry has several events.
                new["States"]["Charge"]["Retry"] =
                    json!([{"ErrorEquals": ["States.ALL"], "MaxAttempts": 9_000}]);
            }),
        ),
        (
            RiskKind::RunningExecution,
            risks(|new| {
                new["States"]["Review"]["Parameters"]["FunctionName"] = json!("approve");
            }),
        ),
        (RiskKind::RehearsalChange, of(&rehearsal(2000, 5000))),
        (
            RiskKind::NewWarning,
            risks(|new| {
                new["States"]["Large?"]
                    .as_object_mut()
                    .unwrap()
                    .remove("Default");
            }),
        ),
        (
            RiskKind::Cost,
            risks(|new| {
                new["States"]["Charge"]["Next"] = json!("Note");
                new["States"]["Note"] = json!({"Type": "Pass", "Next": "Done"});
            }),
        ),
        (
            RiskKind::RemovedPermission,
            risks(|new| {
                new["States"]["Review"]["Parameters"]["FunctionName"] = json!("charge");
            }),
        ),
        (
            RiskKind::Names,
            risks(|new| {
                new["States"]["Large?"]["Choices"][0]["Next"] = json!("Charge");
                new["States"].as_object_mut().unwrap().remove("Review");
            }),
        ),
    ]
}

#[test]
fn each_kind_of_risk_has_a_change_that_causes_it() {
    let examples = examples();
    for (kind, risks) in &examples {
        let found = risks.iter().any(|risk| risk.kind == *kind);
        assert!(found, "{kind}: {risks:#?}");
        assert!(risks.is_sorted_by_key(|risk| risk.level), "{risks:#?}");
    }
    let covered: BTreeSet<RiskKind> = examples.iter().map(|(kind, _)| *kind).collect();
    let missing: Vec<&RiskKind> = RiskKind::ALL
        .iter()
        .filter(|kind| !covered.contains(kind))
        .collect();
    assert!(missing.is_empty(), "without an example: {missing:?}");
}

#[test]
fn a_definition_with_itself_reports_nothing() {
    let review = reviewed(&payments(), &payments());
    assert!(review.is_unchanged());
    assert_eq!((review.unchanged(), review.definitions().len()), (1, 0));
    assert_eq!(
        review.to_string(),
        "no definition changed, 1 is unchanged; no risks\n"
    );
    assert_eq!(review.to_json().unwrap()["definitions"], json!([]));
    assert_eq!(review.to_sarif()["runs"][0]["results"], json!([]));
    assert!(!review.to_markdown().contains('|'));
}

#[test]
fn a_lost_catcher_is_a_high_risk_on_the_line_of_its_state() {
    let risks = risks(|new| {
        drop(
            new["States"]["Charge"]
                .as_object_mut()
                .unwrap()
                .remove("Catch"),
        )
    });
    let lost = risks
        .iter()
        .find(|risk| risk.kind == RiskKind::LostHandler)
        .unwrap();
    assert_eq!(lost.level, RiskLevel::High);
    assert_eq!(lost.message, "`Charge` no longer catches `Declined`");
    assert!(lost.line.is_some_and(|line| line > 5), "{lost:?}");
}

#[test]
fn an_added_definition_has_no_risk_of_its_permissions_alone() {
    let mut review = Review::new();
    review.compare(None, Some(side(&payments())));
    let definition = review.definitions()[0];
    assert_eq!(definition.status(), ReviewStatus::Added);
    assert_eq!(
        definition.permissions().added.len(),
        1,
        "{:?}",
        definition.permissions()
    );
    assert!(
        !definition
            .risks()
            .iter()
            .any(|risk| risk.kind == RiskKind::AddedPermission)
    );
}

#[test]
fn a_risk_belongs_to_the_definition_that_was_compared_last() {
    let of = |file: &str, definition: &Json| {
        let document = Document::parse(&definition.to_string()).unwrap();
        ReviewedDefinition::new("payments", file, document.into_json())
    };
    let mut new = payments();
    new["Comment"] = json!("new");
    let mut review = Review::new();
    for file in ["a/payments.asl.json", "b/payments.asl.json"] {
        review.compare(Some(of(file, &payments())), Some(of(file, &new)));
    }
    let risk = Risk::new(RiskLevel::High, RiskKind::Property, "found");
    review.risk("payments", risk.clone());
    let first = review.definitions()[0];
    assert_eq!(
        (first.file(), first.risks()),
        ("b/payments.asl.json", &[risk][..])
    );
    assert!(review.definitions()[1].risks().is_empty());
}

#[test]
fn a_definition_that_starts_a_changed_one_is_reported_if_something_no_longer_holds() {
    let explored = |status: &str| {
        let machine = json!({"StartAt": "Paid", "States": {
            "Paid": {"Type": "Pass", "Result": {"status": status}, "Next": "Known"},
            "Known": {"Type": "Choice", "Choices": [
                {"Variable": "$.status", "StringEquals": "PAID", "Next": "Done"}
            ]},
            "Done": {"Type": "Succeed"}
        }});
        let machine = StateMachine::from_json(&machine.to_string()).unwrap();
        explore(&machine, &Settings::new()).unwrap()
    };
    let (old, new) = (explored("PAID"), explored("REFUSED"));
    let started = ["charge".to_owned()];
    let mut review = Review::new();
    for name in ["first", "second", "third"] {
        let unchanged = ReviewedDefinition::new(
            name,
            name,
            Document::parse(&payments().to_string())
                .unwrap()
                .into_json(),
        );
        review.compare(Some(unchanged.clone()), Some(unchanged.clone()));
        let after = if name == "third" { &old } else { &new };
        review.affected(unchanged, &started, &old, after);
    }
    assert_eq!(review.unchanged(), 1, "the third one");
    let definitions = review.definitions();
    let names: Vec<&str> = definitions.iter().map(|one| one.name()).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!(definitions[0].status(), ReviewStatus::Affected);
    let risk = |index: usize| {
        let mut risks = definitions[index].risks().iter();
        let found = risks.find(|risk| risk.message.starts_with("`no-choice-matches`"));
        found.unwrap().clone()
    };
    let (first, second) = (risk(0), risk(1));
    assert!(
        first
            .message
            .ends_with("(it starts `charge`, which changed)")
    );
    assert!(!first.steps.is_empty());
    assert!(
        second.message.ends_with("; the steps are those of `first`") && second.steps.is_empty(),
        "{second:?}"
    );
    assert!(review.to_string().starts_with(
        "no definition changed, 2 start a changed one and are affected, 1 is unchanged; "
    ));
}

#[test]
fn the_highest_risk_comes_first() {
    let mut review = Review::new();
    let mut low = payments();
    low["States"]["Charge"]["Next"] = json!("Note");
    low["States"]["Note"] = json!({"Type": "Pass", "Next": "Done"});
    let named = |name: &str, definition: &Json| {
        let document = Document::parse(&definition.to_string()).unwrap();
        ReviewedDefinition::new(name, format!("{name}.json"), document.into_json())
    };
    review.compare(Some(named("a", &payments())), Some(named("a", &low)));
    review.compare(Some(named("b", &payments())), None);
    let names: Vec<&str> = review.definitions().iter().map(|one| one.name()).collect();
    assert_eq!(names, ["b", "a"]);
}

/// A loop that polls, with states of these names.
fn poll(ask: &str) -> Json {
    json!({"StartAt": ask, "States": {
        ask: {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "ask"}, "Next": "Ready?"},
        "Ready?": {"Type": "Choice", "Choices": [{"Variable": "$.Payload.ready", "BooleanEquals": true, "Next": "Done"}], "Default": "Pause"},
        "Pause": {"Type": "Wait", "Seconds": 30, "Next": ask},
        "Done": {"Type": "Succeed"},
    }})
}

fn messages(old: &Json, new: &Json) -> Vec<String> {
    let review = reviewed(old, new);
    let risks = review.definitions()[0].risks().to_vec();
    let shown = risks.iter();
    shown
        .map(|risk| format!("{} {}: {}", risk.level, risk.kind, risk.message))
        .collect()
}

#[test]
fn a_renamed_state_in_a_loop_is_no_new_limit() {
    let found = messages(&poll("Ask"), &poll("Request"));
    assert!(
        found.iter().all(|risk| !risk.contains("limit:")),
        "{found:#?}"
    );
    assert!(
        found.iter().any(|risk| risk.contains("names:")),
        "{found:#?}"
    );
}

#[test]
fn a_standard_state_machine_has_no_limits_of_express_ones() {
    let wait = |seconds: u64| json!({"StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": seconds, "End": true}}});
    assert_eq!(messages(&wait(10), &wait(290)), [""; 0]);
    let mut express = Review::new();
    let of = |seconds| Some(side(&wait(seconds)).machine_type(MachineType::Express));
    express.compare(of(10), of(290));
    let risks = express.definitions()[0].risks().to_vec();
    assert!(
        risks.iter().any(|risk| risk.kind == RiskKind::Limit),
        "{risks:#?}"
    );
}

#[test]
fn a_wider_retrier_loses_no_error() {
    let retry = |error: &str| {
        let mut new = payments();
        new["States"]["Charge"]["Retry"] = json!([{"ErrorEquals": [error]}]);
        new
    };
    let lost = |from: &str, to: &str| {
        let found = messages(&retry(from), &retry(to));
        found.iter().any(|risk| risk.contains("lost-handler"))
    };
    assert!(!lost(
        "Lambda.TooManyRequestsException",
        "States.TaskFailed"
    ));
    assert!(!lost("States.Timeout", "States.ALL"));
    assert!(lost("States.Timeout", "States.TaskFailed"));
    assert!(lost("States.ALL", "States.TaskFailed"));
}

#[test]
fn the_input_of_a_service_of_aws_is_no_contract() {
    let call = |resource: &str, field: &str, target: &str, more: &str| {
        json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource, "End": true,
            "Parameters": {field: target, "Payload": {"more": more}}}}})
    };
    for (resource, field, is_contract) in [
        ("arn:aws:states:::dynamodb:putItem", "TableName", false),
        ("arn:aws:states:::aws-sdk:s3:putObject", "Bucket", false),
        ("arn:aws:states:::lambda:invoke", "FunctionName", true),
        ("arn:aws:states:::aws-sdk:sqs:sendMessage", "QueueUrl", true),
        ("arn:aws:states:::ecs:runTask.sync", "TaskDefinition", true),
        (
            "arn:aws:states:::dynamodb:putItem.waitForTaskToken",
            "TableName",
            true,
        ),
    ] {
        let found = messages(
            &call(resource, field, "t", "1"),
            &call(resource, field, "t", "2"),
        );
        let contract = found.iter().any(|risk| risk.contains("running-execution"));
        assert_eq!(contract, is_contract, "{resource} {found:#?}");
    }
    // The same function, called in another way or with a computed name.
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let invoke = "arn:aws:states:::lambda:invoke";
    let direct =
        json!({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn, "End": true}}});
    let computed = call(invoke, "FunctionName.$", "$.f", "1");
    let token = format!("{invoke}.waitForTaskToken");
    for (old, new) in [
        (&direct, &call(invoke, "FunctionName", "f", "1")),
        (
            &call(invoke, "FunctionName", "f", "1"),
            &call(&token, "FunctionName", arn, "1"),
        ),
        (&call(invoke, "FunctionName", "f", "1"), &computed),
        (&computed, &call(invoke, "FunctionName", "f", "1")),
    ] {
        let found = messages(old, new);
        assert!(
            found.iter().all(|risk| !risk.contains("no longer calls")),
            "{found:#?}"
        );
    }
}

#[test]
fn the_comment_of_many_definitions_begins_with_their_risks() {
    let mut review = Review::new();
    for index in 0..95 {
        let mut new = payments();
        new["Comment"] = json!(index);
        if index % 5 == 0 {
            new["States"]["Charge"]["TimeoutSeconds"] = json!(30 + index);
        }
        if index == 90 {
            new["States"].as_object_mut().unwrap().remove("Charge");
        }
        let named = |json: &Json| {
            let name = format!("payments-{index}");
            let document = Document::parse(&json.to_string()).unwrap();
            let diagnostics = Validator::new(MachineType::Standard).check(&document);
            ReviewedDefinition::new(name, "p.asl.json", document.json().clone())
                .diagnostics(diagnostics)
        };
        let mut old = payments();
        if index % 5 == 0 {
            old["States"]["Charge"]["Retry"] = json!([{"ErrorEquals": ["Busy"]}]);
            new["States"]["Charge"]["Retry"] = json!([]);
        }
        review.compare(Some(named(&old)), Some(named(&new)));
    }
    let markdown = review.to_markdown();
    let head: Vec<&str> = markdown.lines().take(16).collect();
    let first = head.iter().position(|line| line.starts_with("- **high**"));
    assert!(first.is_some_and(|line| line < 8), "{head:#?}");
    assert!(
        head.iter().any(|line| line
            .starts_with("- **medium** payments-0, payments-10, payments-15 and ")
            || line.contains(" and 16 others: `Charge` no longer retries `Busy`")),
        "{head:#?}"
    );
    let table = markdown
        .find("<details><summary>All ")
        .expect("the table is folded");
    assert!(markdown[..table].len() < 4_000, "{head:#?}");
}

#[test]
fn the_comment_begins_with_the_marker_and_fits_into_a_comment() {
    let mut review = Review::new();
    for index in 0..200 {
        let name = format!("machine-{index}");
        let mut new = payments();
        new["States"]["Charge"]["Parameters"]["Payload"]["note"] = json!("x".repeat(500));
        let of = |definition: &Json| {
            let document = Document::parse(&definition.to_string()).unwrap();
            ReviewedDefinition::new(&name, format!("{name}.json"), document.into_json())
        };
        review.compare(Some(of(&payments())), Some(of(&new)));
    }
    let text = review.to_markdown();
    assert!(text.starts_with("<!-- stepwright-review -->\n"));
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(
        text.contains("machine-199"),
        "the table has all definitions"
    );
}

#[test]
fn the_formats_of_a_changed_definition() {
    let mut new = payments();
    new["States"]["Charge"]
        .as_object_mut()
        .unwrap()
        .remove("Catch");
    new["States"]["Charge"]["Parameters"]["FunctionName"] = json!("charge-2");
    let review = reviewed(&payments(), &new);
    insta::assert_snapshot!("text", review.to_string());
    insta::assert_snapshot!("markdown", review.to_markdown());
    let page = review.to_html();
    assert_eq!(page.matches("<svg ").count(), 2, "before and after");
    assert!(!page.contains("<script"));
    assert!(page.contains("default-src 'none'") && page.contains("<main>"));
    // Names of states are code, also in the table.
    let (table, _) = page.split_once("<h3>Before</h3>").expect("a picture");
    let (_, table) = table.split_once("<table>").expect("a table");
    assert!(
        table.contains("<code>Charge</code>") && !table.contains('`'),
        "{table}"
    );
    // Only the column with names may break words.
    assert!(table.contains("<td class=\"text\">"), "{table}");
    let style = page.split("</style>").next().unwrap_or_default();
    let breaks = style.lines().find(|line| line.contains("p, li"));
    assert_eq!(
        breaks,
        Some("h1, h2, h3, p, li, code, .text { overflow-wrap: anywhere; }")
    );
    // The catcher is removed: only the picture before has its transition.
    let (before, after) = page.split_once("<h3>After</h3>").expect("two pictures");
    assert!(before.contains("line catch is-removed"), "{before}");
    assert!(
        !after.contains("is-removed") && !after.contains("is-added"),
        "{after}"
    );
}

#[test]
fn a_new_catcher_for_all_errors_of_a_write_hides_failures() {
    let hidden = |old: &Json, new: &Json| -> Vec<String> {
        let review = reviewed(old, new);
        let definitions = review.definitions();
        let risks = definitions.iter().flat_map(|one| one.risks());
        let hidden = risks.filter(|risk| risk.kind == RiskKind::HiddenFailure);
        hidden
            .map(|risk| {
                assert_eq!(risk.level, RiskLevel::Medium);
                risk.message.clone()
            })
            .collect()
    };
    let machine = |resource: &str, catch: Json| {
        json!({"StartAt": "Pay", "States": {
            "Pay": {"Type": "Task", "Resource": resource, "Catch": catch, "Next": "Done"},
            "Note": {"Type": "Pass", "Next": "Done"},
            "Undo": {"Type": "Pass", "Next": "Lost"},
            "Done": {"Type": "Succeed"},
            "Lost": {"Type": "Fail", "Error": "Lost"},
        }})
    };
    let put = "arn:aws:states:::dynamodb:putItem";
    let catches = |errors: &str, next: &str| json!([{"ErrorEquals": [errors], "Next": next}]);
    let without = machine(put, json!([]));
    let all = machine(put, catches("States.ALL", "Note"));
    let [message] = &hidden(&without, &all)[..] else {
        panic!("one risk")
    };
    assert!(message.starts_with("`Pay` catches all errors now and continues with `Note`"));
    let some = machine(put, catches("States.Timeout", "Note"));
    assert_eq!(hidden(&some, &all).len(), 1);
    let nothing: Vec<String> = Vec::new();
    assert_eq!(hidden(&all, &all), nothing);
    // The execution fails, too; only one error; the call only reads.
    assert_eq!(
        hidden(&without, &machine(put, catches("States.ALL", "Undo"))),
        nothing
    );
    assert_eq!(hidden(&without, &some), nothing);
    let get = "arn:aws:states:::dynamodb:getItem";
    let read = machine(get, catches("States.ALL", "Note"));
    assert_eq!(hidden(&machine(get, json!([])), &read), nothing);
}
