//! Calls of a Task: functions, activities, services, workflows.

use super::*;
use crate::flow::AnswerType;

fn task_flow() -> Flow {
    flow(vec![
        State::task("Charge", charge())
            .comment("Charges the card, for ${amount}.")
            .assign("payment", Expr::result())
            .timeout(Expr::literal(30))
            .heartbeat(order().field("delay"))
            .credentials(Expr::literal("arn:aws:iam::123456789012:role/payer"))
            .retry(
                Retry::on_errors(error_names_of_variant::<PaymentError>("GatewayTimeout"))
                    .interval(2)
                    .max_attempts(3)
                    .backoff_rate(1.5)
                    .max_delay(60)
                    .jitter(Jitter::Full),
            )
            .retry(Retry::on(vec!["States.ALL"]))
            .catch(Catch::on_errors(
                error_names_of_variant::<PaymentError>("Declined"),
                Edge::to("Declined").assign("why", Expr::error_output().field("cause")),
            ))
            .next("Paid"),
        State::succeed("Paid").end_with(Expr::variable("payment")),
        State::fail("Declined"),
    ])
    .comment("Charges a card.")
    .timeout(Expr::literal(604_800))
    .lambda_retries()
}

#[test]
fn task_states_are_emitted() {
    let bound = flow(vec![
        State::task("Charge", charge())
            .catch(Catch::on(
                vec!["CardDeclined"],
                Edge::to("Declined")
                    .assign("reason", error_field::<PaymentError>("Declined", "reason")),
            ))
            .end(),
        State::fail("Declined")
            .error(Expr::literal("Declined"))
            .cause(Expr::variable("reason")),
    ]);
    emits("task", task_flow());
    emits("task_bound_field", bound);
    emits("task_jsonpath", jsonpath(task_flow()));
}

#[test]
fn each_deploy_target_has_its_own_resource() {
    let states = vec![
        State::task("Nothing", Call::task::<tick>(vec![])).next("Several"),
        State::task(
            "Several",
            Call::task::<pack_item>(vec![
                order().field("items").index(Expr::literal(0)),
                order().field("order_id"),
            ]),
        )
        .next("Activity"),
        State::task("Activity", Call::task::<inspect>(vec![order()])).end(),
    ];
    emits("deploy_targets", flow(states.clone()));
    emits("deploy_targets_jsonpath", jsonpath(flow(states.clone())));
    emits(
        "deploy_activity",
        flow(states).deploy(Deploy::Activity).lambda_retries(),
    );
}

#[test]
fn task_tokens_are_emitted_or_refused() {
    let review = |token: Expr| {
        flow(vec![
            State::task(
                "Review",
                Call::wait_for_task_token::<request_review>(
                    vec![order(), token],
                    AnswerType::of::<Decision>(),
                ),
            )
            .assign("decision", Expr::result())
            .next("Done"),
            State::succeed("Done").end_with(Expr::variable("decision")),
        ])
    };
    emits("task_token", review(Expr::task_token()));
    emits("task_token_jsonpath", jsonpath(review(Expr::task_token())));
    refuses("refused_task_token_not_sent", review(Expr::literal("x")));
    refuses(
        "refused_task_token_in_express",
        review(Expr::task_token()).machine_type(MachineType::Express),
    );
}

#[test]
fn services_and_nested_workflows_are_emitted() {
    let states = vec![
        State::task(
            "Send",
            Call::service_with_task_token(
                "arn:aws:states:::sqs:sendMessage",
                Some(vec![
                    ("QueueUrl".into(), Expr::placeholder("QueueUrl")),
                    (
                        "MessageBody".into(),
                        Expr::object(vec![
                            ("token".into(), Expr::task_token()),
                            ("price".into(), Expr::literal("costs ${price}")),
                        ]),
                    ),
                ]),
                None,
            ),
        )
        .next("Child"),
        State::task("Child", Call::workflow::<Fulfilment>(order()))
            .assign("fulfilled", Expr::result())
            .next("Start"),
        State::task("Start", Call::start_workflow::<Fulfilment>(order())).next("Quote"),
        State::task("Quote", Call::workflow::<Quote>(order().field("order_id")))
            .assign("price", Expr::result())
            .next("Done"),
        State::succeed("Done").end_with(Expr::tuple(vec![
            Expr::variable("fulfilled"),
            Expr::variable("price").binary(Binary::Mul, Expr::literal(2.0)),
        ])),
    ];
    emits("services", flow(states.clone()));
    emits(
        "services_jsonpath",
        jsonpath(
            flow(states[..3].to_vec()).state(
                State::task("Quote", Call::workflow::<Quote>(order().field("order_id")))
                    .query_language(QueryLanguage::Jsonata)
                    .end(),
            ),
        ),
    );
    refuses(
        "refused_nested_in_express",
        flow(states).machine_type(MachineType::Express),
    );
}

#[test]
fn handlers_for_unknown_errors_of_nested_workflows_are_refused() {
    let catch = |value: Expr| {
        let edge = Edge::to("Done").assign("seen", value);
        Catch::on_errors(error_names_of_variant::<PaymentError>("Declined"), edge)
    };
    let nested =
        |name: &'static str, call: Call| State::task(name, call).catch(catch(Expr::none()));
    let id = || order().field("order_id");
    refuses(
        "refused_errors_of_child",
        flow(vec![
            nested("Started", Call::start_workflow::<Fulfilment>(order())).next("Express"),
            nested("Express", Call::workflow::<Quote>(id())).next("Paths"),
            nested("Paths", Call::workflow::<Fulfilment>(order()))
                .query_language(QueryLanguage::JsonPath)
                .next("Text"),
            State::task("Text", Call::workflow::<Fulfilment>(order()))
                .catch(catch(Expr::jsonata(
                    "$states.errorOutput.Cause",
                    String::shape,
                )))
                .next("Retried"),
            State::task("Retried", Call::workflow::<Fulfilment>(order()))
                .retry(Retry::on_errors(error_names_of_variant::<PaymentError>(
                    "Declined",
                )))
                .next("Done"),
            State::succeed("Done"),
        ]),
    );
}

#[test]
fn the_retrier_of_lambda_errors_comes_before_one_that_also_matches_them() {
    let wide: [&[&[&str]]; 5] = [
        &[&["States.ALL"]],
        &[&["States.TaskFailed"]],
        &[&["States.TaskFailed"], &["States.ALL"]],
        &[&["PaymentError.GatewayTimeout", "States.TaskFailed"]],
        &[&["States.TaskFailed"], &["States.Timeout"]],
    ];
    for retriers in wide {
        for change in [|flow: Flow| flow, jsonpath] {
            let timeout = &["PaymentError.GatewayTimeout"];
            let first = retriers[0].contains(&timeout[0]);
            let own = (!first).then_some(timeout as &[&str]);
            let retriers = own.into_iter().chain(retriers.iter().copied());
            let state = retriers.fold(State::task("Charge", charge()), |state, names| {
                state.retry(Retry::on(names.to_vec()))
            });
            let flow = change(flow(vec![state.end()]).lambda_retries());
            let definition = flow.lower().expect("valid").to_json();
            let definition: serde_json::Value = serde_json::from_str(&definition).expect("JSON");
            let retry = definition["States"]["Charge"]["Retry"].as_array();
            let retry = retry.expect("retriers");
            let names = |index: usize| retry[index]["ErrorEquals"].to_string();
            let at = usize::from(!first);
            assert!(names(at).contains("Lambda.ServiceException"), "{retry:?}");
            assert!(names(at + 1).contains("States."), "{retry:?}");
            let named = stepwright_asl::json::Json::from(retry.clone());
            let found = stepwright_asl::limits::lambda_retrier(named.as_array().expect("a list"));
            assert_eq!(found, Some(at));
        }
    }
}
