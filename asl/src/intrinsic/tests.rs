//! Properties of the parser of calls.

use super::*;
use crate::SyntaxFault;
use proptest::prelude::*;

fn parse(text: &str) -> IntrinsicCall {
    IntrinsicCall::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn there_are_eighteen_functions() {
    assert_eq!(Function::ALL.len(), 18);
    for function in Function::ALL {
        assert_eq!(Function::from_name(function.name()), Some(*function));
    }
}

#[test]
fn arguments_of_every_kind_are_read() {
    let call = parse(
        "States.Array( $.a[?(@.b == 'x,y)')].c ,'it\\'s', -2.5, true,null , States.UUID(), $$, $v[0] )  ",
    );
    let shown: Vec<String> = call
        .arguments
        .iter()
        .map(|argument| match argument {
            Argument::Call(call) => format!("call {call}"),
            Argument::Path(path) => format!("path {path}"),
            Argument::String(literal) => format!("string {}", literal.value),
            Argument::Number(number) => format!("number {number}"),
            Argument::Bool(value) => format!("bool {value}"),
            Argument::Null => "null".to_owned(),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "path $.a[?(@.b == 'x,y)')].c",
            "string it's",
            "number -2.5",
            "bool true",
            "null",
            "call States.UUID()",
            "path $$",
            "path $v[0]",
        ]
    );
    assert_eq!(call.paths().len(), 3);
}

#[test]
fn placeholders_are_distinguished_from_escaped_braces() {
    let call = parse(r"States.Format('\{\}{} é{}{ }\\{}', 1, 2, 3)");
    let Argument::String(template) = &call.arguments[0] else {
        panic!("no string")
    };
    assert_eq!(template.value, "{}{} é{}{ }\\{}");
    assert_eq!(template.placeholders, [2, 7, 13]);
}

#[test]
fn an_unescaped_brace_that_is_not_in_a_pair_is_unmatched() {
    for (text, brace) in [
        (r"{}", None),
        (r"\{\}", None),
        (r"\{{}\}", None),
        (r"\\{}", None),
        (r"{", Some('{')),
        (r"}", Some('}')),
        (r"{ }", Some('{')),
        (r"{0}", Some('{')),
        (r"{{}}", Some('{')),
        (r"{}}", Some('}')),
        (r"\{}", Some('}')),
        (r"{\}", Some('{')),
        (r#"{"a": {}}"#, Some('{')),
        (r#"\\{ "n": 1 \\}"#, Some('{')),
    ] {
        let call = parse(&format!("States.Format('{text}')"));
        let Argument::String(template) = &call.arguments[0] else {
            panic!("no string")
        };
        assert_eq!(template.unmatched_brace, brace, "{text}");
    }
}

#[test]
fn recorded_calls_are_read() {
    for text in [
        "States.Format('unload (\\'{}\\') to \\'s3://{}\\'', $$.Execution.Input.q, $.b)",
        "States.JsonMerge(States.StringToJson('{\"constant_in_literal\": \"false\"}'), $$.Execution.Input.input_field, false)",
        "States.Format('one {}\ntwo {}', $.firstName, 'literal')",
        "States.ArrayGetItem(States.StringSplit($$.StateMachine.Name, '-'), States.MathAdd(States.ArrayLength(States.StringSplit($$.StateMachine.Name, '-')), -1))",
        "States.Array()",
        "States.MathRandom(0, 10, $.seed)",
        "States.Format($template, $.a)",
    ] {
        assert_eq!(parse(text).as_str(), text);
    }
}

#[test]
fn each_syntax_error_has_a_kind_and_an_offset() {
    use SyntaxFault::*;
    for (text, fault, offset) in [
        ("", Grammar, 0),
        ("States.", UnknownFunction("States.".to_owned()), 0),
        (
            "States.Fromat('x')",
            UnknownFunction("States.Fromat".to_owned()),
            0,
        ),
        (
            "States.Array(States.Uuid())",
            UnknownFunction("States.Uuid".to_owned()),
            13,
        ),
        ("States.UUID", Grammar, 11),
        ("States.UUID(", Grammar, 12),
        ("States.UUID() x", Grammar, 14),
        ("States.Array(1,)", Grammar, 15),
        ("States.Array(a)", Grammar, 13),
        ("States.Array('a)", Grammar, 13),
        ("States.Array($.a[)", Grammar, 17),
        (r#"States.StringToJson('{\"a\":1}')"#, Grammar, 22),
        ("States.UUID(1)", Arity, 0),
        ("States.MathRandom(1)", Arity, 0),
        ("States.MathAdd(1,'-1')", ArgumentType, 17),
        ("States.ArrayLength('a')", ArgumentType, 19),
        ("States.JsonMerge($.a, $.b, 'false')", ArgumentType, 27),
    ] {
        let error = IntrinsicCall::parse(text).expect_err(text);
        assert_eq!(
            (&error.fault, error.offset),
            (&fault, offset),
            "{text}: {error}"
        );
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "States.Array(".repeat(depth) + &")".repeat(depth);
    assert!(IntrinsicCall::parse(&nested(MAX_NESTING)).is_ok());
    let error = IntrinsicCall::parse(&nested(MAX_NESTING + 1)).expect_err("too deep");
    assert_eq!(error.fault, SyntaxFault::Nesting);
    assert!(IntrinsicCall::parse(&nested(100_000)).is_err());
}

proptest! {
    #[test]
    fn parsing_any_text_does_not_panic(text in any::<String>()) {
        let _ = IntrinsicCall::parse(&text);
        let _ = IntrinsicCall::parse(&format!("States.Format({text}"));
        let _ = Expression::parse(&text);
    }

    #[test]
    fn parsing_malformed_calls_does_not_panic(text in r#"States\.(Format|Array|UUID)\([a-z$.,'\\{}()\[\]é0-9 -]{0,30}\)?"#) {
        if let Ok(call) = IntrinsicCall::parse(&text) {
            prop_assert_eq!(call.as_str(), text.trim_end());
        }
    }
}
