//! Property tests: both evaluators return the same results.

use proptest::prelude::*;
use stepwright_asl::jsonata::Expression;

use super::Native;
use crate::query::fixture::Fixture;
use crate::query::jsonata::compiled::{self, CompiledExpression};
use crate::value::Value;

/// Evaluates with both. Returns whether the interpreter evaluated the expression itself.
fn agree(source: &str, fixture: &Fixture) -> bool {
    let mut names = fixture.names.clone();
    let expression = Expression::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let evaluator = compiled::evaluator(&expression).expect("compiles");
    let Some(native) = Native::of(&evaluator.ast().root, &mut names) else {
        return false;
    };
    let scope = fixture.scope();
    let Some(value) = native.run(&scope) else {
        return false;
    };
    let compiled = CompiledExpression::new(&expression, &evaluator, &mut names);
    let expected = compiled.run(&scope);
    let expected = expected.map(|value| value.map(|value| value.to_text()));
    let expected = expected.map_err(|error| error.code().to_owned());
    let over = (
        &fixture.input.to_text(),
        &fixture.result,
        &fixture.variables,
    );
    assert_eq!(
        Ok(Some(value.to_text())),
        expected,
        "{source} over {over:?}"
    );
    true
}

fn fixture() -> Fixture {
    Fixture::new(
        r#"{"n": 3, "f": 1.0, "big": 9007199254740993, "huge": 123456789012345678901234567890,
            "text": "a", "list": [1, 2.0, {"n": 1}], "one": [{"n": 1}], "none": null, "o": {"n": 4}}"#,
    )
    .with("i", "41")
    .with("number", "2")
    .with("doc", r#"{"list": [[1, 2], 3], "text": "é"}"#)
}

#[test]
fn simple_expressions_use_the_native_evaluator() {
    for source in [
        "$i + 1",
        "$i < 1000",
        "$i % 2 = 1 and $states.input.text != ''",
        "($i - $i % 2) / 2",
        "-$i * -1.5",
        "$states.context.Execution.Input.a = 1",
        "$states.context.Execution.Input.a & ': ' & $states.context.Execution.Name",
        "'n is ' & $states.input.n & ', ' & null & true & $states.input.missing",
        "{'id': $states.input.text, 'list': $states.input.list, 'f': $states.input.f, 'x': $none}",
        "[$states.input.list, [$states.input.list], $none, null, $states.input.f]",
        "$states.input.list[0] + $states.input.list[-2]",
        "$doc.list[0][1] + 1",
        "$exists($states.input.missing) ? 1 : $count($states.input.list)",
        "$not($states.input.none) ? $string($i) & 'x' : $uppercase('a')",
        "$boolean($states.input.o)",
        "$states.input.none = null ? 'none' : $sum($states.input.list)",
        "$i in [1, 41] and not_in_the_way or true ? 1 : 2",
        "$states.input.text < $doc.text",
        "$states.input.big - 1",
        "[$states.input.big, $states.input.f]",
        "0.1 + 0.2 & ''",
        "1e21 & '' & 1.5e-7 & 1700000000123456 & -0",
        "$states.input.missing.a.b = 1",
        "$number + 1",
        "$number & '<' & $states.input.text",
        "$append($states.input.list, [$i])",
        "$append($none, $doc)",
        "$append($i, $states.input.f)",
        "$states.input.text.a.b = 1",
    ] {
        // An expression that is false has a name of a field, which nothing here reads.
        let source = source.replace("and not_in_the_way ", "");
        assert!(agree(&source, &fixture()), "{source}");
    }
}

#[test]
fn complex_expressions_use_the_full_evaluator() {
    for source in [
        "$i + 'a'",
        "$states.input.huge + 1",
        "$states.input.one.n + 1",
        "$states.input.list.n & ''",
        "$states.input.o[0].n + 1",
        "1 / 0",
        "$none + 1",
        "$i < 'a'",
        "$i < null",
        "'' & $states.input.list",
        "$states.input.list = $states.input.list",
        "$states.input.list ? 1 : 2",
        "{'a': 1, 'a': 2}",
        "{$states.input.text: 1}",
        "$uppercase('a') & 'b'",
        "$sum + 1",
        "$count + $count($states.input.list)",
        "[1..3]",
        "$doc.list[$i = 41]",
        "($x := 1; $x)",
        "$states.input.list[] & 'a'",
        "$doc{'a': 1}",
    ] {
        assert!(!agree(source, &fixture()), "{source}");
    }
}

#[test]
fn native_evaluation_respects_the_limits_of_the_full_evaluator() {
    let deep = format!("{}$i{} + 1", "(".repeat(98), ")".repeat(98));
    assert!(!agree(&deep, &fixture()));
    let long = format!("\"{}\"", "x".repeat(4_000_000));
    let long = fixture().with("long", &long);
    assert!(!agree("$long & $long", &long));
    assert!(!agree("[$long, $long]", &long));
    assert!(agree("$long = $long", &long));
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(texts).prop_map(str::to_owned)
}

fn value(text: &str) -> Value {
    Value::from_text(text).expect("is JSON")
}

fn number() -> impl Strategy<Value = Value> {
    const NUMBERS: &[&str] = &[
        "0",
        "1",
        "-1",
        "2",
        "1.0",
        "-0.0",
        "0.5",
        "0.30000000000000004",
        "1e21",
        "1e308",
        "5e-324",
        "1700000000123456",
        "9007199254740993",
        "9223372036854775807",
        "18446744073709551616",
    ];
    one_of(NUMBERS).prop_map(|text| value(&text))
}

fn text() -> impl Strategy<Value = Value> {
    const TEXTS: &[&str] = &[
        "\"\"",
        "\"a\"",
        "\"1\"",
        "\"é\"",
        "\"\u{ffff}\"",
        "\"\u{1f600}\"",
        "\"a text of more than twenty-three bytes\"",
    ];
    one_of(TEXTS).prop_map(|text| value(&text))
}

fn document() -> impl Strategy<Value = Value> {
    let other = one_of(&["null", "true", "false"]).prop_map(|text| value(&text));
    prop_oneof![number(), text(), other].prop_recursive(3, 24, 3, |inner| {
        prop_oneof![
            2 => prop::collection::vec(("[ab]", inner.clone()), 0..3).prop_map(Value::from_iter),
            2 => prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

/// The likely type of an expression's result. One of twenty has another type.
#[derive(Clone, Copy)]
enum ResultKind {
    Number,
    Text,
    Truth,
    Any,
}

/// Returns expressions that are compiled, and some that are not. `$n` is a number, `$t` a text.
fn expression(kind: ResultKind, depth: u32) -> BoxedStrategy<String> {
    const PATH: &str = "(\\$doc|\\$states\\.input|\\$states\\.result|\\$states\\.errorOutput|\\$states\\.context\\.Execution)(\\.[ab]|\\[0\\]|\\[1\\]|\\[-1\\]|\\[0\\.5\\]){0,3}";
    let leaf = match kind {
        ResultKind::Number => {
            one_of(&["0", "1", "2", "1.5", "1e15", "1e300", "$n", "$n", "$n"]).boxed()
        }
        ResultKind::Text => {
            one_of(&["''", "'a'", "'1'", "'\\ud83d\\ude00'", "$t", "$t", "$t"]).boxed()
        }
        ResultKind::Truth => one_of(&["true", "false", "$exists($doc.a)"]).boxed(),
        ResultKind::Any => prop_oneof![
            4 => PATH,
            1 => one_of(&["null", "$none", "$sum", "$count", "$states.context.Execution.Name"]),
        ]
        .boxed(),
    };
    if depth == 0 {
        return leaf;
    }
    let of = |kind| expression(kind, depth - 1);
    let binary = |kind, operators| {
        (of(kind), one_of(operators), of(kind)).prop_map(|(a, op, b)| format!("({a} {op} {b})"))
    };
    let call = |kind, functions| {
        (one_of(functions), of(kind)).prop_map(|(name, a)| format!("${name}({a})"))
    };
    let choice = (of(ResultKind::Truth), of(kind), of(kind))
        .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})"));
    let own = match kind {
        ResultKind::Number => prop_oneof![
            4 => binary(ResultKind::Number, &["+", "-", "*", "/", "%"]),
            1 => of(ResultKind::Number).prop_map(|a| format!("-{a}")),
            1 => call(ResultKind::Any, &["count", "sum"]),
        ]
        .boxed(),
        ResultKind::Text => prop_oneof![
            2 => binary(ResultKind::Text, &["&"]),
            1 => (of(ResultKind::Text), of(ResultKind::Number)).prop_map(|(a, b)| format!("{a} & {b}")),
            1 => call(ResultKind::Number, &["string"]),
            1 => call(ResultKind::Text, &["string", "uppercase"]),
        ]
        .boxed(),
        ResultKind::Truth => prop_oneof![
            4 => binary(ResultKind::Number, &["=", "!=", "<", "<=", ">", ">=", "in"]),
            3 => binary(ResultKind::Text, &["=", "!=", "<", "<=", ">", ">=", "in"]),
            2 => binary(ResultKind::Any, &["=", "!=", "in"]),
            2 => binary(ResultKind::Truth, &["and", "or", "="]),
            2 => call(ResultKind::Any, &["exists", "boolean", "not"]),
            1 => call(ResultKind::Number, &["boolean", "not"]),
        ]
        .boxed(),
        ResultKind::Any => prop_oneof![
            2 => prop::collection::vec(of(ResultKind::Any), 0..3)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            2 => (of(ResultKind::Any), of(ResultKind::Number), "[ab]", "[ab]")
                .prop_map(|(a, b, k, l)| format!("{{'{k}': {a}, '{l}': {b}}}")),
            1 => (of(ResultKind::Any), of(ResultKind::Any)).prop_map(|(a, b)| format!("$append({a}, {b})")),
            1 => (of(ResultKind::Truth), of(ResultKind::Any)).prop_map(|(a, b)| format!("({a} ? {b})")),
            1 => of(ResultKind::Any).prop_map(|a| format!("-({a})")),
        ]
        .boxed(),
    };
    let any = prop_oneof![
        of(ResultKind::Number),
        of(ResultKind::Text),
        of(ResultKind::Truth),
        of(ResultKind::Any)
    ];
    prop_oneof![5 => leaf, 10 => own, 2 => choice, 1 => any].boxed()
}

proptest! {
    #[test]
    fn both_evaluators_agree(
        source in prop_oneof![
            expression(ResultKind::Number, 3),
            expression(ResultKind::Text, 3),
            expression(ResultKind::Truth, 3),
            expression(ResultKind::Any, 3),
        ],
        input in document(),
        result in prop::option::of(document()),
        doc in document(),
        number in number(),
        text in text(),
        context in document(),
        count in prop::option::of(document()),
    ) {
        let mut fixture = Fixture::new("{}");
        let count = count.map(|count| ("count", count));
        let variables = [("doc", doc), ("n", number), ("t", text)];
        for (name, value) in variables.into_iter().chain(count) {
            let ix = fixture.names.intern(name);
            fixture.variables.set(ix, value);
        }
        let execution = [("a", context.clone()), ("Name", context)];
        let execution = execution.into_iter().collect::<Value>();
        fixture.context = [("Execution", execution)].into_iter().collect();
        fixture.input = input;
        fixture.error_output.clone_from(&result);
        fixture.result = result;
        if Expression::parse(&source).is_ok() {
            agree(&source, &fixture);
        }
    }
}
