//! The rules of AWS's dialect.

use super::*;
use crate::SyntaxFault;
use proptest::prelude::*;

fn parse(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn recorded_expressions_are_read() {
    for text in [
        "  10         ",
        "$states",
        "$states.result.ja_expr",
        "$count($states.result[$ = 0])",
        "$map($states.result, function($v) { $v = 1 ? 'pass' : 'failed' })",
        "$contains(\"hello$world\", /^hello\\$/)",
        "$variable := 1",
        "$exists($status) ? 'completed' : 'running'",
        "$state.input",
        "[1, 'two', 3]",
        "null",
        "$partition($states.input.a, 2) ~> $count",
    ] {
        assert_eq!(parse(text).source(), text.trim());
    }
}

#[test]
fn bare_references_at_the_top_level_are_refused() {
    for (text, name, offset) in [
        ("phone", "phone", 0),
        ("  phone.number", "phone", 2),
        ("$sum(items)", "items", 5),
        ("$", "$", 0),
        ("$.a", "$", 0),
        ("1 + $$.a", "$$", 4),
        ("{'a': [b]}", "b", 7),
        ("$map($states.input.xs, function($x) { y })", "y", 38),
        ("$x[$y > 1] & z", "z", 13),
        ("($a := b; $a)", "b", 7),
        ("*", "*", 0),
        ("$states.input ? a : 1", "a", 16),
        ("`a b`", "a b", 0),
    ] {
        let error = Expression::parse(text).expect_err(text);
        let message = format!("Reference to '{name}' at the top level is not supported.");
        assert_eq!(
            (error.fault, error.message.as_str(), error.offset),
            (SyntaxFault::Unsupported, message.as_str(), offset),
            "{text}"
        );
    }
}

#[test]
fn bare_references_to_items_are_fine() {
    for text in [
        "$states.input.items[price > 10 and $contains(name, 'x')].(price * qty)",
        "$order.items{name: $sum(price)}",
        "$states.input.items^(>price, name)",
        "$states.input.items.{'n': name, 'all': $}",
        "$states.input.a.*.b.**.c",
        "$states.input ~> |items|{'sum': price * qty}, ['qty']|",
        "$states.input.items[$ = 1]",
        "$states.input.a.b[c = %.d]",
        "$filter($xs, function($x) { $x.price > 1 })",
        "$xs.$string($)",
    ] {
        parse(text);
    }
}

#[test]
fn only_variables_from_outside_the_expression_are_listed() {
    for (text, variables) in [
        ("$a.b + $c[$d = x] & $a", vec!["a", "c", "d"]),
        ("($x := $x + 1; $x)", vec!["x"]),
        (
            "($f := function($n) { $n < 1 ? $y : $f($n - 1) }; $f(3))",
            vec!["y"],
        ),
        ("($f := function() { $later }; $later := 1; $f())", vec![]),
        ("$states.input.items@$i.other[id = $i.id]", vec![]),
        ("$states.input.items#$n[$n < $limit]", vec!["limit"]),
        ("$map($xs, $string)", vec!["xs"]),
        ("$xs ~> $sum", vec!["xs"]),
        ("($x := 1; ($x := 2); $x) + $x", vec!["x"]),
        ("function($a) { $a + $b }", vec!["b"]),
    ] {
        assert_eq!(parse(text).variables(), variables, "{text}");
    }
}

#[test]
fn reads_of_states_have_a_field_and_an_offset() {
    let text = "$states.input.a & $states.errorOutput.Cause & $string($states) & $states.`result`";
    let reads: Vec<_> = parse(text)
        .states()
        .iter()
        .map(|read| (read.field.clone().unwrap_or_default(), read.offset))
        .collect();
    let expected = [("input", 0), ("errorOutput", 18), ("", 54), ("result", 65)];
    assert_eq!(
        reads,
        expected.map(|(field, offset)| (field.to_owned(), offset))
    );
    assert_eq!(parse("function($states) { $states.x }").states(), []);
}

#[test]
fn unknown_functions_are_listed_but_not_refused() {
    assert_eq!(
        parse("$eval('1') + $formatNumbr(1, '0') + $eval('2')").unknown_functions(),
        ["eval", "formatNumbr"]
    );
    assert!(
        parse("$uuid() & $hash('a', 'MD5') & $parse('1')")
            .unknown_functions()
            .is_empty()
    );
    assert!(
        parse("($f := function() { 1 }; $f())")
            .unknown_functions()
            .is_empty()
    );
}

#[test]
fn invalid_jsonata_is_refused_with_an_error_code() {
    for (text, code) in [
        ("420.", "S0207"),
        ("", "S0207"),
        ("$a +", "S0207"),
        ("$a[", "S0203"),
        ("'open", "S0101"),
        ("$a ?: 1", "S0211"),
        ("$a ?? 1", "S0211"),
        ("1 := 2", "S0212"),
    ] {
        let error = Expression::parse(text).expect_err(text);
        assert_eq!(error.fault, SyntaxFault::Grammar, "{text}");
        assert!(error.message.starts_with(code), "{text}: {error}");
    }
    assert_eq!(
        Expression::parse("$states := 1")
            .map_err(|error| error.fault)
            .err(),
        Some(SyntaxFault::Unsupported)
    );
}

#[test]
fn nesting_is_bounded() {
    for deep in ["(", "[", "-", "{'a':", "$f(", "function(){", "1+"] {
        assert!(Expression::parse(&deep.repeat(100_000)).is_err(), "{deep}");
    }
    let nested = format!("{}1{}", "(".repeat(900), ")".repeat(900));
    parse(&nested);
}

#[test]
fn only_exact_delimiters_make_an_expression() {
    assert_eq!(strip("{%%}"), Some(""));
    for text in [
        "", "{%", "{%}", "%}", "{% a %} ", " {% a %}", "{% a", "{ a %}",
    ] {
        assert_eq!(strip(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn parsing_any_text_does_not_panic(text in any::<String>()) {
        let _ = Expression::parse(&text);
    }

    #[test]
    fn parsing_malformed_expressions_does_not_panic(text in r#"[a-c$1.()\[\]{}:=,;'?~>|*%@#^é &+-]{0,30}"#) {
        let _ = Expression::parse(&text);
    }
}

#[test]
fn expressions_of_any_depth_do_not_overflow_a_small_stack() {
    let nested = |levels: usize| format!("{}1{}", "(".repeat(levels), ")".repeat(levels));
    let sum = |terms: usize| vec!["1"; terms].join(" + ");
    let wide = |members: usize| format!("{{{}}}", vec!["'a': $f([1, 2])"; members].join(", "));
    // A thread of a test has 2 MB; a thread of a server may have less.
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let read = small.spawn(move || {
        for levels in [1, 20, 29, 31, 99, 101, 500, 990] {
            assert!(Expression::parse(&nested(levels)).is_ok(), "{levels}");
            assert!(Expression::parse(&sum(levels)).is_ok(), "{levels}");
        }
        // A long expression is not deep.
        assert!(Expression::parse(&wide(10_000)).is_ok());
        for text in [nested(1_001), nested(100_000), sum(100_000)] {
            let error = Expression::parse(&text).expect_err("it is too deep");
            assert!(error.message.contains("nested too deeply"), "{error}");
        }
    });
    read.expect("there is a thread")
        .join()
        .expect("it does not panic");
}
