//! The inputs of executions.

use serde_json::Value as Json;

use super::super::input_template::{InputTemplate, StartAttempt};
use super::time;

const ARN: &str = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly";

fn attempt(number: u32) -> StartAttempt<'static> {
    StartAttempt {
        schedule_arn: ARN,
        region: "us-east-1",
        account: "123456789012",
        scheduled: time("2026-12-01T03:00:00Z"),
        attempt: number,
    }
}

#[test]
fn context_attributes_are_replaced() {
    let text = r#"{"at": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>", "try": <aws.scheduler.attempt-number>}"#;
    let template = InputTemplate::parse(text).expect("it is a template");
    let expected = format!(r#"{{"at": "2026-12-01T03:00:00Z", "by": "{ARN}", "try": 2}}"#);
    assert_eq!(template.print(attempt(2)), Ok(expected.to_owned()));
}

#[test]
fn an_execution_id_differs_for_each_attempt_and_is_the_same_in_each_process() {
    let template = InputTemplate::parse(r#""<aws.scheduler.execution-id>""#);
    let template = template.expect("it is a template");
    let ids = [1, 2].map(|number| template.print(attempt(number)).expect("an input"));
    assert_eq!(ids, [r#""3e328c0a6b75974a""#, r#""5152aba829ca645c""#]);
}

#[test]
fn an_absent_input_is_the_notification_of_aws() {
    let text = InputTemplate::Notification
        .print(attempt(1))
        .expect("an input");
    let mut json: Json = serde_json::from_str(&text).expect("it is JSON");
    let id = json["id"].take();
    assert_eq!(id.as_str().map(str::len), Some(36));
    let expected = serde_json::json!({
        "version": "0",
        "id": null,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "time": "2026-12-01T03:00:00Z",
        "region": "us-east-1",
        "resources": [ARN],
        "detail": "{}",
    });
    assert_eq!(json, expected);
}
