//! Pass, Choice, Wait, Succeed and Fail.

use super::*;

#[test]
fn pass_states_are_emitted() {
    let states = |more: Expr| {
        vec![
            State::pass("Label")
                .assign("label", label())
                .assign("count", order().field("items").method("len", vec![]))
                .assign("more", more)
                .next("Last"),
            State::pass("Last").end_with(Expr::object(vec![
                ("label".into(), Expr::variable("label")),
                (
                    "fixed".into(),
                    Expr::literal(serde_json::json!({ "a": [1, null] })),
                ),
                ("items".into(), order().field("items")),
            ])),
        ]
    };
    emits("pass", flow(states(order().field("coupon"))));
    emits(
        "pass_jsonpath",
        jsonpath(flow(states(order().field("customer").field("email")))),
    );
    refuses(
        "refused_option_in_jsonpath",
        jsonpath(flow(states(order().field("coupon")))),
    );
}

#[test]
fn choice_states_are_emitted() {
    let large = order()
        .field("total")
        .binary(Binary::Gt, Expr::literal(1000.0));
    let vip = order().field("customer").field("vip");
    let not_vip = Expr::unary(crate::expr::Unary::Not, vip.clone());
    let states = vec![
        State::choice("Triage")
            .when(
                large.binary(Binary::And, not_vip),
                Edge::to("Review").assign("why", Expr::literal("large")),
            )
            .when(
                order().field("coupon").method("is_some", vec![]).binary(
                    Binary::Or,
                    order()
                        .field("order_id")
                        .binary(Binary::Eq, Expr::literal("test")),
                ),
                Edge::to("Done"),
            )
            .otherwise(Edge::to("Done").assign("why", Expr::literal("nothing"))),
        State::pass("Review").next("Strict"),
        State::choice("Strict")
            .when(vip, Edge::to("Done"))
            .no_default(),
        State::succeed("Done"),
    ];
    emits("choice", flow(states.clone()));
    emits("choice_jsonpath", jsonpath(flow(states)));
    let open = flow(vec![
        State::choice("Open").when(Expr::literal(true), Edge::to("Done")),
        State::succeed("Done"),
    ]);
    refuses("refused_choice_without_otherwise", open);
}

#[test]
fn match_expressions_are_emitted() {
    let bind = |name: &'static str| Pattern::Bind(name.into());
    let states = vec![
        State::choice("Decide").match_on(
            Expr::variable("decision"),
            vec![
                Arm::new(
                    Pattern::Variant("Approved".into(), vec![("by".into(), bind("who"))]),
                    Some(Expr::local("who").binary(Binary::Ne, Expr::literal("robot"))),
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant("Refused".into(), vec![("reason".into(), bind("reason"))]),
                    None,
                    Edge::to("Done").assign(
                        "text",
                        Expr::local("reason").binary(Binary::Add, Expr::literal("!")),
                    ),
                ),
                Arm::new(Pattern::Wildcard, None, Edge::to("Result")),
            ],
        ),
        State::choice("Result").match_on(
            Expr::variable("outcome"),
            vec![
                Arm::new(
                    Pattern::Variant("Done".into(), vec![]),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant(
                        "Partly".into(),
                        vec![
                            (
                                "0".into(),
                                Pattern::Or(vec![
                                    Pattern::Literal(1.into()),
                                    Pattern::Literal(2.into()),
                                ]),
                            ),
                            ("1".into(), bind("left")),
                        ],
                    ),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant(
                        "Failed".into(),
                        vec![("reason".into(), Pattern::Some(Box::new(bind("cause"))))],
                    ),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(
                    Pattern::Variant("Failed".into(), vec![("reason".into(), Pattern::None)]),
                    None,
                    Edge::to("Done"),
                ),
                Arm::new(bind("other"), None, Edge::to("Done")),
            ],
        ),
        State::succeed("Done"),
    ];
    let start = |states: Vec<State>| {
        let start = State::pass("Start")
            .assign(
                "decision",
                Expr::jsonata("$states.input.decision", Decision::shape),
            )
            .assign(
                "outcome",
                Expr::jsonata("$states.input.outcome", Outcome::shape),
            )
            .query_language(QueryLanguage::Jsonata)
            .next("Decide");
        flow(std::iter::once(start).chain(states).collect())
    };
    emits("match", start(states.clone()));
    let mut simple = states;
    // JSONPath cannot concatenate texts here; the rest is the same.
    simple[0] = State::choice("Decide").match_on(
        Expr::variable("decision"),
        vec![
            Arm::new(
                Pattern::Variant("Refused".into(), vec![("reason".into(), bind("reason"))]),
                Some(Expr::local("reason").binary(Binary::Eq, Expr::literal("late"))),
                Edge::to("Done"),
            ),
            Arm::new(Pattern::Wildcard, None, Edge::to("Result")),
        ],
    );
    emits("match_jsonpath", jsonpath(start(simple)));
}

#[test]
fn wait_states_are_emitted() {
    let states = vec![
        State::wait("Pause", Wait::seconds(Expr::literal(300))).next("Backoff"),
        State::wait("Backoff", Wait::seconds(order().field("delay"))).next("Ship"),
        State::wait("Ship", Wait::timestamp(order().field("ship_at"))).next("NewYear"),
        State::wait(
            "NewYear",
            Wait::timestamp(Expr::literal("2027-01-01T00:00:00Z")),
        )
        .end_with(order()),
    ];
    emits("wait", flow(states.clone()));
    emits("wait_jsonpath", jsonpath(flow(states)));
}

#[test]
fn succeed_and_fail_states_are_emitted() {
    let states = |value: Expr| {
        vec![
            State::choice("Which")
                .when(order().field("customer").field("vip"), Edge::to("Done"))
                .when(
                    order()
                        .field("total")
                        .binary(Binary::Lt, Expr::literal(0.0)),
                    Edge::to("Bad"),
                )
                .otherwise(Edge::to("Worse")),
            State::succeed("Done").end_with(value),
            State::fail("Bad")
                .error(Expr::literal("Bad"))
                .cause(label()),
            State::fail("Worse"),
        ]
    };
    let record = Expr::record::<Payment>(
        None,
        vec![
            ("amount", order().field("total")),
            ("note", Expr::some(order().field("order_id"))),
        ],
    );
    emits("succeed_and_fail", flow(states(record.clone())));
    emits(
        "succeed_and_fail_jsonpath",
        jsonpath(flow(states(order().field("items")))),
    );
    refuses(
        "refused_succeed_built_in_jsonpath",
        jsonpath(flow(states(record))),
    );
}
