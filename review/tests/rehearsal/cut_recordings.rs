//! Differences inside of recordings that end early: of executions that run, and of branches that
//! ended with a sibling. Only what would have followed is not known.

use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::task::{Answer, TaskCall, TaskFailure};
use stepwright_review::rehearsal::{Finding, RehearsalKind, RehearsedHistory};

use super::{record, rehearse};

fn task(name: &str, next: &str) -> Json {
    json!({"Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"), "Next": next})
}

/// One branch calls `First` and waits, the other calls `Second` and then `Third`.
fn machine() -> Json {
    json!({"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Next": "End", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}],
            "Branches": [
                {"StartAt": "First", "States": {"First": task("first", "Pause"),
                    "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Last"},
                    "Last": {"Type": "Succeed"}}},
                {"StartAt": "Second", "States": {"Second": task("second", "Third"),
                    "Third": task("third", "Closed"), "Closed": {"Type": "Succeed"}}}
            ]},
        "End": {"Type": "Succeed"}
    }})
}

fn history(third: impl Fn() -> Answer + Send + Sync + 'static) -> Json {
    record(&machine(), &json!({}), move |call: &TaskCall<'_>| {
        Some(match call.state() {
            "Third" => third().after(Duration::from_secs(10)),
            _ => Answer::output(json!({})).after(Duration::from_secs(1)),
        })
    })
}

/// The execution while the first branch waits and `Third` runs.
fn running() -> Json {
    let mut history = history(Answer::never);
    let events = history["events"].as_array_mut().unwrap();
    events.retain(|event| event["timestamp"].as_str() <= Some("2026-01-01T00:00:05Z"));
    history
}

/// The execution whose second branch failed while the first one waited.
fn failed() -> Json {
    history(|| Answer::result(Err(TaskFailure::new("Broken", "no"))))
}

fn findings(result: &RehearsedHistory) -> Vec<String> {
    result.findings.iter().map(Finding::to_string).collect()
}

fn changed(history: &Json, change: impl Fn(&mut Json)) -> RehearsedHistory {
    let mut new = machine();
    change(&mut new);
    rehearse(&machine(), &new, history)
}

#[test]
fn what_follows_the_recorded_part_is_no_difference() {
    for history in [running(), failed()] {
        // The first branch calls after the wait, whose end is not in the recording.
        let result = changed(&history, |new| {
            let states = &mut new["States"]["Both"]["Branches"][0]["States"];
            states["Pause"]["Next"] = json!("Later");
            states["Later"] = task("later", "Last");
        });
        assert_eq!(result.kind, RehearsalKind::Same, "{:?}", result.findings);
    }
}

#[test]
fn a_new_call_before_the_recorded_end_has_no_answer() {
    for history in [running(), failed()] {
        let result = changed(&history, |new| {
            let states = &mut new["States"]["Both"]["Branches"][0]["States"];
            states["First"]["Next"] = json!("Between");
            states["Between"] = task("between", "Pause");
        });
        assert_eq!(result.kind, RehearsalKind::UnansweredCall);
        assert!(
            findings(&result)[0].starts_with("`Between` calls"),
            "{:?}",
            result.findings
        );
    }
}

#[test]
fn a_retry_in_the_branch_that_failed_has_no_answer() {
    let result = changed(&failed(), |new| {
        new["States"]["Both"]["Branches"][1]["States"]["Third"]["Retry"] =
            json!([{"ErrorEquals": ["Broken"]}]);
    });
    assert_eq!(
        result.kind,
        RehearsalKind::UnansweredCall,
        "{:?}",
        result.findings
    );
}

#[test]
fn a_second_try_of_the_whole_container_has_no_answers() {
    let result = changed(&failed(), |new| {
        new["States"]["Both"]["Retry"] = json!([{"ErrorEquals": ["Broken"]}]);
    });
    assert_eq!(
        result.kind,
        RehearsalKind::UnansweredCall,
        "{:?}",
        result.findings
    );
}

#[test]
fn a_failure_before_the_recorded_end_is_a_new_error() {
    let result = changed(&running(), |new| {
        let both = &mut new["States"]["Both"];
        both.as_object_mut().unwrap().remove("Catch");
        let states = &mut both["Branches"][1]["States"];
        states["Second"]["Next"] = json!("Stop");
        states["Stop"] = json!({"Type": "Fail", "Error": "Stopped"});
    });
    assert_eq!(
        result.kind,
        RehearsalKind::NewError,
        "{:?}",
        result.findings
    );
}

/// It is not known whether the execution would have ended in time.
#[test]
fn a_timeout_after_the_recorded_end_is_no_difference() {
    let result = changed(&running(), |new| new["TimeoutSeconds"] = json!(100));
    assert_eq!(result.kind, RehearsalKind::Same, "{:?}", result.findings);
    let result = changed(&running(), |new| {
        new["TimeoutSeconds"] = json!(100);
        new["States"]["Both"]["Branches"][1]["States"]["Third"]["TimeoutSeconds"] = json!(99);
    });
    assert_eq!(result.kind, RehearsalKind::Same, "{:?}", result.findings);
}

#[test]
fn a_branch_that_ended_with_a_sibling_is_not_open_later() {
    let mut history = failed();
    history["events"].as_array_mut().unwrap().pop();
    let open = changed(&history, |_| {}).open.unwrap();
    assert_eq!(open.obstacle, None);
    assert_eq!(open.states, [""; 0]);
    let open = changed(&running(), |_| {}).open.unwrap();
    assert_eq!(open.states, ["Both", "Pause", "Third"]);
}

/// The Choice has no event of its failure: the branch itself failed, and its further calls differ.
#[test]
fn a_new_rule_in_the_branch_that_failed_without_an_event_leads_to_a_new_call() {
    let mut old = machine();
    let states = &mut old["States"]["Both"]["Branches"][1]["States"];
    states["Second"]["Next"] = json!("Which?");
    states["Which?"] = json!({"Type": "Choice",
        "Choices": [{"Variable": "$.more", "BooleanEquals": true, "Next": "Third"}]});
    let history = record(&old, &json!({}), |_| {
        Some(Answer::output(json!({"more": false})).after(Duration::from_secs(1)))
    });
    assert_eq!(rehearse(&old, &old, &history).kind, RehearsalKind::Same);
    let mut new = old.clone();
    new["States"]["Both"]["Branches"][1]["States"]["Which?"]["Default"] = json!("Third");
    let result = rehearse(&old, &new, &history);
    assert_eq!(
        result.kind,
        RehearsalKind::UnansweredCall,
        "{:?}",
        result.findings
    );
}
