//! Operators, texts, numbers, options and values of unknown form mean what they mean in Rust.

use super::*;
use crate::expr::{Align, Piece, Spec, Unary, methods};
use stepwright_asl::callable;

#[test]
fn every_template_of_the_method_table_is_jsonata() {
    for row in methods::METHODS.iter().chain(methods::WITH_EMPTY_TEXT) {
        let mut count = 0;
        let template = super::super::reader::read(row.jsonata, &mut |name| {
            count += 1;
            super::super::syntax::Local {
                id: count,
                hint: name.into(),
            }
        });
        let text = super::super::print::print(&template);
        assert!(Expression::compile(&text).is_ok(), "{text}");
        // What the table says is what is read: blanks and parentheses apart.
        let bare = |text: &str| text.replace([' ', '(', ')', ';'], "");
        assert_eq!(bare(&text), bare(row.jsonata), "{:?}", row.names);
    }
}

#[test]
fn every_method_has_its_names_once_for_a_kind_of_value() {
    for name in callable::METHODS {
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
fn every_function_that_is_let_through_can_be_lowered() {
    for path in callable::FUNCTIONS {
        let given = if *path == "String::new" {
            vec![]
        } else {
            vec![int(1)]
        };
        let lowered = output(Expr::function(*path, given), &[]);
        assert!(lowered.is_ok(), "`{path}` is let through: {lowered:?}");
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
            super::super::as_text(&v("x"), env, report)
        });
        let text = evaluate(&Json::String(text), &variables).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text.as_str().unwrap()).unwrap(),
            sample
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
        let code = super::super::print::print(&super::super::Syntax::text(text.clone()));
        assert!(
            crate::lower::text::is_safe(&code),
            "{text:?} is written {code}"
        );
        let written = Json::String(format!("{{% {code} %}}"));
        assert_eq!(evaluate(&written, &[]), Ok(json!(text)));
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

#[test]
fn an_empty_text_stands_between_all_characters() {
    for sample in ["", "abc", "Ü🚀b", "\u{301}e"] {
        for part in ["", "b", "🚀"] {
            for with in ["", "-", "$0"] {
                let variables = [
                    ("text", text as fn() -> Shape, json!(sample)),
                    ("part", text, json!(part)),
                    ("with", text, json!(with)),
                ];
                let replaced = v("text").method("replace", vec![v("part"), v("with")]);
                assert_eq!(
                    value(replaced, &variables),
                    Ok(json!(sample.replace(part, with))),
                    "{sample:?} {part:?} {with:?}"
                );
                let split = v("text").method("split", vec![v("part")]);
                let expected: Vec<&str> = sample.split(part).collect();
                assert_eq!(
                    value(split, &variables),
                    Ok(json!(expected)),
                    "{sample:?} {part:?}"
                );
            }
        }
    }
}

#[test]
fn widths_and_precisions_are_those_of_rust() {
    let spec = Spec::new;
    for x in [0.0, -0.5, 3.25, 1234.0, -7.125, 0.1] {
        let variables = [("x", number as fn() -> Shape, json!(x))];
        for (spec, expected) in [
            (spec().precision(2), format!("{x:.2}")),
            (spec().precision(0), format!("{x:.0}")),
            (spec().width(8).precision(1), format!("{x:8.1}")),
            (
                spec().align(Align::Left).width(8).precision(1),
                format!("{x:<8.1}"),
            ),
            (
                spec().align(Align::Center).fill('*').width(9).precision(2),
                format!("{x:*^9.2}"),
            ),
            (spec().zero().width(8).precision(2), format!("{x:08.2}")),
            (spec().sign().precision(1), format!("{x:+.1}")),
            (
                spec().sign().zero().width(7).precision(1),
                format!("{x:+07.1}"),
            ),
        ] {
            // Rust writes `-0` where a negative number is rounded to nothing.
            if expected.trim().trim_start_matches('-').parse() == Ok(0.0) && x < 0.0 {
                continue;
            }
            let text = Expr::format(vec![Piece::Formatted(v("x"), spec)]);
            assert_eq!(value(text, &variables), Ok(json!(expected)), "{x} {spec:?}");
        }
    }
    for n in [0_i64, 7, -42, 123_456] {
        let variables = [("n", integer as fn() -> Shape, json!(n))];
        for (spec, expected) in [
            (spec().zero().width(2), format!("{n:02}")),
            (spec().zero().width(6), format!("{n:06}")),
            (spec().width(5), format!("{n:5}")),
            (spec().align(Align::Left).width(5), format!("{n:<5}")),
            (spec().sign(), format!("{n:+}")),
        ] {
            let text = Expr::format(vec![Piece::Formatted(v("n"), spec)]);
            assert_eq!(value(text, &variables), Ok(json!(expected)), "{n} {spec:?}");
        }
    }
    for sample in ["", "ab", "ä🦀", "a long text"] {
        let variables = [("text", text as fn() -> Shape, json!(sample))];
        for (spec, expected) in [
            (spec().width(5), format!("{sample:5}")),
            (spec().align(Align::Right).width(5), format!("{sample:>5}")),
            (spec().align(Align::Center).width(6), format!("{sample:^6}")),
            (spec().precision(2), format!("{sample:.2}")),
            (
                spec().align(Align::Right).fill('$').width(4).precision(1),
                format!("{sample:$>4.1}"),
            ),
        ] {
            let text = Expr::format(vec![Piece::Formatted(v("text"), spec)]);
            assert_eq!(
                value(text, &variables),
                Ok(json!(expected)),
                "{sample} {spec:?}"
            );
        }
    }
}

#[test]
fn names_of_a_block_stand_for_their_values_in_order() {
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
