//! Lints and services.

use super::Answer::{Never, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{FlowBuilder, Retry, States};
use stepwright::expr;

pub(crate) const LINTS: &[Row] = &[
    (
        "unused variable: `..`; if this is intentional, prefix it with an underscore: `_..`",
        Says(
            || {
                let flow = FlowBuilder::<u32, u32>::new("Orders");
                let total = flow.variable::<u32>("total");
                let (first, done) = (flow.declare("First"), flow.declare("Done"));
                flow.start_at(&first);
                flow.pass_on(&first)
                    .assign(&total, expr!(|n: u32| n))
                    .next(&done);
                flow.succeed(&done);
                faults(&flow)
            },
            "unused variable: `total`; if this is intentional, prefix it with an underscore: `_total`",
        ),
    ),
    (
        "unused variable: `..`; the workflow computes it, because its value may panic in Rust: remove it, or compute it where it is read",
        Never("a variable of the builder is not hidden by a `_` in its name"),
    ),
    (
        "this retry also repeats the call of `..` when an expression over its result fails, and that expression fails each time: compute it in a following `pass` state, or name the errors to retry",
        Says(
            || {
                with_task(|task, failed| {
                    task.retry(Retry::on(States::ALL))
                        .catch(States::ALL, failed)
                        .output(expr!(|order: Order, paid: u32| paid / order.total))
                        .end()
                })
            },
            "in state `Charge`: this retry also repeats the call of `Charge` when an expression over its result fails, and that expression fails each time: compute it in a following `pass` state, or name the errors to retry",
        ),
    ),
    (
        "this loop has neither a wait nor a bound: .., or .. and ..; .. permits it",
        Says(
            || {
                let flow = FlowBuilder::<Order, Order>::new("Orders");
                let (look, pay, done) = (
                    flow.declare("Look"),
                    flow.declare("Pay"),
                    flow.declare("Done"),
                );
                flow.start_at(&look);
                flow.choice(&look)
                    .when(expr!(|order: Order| order.total > 1), &pay)
                    .otherwise(&done);
                flow.task(&pay, charge {})
                    .output(expr!(|order: Order, _: u32| order))
                    .next(&look);
                flow.succeed(&done);
                faults(&flow)
            },
            "in state `Pay`: this loop has neither a wait nor a bound: add a `wait` state, or count in it and leave it by a choice on the count; `.allow(Lint::UnboundedLoop)` permits it",
        ),
    ),
    (
        "`${{name}}` in a text stays as it is, so no template fills it in: write .. for a value of the deployment; .. permits the text",
        Says(
            || {
                let flow = FlowBuilder::<u32, String>::new("Orders");
                let only = flow.declare("Only");
                flow.start_at(&only);
                flow.pass(&only, expr!(|_: u32| "in ${Stage}".to_string()))
                    .end();
                faults(&flow)
            },
            "in state `Only`: `${Stage}` in a text stays as it is, so no template fills it in: write `placeholder!(\"Stage\")` in an `expr!` for a value of the deployment; `.allow(Lint::LiteralPlaceholder)` permits the text",
        ),
    ),
];

pub(crate) const COUNT: &[Row] = &[
    (
        "count in it, `let attempt = attempt + 1;`,",
        Never("it is a part of a shared message, which has a row"),
    ),
    (
        "add a `wait` state",
        Never("it is a part of a shared message, which has a row"),
    ),
    (
        "leave it by a choice on the count",
        Never("it is a part of a shared message, which has a row"),
    ),
    (
        "count in it, `attempt += 1;`,",
        Never("it is a part of the message in functions"),
    ),
    (
        "leave it by a condition on the count",
        Never("it is a part of the message in functions"),
    ),
];

pub(crate) const SERVICES: &[Row] = &[
    (
        "..`raw { .. }` is not checked",
        Says(
            || {
                let flow = FlowBuilder::<String, serde_json::Value>::new("Orders");
                let only = flow.declare("Send");
                flow.start_at(&only);
                flow.service(
                    &only,
                    "arn:aws:states:::sqs:sendMesage",
                    [("MessageBody", expr!(|text: String| text).untyped())],
                )
                .end();
                faults(&flow)
            },
            "in state `Send`: `arn:aws:states:::sqs:sendMesage` names an unknown action; did you mean `arn:aws:states:::sqs:sendMessage`?; `.raw(\"Resource\", ..)` is not checked",
        ),
    ),
    (
        "..`raw { .. }` is not checked",
        Says(
            || {
                let flow = FlowBuilder::<String, serde_json::Value>::new("Orders");
                let only = flow.declare("Send");
                flow.start_at(&only);
                flow.service(
                    &only,
                    "arn:aws:states:::sqs:sendMessage",
                    [
                        ("QueueUri", expr!(|_: String| "https://queue").untyped()),
                        ("QueueUrl", expr!(|_: String| "https://queue").untyped()),
                        ("MessageBody", expr!(|text: String| text).untyped()),
                    ],
                )
                .end();
                faults(&flow)
            },
            "in state `Send`: `sqs:sendMessage` takes no argument `QueueUri`; `.raw(\"Arguments\", ..)` is not checked",
        ),
    ),
];

pub(crate) const SERVICE_ERRORS: &[Row] = &[(
    "the errors of `..` begin with `...`, so it never fails with `..`: write `.....`",
    Says(
        || {
            let flow = FlowBuilder::<String, serde_json::Value>::new("Orders");
            let (only, failed) = (flow.declare("Send"), flow.step("Failed"));
            flow.start_at(&only);
            flow.service(
                &only,
                "arn:aws:states:::sqs:sendMessage",
                [
                    ("QueueUrl", expr!(|_: String| "https://queue").untyped()),
                    ("MessageBody", expr!(|text: String| text).untyped()),
                ],
            )
            .catch(States::named("DynamoDB.ResourceNotFoundException"), &failed)
            .end();
            flow.fail(&failed, "Failed", ());
            faults(&flow)
        },
        "in state `Send`: the errors of `sqs` begin with `SQS.`, so it never fails with `DynamoDB.ResourceNotFoundException`: write `SQS.ResourceNotFoundException`",
    ),
)];
