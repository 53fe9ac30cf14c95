//! Parallel and Map.

use super::*;

fn pack() -> State {
    State::map(
        "Pack",
        Map::over(order().field("items"), "item")
            .max_concurrency(Expr::literal(10))
            .body(Body::new(vec![
                State::task(
                    "PackItem",
                    Call::task::<pack_item>(vec![Expr::item("item"), order().field("order_id")]),
                )
                .catch(Catch::on(vec!["States.ALL"], Edge::to("Skip")))
                .assign("outcome", Expr::result())
                .next("Label"),
                State::pass("Skip").end_with(Expr::tuple(vec![
                    Expr::item("item").field("sku"),
                    Expr::none(),
                ])),
                State::pass("Label").end_with(Expr::tuple(vec![
                    Expr::item("item").field("sku"),
                    Expr::some(Expr::variable("outcome")),
                ])),
            ])),
    )
}

#[test]
fn parallel_and_map_states_are_emitted() {
    let states = vec![
        State::parallel(
            "Fulfil",
            vec![
                Body::new(vec![pack().end()]),
                Body::new(vec![State::task("Charge", charge()).end()]),
            ],
        )
        .assign("packed", Expr::result().tuple_field(0))
        .assign("payment", Expr::result().tuple_field(1))
        .retry(Retry::on(vec!["States.Timeout"]).max_attempts(0))
        .catch(Catch::on(
            vec!["States.ALL"],
            Edge::to("Failed").assign("error", Expr::error_output()),
        ))
        .next("Done"),
        State::succeed("Done").end_with(Expr::object(vec![
            (
                "count".into(),
                Expr::variable("packed").method("len", vec![]),
            ),
            (
                "first".into(),
                Expr::variable("packed").method("first", vec![]),
            ),
            ("payment".into(), Expr::variable("payment")),
        ])),
        State::fail("Failed").error(
            Expr::variable("error")
                .field("error")
                .method("unwrap_or", vec![Expr::literal("?")]),
        ),
    ];
    emits("parallel_and_map", flow(states));
}

#[test]
fn a_jsonpath_map_passes_its_item_only_through_forwarding_states() {
    let map = |first: State| {
        flow(vec![
            State::map(
                "Each",
                Map::over(order().field("items"), "item").body(Body::new(vec![
                    first.next("Second"),
                    State::task(
                        "Second",
                        Call::task::<pack_item>(vec![
                            Expr::item("item"),
                            order().field("order_id"),
                        ]),
                    )
                    .end(),
                ])),
            )
            .end(),
        ])
    };
    emits("map_jsonpath", jsonpath(map(State::pass("First"))));
    let task = State::task("First", Call::task::<tick>(vec![]));
    refuses("refused_map_item_in_jsonpath", jsonpath(map(task.clone())));
    // Mixed: the first state is JSONata, so it can assign the value.
    emits(
        "map_mixed",
        jsonpath(map(task.query_language(QueryLanguage::Jsonata))),
    );
}

#[test]
fn unavailable_map_items_and_maps_over_numbers_are_refused() {
    let nested = flow(vec![
        State::map(
            "Outer",
            Map::over(order().field("items"), "outer").body(Body::new(vec![
                State::map(
                    "Inner",
                    Map::over(order().field("notes"), "inner")
                        .body(Body::new(vec![State::pass("Use").end_with(Expr::tuple(
                            vec![Expr::item("outer"), Expr::item("inner")],
                        ))])),
                )
                .end(),
            ])),
        )
        .end(),
    ]);
    refuses("refused_map_item_in_nested_first_state", nested);
    let loops = flow(vec![
        State::map(
            "Outer",
            Map::over(order().field("items"), "item").body(Body::new(vec![
                State::pass("First")
                    .assign("a", Expr::item("item"))
                    .next("Back"),
                State::wait("Back", Wait::seconds(Expr::literal(1))).next("First"),
            ])),
        )
        .end(),
    ]);
    refuses("refused_map_item_in_loop", loops);
    let no_list = flow(vec![
        State::map(
            "M",
            Map::over(order().field("total"), "x").body(Body::new(vec![State::succeed("S")])),
        )
        .end(),
    ]);
    refuses("refused_map_over_a_number", no_list);
}

#[test]
fn a_distributed_map_passes_variables_read_in_expression_texts() {
    let texts = [
        Expr::path("$rate", || Shape::Any),
        Expr::intrinsic("States.Format('{}', $rate)", || Shape::String),
    ];
    for text in texts {
        let first = State::pass("First").next("Second");
        let second = State::pass("Second").end_with(text);
        let each = Map::over(order().field("items"), "item")
            .distributed(Distributed::new(MachineType::Standard))
            .body(Body::new(vec![first, second]));
        let rate = State::pass("Rate").assign("rate", Expr::literal(2));
        let json = asl(jsonpath(flow(vec![
            rate.next("Each"),
            State::map("Each", each).end(),
        ])));
        assert!(json.contains(r#""rate.$": "$rate""#), "{json}");
        assert!(json.contains(r#""rate.$": "$.rate""#), "{json}");
    }
}
