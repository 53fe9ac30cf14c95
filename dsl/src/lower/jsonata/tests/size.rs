//! The text of an expression grows linearly with the expression, even if a value is used twice.

use super::*;
use crate::expr::{Case, Pattern};

/// The length of the emitted text, or the faults.
fn length(expr: Expr, variables: &[Variable]) -> Result<usize, String> {
    output(expr, variables).map(|json| json.to_string().len())
}

/// `{ let v1 = make(v0); let v2 = make(v1); .. v25 }`
fn doubled(make: &dyn Fn(Expr) -> Expr, levels: usize) -> Expr {
    let name = |level: usize| format!("v{level}");
    let bindings = (1..=levels).map(|level| {
        let before = match level {
            1 => v("n"),
            _ => Expr::local(name(level - 1)),
        };
        (name(level), make(before))
    });
    Expr::let_in(bindings.collect(), Expr::local(name(levels)))
}

#[test]
fn values_used_twice_at_each_level_are_written_once() {
    let variables = [("n", integer as fn() -> Shape, json!(1))];
    let makes: [(&str, &dyn Fn(Expr) -> Expr); 8] = [
        ("array", &|x| Expr::array(vec![x.clone(), x])),
        ("tuple", &|x| Expr::tuple(vec![x.clone(), x])),
        ("item", &|x| {
            Expr::array(vec![x.clone(), x]).method("clone", vec![])
        }),
        ("equal", &|x| {
            x.clone().method("clone", vec![]).binary(Binary::Eq, x)
        }),
        ("some", &|x| {
            Expr::if_else(v("n").binary(Binary::Gt, int(0)), x.clone(), x)
        }),
        ("match", &|x| {
            Expr::match_on(
                Expr::tuple(vec![x.clone(), x.clone()]),
                vec![Case::new(
                    Pattern::Tuple(vec![Pattern::Bind("a".into()), Pattern::Wildcard]),
                    None,
                    Expr::array(vec![Expr::local("a"), x]),
                )],
            )
        }),
        ("index", &|x| {
            Expr::array(vec![x.clone(), x]).index(Expr::literal(0))
        }),
        ("method", &|x| {
            Expr::array(vec![x.clone()])
                .method("chain", vec![Expr::array(vec![x])])
                .method("first", vec![])
                .method("unwrap", vec![])
        }),
    ];
    for (what, make) in makes {
        // Each further level adds the same length.
        let lengths: Vec<_> = [10, 20, 40]
            .map(|levels| length(doubled(make, levels), &variables))
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap_or_else(|faults| panic!("{what}: {faults}"));
        let (first, second) = (lengths[1] - lengths[0], lengths[2] - lengths[1]);
        assert!(second <= 2 * first + 200, "{what}: {lengths:?}");
    }
}

#[test]
fn a_type_that_doubles_at_each_level_is_refused() {
    let variables = [("n", integer as fn() -> Shape, json!(1))];
    let make = |x: Expr| Expr::tuple(vec![x.clone(), Expr::literal("text"), x]);
    assert!(length(doubled(&make, 6), &variables).is_ok());
    let faults = length(doubled(&make, 25), &variables).expect_err("too much");
    assert!(faults.contains("parts"), "{faults}");
}

#[test]
fn nested_closures_with_too_much_duplicated_code_are_refused() {
    let variables = [("list", integers as fn() -> Shape, json!([2, 1]))];
    let nested = |levels: usize| {
        (0..levels).fold(Expr::local("x"), |key, _| {
            v("list")
                .method("max_by_key", vec![Expr::closure(vec!["x"], key)])
                .method("unwrap_or", vec![int(0)])
        })
    };
    let over =
        |levels: usize| v("list").method("map", vec![Expr::closure(vec!["x"], nested(levels))]);
    assert!(length(over(3), &variables).is_ok());
    let faults = length(over(30), &variables).expect_err("too long");
    assert!(faults.contains("too long"), "{faults}");
}

#[test]
fn an_expression_that_nests_too_deep_is_refused() {
    let variables = [("n", integer as fn() -> Shape, json!(1))];
    let sum = |levels: usize| (0..levels).fold(v("n"), |sum, _| sum.binary(Binary::Add, int(1)));
    assert!(length(sum(100), &variables).is_ok());
    for deep in [200, 2_000] {
        let faults = length(sum(deep), &variables).expect_err("too deep");
        assert!(faults.contains("nests deeper"), "{faults}");
    }
    let nested = (0..2_000).fold(v("n"), |inner, _| Expr::array(vec![inner]));
    assert!(length(nested, &variables).is_err());
    let branches = (0..2_000).fold(v("n"), |other, _| {
        Expr::if_else(v("n").binary(Binary::Gt, int(1)), int(1), other)
    });
    assert!(length(branches, &variables).is_err());
}
