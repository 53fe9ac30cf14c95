//! Express workflows.

use super::Answer::{Never, PartOf, Says};
use super::Row;
use super::domain::*;
use stepwright::builder::{Body, FlowBuilder};
use stepwright::{MachineType, expr};

/// A workflow whose Express children wait for a token.
fn children() -> Vec<stepwright::WorkflowDiagnostic> {
    let flow = FlowBuilder::<Vec<Order>, Vec<u32>>::new("Orders");
    let all = flow.declare("All");
    flow.start_at(&all);
    let body = Body::<Order, u32>::new();
    let one = body.declare("Ask");
    body.start_at(&one);
    body.wait_for_task_token(
        &one,
        ask {},
        expr!(|order: Order, token: String| (order, token)),
    )
    .end();
    flow.distributed_map(
        &all,
        expr!(|all: Vec<Order>| all),
        MachineType::Express,
        body,
    )
    .end();
    faults(&flow)
}

pub(crate) const EXPRESS: &[Row] = &[
    ("an Express workflow", PartOf(".. cannot ..")),
    (
        "the Express children of a Distributed Map",
        Says(
            children,
            "in state `Ask`: the Express children of a Distributed Map cannot wait for a task token; make them `MachineType::Standard`",
        ),
    ),
    (".. cannot ..", PartOf("wait for a task token")),
    (
        "use an activity",
        Says(
            || {
                let flow = FlowBuilder::<Order, u32>::new("Orders").express();
                let only = flow.declare("Pick");
                flow.start_at(&only);
                flow.task(&only, pick {}).end();
                faults(&flow)
            },
            "in state `Pick`: an Express workflow cannot use an activity; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
    (
        "run a Distributed Map",
        Says(
            || {
                let flow = FlowBuilder::<Vec<String>, Vec<u32>>::new("Orders").express();
                let all = flow.declare("All");
                flow.start_at(&all);
                flow.distributed_map(
                    &all,
                    expr!(|all: Vec<String>| all),
                    MachineType::Express,
                    looking_up(),
                )
                .end();
                faults(&flow)
            },
            "in state `All`: an Express workflow cannot run a Distributed Map; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
    (
        "wait for a task token",
        Says(
            || {
                let flow = FlowBuilder::<Order, u32>::new("Orders").express();
                let only = flow.declare("Ask");
                flow.start_at(&only);
                flow.wait_for_task_token(
                    &only,
                    ask {},
                    expr!(|order: Order, token: String| (order, token)),
                )
                .end();
                faults(&flow)
            },
            "in state `Ask`: an Express workflow cannot wait for a task token; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
    (
        "wait for a job or a child execution",
        Says(
            || {
                let child = FlowBuilder::<Order, u32>::new("Child");
                let only = child.declare("Charge");
                child.start_at(&only);
                child.task(&only, charge {}).end();
                let child = child.build().expect("a workflow");
                let flow = FlowBuilder::<Order, u32>::new("Orders").express();
                let only = flow.declare("Run");
                flow.start_at(&only);
                flow.built(&only, &child).end();
                faults(&flow)
            },
            "in state `Run`: an Express workflow cannot wait for a job or a child execution; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
    (
        "wait for a task token",
        Says(
            || {
                let flow = FlowBuilder::<String, u32>::new("Orders").express();
                let only = flow.declare("Send");
                flow.start_at(&only);
                flow.wait_for_service(
                    &only,
                    "arn:aws:states:::sqs:sendMessage",
                    [
                        ("QueueUrl", expr!(|url: String, _: String| url).untyped()),
                        (
                            "MessageBody",
                            expr!(|_: String, token: String| token).untyped(),
                        ),
                    ],
                )
                .end();
                faults(&flow)
            },
            "in state `Send`: an Express workflow cannot wait for a task token; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
    (
        "use an activity",
        Says(
            || {
                let flow = FlowBuilder::<String, u32>::new("Orders").express();
                let only = flow.declare("Pick");
                flow.start_at(&only);
                flow.service(
                    &only,
                    "arn:aws:states:us-east-1:123456789012:activity:pick",
                    [("url", expr!(|url: String| url).untyped())],
                )
                .end();
                faults(&flow)
            },
            "in state `Pick`: an Express workflow cannot use an activity; leave `.express()` out, or do this in a Standard workflow",
        ),
    ),
];

/// The texts of the macro are help for the shared messages.
pub(crate) const HELP: &[Row] = &[
    (
        "remove `express` from `#[workflow(..)]`",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "remove `.express()` from the map",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        "use `map`, which runs inline",
        Never("it is the form of the message for functions, and the builder has its own form"),
    ),
    (
        ".., or ..",
        Never("it is the help of a shared message, which has a row"),
    ),
    ("write `distributed standard;`", PartOf(".., or ..")),
    ("let the map run inline", PartOf(".., or ..")),
    ("do this in a Standard workflow", PartOf(".., or ..")),
];
