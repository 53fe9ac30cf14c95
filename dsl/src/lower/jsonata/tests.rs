//! Expressions as JSONata, and that they mean what Rust means: evaluated with the engine that `asl` reads them with.

use super::syntax::{Local, Operator, Syntax};
use crate::expr::{Binary, Case, Expr, Piece, Unary, methods};
use crate::flow::{Flow, Pattern, State};
use crate::lower::env::Env;
use crate::lower::report::Report;
use crate::lower::scope::{Scopes, at};
use crate::shape::Shape;
use jlens_core::{Bindings, Expression};
use serde_json::{Value, json};
use stepwright_asl::json::Json;
use stepwright_asl::model;

/// What a variable is declared with: its name, its shape, a value.
type Variable = (&'static str, fn() -> Shape, Value);

fn integer() -> Shape {
    Shape::Integer
}

fn number() -> Shape {
    Shape::Number
}

fn text() -> Shape {
    Shape::String
}

fn boolean() -> Shape {
    Shape::Bool
}

fn small() -> Shape {
    Shape::SmallInteger
}

fn integers() -> Shape {
    Shape::Array(Box::new(Shape::Integer))
}

fn texts() -> Shape {
    Shape::Array(Box::new(Shape::String))
}

fn lists() -> Shape {
    Shape::Array(Box::new(integers()))
}

fn optional() -> Shape {
    Shape::Option(Box::new(Shape::Integer))
}

fn table() -> Shape {
    Shape::map(Shape::Integer)
}

/// The `Output` of a pass state that gives an expression, after one that assigns the variables.
fn output(expr: Expr, variables: &[Variable]) -> Result<Json, String> {
    let start = variables
        .iter()
        .fold(State::pass("Start"), |state, (name, shape, _)| {
            state.assign(*name, Expr::jsonata("$states.input", *shape))
        });
    let flow = Flow::new("Test")
        .state(start.next("End"))
        .state(State::pass("End").end_with(expr));
    let definition = flow.lower().map_err(|faults| faults.to_string())?;
    match &definition.machine().states["End"] {
        model::State::Pass(pass) => Ok(pass.output.clone().unwrap_or(Json::Null)),
        other => panic!("{other:?} is no pass"),
    }
}

/// The code of an expression.
fn code(expr: Expr, variables: &[Variable]) -> String {
    match output(expr, variables) {
        Ok(Json::String(text)) => match text
            .strip_prefix("{% ")
            .and_then(|text| text.strip_suffix(" %}"))
        {
            Some(code) => code.to_owned(),
            None => panic!("{text} is no expression"),
        },
        other => panic!("{other:?} is no expression"),
    }
}

/// Lowers something where the variables are known.
fn placed<T>(variables: &[Variable], lower: impl FnOnce(&Env<'_>, &mut Report) -> T) -> T {
    let start = variables
        .iter()
        .fold(State::pass("Start"), |state, (name, shape, _)| {
            state.assign(*name, Expr::jsonata("$states.input", *shape))
        });
    let flow = Flow::new("Test")
        .state(start.next("End"))
        .state(State::pass("End").end());
    let scopes = Scopes::of(&flow);
    let levels = at(&[scopes.root_level()], &flow.states, 1);
    let env = Env::new(&flow, &scopes, &flow.states[1], levels);
    lower(&env, &mut Report::new("End"))
}

/// The value of an expression; undefined where AWS would fail.
fn value(expr: Expr, variables: &[Variable]) -> Result<Value, String> {
    evaluate(&output(expr, variables)?, variables)
}

fn evaluate(template: &Json, variables: &[Variable]) -> Result<Value, String> {
    match template {
        Json::String(text) => match text
            .strip_prefix("{% ")
            .and_then(|text| text.strip_suffix(" %}"))
        {
            Some(code) => {
                let bindings =
                    variables
                        .iter()
                        .fold(Bindings::new(), |bindings, (name, _, value)| {
                            // A variable that would hide a function has another name in the ASL.
                            if code.contains(&format!("${name}(")) {
                                bindings.var(format!("{name}_"), value.clone())
                            } else {
                                bindings.var(*name, value.clone())
                            }
                        });
                let compiled =
                    Expression::compile(code).map_err(|error| format!("{code}: {error}"))?;
                compiled
                    .evaluate(None, &bindings)
                    .map_err(|error| error.to_string())?
                    .ok_or_else(|| format!("{code} is undefined"))
            }
            None => Ok(json!(text)),
        },
        Json::Array(items) => items.iter().map(|item| evaluate(item, variables)).collect(),
        Json::Object(entries) => entries
            .iter()
            .map(|(key, value)| Ok((key.clone(), evaluate(value, variables)?)))
            .collect::<Result<serde_json::Map<_, _>, String>>()
            .map(Value::Object),
        other => Ok(other.into()),
    }
}

fn v(name: &'static str) -> Expr {
    Expr::variable(name)
}

fn int(value: i64) -> Expr {
    Expr::literal(value)
}

/// `|x| x operator other`
fn with(operator: Binary, other: Expr) -> Expr {
    Expr::closure(vec!["x"], Expr::local("x").binary(operator, other))
}

#[test]
fn every_template_of_the_method_table_is_jsonata() {
    for row in methods::METHODS {
        let mut count = 0;
        let template = super::reader::read(row.jsonata, &mut |name| {
            count += 1;
            super::syntax::Local {
                id: count,
                hint: name.into(),
            }
        });
        let text = super::print::print(&template);
        assert!(Expression::compile(&text).is_ok(), "{text}");
        // What the table says is what is read: blanks and parentheses apart.
        let bare = |text: &str| text.replace([' ', '(', ')', ';'], "");
        assert_eq!(bare(&text), bare(row.jsonata), "{:?}", row.names);
    }
}

#[test]
fn every_method_has_its_names_once_for_a_kind_of_value() {
    let names = methods::names();
    for name in &names {
        let receivers: Vec<_> = methods::METHODS
            .iter()
            .filter(|row| row.names.contains(name))
            .map(|row| (row.receiver, row.takes.len()))
            .collect();
        for (index, receiver) in receivers.iter().enumerate() {
            assert!(
                !receivers[..index].contains(receiver),
                "{name} {receiver:?}"
            );
        }
    }
}

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
fn a_collection_is_always_a_list() {
    for list in [vec![], vec![5], vec![1, 5, 7]] {
        let variables = [("list", integers as fn() -> Shape, json!(list))];
        let mapped = v("list")
            .method("iter", vec![])
            .method("map", vec![with(Binary::Add, int(1))]);
        let expected: Vec<i64> = list.iter().map(|x| x + 1).collect();
        assert_eq!(value(mapped.clone(), &variables), Ok(json!(expected)));
        let filtered = v("list").method("filter", vec![with(Binary::Gt, int(4))]);
        let kept: Vec<_> = list.iter().filter(|x| **x > 4).collect();
        assert_eq!(value(filtered.clone(), &variables), Ok(json!(kept)));
        assert_eq!(
            value(filtered.clone().method("len", vec![]), &variables),
            Ok(json!(kept.len()))
        );
        assert_eq!(
            value(mapped.method("sum", vec![]), &variables),
            Ok(json!(expected.iter().sum::<i64>()))
        );
        let largest = v("list").method("max", vec![]);
        assert_eq!(value(largest, &variables), Ok(json!(list.iter().max())));
        assert_eq!(
            value(v("list").method("first", vec![]), &variables),
            Ok(json!(list.first()))
        );
        assert_eq!(
            value(v("list").method("last", vec![]), &variables),
            Ok(json!(list.last()))
        );
        let any = v("list").method("any", vec![with(Binary::Gt, int(4))]);
        assert_eq!(
            value(any, &variables),
            Ok(json!(list.iter().any(|x| *x > 4)))
        );
        let all = v("list").method("all", vec![with(Binary::Gt, int(4))]);
        assert_eq!(
            value(all, &variables),
            Ok(json!(list.iter().all(|x| *x > 4)))
        );
        let found = v("list").method("find", vec![with(Binary::Gt, int(4))]);
        assert_eq!(
            value(found, &variables),
            Ok(json!(list.iter().find(|x| **x > 4)))
        );
        let has = v("list").method("contains", vec![int(5)]);
        assert_eq!(value(has, &variables), Ok(json!(list.contains(&5))));
        let texts = v("list").method(
            "map",
            vec![Expr::closure(
                vec!["n"],
                Expr::local("n").method("to_string", vec![]),
            )],
        );
        let joined: Vec<_> = list.iter().map(ToString::to_string).collect();
        assert_eq!(
            value(texts.method("join", vec![Expr::literal("-")]), &variables),
            Ok(json!(joined.join("-")))
        );
    }
}

#[test]
fn lists_of_lists_stay_lists_of_lists() {
    for list in [
        json!([]),
        json!([[1, 2]]),
        json!([[]]),
        json!([[1], [2, 3]]),
    ] {
        let variables = [("list", lists as fn() -> Shape, list.clone())];
        let same = Expr::closure(vec!["x"], Expr::local("x"));
        assert_eq!(
            value(v("list").method("map", vec![same]), &variables),
            Ok(list.clone())
        );
        let every = Expr::closure(vec!["x"], Expr::literal(true));
        let filtered = v("list").method("filter", vec![every.clone()]);
        assert_eq!(value(filtered, &variables), Ok(list.clone()));
        let items = list.as_array().unwrap();
        assert_eq!(
            value(v("list").method("first", vec![]), &variables),
            Ok(json!(items.first()))
        );
        assert_eq!(
            value(v("list").method("any", vec![every]), &variables),
            Ok(json!(!items.is_empty())),
            "{list}"
        );
        assert_eq!(
            value(v("list").method("len", vec![]), &variables),
            Ok(json!(items.len()))
        );
    }
}

#[test]
fn options_never_fail_where_rust_does_not() {
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
fn texts_mean_what_rust_means() {
    for sample in [
        "",
        " ",
        "abc",
        "  a  b ",
        "ÄÖ ü🦀",
        "a,b,,c",
        "it's \"so\" \\ ${x} %{y} {% z %}\n",
    ] {
        let variables = [("text", text as fn() -> Shape, json!(sample))];
        let read = || v("text");
        let part = || vec![Expr::literal("a")];
        let cases = [
            (read().method("trim", vec![]), json!(sample.trim())),
            (
                read().method("to_uppercase", vec![]),
                json!(sample.to_uppercase()),
            ),
            (read().method("is_empty", vec![]), json!(sample.is_empty())),
            (
                read().method("contains", part()),
                json!(sample.contains('a')),
            ),
            (
                read().method("starts_with", part()),
                json!(sample.starts_with('a')),
            ),
            (
                read().method("ends_with", vec![Expr::literal(" ")]),
                json!(sample.ends_with(' ')),
            ),
            (
                read().method("ends_with", vec![Expr::literal("")]),
                json!(true),
            ),
            (
                read()
                    .method("split", vec![Expr::literal(",")])
                    .method("collect", vec![]),
                json!(sample.split(',').collect::<Vec<_>>()),
            ),
            (
                read().method("chars", vec![]).method("count", vec![]),
                json!(sample.chars().count()),
            ),
            (
                Expr::format(vec![
                    Piece::Text("<".into()),
                    Piece::Value(read()),
                    Piece::Value(int(7)),
                    Piece::Text("${>".into()),
                ]),
                json!(format!("<{sample}7${{>")),
            ),
            (
                read().binary(Binary::Add, Expr::literal("!")),
                json!(format!("{sample}!")),
            ),
            (
                read().binary(Binary::Eq, Expr::literal(sample)),
                json!(true),
            ),
        ];
        for (expr, expected) in cases {
            assert_eq!(
                value(expr.clone(), &variables),
                Ok(expected),
                "{sample:?} {expr:?}"
            );
        }
        assert_eq!(value(Expr::literal(sample), &[]), Ok(json!(sample)));
    }
}

#[test]
fn names_that_are_no_identifiers_are_quoted() {
    let shape: fn() -> Shape = || {
        Shape::object([
            ("e-mail".into(), Shape::String),
            ("and".into(), Shape::String),
            ("a`b".into(), Shape::String),
            ("${x}".into(), Shape::String),
        ])
    };
    let variables = [(
        "x",
        shape,
        json!({"e-mail": 1, "and": 2, "a`b": 3, "${x}": 4}),
    )];
    let cases = [
        ("e-mail", "$x.`e-mail`", 1),
        ("and", "$x.`and`", 2),
        ("a`b", "$lookup($x, 'a`b')", 3),
        ("${x}", "$lookup($x, '$' & '{x}')", 4),
    ];
    for (name, expected, result) in cases {
        assert_eq!(code(v("x").field(name), &variables), expected);
        assert_eq!(value(v("x").field(name), &variables), Ok(json!(result)));
    }
}

#[test]
fn a_closures_parameter_hides_no_function() {
    let variables = [("list", lists as fn() -> Shape, json!([[1, 2], [3]]))];
    let lengths = v("list").method(
        "map",
        vec![Expr::closure(
            vec!["count"],
            Expr::local("count").method("len", vec![]),
        )],
    );
    assert_eq!(
        code(lengths.clone(), &variables),
        "[$map($list, function($count1) { $count($count1) })]"
    );
    assert_eq!(value(lengths, &variables), Ok(json!([2, 1])));
}

#[test]
fn the_json_text_of_any_value_can_be_taken() {
    for sample in [
        json!("a\"b"),
        json!(null),
        json!(1.5),
        json!({"a": [1]}),
        json!([[1]]),
    ] {
        let variables: [Variable; 1] = [("x", || Shape::Any, sample.clone())];
        let text = placed(&variables, |env, report| {
            super::as_text(&v("x"), env, report)
        });
        let text = evaluate(&Json::String(text), &variables).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap(),
            sample
        );
    }
}

#[test]
fn a_part_of_a_tuple_that_is_a_list_stays_one() {
    let shape: fn() -> Shape =
        || Shape::object([("result".into(), Shape::Tuple(vec![lists(), Shape::Any]))]);
    for part in [
        json!([]),
        json!([1]),
        json!([[1]]),
        json!([{"a": 1}]),
        json!([[]]),
        json!([1, 2]),
    ] {
        let variables = [("states", shape, json!({ "result": [part, 2] }))];
        let states = [("s", variables[0].1, variables[0].2.clone())];
        let read = v("s").field("result").tuple_field(0);
        assert_eq!(value(read.clone(), &states), Ok(part.clone()), "{part}");
        assert_eq!(value(Expr::array(vec![read]), &states), Ok(json!([part])));
    }
}

#[test]
fn a_list_in_a_list_is_not_taken_apart() {
    let any: fn() -> Shape = || Shape::Any;
    let option: fn() -> Shape = || Shape::Option(Box::new(integers()));
    for list in [json!([]), json!([1]), json!([1, 2]), json!([[1]])] {
        for shape in [integers, any, option] {
            let variables = [("x", shape, list.clone()), ("n", integers, json!([7]))];
            // Inside a closure nothing of this is a template.
            let pair = Expr::closure(
                vec!["n"],
                Expr::tuple(vec![v("x"), Expr::local("n"), v("x")]),
            );
            let mapped = v("n").method("map", vec![pair]);
            assert_eq!(value(mapped, &variables), Ok(json!([[list, 7, list]])));
        }
    }
    let first = Expr::array(vec![Expr::array(vec![int(1), int(2)])]).index(int(0));
    let variables = [("n", integers as fn() -> Shape, json!([7]))];
    let pair = Expr::closure(vec!["n"], Expr::tuple(vec![first, Expr::local("n")]));
    let mapped = v("n").method("map", vec![pair]);
    assert_eq!(value(mapped, &variables), Ok(json!([[[1, 2], 7]])));
    for scalar in [json!(null), json!("a"), json!({"a": [1]})] {
        let variables = [("x", any, scalar.clone()), ("n", integers, json!([7]))];
        let single = Expr::closure(vec!["n"], Expr::array(vec![v("x")]));
        assert_eq!(
            value(v("n").method("map", vec![single]), &variables),
            Ok(json!([[scalar]]))
        );
    }
}

#[test]
fn every_short_text_survives_as_a_literal() {
    let letters = ['$', '{', '}', '%', '\'', '"', '\\', 'a'];
    let mut texts = vec![String::new()];
    let mut longer = texts.clone();
    for _ in 0..4 {
        longer = longer
            .iter()
            .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")))
            .collect();
        texts.extend(longer.clone());
    }
    for text in texts {
        let code = super::print::print(&super::Syntax::text(text.clone()));
        assert!(
            crate::lower::text::is_safe(&code),
            "{text:?} is written {code}"
        );
        let written = Json::String(format!("{{% {code} %}}"));
        assert_eq!(evaluate(&written, &[]), Ok(json!(text)));
    }
}

/// Names that the lowering makes up itself, or that mean something to JSONata.
const NASTY: [&str; 12] = [
    "v", "v1", "item", "x", "at", "sum", "count", "map", "length", "string", "pair", "type",
];

#[test]
fn names_that_the_lowering_makes_up_capture_nothing() {
    for name in NASTY {
        let variables = [
            (name, integer as fn() -> Shape, json!(5)),
            ("list", integers, json!([3, 5, 9])),
            ("other", integers, json!([1, 2])),
            ("option", optional, json!(4)),
        ];
        let own = || v(name);
        let plus = |local: &'static str| Expr::local(local).binary(Binary::Add, own());
        let cases = [
            // if let Some(m) = list.max() { m + name } else { 0 }
            (
                Expr::match_on(
                    v("list").method("max", vec![]),
                    vec![
                        Case::new(
                            Pattern::Some(Box::new(Pattern::Bind("m".into()))),
                            None,
                            plus("m"),
                        ),
                        Case::new(Pattern::Wildcard, None, int(0)),
                    ],
                ),
                json!(14),
            ),
            // list.contains(&name), of a list of pairs
            (
                Expr::array(vec![Expr::tuple(vec![own(), int(1)])])
                    .method("contains", vec![Expr::tuple(vec![int(4), int(1)])]),
                json!(false),
            ),
            (v("list").method("take", vec![own()]), json!([3, 5, 9])),
            (
                v("list").method("skip", vec![own().binary(Binary::Sub, int(4))]),
                json!([5, 9]),
            ),
            // Some(y) => other.map(|name| name + y), where the name of the closure is the variable's
            (
                v("option").method(
                    "map",
                    vec![Expr::closure(
                        vec!["y"],
                        v("other").method(
                            "map",
                            vec![Expr::closure(
                                vec![name],
                                Expr::local(name).binary(Binary::Add, Expr::local("y")),
                            )],
                        ),
                    )],
                ),
                json!([5, 6]),
            ),
            // list.map(|name| other.map(|w| w + name))
            (
                v("list").method(
                    "map",
                    vec![Expr::closure(
                        vec![name],
                        v("other").method(
                            "map",
                            vec![Expr::closure(
                                vec!["w"],
                                Expr::local("w").binary(Binary::Add, Expr::local(name)),
                            )],
                        ),
                    )],
                ),
                json!([[4, 5], [6, 7], [10, 11]]),
            ),
            (
                v("list").method(
                    "fold",
                    vec![
                        own(),
                        Expr::closure(
                            vec!["sum", "item"],
                            plus("sum").binary(Binary::Add, Expr::local("item")),
                        ),
                    ],
                ),
                json!(5 + 3 * 5 + 17),
            ),
            (
                v("list").method(
                    "position",
                    vec![Expr::closure(
                        vec!["n"],
                        Expr::local("n").binary(Binary::Eq, own()),
                    )],
                ),
                json!(1),
            ),
            // name.sum() needs the function that the variable hides.
            (
                v("list")
                    .method("sum", vec![])
                    .binary(Binary::Add, v("list").method("len", vec![]))
                    .binary(Binary::Add, own()),
                json!(25),
            ),
            (
                Expr::format(vec![
                    Piece::Value(own()),
                    Piece::Text(" of ".into()),
                    Piece::Value(v("list").method("len", vec![])),
                ]),
                json!("5 of 3"),
            ),
            // (a / b) where neither is short
            (
                plus_all(own()).binary(Binary::Div, own().binary(Binary::Sub, int(2))),
                json!(13 / 3),
            ),
        ];
        for (expr, expected) in cases {
            let text = format!("{:?}", output(expr.clone(), &variables));
            assert_eq!(value(expr, &variables), Ok(expected), "{name}: {text}");
        }
    }
}

/// `list.len() * 2 + 2 + name`
fn plus_all(name: Expr) -> Expr {
    let len = v("list").method("len", vec![]).binary(Binary::Mul, int(2));
    len.binary(Binary::Add, int(2)).binary(Binary::Add, name)
}

#[test]
fn a_locals_name_never_changes_what_an_expression_means() {
    let mut random = Random(7);
    let variables: Vec<(&str, i64)> = NASTY
        .iter()
        .filter(|name| !matches!(**name, "sum" | "count" | "map"))
        .zip(1..)
        .map(|(name, value)| (*name, value))
        .collect();
    for _ in 0..3_000 {
        let mut count = 0;
        let tree = random_tree(&mut random, 5, &mut Vec::new(), &mut count);
        let nasty = super::print::print(&tree);
        let mut plain = tree.clone();
        rename(&mut plain);
        let plain = super::print::print(&plain);
        let bindings = || {
            variables
                .iter()
                .fold(Bindings::new(), |bindings, (name, value)| {
                    bindings.var(*name, json!(value))
                })
        };
        let run = |text: &str| {
            let compiled =
                Expression::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            compiled
                .evaluate(None, &bindings())
                .map_err(|error| error.to_string())
        };
        assert_eq!(run(&nasty), run(&plain), "{nasty} and {plain}");
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }
}

/// A number: of variables, locals, blocks and functions, all with nasty names.
fn random_tree(
    random: &mut Random,
    depth: usize,
    bound: &mut Vec<Local>,
    count: &mut usize,
) -> Syntax {
    let hint = NASTY[random.below(NASTY.len())];
    let mut local = || {
        *count += 1;
        Local {
            id: *count,
            hint: hint.into(),
        }
    };
    match if depth == 0 {
        random.below(2)
    } else {
        random.below(7)
    } {
        0 if !bound.is_empty() => Syntax::Local(bound[random.below(bound.len())].clone()),
        // A variable that would hide a function has another name in the ASL.
        0 | 1 if matches!(hint, "sum" | "count" | "map") => Syntax::number(3),
        0 | 1 => Syntax::Variable(hint.into()),
        2 | 3 => {
            let left = random_tree(random, depth - 1, bound, count);
            let right = random_tree(random, depth - 1, bound, count);
            left.binary([Operator::Add, Operator::Sub][random.below(2)], right)
        }
        4 => {
            let local = local();
            let value = random_tree(random, depth - 1, bound, count);
            bound.push(local.clone());
            let body = random_tree(random, depth - 1, bound, count);
            bound.pop();
            Syntax::Bind(local, Box::new(value), Box::new(body))
        }
        5 => {
            let (first, second) = (local(), local());
            bound.extend([first.clone(), second.clone()]);
            let body = random_tree(random, depth - 1, bound, count);
            bound.truncate(bound.len() - 2);
            let items = Syntax::Array(vec![
                random_tree(random, depth - 1, bound, count),
                Syntax::number(2),
            ]);
            let function = Syntax::Function(vec![first, second], Box::new(body));
            Syntax::call("sum", vec![Syntax::call("map", vec![items, function])])
        }
        _ => Syntax::call(
            "count",
            vec![Syntax::Array(vec![random_tree(
                random,
                depth - 1,
                bound,
                count,
            )])],
        ),
    }
}

/// Gives each local a name that nothing else has.
fn rename(tree: &mut Syntax) {
    let own = |local: &mut Local| local.hint = format!("local{}", local.id).into();
    match tree {
        Syntax::Local(local) | Syntax::Bind(local, ..) => own(local),
        Syntax::Function(parameters, _) => parameters.iter_mut().for_each(own),
        _ => {}
    }
    tree.children_mut(&mut rename);
}

#[test]
fn an_index_past_the_end_stops_the_state() {
    let shape: fn() -> Shape = || Shape::list(Shape::object([("tags".into(), texts())]));
    let variables = [
        ("list", integers as fn() -> Shape, json!([1])),
        ("lists", lists, json!([[1]])),
        ("texts", texts, json!(["a"])),
        ("items", shape, json!([{"tags": ["a"]}])),
        ("table", table, json!({"a": 1})),
    ];
    let cases = [
        v("list").index(int(5)),
        v("list").index(int(5)).binary(Binary::Eq, int(3)),
        v("list").index(int(5)).binary(Binary::Lt, int(3)),
        v("list").index(int(5)).binary(Binary::Add, int(3)),
        Expr::format(vec![
            Piece::Text("<".into()),
            Piece::Value(v("texts").index(int(4))),
        ]),
        v("lists").index(int(7)).method("len", vec![]),
        v("lists").index(int(0)).index(int(9)),
        v("items").index(int(1)).field("tags").method("len", vec![]),
        v("items").index(int(1)).field("tags"),
        v("list").method(
            "map",
            vec![Expr::closure(
                vec!["at"],
                v("list").index(Expr::local("at")),
            )],
        ),
        v("table").index(Expr::literal("nope")),
        Expr::some(v("table").index(Expr::literal("nope"))).method("is_some", vec![]),
        Expr::if_else(
            v("list").index(int(5)).binary(Binary::Gt, int(0)),
            int(1),
            int(2),
        ),
    ];
    for expr in cases {
        let text = format!("{:?}", output(expr.clone(), &variables));
        assert!(value(expr, &variables).is_err(), "{text}");
    }
    let there = v("items").index(int(0)).field("tags").index(int(0));
    assert_eq!(value(there, &variables), Ok(json!("a")));
}

#[test]
fn a_field_of_an_item_of_a_list_that_was_made_is_found() {
    let shape: fn() -> Shape = || {
        Shape::list(Shape::object([
            ("name".into(), Shape::String),
            ("tags".into(), texts()),
        ]))
    };
    let all = json!([{"name": "a", "tags": ["x", "y"]}, {"name": "b", "tags": []}]);
    let variables = [("items", shape, all)];
    let every = || Expr::closure(vec!["i"], Expr::literal(true));
    let made = [
        v("items").method("filter", vec![every()]),
        v("items").method("skip", vec![int(0)]),
        v("items").method("rev", vec![]).method("rev", vec![]),
        v("items").method("chain", vec![Expr::array(vec![])]),
        Expr::function("functions::unique", vec![v("items")]),
        Expr::array(vec![v("items").index(int(0)), v("items").index(int(1))]),
    ];
    for list in made {
        let text = format!("{:?}", output(list.clone(), &variables));
        let first = || list.clone().index(int(0));
        assert_eq!(
            value(first().field("name"), &variables),
            Ok(json!("a")),
            "{text}"
        );
        assert_eq!(
            value(first().field("tags").method("len", vec![]), &variables),
            Ok(json!(2)),
            "{text}"
        );
    }
    let pairs = v("items").method("enumerate", vec![]).index(int(1));
    assert_eq!(
        value(pairs.clone().tuple_field(1).field("name"), &variables),
        Ok(json!("b"))
    );
    assert_eq!(value(pairs.tuple_field(0), &variables), Ok(json!(1)));
}

#[test]
fn lists_of_anything_are_enumerated_whole() {
    for (shape, list) in [
        (lists as fn() -> Shape, json!([[1, 2], [], [3]])),
        (
            || Shape::list(Shape::Any),
            json!([[1], "a", null, {"b": []}]),
        ),
        (
            || Shape::list(Shape::Tuple(vec![Shape::Integer, lists()])),
            json!([[1, [[2]]]]),
        ),
        (
            || Shape::list(Shape::option(integers())),
            json!([null, [1], []]),
        ),
    ] {
        let variables = [("list", shape, list.clone())];
        let items = list.as_array().unwrap();
        let expected: Vec<Value> = items
            .iter()
            .enumerate()
            .map(|(at, item)| json!([at, item]))
            .collect();
        assert_eq!(
            value(v("list").method("enumerate", vec![]), &variables),
            Ok(json!(expected))
        );
        let zipped: Vec<Value> = items.iter().map(|item| json!([item, item])).collect();
        assert_eq!(
            value(v("list").method("zip", vec![v("list")]), &variables),
            Ok(json!(zipped))
        );
    }
}

#[test]
fn values_of_unknown_form_answer_as_in_rust() {
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

#[test]
fn options_that_are_made_here_are_options() {
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
fn wide_integers_are_written_with_all_their_digits() {
    for (shape, number, expected) in [
        (
            integer as fn() -> Shape,
            1_700_000_000_123_456_i64,
            "order $formatBase",
        ),
        (small, 70_000, "order $"),
    ] {
        let variables = [("n", shape, json!(number))];
        let text = Expr::format(vec![Piece::Text("order ".into()), Piece::Value(v("n"))]);
        assert_eq!(
            value(text.clone(), &variables),
            Ok(json!(format!("order {number}")))
        );
        let written = code(text, &variables).replace("' & ", "").replace('\'', "");
        assert!(written.starts_with(expected), "{written}");
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
fn what_is_no_number_is_not_computed_with() {
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
