use super::super::domain::same;
use super::{Argument, known, named, read};
use stepwright::builder::{AnyInput, Expression, FlowBuilder, Lint, Retry};
use stepwright::{arms, expr, functions};
use stepwright_examples::patterns::dynamodb_without_lambda::{
    Found, Reservation, SeatRequest, SeatReservation, Show,
};

/// A value of DynamoDB.
fn attribute(of: &'static str, value: Argument) -> Argument {
    Expression::object([(of, value)])
}

#[test]
fn builder_and_macro_agree_on_dynamodb_without_lambda() {
    let flow = FlowBuilder::<SeatRequest, Reservation>::new("SeatReservation")
        .comment("Reserves seats of a show.")
        .express()
        .deny(Lint::UnboundedLoop)
        .timeout(30);
    let request = flow.parameter("request");
    let (attempt, id) = (
        flow.variable::<u32>("attempt"),
        flow.variable::<String>("id"),
    );
    let (found, show) = (
        flow.variable::<Found>("found"),
        flow.variable::<Show>("show"),
    );
    let (begin, look, is_there) = (flow.step("Begin"), flow.step("Read"), flow.step("IsThere"));
    let (has_room, reserve) = (flow.step("HasRoom"), flow.step("Reserve"));
    let (faster, done) = (flow.step("SomebodyWasFaster"), flow.step("Done"));
    let (no_such_show, sold_out) = (flow.step("NoSuchShow"), flow.step("SoldOut"));
    let busy = flow.step("Busy");
    flow.start_at(&begin);
    flow.pass_on(&begin)
        .assign(&attempt, expr!(|_: AnyInput| 1))
        .assign(&id, expr!(|_: AnyInput| functions::uuid()))
        .next(&look);

    let key = || Expression::object([("show", attribute("S", read!([request] request.show)))]);
    flow.service(
        &look,
        "arn:aws:states:::dynamodb:getItem",
        [
            ("TableName", read!([] placeholder!("ShowsTable"))),
            ("Key", key()),
            ("ConsistentRead", known(true)),
        ],
    )
    .bind(&found)
    .retry(
        Retry::on(named(["DynamoDB.ProvisionedThroughputExceededException"]))
            .interval(1)
            .max_attempts(3)
            .backoff_rate(2.0)
            .full_jitter(),
    )
    .next(&is_there);
    flow.choice(&is_there).match_on(arms!(
        [found]
            || match found.item {
                Some(show) => &has_room,
                None => &no_such_show,
            }
    ));
    flow.choice(&has_room)
        .when(
            expr!(
                [show, request]
                    || functions::number(&show.seats_left.number) >= request.seats as f64
            ),
            &reserve,
        )
        .otherwise(&sold_out);

    let seats = || attribute("N", read!([request] request.seats.to_string()));
    let values = [
        (":seats", seats()),
        (":one", attribute("N", known("1"))),
        (":read", attribute("N", read!([show] show.revision.number))),
    ];
    let update = [
        ("TableName", read!([] placeholder!("ShowsTable"))),
        ("Key", key()),
        (
            "UpdateExpression",
            known("SET seatsLeft = seatsLeft - :seats, revision = revision + :one"),
        ),
        ("ConditionExpression", known("revision = :read")),
        ("ExpressionAttributeValues", Expression::object(values)),
    ];
    let item = [
        ("id", attribute("S", read!([id] id))),
        ("show", attribute("S", read!([request] request.show))),
        ("guest", attribute("S", read!([request] request.guest))),
        ("seats", seats()),
    ];
    let put = [
        ("TableName", read!([] placeholder!("ReservationsTable"))),
        ("Item", Expression::object(item)),
    ];
    let items = Expression::array([
        Expression::object([("Update", Expression::object(update))]),
        Expression::object([("Put", Expression::object(put))]),
    ]);
    flow.service::<_, AnyInput, _>(
        &reserve,
        "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems",
        [("TransactItems", items)],
    )
    .comment(
        "Writes both items or neither, and only if the show has not changed since it was read.",
    )
    .catch(named(["DynamoDb.TransactionCanceledException"]), &faster)
    .next(&done);
    flow.choice(&faster)
        .when(
            expr!([attempt] || attempt < 5),
            look.assigning(&attempt, expr!([attempt] || attempt + 1)),
        )
        .otherwise(&busy);
    flow.succeed_with(
        &done,
        expr!(
            [id, request]
                || Reservation {
                    id,
                    seats: request.seats
                }
        ),
    );
    flow.fail(
        &no_such_show,
        "NoSuchShow",
        expr!([request] || format!("there is no show {}", request.show)),
    );
    flow.fail(
        &sold_out,
        "SoldOut",
        expr!([show] || format!("{} seats are left", show.seats_left.number)),
    );
    let attempts = 5;
    flow.fail(
        &busy,
        "Busy",
        expr!(|_: AnyInput| format!("others were faster {attempts} times")),
    );
    same::<SeatReservation, _, _>(&flow.build().unwrap());
}
