//! Replay of recorded histories.

use serde_json::{Value as Json, json};
use stepwright_runtime::testing::{Mock, Mocks, RecordedHistory, ReplayError, replay};

use crate::testing::support::{machine, orders, run};

async fn differs(definition: &Json, recorded: &RecordedHistory) -> String {
    match replay(&machine(definition), recorded).await {
        Err(ReplayError::Differs(difference)) => difference.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn record(definition: &Json, mocks: &Mocks, input: Json) -> RecordedHistory {
    let report = run(definition, mocks, input).await;
    RecordedHistory::from_json(&report.history.to_json()).unwrap()
}

#[tokio::test]
async fn a_recorded_execution_replays_without_differences() {
    let flaky = Mock::failure("Throttled", "slow")
        .times(2)
        .then(Mock::output(json!({"total": 500})));
    for mock in [
        flaky,
        Mock::failure("CardDeclined", "no funds"),
        Mock::never(),
        Mock::failure("Unknown", "no catch matches"),
    ] {
        let mocks = Mocks::new().function("charge", mock);
        let recorded = record(&orders(), &mocks, json!({"total": 1})).await;
        replay(&machine(&orders()), &recorded).await.unwrap();
    }
}

#[tokio::test]
async fn a_changed_definition_differs_at_the_first_affected_event() {
    let mocks = Mocks::new().function("charge", Mock::output(json!({"total": 500})));
    let recorded = record(&orders(), &mocks, json!({"total": 1})).await;

    let mut changed = orders();
    changed["States"]["Large?"]["Choices"][0]["NumericGreaterThan"] = json!(1_000);
    assert_eq!(
        differs(&changed, &recorded).await,
        "event 11, PassStateEntered of `Thank`: was recorded, now it is SucceedStateEntered of `Done`"
    );
    let mut changed = orders();
    changed["States"]["Charge"]["Parameters"]["FunctionName"] = json!("pay");
    assert_eq!(
        differs(&changed, &recorded).await,
        "event 5, TaskScheduled of `Charge`: /parameters/FunctionName: recorded \"charge\", now \"pay\""
    );
    let mut changed = orders();
    changed["States"]["Charge"]["OutputPath"] = json!("$.Nothing");
    let text = differs(&changed, &recorded).await;
    assert!(
        text.starts_with("event 8, TaskStateExited of `Charge`: was recorded, now it is ExecutionFailed with States.Runtime: "),
        "{text}"
    );
    let mut changed = orders();
    changed["States"]["Thank"]["Result"] = json!("thanks");
    assert_eq!(
        differs(&changed, &recorded).await,
        "event 12, PassStateExited of `Thank`: /output: recorded {\"total\":500}, now \"thanks\""
    );
}

#[tokio::test]
async fn times_random_values_and_ids_may_differ() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B", "Output": {
            "at": "{% $now() %}", "id": "{% $uuid() %}", "of": "{% 'run ' & $states.context.Execution.Id %}", "number": 1,
        }},
        "B": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Arguments": {"QueueUrl": "q", "MessageBody": {"token": "{% $states.context.Task.Token %}", "in": "{% $states.input %}"}}},
    }});
    let mocks = Mocks::new().state(
        "B",
        Mock::output(json!({"ok": true})).submitted(json!({"MessageId": "m"})),
    );
    let mut history = run(&definition, &mocks, json!({})).await.history.to_json();
    replay(
        &machine(&definition),
        &RecordedHistory::from_json(&history).unwrap(),
    )
    .await
    .unwrap();

    // As on another machine, at another time.
    let output = json!({"at": "2024-02-03T04:05:06.789Z", "id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "of": "run x", "number": 1});
    history["events"][2]["stateExitedEventDetails"]["output"] = json!(output.to_string());
    history["events"][3]["stateEnteredEventDetails"]["input"] = json!(output.to_string());
    let recorded = RecordedHistory::from_json(&history).unwrap();
    replay(&machine(&definition), &recorded).await.unwrap();

    let output = output.to_string().replace("\"number\":1", "\"number\":2");
    history["events"][2]["stateExitedEventDetails"]["output"] = json!(output);
    let recorded = RecordedHistory::from_json(&history).unwrap();
    assert_eq!(
        differs(&definition, &recorded).await,
        "event 3, PassStateExited of `A`: /output/number: recorded 2, now 1"
    );
}

#[tokio::test]
async fn iterations_and_branches_may_interleave_differently() {
    let definition = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "Both", "States": {"Both": {
            "Type": "Parallel", "End": true,
            "Branches": [
                {"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true}}},
                {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 2, "End": true}}},
            ],
        }}},
        "Retry": [{"ErrorEquals": ["Busy"]}],
    }}});
    let mock = Mock::with(|call| match (call.call(), call.parameters().as_i64()) {
        (1, _) => stepwright_runtime::task::Answer::failure("Busy", "later"),
        (_, item) => stepwright_runtime::task::Answer::output(item.unwrap_or(0) * 2).after(
            std::time::Duration::from_secs(item.unwrap_or(0).unsigned_abs()),
        ),
    });
    let recorded = record(
        &definition,
        &Mocks::new().function("f", mock),
        json!([3, 1, 2]),
    )
    .await;
    replay(&machine(&definition), &recorded).await.unwrap();

    let mut changed = definition.clone();
    changed["States"]["Each"]["ItemProcessor"]["States"]["Both"]["Branches"][1]["States"]["Rest"] =
        json!({"Type": "Pass", "End": true});
    let text = differs(&changed, &recorded).await;
    assert!(
        text.contains("WaitStateEntered of `Rest` in Each[0], Both/Rest: was recorded, now it is PassStateEntered"),
        "{text}"
    );
}

#[tokio::test]
async fn histories_in_the_formats_of_the_aws_cli_are_read() {
    let mocks = Mocks::new().function(
        "charge",
        Mock::output(json!({"total": 5})).after(std::time::Duration::from_secs(20)),
    );
    let mut history = run(&orders(), &mocks, json!({})).await.history.to_json();
    // Newest first, with seconds for times and only as far as the page goes.
    let events = history["events"].as_array_mut().unwrap();
    for event in events.iter_mut() {
        event["timestamp"] = json!(1_700_000_000.123_f64 + event["id"].as_f64().unwrap());
    }
    events.truncate(7);
    events.reverse();
    history["nextToken"] = json!("more");
    let recorded = RecordedHistory::parse(&history.to_string()).unwrap();
    assert_eq!(recorded.len(), 7);
    replay(&machine(&orders()), &recorded).await.unwrap();
}

#[tokio::test]
async fn an_unusable_history_is_refused_with_the_reason() {
    let error = |text: &str| RecordedHistory::parse(text).unwrap_err().to_string();
    assert!(error("{").contains("is not JSON"));
    assert!(error("{}").contains("no list `events`"));
    assert!(error(r#"{"events": [{}]}"#).contains("no `id` and `type`"));
    assert!(
        error(r#"{"events": [{"id": 2, "type": "PassStateEntered"}]}"#)
            .contains("does not begin with ExecutionStarted")
    );
    let log = r#"[{"id": "1", "type": "ExecutionStarted", "details": {"input": "{}"}, "previous_event_id": "0",
        "event_timestamp": "1700000000000", "execution_arn": "arn:aws:states:us-east-1:1:express:m:a:b"}]"#;
    assert!(error(log).contains("AWS stores no history of Express executions"));
    let bare = RecordedHistory::parse(
        r#"{"events": [{"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"roleArn": "r"}}]}"#,
    )
    .unwrap();
    let error = replay(&machine(&orders()), &bare).await.unwrap_err();
    assert!(error.to_string().contains("--include-execution-data"));
}
