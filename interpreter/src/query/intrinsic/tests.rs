//! Tests of intrinsic functions.

use proptest::prelude::*;

use crate::query::fixture::Fixture;
use crate::query::{Expr, VariableNames};

const INPUT: &str = r#"{"a": [1, 2, 3, 4, 5], "e": [], "s": "text", "n": 2, "f": 2.5,
    "o": {"x": 1, "y": [], "z": {"k": "v"}}, "p": {"y": 2, "w": null}, "t": "a {} b {}",
    "d": [1, {"a": 1, "b": 2}, 1.0, {"b": 2, "a": 1}, "1", null, null]}"#;

fn gives(call: &str, expected: &str) {
    let mut fixture = Fixture::new(INPUT).with("v", "7");
    assert_eq!(fixture.member(call).as_deref(), Ok(expected), "{call}");
}

fn fails(call: &str, message: &str) {
    let expected = format!("The function '{call}' had the following error: {message}");
    assert_eq!(Fixture::new(INPUT).member(call), Err(expected));
}

#[test]
fn array_functions_return_the_results_of_aws() {
    gives("States.Array()", "[]");
    gives(
        "States.Array($.n, 'x', null, true, 1.5, $v, $$.Execution.Name)",
        r#"[2,"x",null,true,1.5,7,"run"]"#,
    );
    gives("States.ArrayPartition($.a, 2)", "[[1,2],[3,4],[5]]");
    gives("States.ArrayPartition($.a, 9)", "[[1,2,3,4,5]]");
    gives("States.ArrayPartition($.e, 2)", "[]");
    gives("States.ArrayPartition($.a, $.f)", "[[1,2,3],[4,5]]");
    gives("States.ArrayContains($.a, 3)", "true");
    gives("States.ArrayContains($.a, 9)", "false");
    gives("States.ArrayContains($.e, null)", "false");
    gives("States.ArrayContains(States.Array($.o, $.p), $.p)", "true");
    gives("States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]");
    gives("States.ArrayRange(1, 4, 9)", "[1]");
    gives("States.ArrayRange(3, 1, -1)", "[3,2,1]");
    gives(
        "States.ArrayRange(0, 999, 1) ",
        &format!(
            "[{}]",
            (0..1000)
                .map(|n| n.to_string())
                .collect::<Vec<_>>()
                .join(",")
        ),
    );
    gives("States.ArrayGetItem($.a, 4)", "5");
    gives("States.ArrayLength($.a)", "5");
    gives("States.ArrayUnique($.d)", r#"[1,{"a":1,"b":2},"1",null]"#);
}

#[test]
fn array_functions_refuse_invalid_arguments() {
    fails(
        "States.ArrayLength($.s)",
        "Argument 1 must be an array, but was: string.",
    );
    fails(
        "States.ArrayGetItem($.a, 5)",
        "The index 5 is out of bounds for an array of length 5.",
    );
    fails(
        "States.ArrayGetItem($.a, -1)",
        "The index -1 is out of bounds for an array of length 5.",
    );
    fails(
        "States.ArrayPartition($.a, 0)",
        "The chunk size must be a positive integer, but was: 0.",
    );
    fails(
        "States.ArrayRange(0, 1000, 1)",
        "The range has 1001 items; at most 1000 are supported.",
    );
    fails("States.ArrayRange(0, 1, 0)", "The step must not be 0.");
    fails(
        "States.ArrayRange(-9223372036854775808, 9223372036854775807, 1)",
        "The range has 18446744073709551615 items; at most 1000 are supported.",
    );
}

#[test]
fn math_add_rounds_as_java_does() {
    gives("States.MathAdd(7.5, 0.5)", "9");
    gives("States.MathAdd(-7.5, 0)", "-7");
    gives("States.MathAdd($.f, $.n)", "5");
    gives("States.MathAdd(111, -1)", "110");
    fails(
        "States.MathAdd($.s, 1)",
        "Argument 1 must be a number, but was: string.",
    );
    fails(
        "States.MathAdd(9223372036854775807, 1)",
        "The sum is out of range.",
    );
}

#[test]
fn math_random_stays_within_bounds_and_repeats_with_a_seed() {
    let mut fixture = Fixture::new(INPUT);
    for _ in 0..50 {
        let drawn = fixture.member("States.MathRandom(-2, 1)").expect("draws");
        assert!(["-2", "-1", "0"].contains(&drawn.as_str()), "{drawn}");
    }
    let seeded = "States.MathRandom(1, 1000, 42)";
    assert_eq!(fixture.member(seeded), fixture.member(seeded));
    fails(
        "States.MathRandom(1, 1)",
        "The first argument must be less than the second argument.",
    );
    let (first, second) = (
        fixture.member("States.UUID()"),
        fixture.member("States.UUID()"),
    );
    assert!(
        first
            .as_ref()
            .is_ok_and(|text| text.len() == 38 && text.as_bytes()[15] == b'4')
    );
    assert_ne!(first, second);
}

#[test]
fn text_is_encoded_hashed_split_and_parsed() {
    gives("States.Base64Encode('Data')", r#""RGF0YQ==""#);
    gives("States.Base64Decode('RGF0YQ==')", r#""Data""#);
    gives("States.Base64Encode('')", r#""""#);
    gives(
        "States.Hash('abc', 'SHA-1')",
        r#""a9993e364706816aba3e25717850c26c9cd0d89d""#,
    );
    gives("States.StringSplit('a,b;;c,', ',;')", r#"["a","b","c"]"#);
    gives("States.StringSplit(',,', ',')", "[]");
    gives("States.StringSplit('a\n b', '\n')", r#"["a"," b"]"#);
    gives(
        "States.StringToJson('{\"a\": [1.1, -0]}')",
        r#"{"a":[1.1,0]}"#,
    );
    gives("States.StringToJson('')", "null");
    gives("States.StringToJson(' ')", "null");
    gives(
        "States.JsonToString($.o)",
        r#""{\"x\":1,\"y\":[],\"z\":{\"k\":\"v\"}}""#,
    );
    gives("States.JsonToString($.s)", r#""\"text\"""#);
    gives("States.JsonToString(null)", r#""null""#);
    fails("States.Hash('a', 'md5')", "Unsupported hash algorithm: md5");
    fails(
        "States.StringToJson('{')",
        "Invalid JSON: expected a key in double quotes at line 1 column 2",
    );
    let long = format!("{{\"s\": \"{}\"}}", "x".repeat(10_001));
    let error = Fixture::new(&long).member("States.Base64Encode($.s)");
    assert!(
        error
            .is_err_and(|cause| cause.ends_with("exceeds the maximum length of 10000 characters."))
    );
}

#[test]
fn merging_is_shallow_and_keeps_order() {
    gives(
        "States.JsonMerge($.o, $.p, false)",
        r#"{"x":1,"y":2,"z":{"k":"v"},"w":null}"#,
    );
    fails(
        "States.JsonMerge($.o, $.p, true)",
        "The third argument must be false: only shallow merging is supported.",
    );
    fails(
        "States.JsonMerge($.o, $.a, false)",
        "Argument 2 must be an object, but was: array.",
    );
}

#[test]
fn format_prints_arguments_as_java_does() {
    gives(
        "States.Format('n {} s {} o {}', $.n, $.s, $.o)",
        r#""n 2 s text o {x=1, y=[], z={k=v}}""#,
    );
    gives(
        "States.Format('{}{}{}', null, true, $.e)",
        r#""nulltrue[]""#,
    );
    gives(r"States.Format('\{\} {} \'\\', 1)", r#""{} 1 '\\""#);
    gives("States.Format($.t, $.n, $.f)", r#""a 2 b 2.5""#);
    gives(
        "States.Format('{}', States.Format('<{}>', $.s))",
        r#""<text>""#,
    );
    fails(
        "States.Format('{} {}', 1)",
        "The template has 2 occurrences of {}, but 1 arguments were given.",
    );
}

/// <https://github.com/aws/aws-cdk/issues/29261>: a brace after an escaped backslash is not escaped.
#[test]
fn format_refuses_braces_that_are_neither_escaped_nor_a_pair() {
    let open = "Invalid template in States.Format: matching '}' not found for '{'.";
    let close = "Invalid template in States.Format: matching '{' not found for '}'.";
    for (template, message) in [
        (r#"{"a": {}}"#, open),
        (r#"{"a":1}"#, open),
        (r#"\\{ "n": 1 \\}"#, open),
        (r"{ }", open),
        (r"{0}", open),
        (r"{{}}", open),
        (r"{", open),
        (r"{\}", open),
        (r"{}}", close),
        (r"\{}", close),
        (r"}", close),
    ] {
        fails(&format!("States.Format('{template}', 1)"), message);
        // A template from data has the same rules.
        let input =
            crate::value::Value::from_text(&serde_json::json!({ "t": template }).to_string());
        let input = input.expect("it is JSON").to_text();
        let result = Fixture::new(&input).member("States.Format($.t, 1)");
        assert!(
            result.is_err_and(|error| error.ends_with(message)),
            "{template}"
        );
    }
    gives(r"States.Format('\{{}\} \\{}', 1, 2)", r#""{1} \\2""#);
}

#[test]
fn floats_are_printed_as_java_prints_them() {
    let input =
        r#"{"f": [1.0, 1e21, 1.5e-7, 1e7, 9999999.5, 0.001, 0.0009, -0.0], "o": {"n": 1e10}}"#;
    let text = |call: &str| Fixture::new(input).member(call);
    let printed = "[1.0,1.0E21,1.5E-7,1.0E7,9999999.5,0.001,9.0E-4,-0.0]";
    assert_eq!(text("States.JsonToString($.f)"), Ok(format!("{printed:?}")));
    assert_eq!(
        text("States.Format('{} {}', $.o, 1e10)").as_deref(),
        Ok(r#""{n=1.0E10} 1.0E10""#)
    );
}

#[test]
fn an_argument_that_selects_nothing_is_quoted_with_the_input() {
    let input = crate::query::fixture::value(INPUT).to_text();
    fails(
        "States.Format('{}', States.ArrayGetItem($.no, 0))",
        &format!(
            "The JsonPath argument for the field '$.no' could not be found in the input '{input}'"
        ),
    );
    fails(
        "States.ArrayLength($.s[0])",
        r#"Filter: [0] can only be applied to arrays. Current context is: "text""#,
    );
}

#[test]
fn nested_repetition_does_not_exhaust_memory() {
    let mut call = "$.large".to_owned();
    for _ in 0..3 {
        call = format!("States.Array({})", [call.as_str(); 15].join(","));
    }
    let large = format!("{{\"large\": \"{}\"}}", "x".repeat(10_000));
    let huge = Fixture::new(&large).member(&format!("States.JsonToString({call})"));
    assert!(huge.is_err_and(|cause| cause.ends_with("The result is too large.")));
}

proptest! {
    #[test]
    fn no_call_panics(call in r#"States\.(Array(Range|Partition|GetItem)?|MathAdd|MathRandom|Format|StringSplit)\([-0-9.e'{}a$, ]{0,16}\)"#) {
        let call = Expr::evaluated(&call, "x.$", &mut VariableNames::new());
        if let Ok(expr) = call {
            let _ = Fixture::new(INPUT).eval(&expr);
        }
    }
}
