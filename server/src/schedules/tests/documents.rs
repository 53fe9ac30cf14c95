//! The fields of documents, and the messages about them.

use std::fmt::Write as _;

use stepwright_asl::json::Document;

use super::super::list::Schedules;
use super::time;

fn schedules(text: &str) -> Schedules {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_list_an_object_with_a_list_and_one_schedule_are_equal() {
    let one = r#"{"Name": "a", "ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "M"}}"#;
    let list = schedules(&format!("[{one}]"));
    assert_eq!(schedules(&format!(r#"{{"Schedules": [{one}]}}"#)), list);
    assert_eq!(schedules(one), list);
    assert_eq!(schedules("[]").len(), 0);
}

#[test]
fn a_response_of_get_schedule_is_accepted() {
    let text = r#"{
        "ActionAfterCompletion": "NONE",
        "Arn": "arn:aws:scheduler:us-east-1:123456789012:schedule/reports/nightly",
        "CreationDate": "2026-01-01T00:00:00+00:00",
        "Description": "The report of the day",
        "EndDate": 1893456000,
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        "GroupName": "reports",
        "KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1",
        "LastModificationDate": "2026-01-01T00:00:00+00:00",
        "Name": "nightly",
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "StartDate": "2026-06-01T00:00:00+02:00",
        "State": "ENABLED",
        "Target": {
            "Arn": "arn:aws:states:us-east-1:123456789012:stateMachine:Report:live",
            "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:123456789012:dead"},
            "Input": "{\"day\": \"<aws.scheduler.scheduled-time>\"}",
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 0},
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler"
        }
    }"#;
    let schedules = schedules(text);
    let schedule = &schedules.list[0];
    let arn = "arn:aws:scheduler:eu-west-1:1:schedule/reports/nightly";
    assert_eq!(schedule.arn("eu-west-1", "1"), arn);
    assert_eq!(schedule.start_date, Some(time("2026-05-31T22:00:00Z")));
    assert_eq!(schedule.end_date, Some(time("2030-01-01T00:00:00Z")));
    assert_eq!(schedule.target.max_retries, 0);
    assert_eq!(schedule.target.max_event_age.as_secs(), 3_600);
}

#[test]
fn times_are_within_the_dates_and_one_time_schedules_ignore_them() {
    let text = |expression: &str| {
        format!(
            r#"{{"Name": "a", "ScheduleExpression": "{expression}", "StartDate": "2026-06-01T00:00:00Z",
                "EndDate": "2026-06-01T02:00:00Z", "Target": {{"Arn": "M"}}}}"#
        )
    };
    let created = time("2026-01-01T00:30:00Z");
    for (expression, expected) in [
        (
            "rate(1 hour)",
            vec![
                "2026-06-01T00:00:00Z",
                "2026-06-01T01:00:00Z",
                "2026-06-01T02:00:00Z",
            ],
        ),
        (
            "cron(0 * * * ? *)",
            vec![
                "2026-06-01T00:00:00Z",
                "2026-06-01T01:00:00Z",
                "2026-06-01T02:00:00Z",
            ],
        ),
        ("at(2027-01-01T00:00:00)", vec!["2027-01-01T00:00:00Z"]),
    ] {
        let schedules = schedules(&text(expression));
        let schedule = &schedules.list[0];
        let mut found = Vec::new();
        let mut after = created;
        while let Some(next) = schedule.next_after(after, created) {
            found.push(crate::response::print_seconds(next));
            after = next;
        }
        assert_eq!(found, expected, "{expression}");
    }
}

#[test]
fn the_name_of_an_execution_has_at_most_80_legal_characters() {
    let name = "n".repeat(64);
    let text = format!(
        r#"{{"Name": "{name}", "ScheduleExpression": "rate(1 hour)", "Target": {{"Arn": "M"}}}}"#
    );
    let schedules = schedules(&text);
    let name = schedules.list[0].execution_name(time("2026-12-01T03:04:05Z"));
    assert!(name.ends_with("nnn-20261201T030405"), "{name}");
    assert_eq!(stepwright_asl::name::check_machine(&name), Ok(()));
}

#[test]
fn messages_of_invalid_documents_are_these() {
    let schedule = |fields: &str| {
        format!(
            r#"[{{"Name": "a", "ScheduleExpression": "rate(1 hour)", "Target": {{"Arn": "M"}}, {fields}}}]"#
        )
    };
    let target = |fields: &str| {
        format!(
            r#"[{{"Name": "a", "ScheduleExpression": "rate(1 hour)", "Target": {{{fields}}}}}]"#
        )
    };
    let mut messages = String::new();
    for text in [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "7".to_owned(),
        "[7]".to_owned(),
        "{}".to_owned(),
        "[{}]".to_owned(),
        r#"{"Schedules": {}}"#.to_owned(),
        r#"{"Schedules": [], "Version": 1}"#.to_owned(),
        "[\n  {\"Name\": \"a b\",\n   \"ScheduleExpression\": 5,\n   \"Target\": []}\n]".to_owned(),
        r#"[{"Name": "a", "Name": "b", "ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "M"}}]"#.to_owned(),
        r#"[{"name": "a", "ScheduleExpresion": "rate(1 hour)", "Target": {"Arn": "M"}, "Rate": 5}]"#.to_owned(),
        schedule(r#""State": "enabled""#),
        schedule(r#""State": "PAUSED""#),
        schedule(r#""Missed": "once""#),
        schedule(r#""Missed": "NEVER""#),
        schedule(r#""StartDate": "2026-12-01""#),
        schedule(r#""StartDate": "2026-12-01T00:00:00Z", "EndDate": "2026-11-01T00:00:00Z""#),
        schedule(r#""EndDate": true"#),
        schedule(r#""GroupName": "a/b""#),
        schedule(r#""ScheduleExpressionTimezone": "Europe/Berln""#),
        schedule(r#""FlexibleTimeWindow": {"Mode": "ON"}"#),
        schedule(r#""FlexibleTimeWindow": {"Mode": "FLEXIBLE"}"#),
        schedule(r#""FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 2000}"#),
        format!(r#"[{{"Name": "{}", "ScheduleExpression": "rate(1 hour)", "Target": {{"Arn": "M"}}}}]"#, "n".repeat(65)),
        target(""),
        target(r#""Arn": "My machine""#),
        target(r#""Arn": "arn:aws:lambda:us-east-1:123456789012:function:f""#),
        target(r#""Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution""#),
        target(r#""Arn": "arn:aws:sqs:us-east-1:123456789012:q", "SqsParameters": {"MessageGroupId": "1"}"#),
        target(r#""Arn": "M", "Input": "not json""#),
        target(r#""Arn": "M", "Input": "\"<aws.scheduler.schedule-time>\"""#),
        target(r#""Arn": "M", "Input": "\"<aws.scheduler.""#),
        target(r#""Arn": "M", "Retry": {}"#),
        target(r#""Arn": "M", "RetryPolicy": {"MaximumEventAgeInSeconds": 30, "MaximumRetryAttempts": 186, "Attempts": 1}"#),
        r#"[{"Name": "a", "ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "M"}},
 {"Name": "a", "ScheduleExpression": "rate(2 hour)", "Target": {"Arn": "M"}},
 {"Name": "a", "ScheduleExpression": "rate(2 hours)", "Target": {"Arn": "M"}}]"#.to_owned(),
    ] {
        let shown = if text.is_empty() { "(empty)" } else { text.as_str() };
        match text.parse::<Schedules>() {
            Ok(_) => writeln!(messages, "{shown}\n    is accepted\n"),
            Err(error) => {
                let error = error.to_string().replace('\n', "\n    ");
                writeln!(messages, "{shown}\n    {error}\n")
            }
        }
        .expect("it is text");
    }
    insta::assert_snapshot!(messages);
}

#[test]
fn json_instead_of_a_text_is_accepted_as_input() {
    let document = Document::parse(
        r#"[{"Name": "a", "ScheduleExpression": "rate(1 hour)", "Target": {"Arn": "M", "Input": {"day": "<aws.scheduler.scheduled-time>"}}}]"#,
    );
    let document = document.expect("it is JSON");
    assert!(Schedules::from_document(&document).is_ok());
}
