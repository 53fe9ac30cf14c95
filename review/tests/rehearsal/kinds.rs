//! Each kind of result, by a change that causes it.

use serde_json::{Value as Json, json};
use stepwright_review::rehearsal::{Finding, RehearsalKind, RehearsedHistory};

use super::{paid, payments, record, rehearse};

/// Rehearses an order with a changed definition.
fn changed(total: u64, change: impl Fn(&mut Json)) -> RehearsedHistory {
    let mut new = payments();
    change(&mut new);
    rehearse(&payments(), &new, &paid(total))
}

fn findings(result: &RehearsedHistory) -> Vec<String> {
    result.findings.iter().map(Finding::to_string).collect()
}

#[test]
fn an_unchanged_definition_has_the_same_end_and_calls() {
    for total in [20, 2000, 777, 666] {
        let result = changed(total, |_| {});
        assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
        assert_eq!(result.findings, []);
        assert_eq!(Some(result.before), result.after, "{total}");
    }
}

#[test]
fn another_threshold_leads_to_another_path_and_names_the_value() {
    let result = changed(2000, |new| {
        new["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(5000);
    });
    assert_eq!(result.kind, RehearsalKind::OtherPath);
    assert_eq!(
        findings(&result),
        [
            "after `Large?` comes `Charge` instead of `Review`: no rule of `Large?` matches; `$.total` is 2000",
            "`Review` no longer calls lambda:invoke",
        ]
    );
}

#[test]
fn a_call_that_was_never_made_is_shown_with_its_arguments() {
    let result = changed(500, |new| {
        new["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(100);
    });
    assert_eq!(result.kind, RehearsalKind::UnansweredCall);
    assert_eq!(
        findings(&result),
        [
            r#"`Review` calls lambda:invoke of review with {"FunctionName":"review","Payload":{"total":500}}: the recorded execution has no answer of this state"#,
            "after `Large?` comes `Review` instead of `Charge`: `Large?` takes the rule `$.total > 100`; `$.total` is 500",
        ]
    );
    assert_eq!(result.after, None, "the end is not known");
}

#[test]
fn a_removed_catcher_is_a_new_error() {
    let result = changed(666, |new| {
        new["States"]["Charge"]
            .as_object_mut()
            .unwrap()
            .remove("Catch");
    });
    assert_eq!(result.kind, RehearsalKind::NewError);
    assert_eq!(
        findings(&result),
        ["fails with Declined in `Charge`: no funds (recorded: failed with OrderDeclined)"]
    );
}

#[test]
fn a_path_that_selects_nothing_now_is_a_new_error() {
    let result = changed(20, |new| {
        new["States"]["Charge"]["Parameters"]["Payload"]["amount.$"] = json!("$.sum");
    });
    assert_eq!(result.kind, RehearsalKind::NewError);
    let text = findings(&result).remove(0);
    assert!(
        text.starts_with("fails with States.ParameterPathFailure in `Charge`")
            || text.starts_with("fails with States.Runtime in `Charge`"),
        "{text}"
    );
}

#[test]
fn other_arguments_receive_the_recorded_answer_and_are_reported() {
    let result = changed(20, |new| {
        new["States"]["Charge"]["Parameters"]["Payload"]["currency"] = json!("EUR");
    });
    assert_eq!(result.kind, RehearsalKind::ChangedCall);
    assert_eq!(
        findings(&result),
        [
            r#"`Charge` calls lambda:invoke with other arguments: /Payload/currency: recorded nothing, now "EUR""#
        ]
    );
    assert!(result.after.is_some(), "it ends");
}

#[test]
fn a_removed_task_is_a_call_that_is_no_longer_made() {
    let result = changed(2000, |new| {
        new["States"]["Large?"]["Choices"][0]["Next"] = json!("Charge");
        new["States"].as_object_mut().unwrap().remove("Review");
    });
    assert_eq!(result.kind, RehearsalKind::ChangedCall);
    assert_eq!(
        findings(&result),
        [
            "`Review` no longer calls lambda:invoke",
            "does not enter `Review`",
        ]
    );
}

#[test]
fn another_result_selector_changes_the_output() {
    let result = changed(20, |new| {
        new["States"]["Charge"]["ResultPath"] = json!("$.payment");
    });
    assert_eq!(result.kind, RehearsalKind::ChangedOutput);
    assert_eq!(
        findings(&result),
        [
            r#"another output: /output/charge: recorded {"id":"ch_1"}, now nothing; /output/payment: recorded nothing, now {"id":"ch_1"}"#
        ]
    );
}

#[test]
fn a_new_catcher_is_another_end() {
    let result = changed(666, |new| {
        new["States"]["Charge"]["Catch"][0]["Next"] = json!("Done");
    });
    assert_eq!(result.kind, RehearsalKind::OtherPath, "{result:?}");
    assert!(
        findings(&result)
            .contains(&"recorded: failed with OrderDeclined; now: succeeded".to_owned())
    );
}

#[test]
fn an_added_pass_is_the_same_end_with_one_more_transition() {
    let result = changed(20, |new| {
        new["States"]["Charge"]["Next"] = json!("Note");
        new["States"]["Note"] = json!({"Type": "Pass", "Next": "Done"});
    });
    assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
    assert_eq!(findings(&result), ["also enters `Note`"]);
    assert_eq!(
        result.after.unwrap().transitions,
        result.before.transitions + 1
    );
    assert!(result.after.unwrap().price > result.before.price);
}

#[test]
fn a_renamed_task_receives_its_answers_with_and_without_the_old_definition() {
    let mut new = payments();
    let charge = new["States"]
        .as_object_mut()
        .unwrap()
        .remove("Charge")
        .unwrap();
    new["States"]["ChargeCard"] = charge;
    new["States"]["Large?"]["Default"] = json!("ChargeCard");
    new["States"]["Review"]["Next"] = json!("ChargeCard");
    for total in [20, 2000, 777] {
        let result = rehearse(&payments(), &new, &paid(total));
        assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
        assert_eq!(result.findings, []);
        // By its resource and arguments.
        let execution =
            stepwright_review::rehearsal::RecordedExecution::parse("one", &paid(total).to_string())
                .unwrap();
        let result = stepwright_review::rehearsal::Rehearsal::new(&new.to_string())
            .unwrap()
            .rehearse(&execution);
        assert!(
            !result
                .findings
                .iter()
                .any(|finding| matches!(finding, Finding::UnansweredCall { .. })),
            "{result:?}"
        );
    }
}

#[test]
fn a_removed_retrier_is_a_new_error_and_a_further_retry_has_no_answer() {
    let result = changed(777, |new| {
        new["States"]["Charge"]
            .as_object_mut()
            .unwrap()
            .remove("Retry");
    });
    assert_eq!(result.kind, RehearsalKind::NewError, "{result:?}");
    let result = changed(666, |new| {
        new["States"]["Charge"]["Retry"][0]["ErrorEquals"] = json!(["Declined"]);
    });
    assert_eq!(result.kind, RehearsalKind::UnansweredCall, "{result:?}");
    assert!(
        findings(&result)[0].ends_with("the recorded execution has fewer answers of this state")
    );
}

#[test]
fn a_shorter_timeout_than_the_recorded_time_is_a_new_error() {
    let result = changed(20, |new| {
        new["States"]["Charge"]["TimeoutSeconds"] = json!(2)
    });
    assert_eq!(
        result.kind,
        RehearsalKind::Same,
        "within the slack of a second: {result:?}"
    );
    let slow = record(&payments(), &json!({"total": 1}), |_| {
        let output = json!({"Payload": {"id": 1}});
        Some(
            stepwright_engine::task::Answer::output(output)
                .after(std::time::Duration::from_secs(90)),
        )
    });
    let mut new = payments();
    new["States"]["Charge"]["TimeoutSeconds"] = json!(30);
    let result = rehearse(&payments(), &new, &slow);
    assert_eq!(result.kind, RehearsalKind::NewError);
    assert!(
        findings(&result)[0].starts_with("fails with States.Timeout in `Charge`"),
        "{result:?}"
    );
}

#[test]
fn values_of_the_clock_and_random_values_are_not_compared() {
    let machine = json!({"QueryLanguage": "JSONata", "StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Arguments": {"FunctionName": "f", "Payload": {
                "at": "{% $now() %}", "id": "{% $uuid() %}", "name": "{% $states.context.Execution.Name %}", "kind": "a"}}}
    }});
    let history = record(&machine, &json!({}), |_| {
        Some(stepwright_engine::task::Answer::output(
            json!({"Payload": 1}),
        ))
    });
    let result = rehearse(&machine, &machine, &history);
    assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
    let mut new = machine.clone();
    new["States"]["Call"]["Arguments"]["Payload"]["kind"] = json!("b");
    let result = rehearse(&machine, &new, &history);
    assert_eq!(
        findings(&result),
        [
            r#"`Call` calls lambda:invoke with other arguments: /Payload/kind: recorded "a", now "b""#
        ]
    );
}

#[test]
fn a_running_execution_whose_state_was_removed_could_not_continue() {
    let mut history = paid(2000);
    let events = history["events"].as_array_mut().unwrap();
    let entered = events
        .iter()
        .position(|event| event["type"] == "TaskScheduled")
        .unwrap();
    events.truncate(entered + 1);
    let result = rehearse(&payments(), &payments(), &history);
    assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
    let open = result.open.unwrap();
    assert_eq!(
        (open.is_running, open.states, open.obstacle),
        (true, vec!["Review".to_owned()], None)
    );

    let mut new = payments();
    new["States"]["Large?"]["Choices"][0]["Next"] = json!("Charge");
    new["States"].as_object_mut().unwrap().remove("Review");
    let open = rehearse(&payments(), &new, &history).open.unwrap();
    assert_eq!(open.obstacle.as_deref(), Some("`Review`: it was removed"));
}

#[test]
fn redacted_values_are_masked_in_findings() {
    let redaction = stepwright_engine::Redaction::new().path("total").unwrap();
    let mut new = payments();
    new["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(100);
    let rehearsal = stepwright_review::rehearsal::Rehearsal::new(&new.to_string())
        .unwrap()
        .redact(&redaction);
    let result = rehearsal.rehearse(&super::recorded(&payments(), &paid(500)));
    let text = findings(&result).join("\n");
    assert!(!text.contains("500"), "{text}");
    assert!(text.contains("[redacted]"), "{text}");
}

#[test]
fn iterations_and_branches_are_compared_each_for_itself() {
    let machine = json!({"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "Even?", "States": {
            "Even?": {"Type": "Choice", "Default": "Odd", "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Call"}]},
            "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": true},
            "Odd": {"Type": "Pass", "End": true}
    }}}}});
    let history = record(&machine, &json!([{"n": 1}, {"n": 2}, {"n": 3}]), |_| {
        Some(stepwright_engine::task::Answer::output(json!(1)))
    });
    assert_eq!(
        rehearse(&machine, &machine, &history).kind,
        RehearsalKind::Same
    );
    let mut new = machine.clone();
    new["States"]["Each"]["ItemProcessor"]["States"]["Even?"]["Choices"][0]["NumericLessThan"] =
        json!(2);
    let result = rehearse(&machine, &new, &history);
    assert_eq!(
        findings(&result)[0],
        "after `Even?` in Each[1] comes `Odd` instead of `Call`: no rule of `Even?` matches; `$.n` is 2"
    );
}

#[test]
fn placeholders_take_the_recorded_values() {
    let mut emitted = payments();
    emitted["States"]["Charge"]["Parameters"]["FunctionName"] = json!("${ChargeArn}");
    let result = rehearse(&emitted, &emitted, &paid(20));
    assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
}

#[test]
fn an_error_that_contains_the_name_of_the_execution_is_the_same() {
    let machine = json!({"QueryLanguage": "JSONata", "StartAt": "Stop", "States": {
        "Stop": {"Type": "Fail", "Error": "{% $states.context.Execution.Name %}"}
    }});
    let history = record(&machine, &json!({}), |_| None);
    let result = rehearse(&machine, &machine, &history);
    assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
}

/// By their arguments, the answers would be in another order: a coin has two sides.
#[test]
fn calls_with_random_arguments_receive_their_answers_in_the_recorded_order() {
    let machine = json!({"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask",
            "Arguments": {"coin": "{% $random() < 0.5 %}"}, "Next": "Done?"},
        "Done?": {"Type": "Choice", "Default": "Ask",
            "Choices": [{"Condition": "{% $states.input.done %}", "Next": "Done"}]},
        "Done": {"Type": "Succeed"}
    }});
    let history = record(&machine, &json!({}), |call| {
        let done = call.call() == 20;
        Some(stepwright_engine::task::Answer::output(
            json!({ "done": done }),
        ))
    });
    let result = rehearse(&machine, &machine, &history);
    assert_eq!(result.kind, RehearsalKind::Same, "{result:?}");
}
