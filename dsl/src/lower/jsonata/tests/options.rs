//! Options and values of unknown type have the same meaning as in Rust.

use super::*;
use crate::expr::{Piece, Unary};

#[test]
fn options_fail_only_where_rust_panics() {
    let shape: fn() -> Shape =
        || Shape::object([("coupon".into(), Shape::Option(Box::new(Shape::Integer)))]);
    for (order, coupon) in [
        (json!({}), None),
        (json!({"coupon": null}), None),
        (json!({"coupon": 0}), Some(0)),
    ] {
        let variables = [("order", shape, order)];
        let read = || v("order").field("coupon");
        let cases = [
            (read(), json!(coupon)),
            (read().method("is_some", vec![]), json!(coupon.is_some())),
            (read().method("is_none", vec![]), json!(coupon.is_none())),
            (
                read().method("unwrap_or", vec![int(9)]),
                json!(coupon.unwrap_or(9)),
            ),
            (
                read().method("unwrap_or_default", vec![]),
                json!(coupon.unwrap_or_default()),
            ),
            (
                read().method("map", vec![with(Binary::Add, int(1))]),
                json!(coupon.map(|x| x + 1)),
            ),
            (
                read().method("is_some_and", vec![with(Binary::Gt, int(-1))]),
                json!(coupon.is_some_and(|x| x > -1)),
            ),
            (
                read().binary(Binary::Eq, Expr::none()),
                json!(coupon.is_none()),
            ),
            (
                read().binary(Binary::Ne, Expr::none()),
                json!(coupon.is_some()),
            ),
            (
                read().binary(Binary::Eq, Expr::some(int(0))),
                json!(coupon == Some(0)),
            ),
            (
                Expr::tuple(vec![read(), int(1)]).method("clone", vec![]),
                json!([coupon, 1]),
            ),
        ];
        for (expr, expected) in cases {
            assert_eq!(
                value(expr.clone(), &variables),
                Ok(expected),
                "{}",
                format_args!("{expr:?}")
            );
        }
        let unwrapped = value(read().method("unwrap", vec![]), &variables);
        assert_eq!(unwrapped.is_ok(), coupon.is_some(), "{unwrapped:?}");
    }
}

#[test]
fn computed_options_behave_as_in_rust() {
    let variables = [
        ("yes", boolean as fn() -> Shape, json!(true)),
        ("text", text, json!("")),
        ("option", optional, json!(4)),
        ("options", || Shape::list(optional()), json!([1, null, 3])),
    ];
    let made = || Expr::if_else(v("yes"), Expr::some(v("text")), Expr::none());
    let empty = || Expr::closure(vec!["t"], Expr::local("t").method("is_empty", vec![]));
    let cases = [
        (
            made().method(
                "filter",
                vec![Expr::closure(
                    vec!["t"],
                    Expr::unary(Unary::Not, Expr::local("t").method("is_empty", vec![])),
                )],
            ),
            json!(null),
        ),
        (
            made().method("map_or", vec![Expr::literal(false), empty()]),
            json!(true),
        ),
        (
            Expr::some(v("text")).method("is_some_and", vec![empty()]),
            json!(true),
        ),
        (
            v("option")
                .method(
                    "and_then",
                    vec![Expr::closure(
                        vec!["p"],
                        Expr::if_else(
                            Expr::local("p").binary(Binary::Gt, int(9)),
                            Expr::some(Expr::local("p")),
                            Expr::none(),
                        ),
                    )],
                )
                .method("is_none", vec![]),
            json!(true),
        ),
        (v("options").method("flatten", vec![]), json!([1, 3])),
        (v("option").method("iter", vec![]), json!([4])),
        (
            made().method("unwrap_or", vec![Expr::literal("x")]),
            json!(""),
        ),
        (
            v("options").method(
                "filter_map",
                vec![Expr::closure(
                    vec!["o"],
                    Expr::local("o").method(
                        "map",
                        vec![Expr::closure(
                            vec!["n"],
                            Expr::local("n").binary(Binary::Mul, int(2)),
                        )],
                    ),
                )],
            ),
            json!([2, 6]),
        ),
    ];
    for (expr, expected) in cases {
        let text = format!("{:?}", output(expr.clone(), &variables));
        assert_eq!(value(expr, &variables), Ok(expected), "{text}");
    }
}

#[test]
fn values_of_unknown_shape_behave_as_in_rust() {
    for sample in [
        json!({"name": "x", "n": 1}),
        json!([{"name": "y"}, 2]),
        json!("text"),
        json!(1.5),
        json!(null),
        json!(true),
    ] {
        let variables: [Variable; 1] = [("value", || Shape::Any, sample.clone())];
        let read = || v("value");
        let cases = [
            (read().index(Expr::literal("name")), json!(sample["name"])),
            (read().index(int(0)), json!(sample[0])),
            (
                read().index(Expr::literal("a")).index(Expr::literal("b")),
                json!(sample["a"]["b"]),
            ),
            (
                read()
                    .method("as_str", vec![])
                    .method("unwrap_or", vec![Expr::literal("x")]),
                json!(sample.as_str().unwrap_or("x")),
            ),
            (
                read().method("as_f64", vec![]).method("is_some", vec![]),
                json!(sample.as_f64().is_some()),
            ),
            (read().method("is_null", vec![]), json!(sample.is_null())),
            (read().method("is_array", vec![]), json!(sample.is_array())),
            (read().method("as_bool", vec![]), json!(sample.as_bool())),
            (
                Expr::format(vec![Piece::Text("<".into()), Piece::Value(read())]),
                json!(format!("<{sample}")),
            ),
        ];
        for (expr, expected) in cases {
            let text = format!("{:?}", output(expr.clone(), &variables));
            assert_eq!(value(expr, &variables), Ok(expected), "{sample}: {text}");
        }
    }
}
