//! Properties of a whole flow: raw fields, the shapes of its variables, its texts and all of its
//! faults.

use super::*;

#[test]
fn raw_fields_are_unchanged_and_take_precedence() {
    let flow = flow(vec![
        State::task("Charge", charge())
            .raw("Comment", Expr::literal("raw"))
            .raw("Output", Expr::literal("{% $states.result.Payload.x %}"))
            .raw("TimeoutSeconds", Expr::literal(5))
            .end(),
    ])
    .raw("Version", Expr::literal("1.0"));
    emits("raw", flow);
}

#[test]
fn a_variable_in_a_loop_has_a_known_shape() {
    let flow = flow(vec![
        State::pass("Start")
            .assign("attempt", Expr::literal(0))
            .next("Again"),
        State::choice("Again")
            .when(
                Expr::variable("attempt").binary(Binary::Lt, Expr::literal(10)),
                Edge::to("Again").assign(
                    "attempt",
                    Expr::variable("attempt").binary(Binary::Add, Expr::literal(1)),
                ),
            )
            .otherwise(Edge::to("Half")),
        State::pass("Half")
            .end_with(Expr::variable("attempt").binary(Binary::Div, Expr::literal(2))),
    ]);
    emits("loop", flow);
}

#[test]
fn shape_inference_ends_for_a_variable_that_grows_in_a_loop() {
    let again = State::pass("Again")
        .assign("x", Expr::array(vec![Expr::variable("x")]))
        .next("Enough");
    let enough = State::choice("Enough")
        .when(order().field("customer").field("vip"), Edge::to("Again"))
        .otherwise(Edge::to("Done"));
    let first = State::pass("First")
        .assign("x", Expr::literal(1))
        .next("Again");
    let done = State::succeed("Done");
    let asl = asl(flow(vec![first, again, enough, done]));
    assert!(asl.contains("{% $x %}"), "{asl}");
}

#[test]
fn declared_shapes_take_precedence_over_assigned_values() {
    let best = State::pass("First")
        .assign("best", Expr::none())
        .next("Last");
    let last = State::succeed("Last").end_with(Expr::variable("best").field("order_id"));
    let flow = flow(vec![best, last]).variables(vec![("best".into(), <Order as Payload>::shape)]);
    let asl = asl(flow);
    assert!(asl.contains("$best.orderId"), "{asl}");
}

#[test]
fn all_faults_are_reported_at_once() {
    let flow = flow(vec![
        State::pass("A")
            .retry(Retry::on(vec!["x"]))
            .assign("states", Expr::literal(1))
            .next("Nowhere"),
        State::pass("A").assign("x", Expr::variable("unknown")),
        State::pass("B")
            .assign(
                "total",
                order()
                    .field("items")
                    .method("iter", vec![])
                    .method(
                        "map",
                        vec![Expr::closure(vec!["i"], Expr::local("i").field("quantity"))],
                    )
                    .method("sum", vec![]),
            )
            .assign("length", order().field("order_id").method("len", vec![]))
            .assign("own", order().method("discount", vec![]))
            .assign(
                "big",
                Expr::literal(1).binary(Binary::Add, Expr::literal(9_007_199_254_740_993_i64)),
            )
            .assign("call", Expr::function("std::env::var", vec![]))
            .end_with(Expr::path("$.a", || Shape::Any)),
        State::pass("Before")
            .assign("sum", Expr::literal(1))
            .next("B"),
        State::parallel(
            "P",
            vec![Body::new(vec![
                State::pass("C").assign("sum", Expr::literal(1)).next("A"),
            ])],
        )
        .end(),
        State::choice("Empty"),
    ]);
    refuses("refused_everything_at_once", flow);
}

#[test]
fn emitted_text_survives_template_engines() {
    let flow = flow(vec![
        State::pass("Text")
            .assign("a", Expr::literal("${x} 100%{y} {% z %}"))
            .assign(
                "b",
                Expr::literal(serde_json::json!({ "k${v}": "it's \"quoted\" ${x}\n" })),
            )
            .assign("c", Expr::placeholder("TableName"))
            .assign(
                "d",
                Expr::format(vec![
                    Piece::Text("{".into()),
                    Piece::Value(order().field("delay").binary(Binary::Rem, Expr::literal(7))),
                    Piece::Text("}".into()),
                ]),
            )
            .end(),
    ]);
    emits("survives", flow.clone());
    let text = asl(flow);
    assert_eq!(text.matches("${").count(), 1, "only the placeholder");
    assert!(!text.contains("%{"));
}

#[test]
fn the_shape_of_the_error_output_agrees_with_serde() {
    assert_eq!(Shape::disagreements::<ErrorOutput>(), Vec::<String>::new());
}

#[test]
fn definitions_that_aws_would_refuse_are_faults() {
    let flow = flow(vec![
        State::pass("A").next("B"),
        State::succeed("B"),
        State::task("Lonely", charge())
            .retry(Retry::on(vec!["x"]).interval(0))
            .raw("Colour", Expr::literal("red"))
            .next("B"),
    ]);
    refuses("refused_by_the_validator", flow);
}
