//! Variables, `match`, exhaustive catches, parts, computed limits and keys, built children.

use super::*;
use crate::builder::{AnyInput, Expression, StepHandle};
use crate::{arms, every};

#[test]
fn a_result_is_bound_and_read_by_name() {
    let flow = FlowBuilder::<Order, String>::new("Orders");
    let order = flow.parameter("order");
    let charged = flow.variable("charged");
    let (line, reason) = (flow.variable("line"), flow.variable::<String>("reason"));
    let (charge, done, reject) = (flow.step("Charge"), flow.step("Done"), flow.step("Reject"));
    flow.start_at(&charge);
    flow.task_with(&charge, charge_card {}, expr!([order] || order))
        .bind(&charged)
        .assign(
            &line,
            expr!([order] |_: AnyInput, charge: Charge| format!("{}: {}", order.order_id, charge.charge_id)),
        )
        .catch(errors!(PaymentError::Declined { reason }), reject.binding(&reason))
        .next(&done);
    flow.succeed_with(
        &done,
        expr!([charged, line] || format!("{line} of {}", charged.charge_id)),
    );
    flow.fail(&reject, "Rejected", expr!([reason] || reason));
    let made = state(&flow, "Charge");
    assert_eq!(
        made["Arguments"]["Payload"],
        json!("{% $states.context.Execution.Input %}")
    );
    assert_eq!(
        made["Assign"],
        json!({
            "charged": "{% $states.result.Payload %}",
            "line": "{% $states.context.Execution.Input.orderId & ': ' & $states.result.Payload.chargeId %}"
        })
    );
    assert_eq!(
        made["Catch"],
        json!([{
            "ErrorEquals": ["PaymentError.Declined"],
            "Assign": { "reason": "{% $parse($parse($states.errorOutput.Cause).errorMessage).fields.reason %}" },
            "Next": "Reject"
        }])
    );
    assert_eq!(
        state(&flow, "Reject"),
        json!({ "Type": "Fail", "Error": "Rejected", "Cause": "{% $reason %}" })
    );
}

#[test]
fn a_match_binds_variables_by_their_handles() {
    let flow = FlowBuilder::<Option<u32>, u32>::new("Counting");
    let first = flow.variable::<u32>("first");
    let decide = flow.declare("Decide");
    let (large, done, none) = (flow.step("Large"), flow.step("Done"), flow.step("None"));
    flow.start_at(&decide);
    let limit = 100;
    // The ASL contains the variable's own name, independent of the name of its handle.
    let count = first.clone();
    flow.choice(&decide)
        .match_on(arms!(|given: Option<u32>| match given {
            Some(count) if count > limit => &large,
            Some(count) => done.assigning(&first, expr!(|_: Option<u32>| 1)),
            None => &none,
        }));
    flow.fail(&large, "Large", expr!([count] || format!("{count}")));
    flow.succeed_with(&done, expr!([first] || first));
    flow.fail(&none, "None", ());
    let made = state(&flow, "Decide");
    assert_eq!(
        made["Choices"][0]["Assign"],
        json!({ "first": "{% $states.input %}" })
    );
    assert_eq!(made["Choices"][1]["Assign"], json!({ "first": 1 }));
    assert_eq!(made["Choices"].as_array().unwrap().len(), 3);
}

#[test]
fn catch_every_adds_a_catcher_for_each_error() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let charge = flow.declare("Charge");
    let (reject, other) = (flow.declare("Reject"), flow.step("Other"));
    flow.start_at(&charge);
    flow.task(&charge, charge_card {})
        .catch(States::TIMEOUT, &other)
        .catch_every(every!(
            PaymentError::Declined { reason } => &reject,
            _ => &other,
        ))
        .end();
    flow.fail(&reject, "Rejected", expr!(|reason: String| reason));
    flow.fail(&other, "Other", ());
    assert_eq!(
        state(&flow, "Charge")["Catch"],
        json!([
            { "ErrorEquals": ["States.Timeout"], "Next": "Other" },
            {
                "ErrorEquals": ["PaymentError.Declined"],
                "Output": "{% $parse($parse($states.errorOutput.Cause).errorMessage).fields.reason %}",
                "Next": "Reject"
            },
            { "ErrorEquals": ["States.ALL"], "Next": "Other" }
        ])
    );
}

#[test]
fn limits_and_argument_names_can_be_computed() {
    let body = Body::<Item, String>::new();
    let one = body.declare("One");
    body.start_at(&one);
    body.task(&one, pack {}).end();
    let flow = FlowBuilder::<Order, Vec<String>>::new("Orders");
    let (send, all) = (flow.declare("Send"), flow.declare("All"));
    flow.start_at(&send);
    let tags = [("team", "orders"), ("stage", "test")]
        .map(|(key, value)| (format!("x-{key}"), expr!(|_: Order| value).untyped()));
    let key = String::from("MessageBody");
    flow.service::<_, Value, _>(
        &send,
        "arn:aws:states:::sqs:sendMessage",
        [
            (
                String::from("QueueUrl"),
                expr!(|_: Order| "https://queue").untyped(),
            ),
            (key, Expression::object(tags)),
        ],
    )
    .output(expr!(|order: Order, _: Value| order))
    .next(&all);
    flow.map(&all, expr!(|order: Order| order.items), body)
        .max_concurrency(expr!(|order: Order| order.wait_for))
        .end();
    assert_eq!(
        state(&flow, "Send")["Arguments"]["MessageBody"],
        json!({ "x-team": "orders", "x-stage": "test" })
    );
    assert_eq!(
        state(&flow, "All")["MaxConcurrency"],
        json!("{% $states.input.waitFor %}")
    );
}

/// Charges twice, under a prefix each time.
fn charging(
    part: &Body<Order, Charge>,
    order: &crate::builder::InputHandle<Order>,
    then: &StepHandle,
) -> StepHandle {
    let answer = part.variable::<Charge>("answer");
    let (ask, look) = (part.step("Ask"), part.step("Look"));
    part.task_with(&ask, charge_card {}, expr!([order] || order))
        .bind(&answer)
        .next(&look);
    part.choice(&look)
        .when(expr!([answer] || answer.charge_id != ""), then)
        .otherwise_fail();
    ask
}

#[test]
fn a_part_has_its_names_under_a_prefix() {
    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let order = flow.parameter("order");
    let done = flow.declare("Done");
    let last = flow.step("Last");
    let second = charging(&flow.part("Second"), &order, &last);
    let first = charging(&flow.part("First"), &order, &second);
    flow.start_at(&first);
    flow.task_with(&last, charge_card {}, expr!([order] || order))
        .next(&done);
    flow.succeed(&done);
    let made = state(&flow, "First.Look");
    assert_eq!(
        made["Choices"],
        json!([{ "Condition": "{% $First_answer.chargeId != '' %}", "Next": "Second.Ask" }])
    );
}

#[test]
fn a_built_workflow_is_the_child_of_another() {
    let child = FlowBuilder::<Order, Charge>::new("Charging");
    let charge = child.declare("Charge");
    child.start_at(&charge);
    child.task(&charge, charge_card {}).end();
    let child = child.build().unwrap();

    let flow = FlowBuilder::<Order, Charge>::new("Orders");
    let (run, start) = (flow.declare("Run"), flow.declare::<Charge>("Start"));
    let done = flow.step("Done");
    flow.start_at(&run);
    flow.built(&run, &child).next(&start);
    flow.start_built(
        &start,
        &child,
        expr!(|charge: Charge| Order {
            order_id: charge.charge_id,
            total: 0.0,
            items: vec![],
            wait_for: 1,
            ship_at: String::new()
        }),
    )
    .next(&done);
    flow.fail(&done, "Done", ());
    let made = state(&flow, "Run");
    assert_eq!(
        made["Resource"],
        json!("arn:aws:states:::states:startExecution.sync:2")
    );
    assert_eq!(
        made["Arguments"],
        json!({ "StateMachineArn": "${ChargingArn}", "Input": "{% $states.input %}" })
    );
    let built = flow.build().unwrap();
    let children = built.bindings().workflows();
    assert_eq!(children.len(), 1);
    assert_eq!(children[0].bindings().tasks().len(), 1);
}

#[test]
fn raw_fields_are_written_to_catchers_and_bodies() {
    let branch = Body::<Order, Charge>::new();
    branch.raw("Comment", "One branch.");
    let charge = branch.declare("Charge");
    branch.start_at(&charge);
    branch.task(&charge, charge_card {}).end();
    let flow = FlowBuilder::<Order, (Charge,)>::new("Orders").raw("Version", "1.0");
    let (both, failed) = (flow.declare("Both"), flow.step("Failed"));
    flow.start_at(&both);
    flow.parallel(&both, (branch,))
        .catch(States::ALL, failed.raw("Comment", "Any error."))
        .end();
    flow.fail(&failed, "Failed", ());
    let made = state(&flow, "Both");
    assert_eq!(made["Branches"][0]["Comment"], json!("One branch."));
    assert_eq!(made["Catch"][0]["Comment"], json!("Any error."));
    assert!(
        flow.build()
            .unwrap()
            .to_json()
            .contains(r#""Version":"1.0""#)
    );
}

#[test]
fn raw_fields_on_a_default_are_refused() {
    let expected = "in state `Size`: the transition that becomes `Default` cannot have raw fields; call `.raw(..)` on the choice \
                    itself";
    let flow = FlowBuilder::<u32, u32>::new("Orders");
    let (size, done) = (flow.declare("Size"), flow.declare("Done"));
    flow.start_at(&size);
    let line = line!() + 3;
    flow.choice(&size)
        .when(expr!(|n: u32| n > 1), done.raw("Comment", "Large."))
        .otherwise(done.raw("Comment", "Small."));
    flow.succeed(&done);
    let found = flow.build().unwrap_err();
    let found: Vec<_> = found
        .iter()
        .map(|fault| {
            (
                state_and_message(fault),
                fault.location.source.unwrap().line(),
            )
        })
        .collect();
    assert_eq!(found, [(expected.to_owned(), line)]);

    // A last arm that matches everything is also the default.
    let flow = FlowBuilder::<u32, u32>::new("Orders");
    let (size, done) = (flow.declare("Size"), flow.declare("Done"));
    flow.start_at(&size);
    flow.choice(&size).match_on(arms!(|n: u32| match n {
        1 => done.raw("Comment", "One."),
        _ => done.raw("Comment", "More."),
    }));
    flow.succeed(&done);
    assert_eq!(faults(&flow), [expected]);
}

#[test]
fn raw_fields_of_a_transition_are_written_to_its_rule_or_state() {
    let flow = FlowBuilder::<u32, u32>::new("Orders");
    let (size, wait, done) = (
        flow.declare("Size"),
        flow.declare("Wait"),
        flow.declare("Done"),
    );
    flow.start_at(&size);
    flow.choice(&size)
        .when(expr!(|n: u32| n > 1), done.raw("Comment", "Large."))
        .raw("Comment", "By its size.")
        .otherwise(&wait);
    flow.wait(&wait, 5).next(done.raw("Comment", "Small."));
    flow.succeed(&done);
    let choice = state(&flow, "Size");
    assert_eq!(choice["Comment"], "By its size.");
    assert_eq!(choice["Choices"][0]["Comment"], "Large.");
    assert_eq!(state(&flow, "Wait")["Comment"], "Small.");
}
