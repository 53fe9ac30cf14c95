//! Tasks, passes, choices, waits and ends.

use super::domain::*;
use stepwright::builder::{AnyInput, FlowBuilder, Retry, States};
use stepwright::prelude::*;
use stepwright::{arms, errors, every, expr};

workflow! {
    /// Validates, charges and fulfils an order.
    pub workflow OrderProcessing(order: Order) -> Receipt {
        timeout 7d;
        lambda_retries;
        task Validate { let checked = validate_order(order); next Done; }
        succeed Done { Receipt { order_id: checked.id } }
    }
}

#[test]
fn builder_and_macro_agree_on_the_first_workflow() {
    let flow = FlowBuilder::<Order, Receipt>::new("OrderProcessing")
        .comment("Validates, charges and fulfils an order.")
        .timeout(7 * 24 * 60 * 60)
        .lambda_retries();
    let order = flow.parameter("order");
    let checked = flow.variable("checked");
    let (validate, done) = (flow.step("Validate"), flow.step("Done"));
    flow.start_at(&validate);
    flow.task_with(&validate, validate_order {}, expr!([order] || order))
        .bind(&checked)
        .next(&done);
    flow.succeed_with(
        &done,
        expr!(
            [checked]
                || Receipt {
                    order_id: checked.id
                }
        ),
    );
    same::<OrderProcessing, _, _>(&flow.build().unwrap());
}

workflow! {
    workflow Looping(job: Job) -> JobState {
        pass Start { let attempt = 0; next Ask; }
        task Ask { let state = job_state(job.id); next Decide; }
        choice Decide {
            when state.finished => Done;
            when attempt < 10 => { let attempt = attempt + 1; next Pause; }
            otherwise => Late;
        }
        wait Pause { seconds 30; next Ask; }
        succeed Done { state }
        fail Late;
    }
}

#[test]
fn builder_and_macro_agree_on_a_loop() {
    let flow = FlowBuilder::<Job, JobState>::new("Looping");
    let job = flow.parameter("job");
    let (attempt, state) = (flow.variable::<i32>("attempt"), flow.variable("state"));
    let (start, ask, decide) = (flow.step("Start"), flow.step("Ask"), flow.step("Decide"));
    let (pause, done, late) = (flow.step("Pause"), flow.step("Done"), flow.step("Late"));
    flow.start_at(&start);
    flow.pass_on(&start)
        .assign(&attempt, expr!(|_: AnyInput| 0))
        .next(&ask);
    flow.task_with(&ask, job_state {}, expr!([job] || job.id))
        .bind(&state)
        .next(&decide);
    flow.choice(&decide)
        .when(expr!([state] || state.finished), &done)
        .when(
            expr!([attempt] || attempt < 10),
            pause.assigning(&attempt, expr!([attempt] || attempt + 1)),
        )
        .otherwise(&late);
    flow.wait(&pause, 30).next(&ask);
    flow.succeed_with(&done, expr!([state] || state));
    flow.fail(&late, (), ());
    same::<Looping, _, _>(&flow.build().unwrap());
}

workflow! {
    workflow Tasks(order: Order) -> String {
        task Validate { let checked = validate_order(order); next Charge; }
        /// Charges the customer's card.
        task Charge {
            let payment = charge_card(Charge { amount: checked.total, card: checked.card });
            timeout 30s;
            retry PaymentError::GatewayTimeout (interval: 2s, max_attempts: 3, backoff_rate: 2.0);
            catch PaymentError::Declined { reason } => Reject;
            next Price;
        }
        task Price {
            let total = quote(order).amount * 1.2;
            let line = format!("{} costs {total}", order.id);
            next Review;
        }
        task Review {
            let decision: Decision = wait_for_task_token request_review(order, task_token);
            timeout 3d;
            heartbeat 1h;
            catch States::Timeout | States::DataLimitExceeded => Expired;
            next Decide;
        }
        choice Decide {
            match decision {
                Decision::Approved { .. } => Tell,
                Decision::Refused { reason } => Reject,
            }
        }
        task Tell {
            service "arn:aws:states:::sns:publish" {
                TopicArn: placeholder!("TopicArn"),
                Message: format!("{} in {}: {line}", order.id, placeholder!("Stage"))
            };
            next Ask;
        }
        task Ask {
            let answer: Answer = wait_for_task_token service "arn:aws:states:::sqs:sendMessage" {
                QueueUrl: "https://queue",
                MessageBody: { token: task_token, order: order.id }
            };
            next Child;
        }
        task Child { let receipt = workflow OrderProcessing(order); next Again; }
        task Again { start workflow OrderProcessing(order); next Every; }
        task Every {
            charge_card(Charge { amount: total, card: payment.id });
            catch {
                PaymentError::Declined { reason } => Reject,
                _ => Expired,
            }
            next Done;
        }
        succeed Done { format!("{} {}", answer.reviewer, receipt.order_id) }
        fail Reject { "OrderRejected", reason }
        fail Expired { "ReviewExpired", "no decision within three days" }
    }
}

#[test]
fn builder_and_macro_agree_on_tasks() {
    let flow = FlowBuilder::<Order, String>::new("Tasks");
    let order = flow.parameter("order");
    let (checked, payment) = (flow.variable("checked"), flow.variable("payment"));
    let (total, line) = (flow.variable("total"), flow.variable("line"));
    let (decision, reason) = (
        flow.variable::<Decision>("decision"),
        flow.variable::<String>("reason"),
    );
    let (answer, receipt) = (flow.variable::<Answer>("answer"), flow.variable("receipt"));
    let (validate, charge, price) = (
        flow.step("Validate"),
        flow.step("Charge"),
        flow.step("Price"),
    );
    let (review, decide, tell) = (flow.step("Review"), flow.step("Decide"), flow.step("Tell"));
    let (ask, child, again) = (flow.step("Ask"), flow.step("Child"), flow.step("Again"));
    let (each, done) = (flow.step("Every"), flow.step("Done"));
    let (reject, expired) = (flow.step("Reject"), flow.step("Expired"));
    flow.start_at(&validate);
    flow.task_with(&validate, validate_order {}, expr!([order] || order))
        .bind(&checked)
        .next(&charge);
    flow.task_with(
        &charge,
        charge_card {},
        expr!(
            [checked]
                || Charge {
                    amount: checked.total,
                    card: checked.card
                }
        ),
    )
    .comment("Charges the customer's card.")
    .bind(&payment)
    .timeout(30)
    .retry(
        Retry::on(errors!(PaymentError::GatewayTimeout))
            .interval(2)
            .max_attempts(3)
            .backoff_rate(2.0),
    )
    .catch(
        errors!(PaymentError::Declined { reason }),
        reject.binding(&reason),
    )
    .next(&price);
    flow.task_with(&price, quote {}, expr!([order] || order))
        .assign(&total, expr!(|_: AnyInput, quote: Quote| quote.amount * 1.2))
        .assign(
            &line,
            expr!([order] |_: AnyInput, quote: Quote| format!("{} costs {}", order.id, quote.amount * 1.2)),
        )
        .next(&review);
    flow.wait_for_task_token(
        &review,
        request_review {},
        expr!([order] |_: AnyInput, token: String| (order, token)),
    )
    .bind(&decision)
    .timeout(3 * 24 * 60 * 60)
    .heartbeat(60 * 60)
    .catch(States::TIMEOUT.or(States::DATA_LIMIT_EXCEEDED), &expired)
    .next(&decide);
    flow.choice(&decide).match_on(arms!(
        [decision]
            || match decision {
                Decision::Approved { .. } => &tell,
                Decision::Refused { reason } => &reject,
            }
    ));
    flow.service::<_, AnyInput, _>(
        &tell,
        "arn:aws:states:::sns:publish",
        [
            (
                "TopicArn",
                expr!(|_: AnyInput| placeholder!("TopicArn")).untyped(),
            ),
            (
                "Message",
                expr!(
                    [order, line] || format!("{} in {}: {line}", order.id, placeholder!("Stage"))
                )
                .untyped(),
            ),
        ],
    )
    .next(&ask);
    let body = [
        ("token", expr!(|_: AnyInput, token: String| token).untyped()),
        (
            "order",
            expr!([order] |_: AnyInput, _: String| order.id).untyped(),
        ),
    ];
    flow.wait_for_service(
        &ask,
        "arn:aws:states:::sqs:sendMessage",
        [
            (
                "QueueUrl",
                expr!(|_: AnyInput, _: String| "https://queue").untyped(),
            ),
            ("MessageBody", stepwright::builder::Expression::object(body)),
        ],
    )
    .bind(&answer)
    .next(&child);
    flow.workflow_with(&child, OrderProcessing, expr!([order] || order))
        .bind(&receipt)
        .next(&again);
    flow.start_workflow_with(&again, OrderProcessing, expr!([order] || order))
        .next(&each);
    flow.task_with(
        &each,
        charge_card {},
        expr!(
            [total, payment]
                || Charge {
                    amount: total,
                    card: payment.id
                }
        ),
    )
    .catch_every(every!(
        PaymentError::Declined { reason } => reject.binding(&reason),
        _ => &expired,
    ))
    .next(&done);
    flow.succeed_with(
        &done,
        expr!([answer, receipt] || format!("{} {}", answer.reviewer, receipt.order_id)),
    );
    flow.fail(&reject, "OrderRejected", expr!([reason] || reason));
    flow.fail(&expired, "ReviewExpired", "no decision within three days");
    same::<Tasks, _, _>(&flow.build().unwrap());
}

workflow! {
    workflow Small(order: Order) -> String {
        pass Label { let label = format!("order {}", order.id); let count = order.items.len(); next Triage; }
        choice Triage {
            when order.total > 1_000.0 && !order.customer.vip => Strict;
            otherwise => Backoff;
        }
        choice Strict {
            when order.total > 0.0 => Pause;
            otherwise fail;
        }
        wait Pause { seconds 5m; next Backoff; }
        wait Backoff { seconds order.delay; next Ship; }
        wait Ship { timestamp order.ship_at; next Raw; }
        choice Raw {
            when raw { "Condition": "{% $count > 1 %}" } => NewYear;
            otherwise => Plain;
        }
        pass Plain { end "us".to_string(); }
        wait NewYear { timestamp "2027-01-01T00:00:00Z"; next Last; }
        pass Last { end label; }
    }
}

#[test]
fn builder_and_macro_agree_on_small_states() {
    let flow = FlowBuilder::<Order, String>::new("Small");
    let order = flow.parameter("order");
    let (label, count) = (flow.variable("label"), flow.variable::<usize>("count"));
    let (first, triage, strict) = (flow.step("Label"), flow.step("Triage"), flow.step("Strict"));
    let (pause, backoff, ship) = (flow.step("Pause"), flow.step("Backoff"), flow.step("Ship"));
    let (raw, plain, new_year) = (flow.step("Raw"), flow.step("Plain"), flow.step("NewYear"));
    let last = flow.step("Last");
    flow.start_at(&first);
    flow.pass_on(&first)
        .assign(
            &label,
            expr!([order] |_: AnyInput| format!("order {}", order.id)),
        )
        .assign(&count, expr!([order] |_: AnyInput| order.items.len()))
        .next(&triage);
    flow.choice(&triage)
        .when(
            expr!([order] || order.total > 1_000.0 && !order.customer.vip),
            &strict,
        )
        .otherwise(&backoff);
    flow.choice(&strict)
        .when(expr!([order] || order.total > 0.0), &pause)
        .otherwise_fail();
    flow.wait(&pause, 5 * 60).next(&backoff);
    flow.wait(&backoff, expr!([order] || order.delay))
        .next(&ship);
    flow.wait_until(&ship, expr!([order] || order.ship_at))
        .next(&raw);
    flow.choice(&raw)
        .when_raw([("Condition", "{% $count > 1 %}".into())], &new_year)
        .otherwise(&plain);
    // A text has the same JSON, whether Rust or the workflow creates the `String`.
    flow.pass(&plain, expr!(|_: AnyInput| "us".to_string()))
        .end();
    flow.wait_until(&new_year, expr!(|_: AnyInput| "2027-01-01T00:00:00Z"))
        .next(&last);
    flow.pass(&last, expr!([label] |_: AnyInput| label)).end();
    same::<Small, _, _>(&flow.build().unwrap());
    assert!(flow.build().unwrap().to_json().contains(r#""Output":"us""#));
}
