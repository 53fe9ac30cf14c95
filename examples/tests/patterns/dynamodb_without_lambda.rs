use serde_json::{Value, json};
use stepwright_examples::patterns::dynamodb_without_lambda::{SeatRequest, SeatReservation};
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};

use super::run;

fn request(seats: u32) -> SeatRequest {
    SeatRequest {
        show: "hamlet".to_owned(),
        seats,
        guest: "Ada".to_owned(),
    }
}

fn show(seats_left: u32, revision: u32) -> Mock<AnyOutput> {
    let (seats_left, revision) = (seats_left.to_string(), revision.to_string());
    Mock::output(json!({"Item": {
        "show": {"S": "hamlet"},
        "seatsLeft": {"N": seats_left},
        "revision": {"N": revision},
    }}))
}

fn write_conflict() -> Mock<AnyOutput> {
    Mock::failure(
        "DynamoDb.TransactionCanceledException",
        "[ConditionalCheckFailed, None]",
    )
}

#[tokio::test]
async fn seats_are_reserved_only_if_the_revision_is_unchanged() {
    let mocks = Mocks::new()
        .state("Read", show(10, 4))
        .state("Reserve", Mock::output(json!({})));
    let report = run::<SeatReservation>(mocks.clone(), request(2)).await;
    expect(&report)
        .path(["Begin", "Read", "IsThere", "HasRoom", "Reserve", "Done"])
        .calls(
            "Read",
            [json!({
                "TableName": "the ShowsTable",
                "Key": {"show": {"S": "hamlet"}},
                "ConsistentRead": true,
            })],
        );
    let written: Value = mocks.calls_of("Reserve")[0].parameters.to_json();
    let update = &written["TransactItems"][0]["Update"];
    assert_eq!(update["ConditionExpression"], "revision = :read");
    assert_eq!(
        update["ExpressionAttributeValues"],
        json!({":seats": {"N": "2"}, ":one": {"N": "1"}, ":read": {"N": "4"}})
    );
    let reservation: Value = report.output.as_ref().expect("it succeeded").to_json();
    assert_eq!(reservation["seats"], 2);
    assert_eq!(
        written["TransactItems"][1]["Put"]["Item"]["id"],
        json!({"S": reservation["id"]})
    );
}

#[tokio::test]
async fn a_write_conflict_is_retried_with_a_new_read_and_the_same_id() {
    let mocks = Mocks::new()
        .state("Read", show(10, 4).times(1).then(show(9, 5)))
        .state(
            "Reserve",
            write_conflict().times(1).then(Mock::output(json!({}))),
        );
    let report = run::<SeatReservation>(mocks.clone(), request(1)).await;
    expect(&report).succeeded().called("Read", 2);
    let calls = mocks.calls_of("Reserve");
    let [first, second] = [&calls[0], &calls[1]].map(|call| call.parameters.to_json());
    let read = |call: &Value| {
        call["TransactItems"][0]["Update"]["ExpressionAttributeValues"][":read"]["N"].clone()
    };
    assert_eq!([read(&first), read(&second)], ["4", "5"]);
    assert_eq!(
        first["TransactItems"][1]["Put"]["Item"],
        second["TransactItems"][1]["Put"]["Item"]
    );
}

#[tokio::test]
async fn repeated_write_conflicts_fail_with_busy() {
    let mocks = Mocks::new()
        .state("Read", show(10, 4))
        .state("Reserve", write_conflict());
    let report = run::<SeatReservation>(mocks, request(1)).await;
    expect(&report)
        .failed("Busy")
        .cause("others were faster 5 times")
        .called("Reserve", 5);
}

#[tokio::test]
async fn no_more_seats_are_reserved_than_are_free() {
    let mocks = Mocks::new()
        .state("Read", show(2, 4))
        .state("Reserve", Mock::output(json!({})).optional());
    let report = run::<SeatReservation>(mocks.clone(), request(2)).await;
    expect(&report).succeeded();
    let report = run::<SeatReservation>(mocks, request(3)).await;
    expect(&report)
        .failed("SoldOut")
        .cause("2 seats are left")
        .not_entered("Reserve");
}

#[tokio::test]
async fn an_unknown_show_fails_with_no_such_show() {
    let mocks = Mocks::new()
        .state("Read", Mock::output(json!({})))
        .state("Reserve", Mock::output(json!({})).optional());
    let report = run::<SeatReservation>(mocks, request(1)).await;
    expect(&report)
        .failed("NoSuchShow")
        .cause("there is no show hamlet");
}
