use std::time::Duration;

use serde_json::json;
use stepwright_examples::patterns::ecs_job::{BusinessDay, NightlySettlement, Settlement};
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};

use super::run;

fn day() -> BusinessDay {
    BusinessDay {
        date: "2026-11-21".to_owned(),
        dry_run: true,
    }
}

/// The report of a container in S3.
fn report(text: &str) -> Mock<AnyOutput> {
    Mock::output(json!({"Body": text, "ContentType": "application/json"}))
}

fn ended() -> Mock<AnyOutput> {
    Mock::output(json!({"LastStatus": "STOPPED", "Containers": [{"ExitCode": 0}]}))
}

fn notified() -> Mock<AnyOutput> {
    Mock::output(json!({"MessageId": "m-1"}))
}

#[tokio::test]
async fn the_report_of_the_container_is_the_result() {
    let mocks = Mocks::new()
        .state("Settle", ended().after(Duration::from_secs(1_200)))
        .state(
            "ReadReport",
            report(r#"{"payments": 2, "totalCents": 700}"#),
        )
        .state("TellOperators", notified().optional());
    let report = run::<NightlySettlement>(mocks.clone(), day()).await;
    expect(&report)
        .path(["Settle", "ReadReport", "Done"])
        .output(Settlement {
            payments: 2,
            total_cents: 700,
        })
        .took(Duration::from_secs(1_200))
        .calls(
            "ReadReport",
            [json!({"Bucket": "the ReportBucket", "Key": "settlements/2026-11-21.json"})],
        );
    let call = mocks.calls_of("Settle")[0].parameters.to_json();
    assert_eq!(
        call["Overrides"]["ContainerOverrides"][0]["Environment"],
        json!([
            {"Name": "BUSINESS_DAY", "Value": "2026-11-21"},
            {"Name": "DRY_RUN", "Value": "1"},
            {"Name": "REPORT_KEY", "Value": "settlements/2026-11-21.json"},
        ])
    );
}

#[tokio::test]
async fn missing_capacity_is_retried() {
    let mocks = Mocks::new()
        .state(
            "Settle",
            Mock::failure(
                "ECS.AmazonECSException",
                "Capacity is unavailable at this time",
            )
            .times(2)
            .then(ended()),
        )
        .state("ReadReport", report(r#"{"payments": 0, "totalCents": 0}"#))
        .state("TellOperators", notified().optional());
    let report = run::<NightlySettlement>(mocks, day()).await;
    expect(&report)
        .succeeded()
        .called("Settle", 3)
        .took_at_most(Duration::from_secs(180));
}

#[tokio::test]
async fn a_failed_container_is_not_retried_and_operators_are_notified() {
    let cause = r#"{"StopCode": "EssentialContainerExited", "Containers": [{"ExitCode": 3}]}"#;
    let mocks = Mocks::new()
        .state("Settle", Mock::failure("States.TaskFailed", cause))
        .state("ReadReport", report("{}").optional())
        .state("TellOperators", notified());
    let report = run::<NightlySettlement>(mocks, day()).await;
    expect(&report)
        .path(["Settle", "TellOperators", "Failed"])
        .failed("SettlementFailed")
        .cause("States.TaskFailed of 2026-11-21")
        .called("Settle", 1)
        .calls(
            "TellOperators",
            [json!({
                "TopicArn": "the OperatorsTopicArn",
                "Subject": "The settlement of 2026-11-21 failed",
                "Message": cause,
            })],
        );
}

#[tokio::test]
async fn a_hanging_container_times_out_after_three_hours() {
    let mocks = Mocks::new()
        .state("Settle", Mock::never())
        .state("ReadReport", report("{}").optional())
        .state("TellOperators", notified());
    let report = run::<NightlySettlement>(mocks, day()).await;
    expect(&report)
        .failed("SettlementFailed")
        .cause("States.Timeout of 2026-11-21")
        .took(Duration::from_secs(3 * 60 * 60));
}

#[tokio::test]
async fn a_missing_report_fails_the_settlement() {
    let mocks = Mocks::new()
        .state("Settle", ended())
        .state(
            "ReadReport",
            Mock::failure("S3.NoSuchKeyException", "no such key"),
        )
        .state("TellOperators", notified());
    let report = run::<NightlySettlement>(mocks, day()).await;
    expect(&report)
        .path(["Settle", "ReadReport", "TellOperators", "Failed"])
        .failed("SettlementFailed");
}
