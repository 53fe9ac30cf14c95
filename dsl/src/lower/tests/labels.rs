//! The comments of Choice rules: conditions in Rust.

use crate::function::workflow as function;
use crate::{Workflow, task, workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright_asl::json::Json;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, crate::Payload)]
struct Order {
    total: f64,
    name: String,
    note: Option<String>,
}

#[task]
async fn charge(id: String) -> String;

workflow! {
    workflow Labels(order: Order) -> String {
        allow literal_placeholder;
        choice Large {
            when order.total > 1_000.0 && !order.name.is_empty() => Same;
            when order.name == "costs ${x} or {% y %}" => Same;
            when jsonata!("1 = 3") => Same;
            when true => { raw { "Comment": "a constant" } next Same; }
            when order.total < 0.0 => { raw { "Comment": _ } next Same; }
            otherwise => Same;
        }
        choice Same {
            match order.note {
                Some(text) if text != order.name => Done,
                Some(_) => Done,
                _ => Done,
            }
        }
        succeed Done { order.name }
    }
}

workflow! {
    workflow Paths(total: f64) -> f64 {
        query_language JSONPath;
        choice Large { when total > 1_000.0 => Done; otherwise => Done; }
        succeed Done { total }
    }
}

#[function]
async fn long_conditions(items: Vec<String>) -> String {
    let mut last = String::new();
    for item in items {
        if item != "first"
            && item != "second"
            && item != "third"
            && item != "fourth"
            && item != "fifth"
            && item != "sixth"
            && item != "seventh"
            && item != "eighth"
            && item != "ninth"
            && item != "tenth"
            && item != "eleventh"
            && item != "twelfth"
        {
            last = charge(item).await;
        }
    }
    last
}

/// The comments of all rules.
fn comments(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            let rules = members.get("Choices").and_then(Json::as_array);
            for rule in rules.into_iter().flatten() {
                let comment = rule.get("Comment").and_then(Json::as_str);
                found.push(comment.unwrap_or("none").to_owned());
            }
            members.values().for_each(|value| comments(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| comments(item, found)),
        _ => {}
    }
}

fn comments_of<W: Workflow>() -> Vec<String> {
    let mut found = Vec::new();
    comments(&W::definition().to_json().parse().unwrap(), &mut found);
    found
}

#[test]
fn a_rule_has_its_condition_in_rust_as_its_comment() {
    assert_eq!(
        comments_of::<Labels>(),
        [
            "order.total > 1_000.0 && !order.name.is_empty()",
            "order.name == \"costs $ {x} or { % y % }\"",
            "none",
            "a constant",
            "none",
            "Some(text) if text != order.name",
            "Some(_)",
        ]
    );
    // Rules of JSONPath are readable.
    assert_eq!(comments_of::<Paths>(), ["none"]);
}

#[test]
fn a_long_condition_is_cut_and_a_loop_has_no_names_of_the_macro() {
    let comments = comments_of::<LongConditions>();
    assert!(
        comments.iter().any(|one| {
            one.starts_with("item != \"first\" && item != \"second\"")
                && one.ends_with('…')
                && one.chars().count() <= 201
        }),
        "{comments:?}"
    );
    assert!(
        comments.iter().all(|one| !one.contains("__")),
        "{comments:?}"
    );
}
