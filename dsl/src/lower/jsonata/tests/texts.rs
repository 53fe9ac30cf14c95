//! Texts, names and the texts of values have the same meaning as in Rust.

use super::*;
use crate::expr::{Align, Piece, Spec};

#[test]
fn string_methods_behave_as_in_rust() {
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
fn field_names_that_are_not_identifiers_are_quoted() {
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
fn any_value_can_be_converted_to_json_text() {
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
fn every_short_string_can_be_a_literal() {
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
        let code =
            crate::lower::syntax::print::print(&crate::lower::syntax::Syntax::text(text.clone()));
        assert!(
            crate::lower::text::is_safe(&code),
            "{text:?} is written {code}"
        );
        let written = Json::String(format!("{{% {code} %}}"));
        assert_eq!(evaluate(&written, &[]), Ok(json!(text)));
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
fn an_empty_pattern_matches_between_all_characters() {
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
fn widths_and_precisions_are_formatted_as_in_rust() {
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
            // Rust writes `-0` if a negative number is rounded to zero.
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
