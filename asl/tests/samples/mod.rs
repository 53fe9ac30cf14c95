//! Definitions to compare and to draw. The tests of `stepwright-diagram` include this module.

pub(crate) mod excessive;

use proptest::prelude::*;
use stepwright_asl::json::Json;

/// A definition with a state of each type.
pub(crate) fn checkout() -> Json {
    r#"{
        "Comment": "Takes an order.",
        "StartAt": "Check",
        "States": {
            "Check": {"Type": "Choice", "Choices": [
                {"Variable": "$.total", "NumericGreaterThan": 1000, "Next": "Review"},
                {"And": [{"Variable": "$.vip", "IsPresent": true}, {"Variable": "$.vip", "BooleanEquals": true}], "Next": "Charge"}],
                "Default": "Charge"},
            "Review": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Refused"}], "Next": "Charge"},
            "Charge": {"Type": "Task", "Comment": "Charges the card, once.", "Resource": "arn:aws:states:::lambda:invoke",
                "TimeoutSeconds": 30,
                "Retry": [{"ErrorEquals": ["Throttled"], "MaxAttempts": 5}],
                "Catch": [{"ErrorEquals": ["Declined", "Expired"], "Next": "Refused"}, {"ErrorEquals": ["Busy"], "Next": "Later"}],
                "Next": "Fulfil"},
            "Later": {"Type": "Wait", "Seconds": 300, "Next": "Charge"},
            "Fulfil": {"Type": "Parallel", "Next": "Sum up", "Branches": [
                {"StartAt": "Pack", "States": {"Pack": {"Type": "Map", "MaxConcurrency": 5, "End": true,
                    "ItemProcessor": {"StartAt": "Wrap", "States": {"Wrap": {"Type": "Pass", "Next": "Label"}, "Label": {"Type": "Succeed"}}}}}},
                {"Comment": "Tells the customer.", "StartAt": "Invoice", "States": {"Invoice":
                    {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:invoice", "End": true}}}]},
            "Sum up": {"Type": "Pass", "Next": "Done"},
            "Done": {"Type": "Succeed"},
            "Refused": {"Type": "Fail", "Error": "OrderRefused"}
        }
    }"#
    .parse()
    .expect("is JSON")
}

/// A chain of states whose names contain the special characters of all formats.
pub(crate) fn names() -> Json {
    let names = [
        "1. first",
        "- item",
        "*b* _i_ `code`",
        "say \"x\" 'y'",
        "<b>a</b> &amp; #35;",
        "[a] {b} (c) |d|",
        "-->",
        "end",
        "%% no comment",
        "状態 🎉",
        "back\\slash",
        "two\nlines\u{1b}",
        "",
    ];
    let mut states = serde_json::Map::new();
    for (at, name) in names.iter().enumerate() {
        let rule = serde_json::json!({"Variable": "$.x", "StringEquals": name, "Next": names[(at + 1) % names.len()]});
        let state = serde_json::json!({"Type": "Choice", "Comment": name, "Choices": [rule]});
        states.insert((*name).to_owned(), state);
    }
    serde_json::json!({"StartAt": names[0], "States": states}).into()
}

/// The properties of a generated state: its type, its targets, its nested states.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    kind: u8,
    targets: Vec<u8>,
    errors: Vec<u8>,
    retries: bool,
    inner: Vec<Vec<Plan>>,
}

/// Definitions with some states, slightly nested, whose transitions may also lead to missing
/// states.
pub(crate) fn definitions() -> impl Strategy<Value = Json> {
    let leaf = (
        0..6u8,
        prop::collection::vec(0..16u8, 0..4),
        prop::collection::vec(0..16u8, 0..3),
        any::<bool>(),
    )
        .prop_map(|(kind, targets, errors, retries)| Plan {
            kind,
            targets,
            errors,
            retries,
            inner: Vec::new(),
        });
    let plan = leaf.prop_recursive(2, 24, 4, |inner| {
        (
            6..8u8,
            prop::collection::vec(0..16u8, 0..2),
            prop::collection::vec(0..16u8, 0..2),
            prop::collection::vec(prop::collection::vec(inner, 1..4), 1..4),
        )
            .prop_map(|(kind, targets, errors, inner)| Plan {
                kind,
                targets,
                errors,
                retries: false,
                inner,
            })
    });
    prop::collection::vec(plan, 1..14).prop_map(|plans| {
        let mut count = 0;
        body(&plans, &mut count).into()
    })
}

fn body(plans: &[Plan], count: &mut usize) -> serde_json::Value {
    let names: Vec<String> = plans
        .iter()
        .map(|_| {
            *count += 1;
            format!("State{count} of many", count = *count)
        })
        .collect();
    let target = |at: u8| {
        names
            .get(usize::from(at))
            .cloned()
            .unwrap_or_else(|| names[usize::from(at) % names.len()].clone())
    };
    let mut states = serde_json::Map::new();
    for (name, plan) in names.iter().zip(plans) {
        let kinds = [
            "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map",
        ];
        let mut state = serde_json::json!({"Type": kinds[usize::from(plan.kind)]});
        let missing = plan.targets.first() == Some(&15);
        match (kinds[usize::from(plan.kind)], plan.targets.first()) {
            ("Choice", _) => {
                let rules = plan.targets.iter().map(|at| {
                    serde_json::json!({"Variable": "$.some.value.of.the.input", "NumericLessThan": at, "Next": target(*at)})
                });
                state["Choices"] = rules.collect();
                state["Default"] = target(0).into();
            }
            ("Succeed" | "Fail", _) => {}
            (_, Some(_)) if missing => state["Next"] = "Missing".into(),
            (_, Some(at)) => state["Next"] = target(*at).into(),
            (_, None) => state["End"] = true.into(),
        }
        if plan.retries {
            state["Retry"] = serde_json::json!([{"ErrorEquals": ["States.ALL"]}]);
        }
        if !matches!(plan.kind, 2 | 4 | 5) {
            let catchers = plan.errors.iter().map(
                |at| serde_json::json!({"ErrorEquals": [format!("Error{at}")], "Next": target(*at)}),
            );
            state["Catch"] = catchers.collect();
        }
        match plan.kind {
            6 => state["Branches"] = plan.inner.iter().map(|plans| body(plans, count)).collect(),
            7 => state["ItemProcessor"] = body(&plan.inner[0], count),
            _ => {}
        }
        states.insert(name.clone(), state);
    }
    serde_json::json!({"StartAt": names[0], "States": states})
}
