//! Operators, numbers and blocks have the same meaning as in Rust.

use super::*;
use crate::expr::{Piece, Unary};

#[test]
fn operators_are_parenthesised_by_binding_power() {
    let variables = [
        ("a", number as fn() -> Shape, json!(7)),
        ("b", number, json!(2)),
        ("p", boolean, json!(true)),
        ("q", boolean, json!(false)),
    ];
    let (a, b, p, q) = (|| v("a"), || v("b"), || v("p"), || v("q"));
    let cases = [
        (
            a().binary(Binary::Sub, b().binary(Binary::Sub, a())),
            "$a - ($b - $a)",
            json!(12),
        ),
        (
            a().binary(Binary::Sub, b()).binary(Binary::Sub, a()),
            "$a - $b - $a",
            json!(-2),
        ),
        (
            a().binary(Binary::Add, b()).binary(Binary::Mul, b()),
            "($a + $b) * $b",
            json!(18),
        ),
        (
            a().binary(Binary::Mul, b().binary(Binary::Div, a())),
            "$a * ($b / $a)",
            json!(2),
        ),
        (
            Expr::unary(Unary::Neg, a().binary(Binary::Add, b())),
            "-($a + $b)",
            json!(-9),
        ),
        (a().binary(Binary::Sub, int(-3)), "$a - -3", json!(10)),
        (
            p().binary(Binary::Or, q()).binary(Binary::And, q()),
            "($p or $q) and $q",
            json!(false),
        ),
        (
            p().binary(Binary::Or, q().binary(Binary::And, q())),
            "$p or $q and $q",
            json!(true),
        ),
        (
            a().binary(Binary::Lt, b()).binary(Binary::Eq, q()),
            "($a < $b) = $q",
            json!(true),
        ),
        (
            Expr::if_else(p(), Expr::if_else(q(), a(), b()), a()).binary(Binary::Add, int(1)),
            "($p ? $q ? $a : $b : $a) + 1",
            json!(3),
        ),
        (
            Expr::unary(Unary::Not, p().binary(Binary::And, q())),
            "$not($p and $q)",
            json!(true),
        ),
    ];
    for (expr, expected, result) in cases {
        assert_eq!(code(expr.clone(), &variables), expected);
        assert_eq!(value(expr, &variables), Ok(result), "{expected}");
    }
}

#[test]
fn integer_division_truncates() {
    for (a, b) in [(7, 2), (-7, 2), (7, -2), (-7, -2), (6, 3), (0, 5)] {
        let variables = [
            ("a", integer as fn() -> Shape, json!(a)),
            ("b", integer, json!(b)),
        ];
        let quotient = v("a").binary(Binary::Div, v("b"));
        assert_eq!(value(quotient, &variables), Ok(json!(a / b)), "{a} / {b}");
        let long = v("a")
            .binary(Binary::Add, int(1))
            .binary(Binary::Div, v("b").binary(Binary::Mul, int(1)));
        assert_eq!(
            value(long, &variables),
            Ok(json!((a + 1) / b)),
            "({a} + 1) / ({b} * 1)"
        );
        let rest = v("a").binary(Binary::Rem, v("b"));
        assert_eq!(value(rest, &variables), Ok(json!(a % b)), "{a} % {b}");
    }
    let fraction = [
        ("a", number as fn() -> Shape, json!(7.0)),
        ("b", number, json!(2.0)),
    ];
    assert_eq!(
        value(v("a").binary(Binary::Div, v("b")), &fraction),
        Ok(json!(3.5))
    );
}

#[test]
fn halves_round_away_from_zero() {
    for a in [0.5_f64, -0.5, 1.5, 2.5, -2.5, 2.4, -2.6, 0.0] {
        let variables = [("a", number as fn() -> Shape, json!(a))];
        let rounded = value(v("a").method("round", vec![]), &variables).unwrap();
        assert_eq!(rounded.as_f64().unwrap(), a.round(), "{a}");
    }
}

#[test]
fn a_literal_is_not_checked_for_being_zero() {
    let variables = [("a", integer as fn() -> Shape, json!(7))];
    assert_eq!(
        code(v("a").binary(Binary::Rem, int(-3)), &variables),
        "$a % -3"
    );
}

#[test]
fn operators_on_unsupported_types_are_refused() {
    let variables = [
        (
            "id",
            (|| <std::path::PathBuf as crate::Payload>::shape()) as fn() -> Shape,
            json!("a"),
        ),
        ("n", integer, json!(1)),
    ];
    for expr in [
        v("id").binary(Binary::Add, v("id")),
        v("id").binary(Binary::Eq, v("id")),
        v("id").binary(Binary::Lt, v("id")),
        Expr::unary(Unary::Not, v("n")),
        Expr::format(vec![Piece::Value(v("id"))]),
    ] {
        assert!(output(expr.clone(), &variables).is_err(), "{expr:?}");
    }
}

#[test]
fn variables_of_a_block_are_evaluated_in_order() {
    for name in ["x", "v", "sum", "n"] {
        let variables = [("n", integer as fn() -> Shape, json!(5))];
        let block = Expr::let_in(
            vec![
                (name, v("n").binary(Binary::Add, int(1))),
                (
                    "twice",
                    Expr::local(name).binary(Binary::Mul, Expr::local(name)),
                ),
                (
                    name,
                    Expr::local("twice").binary(Binary::Sub, Expr::local(name)),
                ),
            ],
            Expr::local(name).binary(Binary::Add, Expr::local("twice")),
        );
        assert_eq!(value(block, &variables), Ok(json!(66)), "{name}");
    }
}

#[test]
fn an_unused_division_by_zero_fails_the_state() {
    let unread = |divisor: Expr| {
        let quotient = int(7).binary(Binary::Div, divisor);
        Expr::let_in(vec![("or", quotient)], int(1))
    };
    let run = |divisor: i64| value(unread(v("by")), &[("by", integer, json!(divisor))]);
    assert_eq!(run(2), Ok(json!(1)));
    assert!(run(0).is_err());
    // An unused value that cannot fail is not evaluated.
    assert_eq!(code(unread(int(2)), &[]), "1");
}
