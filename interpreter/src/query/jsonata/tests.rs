//! Tests of AWS's dialect of JSONata.

use proptest::prelude::*;

use super::*;
use crate::query::fixture::{Fixture, value};
use crate::query::{Expr, Scope};
use crate::value::Value;

fn gives(source: &str, expected: &str) {
    let result =
        Fixture::new(r#"{"xs": [{"n": 1}, {"n": 2}], "one": [{"n": 1}], "o": {"k": null}}"#)
            .with("num", "5")
            .with("list", r#"[1, "two", [3]]"#)
            .with("order", r#"{"id": "A1", "items": [{"q": 2}]}"#)
            .jsonata(source);
    assert_eq!(result.as_deref(), Ok(expected), "{source}");
}

fn fails(source: &str, expected: &str) {
    let result = Fixture::new(r#"{"a": 1}"#).with("num", "5").jsonata(source);
    assert_eq!(result, Err(expected.to_owned()), "{source}");
}

#[test]
fn literals_and_selections_are_evaluated() {
    gives("1", "1");
    gives("1.5", "1.5");
    gives("'text'", r#""text""#);
    gives("null", "null");
    gives("$states.input.o", r#"{"k":null}"#);
    gives("$states.input.o.k", "null");
    gives("$order.items", r#"[{"q":2}]"#);
    gives("$num", "5");
    gives("$states.context.Execution.Name", r#""run""#);
}

#[test]
fn single_results_of_paths_collapse_but_arrays_do_not() {
    gives("$states.input.xs.n", "[1,2]");
    gives("$states.input.one.n", "1");
    gives("$states.input.one", r#"[{"n":1}]"#);
    gives("[$states.input.one.n]", "[1]");
    gives("$order.items.q", "2");
    gives("$states.input.xs[n=2].n", "2");
    gives("$states.input.xs[$.n > 1].n", "2");
}

#[test]
fn an_expression_can_read_variables_and_states() {
    gives("$sum($states.input.xs.n) + $num", "8");
    gives(
        "{'id': $order.id, 'all': $states.input.xs.(n + $num)}",
        r#"{"id":"A1","all":[6,7]}"#,
    );
    gives("$states.input.xs.(n & $order.id)", r#"["1A1","2A1"]"#);
    gives("$num := 9", "9");
    gives("($num := $num + 1; $num)", "6");
    gives("$keys($states)", r#"["input","context"]"#);
    gives(
        "$merge([$order, {'id': 1}])",
        r#"{"id":1,"items":[{"q":2}]}"#,
    );
    gives("($f := function($order) { $order * 2 }; $f($num))", "10");
    gives("$exists($none) ? 'yes' : 'no'", r#""no""#);
    gives("$list[2]", "[3]");
    gives(
        "'$states ' & $string($states.input.o) /* $states */",
        r#""$states {\"k\":null}""#,
    );
}

#[test]
fn selected_input_nodes_are_shared_with_the_result() {
    let mut fixture = Fixture::new(r#"{"doc": {"big": 9007199254740993, "f": 1.0}}"#);
    let text = "{% {'all': $states.input.doc, 'n': 1} %}";
    let expr = Expr::jsonata_field(text, "Output", &mut fixture.names).expect("compiles");
    let result = fixture.eval(&expr).expect("evaluates");
    let (before, after) = (fixture.input.get("doc"), result.get("all"));
    let same = before
        .zip(after)
        .is_some_and(|(before, after)| before.is_same_node(after));
    assert!(same);
    assert_eq!(
        result.to_text(),
        r#"{"all":{"big":9007199254740993,"f":1.0},"n":1}"#
    );
}

#[test]
fn a_variable_with_the_name_of_a_function_shadows_it_once_assigned() {
    let mut fixture = Fixture::new(r#"{"xs": [1, 2]}"#);
    assert_eq!(
        fixture.jsonata("$count($states.input.xs)").as_deref(),
        Ok("2")
    );
    assert_eq!(
        fixture
            .jsonata("$map($states.input.xs, $string)")
            .as_deref(),
        Ok(r#"["1","2"]"#)
    );
    let mut fixture = fixture.with("count", "5").with("range", "7");
    assert_eq!(fixture.jsonata("$count + 1").as_deref(), Ok("6"));
    assert_eq!(fixture.jsonata("$range").as_deref(), Ok("7"));
    assert_eq!(
        fixture.jsonata("$count + $states.input.xs[0]").as_deref(),
        Ok("6")
    );
}

#[test]
fn expressions_have_no_root_context() {
    for source in ["$$", "$", "a", "*", "**", "$$.input", "$states := 1"] {
        let compiled = Jsonata::compile(source, "Output", &mut VariableNames::new());
        assert!(compiled.is_err(), "{source}");
    }
    fails("$states.input[$$.a = 1]", "returned nothing (undefined).");
    // Functions that use their context find none.
    fails("$uppercase()", "returned nothing (undefined).");
    gives("'a' ~> $uppercase()", r#""A""#);
    gives("$states.input.xs.n.$string()", r#"["1","2"]"#);
    gives("$states.input.xs.[$$, n]", "[[1],[2]]");
}

#[test]
fn aws_specific_functions_return_the_results_of_aws() {
    gives("$partition([1,2,3], 2)", "[[1,2],[3]]");
    gives("$partition([1,2,3], 9)", "[[1,2,3]]");
    gives("$partition([1,2,3], 2.9)", "[[1,2],[3]]");
    fails("$partition([1], 0)", "returned nothing (undefined).");
    fails("$partition([], 2)", "returned nothing (undefined).");
    gives("$range(0, 4, 2)", "[0,2,4]");
    gives("$range(5, 6, 9)", "5");
    gives("$range(5, 1, -2)", "[5,3,1]");
    gives("$range(0.9, 2.9, 1.9)", "[0,1,2]");
    fails("$range(1, 2)", "returned nothing (undefined).");
    fails("$range(1, 2, -1)", "returned nothing (undefined).");
    gives(
        "$hash('abc', 'MD5')",
        r#""900150983cd24fb0d6963f7d28e17f72""#,
    );
    fails("$hash('abc')", "returned nothing (undefined).");
    gives("$random(42)", "0.7275636800328681");
    gives("$parse('{\"a\": [1, -0]}')", r#"{"a":[1,0]}"#);
    gives("$parse($parse('\"[1]\"'))", "[1]");
    gives("$length($uuid())", "36");
    gives("$random() < 1", "true");
    gives("$base64decode($base64encode('hi'))", r#""hi""#);
    gives("$base64encode('é€😀')", r#""w6nigqzwn5iA""#);
    gives("$base64decode('w6nigqzwn5iA')", r#""é€😀""#);
    gives("['é'].$base64encode()", r#""w6k=""#);
    gives("$map(['é', 'a'], $base64encode)", r#"["w6k=","YQ=="]"#);
    fails(
        "$base64encode($states.input.b)",
        "returned nothing (undefined).",
    );
}

#[test]
fn random_functions_advance_and_repeat_with_the_seed() {
    let mut fixture = Fixture::new("{}");
    let first = fixture.jsonata("[$random(), $uuid(), $shuffle([1..9])]");
    let second = fixture.jsonata("[$random(), $uuid(), $shuffle([1..9])]");
    assert!(first.is_ok() && first != second);
    let again = Fixture::new("{}").jsonata("[$random(), $uuid(), $shuffle([1..9])]");
    assert_eq!(first, again);
    assert_eq!(fixture.jsonata("$millis()").as_deref(), Ok("1700000000123"));
}

#[test]
fn null_is_a_value_and_undefined_is_none() {
    gives("$count(null)", "1");
    gives("$exists(null)", "true");
    gives("$type(null)", r#""null""#);
    gives("[null, $none]", "[null]");
    gives("{'a': $none, 'b': null}", r#"{"b":null}"#);
    fails("$none", "returned nothing (undefined).");
    fails("$states.input.none", "returned nothing (undefined).");
    fails("$states.result", "returned nothing (undefined).");
    fails("$sum", "returned an unsupported result type.");
    fails(
        "function($x) { $x }",
        "returned an unsupported result type.",
    );
    fails(
        "$states.input ~> function($x) { $uppercase }",
        "returned an unsupported result type.",
    );
}

#[test]
fn numbers_print_as_the_service_prints_them() {
    gives("10 / 2", "5");
    gives("0.1 + 0.2", "0.30000000000000004");
    gives("$string(1e21)", r#""1e+21""#);
    gives("$string(0.1 + 0.2)", r#""0.3""#);
    gives("-0", "0");
    gives("1/0", r#""Infinity""#);
    gives("-1/0", r#""-Infinity""#);
    gives("0/0", r#""NaN""#);
    gives(
        "{'a': [1, 1/0, {'b': 0/0}], 'n': null}",
        r#"{"a":[1,"Infinity",{"b":"NaN"}],"n":null}"#,
    );
    gives("$states.input.xs.(n / 0)", r#"["Infinity","Infinity"]"#);
    gives("[null, 4 / 2, $num * 2 - 1 % 2]", "[null,2,9]");
}

#[test]
fn infinity_is_compared_as_a_number() {
    // Each agrees with npm's jsonata 2.0.6, see `tests/jsonata/cases.json`.
    for (source, expected) in [
        ("1 / 0 > 1", "true"),
        ("1 / 0 <= 1e300", "false"),
        ("-1 / 0 < -1e300", "true"),
        ("1 / 0 = 1 / 0", "true"),
        ("1 / 0 != 1 / 0", "false"),
        ("1 / 0 = -1 / 0", "false"),
        ("1 / 0 > 1 and 2 > 1 ? 'more' : 'less'", r#""more""#),
        ("($v := 1 / 0; $v > 1 ? $v : 1)", r#""Infinity""#),
        ("[1, 2, 3][$ < 1 / 0]", "[1,2,3]"),
        ("$map([0, 1], function($n) { 1 / $n > 5 })", "[true,false]"),
        ("(1 / 0 > 1) = (2 > 1)", "true"),
        ("1 / 0 = 'Infinity'", "false"),
    ] {
        gives(source, expected);
    }
}

#[test]
fn comparisons_with_infinity_leave_other_results_unchanged() {
    let mut fixture = Fixture::new(r#"{"big": {"id": 9007199254740993}}"#).with("n", "4");
    for (source, expected) in [
        (
            "{'null': null, 'half': $n / 2, 'all': $states.input.big}",
            r#"{"null":null,"half":2,"all":{"id":9007199254740993}}"#,
        ),
        (
            "{'null': null, 'nan': 0 / 0 > 1}",
            r#"{"null":null,"nan":false}"#,
        ),
        (
            "[$n / 0, $states.input.big]",
            r#"["Infinity",{"id":9007199254740993}]"#,
        ),
    ] {
        assert_eq!(fixture.jsonata(source).as_deref(), Ok(expected), "{source}");
    }
    let error = fixture.jsonata("1 + 1 / 0").expect_err("fails");
    assert!(error.contains("D1001"), "{error}");
}

#[test]
fn evaluation_errors_contain_the_jsonata_error_code() {
    let thrown = |message: &str| format!("threw an error during evaluation. {message}");
    fails(
        "$foo(1)",
        &thrown("T1006: Attempted to invoke a non-function"),
    );
    fails(
        "$eval('1')",
        &thrown("T1006: Attempted to invoke a non-function"),
    );
    fails(
        "$sum('a')",
        &thrown(r#"T0412: Argument 1 of function "sum" must be an array of "numbers""#),
    );
    let picture = "The sub-picture must not contain a passive character that is preceded by an \
                   active character and that is followed by another active character";
    fails(
        "$formatNumber(1, 'x')",
        &thrown(&format!("D3086: {picture}")),
    );
    fails(
        "1 + 'a'",
        &thrown("T2002: The right side of the \"+\" operator must evaluate to a number"),
    );
    fails(
        "$power(10, 400)",
        &thrown(
            "D3061: The power function has resulted in a value that cannot be represented as a JSON number: base=10, exponent=400",
        ),
    );
    fails(
        "$sqrt(-1.5)",
        &thrown("D3060: The sqrt function cannot be applied to a negative number: -1.5"),
    );
    let mut fixture = Fixture::new("{}");
    let internal = fixture.jsonata("$base64decode('!!!')").expect_err("fails");
    let start = "threw an internal error during evaluation. ";
    assert_eq!(
        internal.strip_prefix(start).map(str::len),
        Some(36),
        "{internal}"
    );
}

#[test]
fn depth_is_limited_as_recorded() {
    let overflow = "threw an error during evaluation: Stack overflow error: Check for \
                    non-terminating recursive function. Consider rewriting as tail-recursive. \
                    Depth=101 max=100";
    let chain = |terms: usize| vec!["1"; terms].join("+");
    let parens = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
    let brackets = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
    let stages = |n: usize| format!("1{}", "~>$string".repeat(n));
    // The last term reads: the block that binds variables must not count.
    let read = |n: usize| format!("{}+$num", chain(n - 1));
    let read_node = |n: usize| format!("{}+$order.n", chain(n - 1));
    let mut fixture = Fixture::new("{}")
        .with("num", "1")
        .with("order", r#"{"n": 1}"#);
    for (allowed, refused) in [
        (chain(100), chain(101)),
        (parens(99), parens(100)),
        (brackets(99), brackets(100)),
        (stages(99), stages(100)),
        (read(100), read(101)),
        (read_node(100), read_node(101)),
    ] {
        assert!(fixture.jsonata(&allowed).is_ok(), "{allowed}");
        assert_eq!(
            fixture.jsonata(&refused).err().as_deref(),
            Some(overflow),
            "{refused}"
        );
    }
    let recursive =
        |n: u32| format!("($f := function($n) {{ $n = 0 ? 0 : 1 + $f($n - 1) }}; $f({n}))");
    assert_eq!(fixture.jsonata(&recursive(31)).as_deref(), Ok("31"));
    assert!(fixture.jsonata(&recursive(32)).is_err());
}

#[test]
fn memory_is_limited_as_recorded() {
    let exceeded = "threw an error during evaluation: Expression evaluation memory limit \
                    exceeded: Check for excessive memory usage";
    gives("$count([1..873782])", "873782");
    fails("$count([1..873783])", exceeded);
    let doubling =
        "($f := function($s, $n) { $n = 0 ? $length($s) : $f($s & $s, $n - 1) }; $f('a', N))";
    gives(&doubling.replace('N', "22"), "4194304");
    fails(&doubling.replace('N', "23"), exceeded);
    fails("$range(1, 400000, 1)", exceeded);
    // Nested in itself: the printed text would exceed all memory.
    fails(
        "($f := function($v, $n) { $n = 0 ? $v : $f([$v, $v], $n - 1) }; $f($states.input, 60))",
        exceeded,
    );
}

#[test]
fn a_typed_field_refuses_other_result_types() {
    let mut fixture = Fixture::new("{}");
    let mut eval = |text: &str, expected| {
        let expr = Expr::jsonata_field(text, "Items", &mut fixture.names);
        let expr = expr.expect("compiles").expecting(expected);
        expr.eval(&fixture.scope()).map_err(|error| error.cause)
    };
    for expected in [Expected::Array, Expected::Collection] {
        assert_eq!(eval("{% [1] %}", expected), Ok(value("[1]")));
        assert_eq!(
            eval("{% 'string' %}", expected),
            Err("The JSONata expression ''string'' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'string' for value: \"string\"".to_owned())
        );
    }
    let object = "{% {'a': 1} %}";
    assert_eq!(eval(object, Expected::Collection), Ok(value(r#"{"a": 1}"#)));
    assert_eq!(
        eval(object, Expected::Array),
        Err("The JSONata expression '{'a': 1}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'object' for value: {\"a\":1}".to_owned())
    );
}

#[test]
fn a_syntax_error_is_refused_with_the_field_name() {
    let error = Jsonata::compile(" $sum( ", "Output", &mut VariableNames::new());
    let message = error.expect_err("is refused").to_string();
    let start = "the field `Output`: the JSONata expression `$sum(` is refused: S02";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn deep_expressions_do_not_overflow_the_stack() {
    let mut names = VariableNames::new();
    let chain = vec!["$n"; 50_000].join("/");
    for source in [
        format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000)),
        chain,
    ] {
        if let Ok(expression) = Jsonata::compile(&source, "Output", &mut names) {
            let fixture = Fixture::new("{}");
            assert!(expression.eval(&fixture.scope()).is_err());
        }
    }
}

#[test]
fn parsed_integers_are_exact_within_64_bits() {
    let text = r#""{\"a\":[9007199254740993,18446744073709551616]}""#;
    let mut fixture = Fixture::new("{}").with("text", text).with("bad", r#""{""#);
    assert_eq!(
        fixture.jsonata("$parse($text)").as_deref(),
        Ok(r#"{"a":[9007199254740993,1.8446744073709552e+19]}"#)
    );
    assert!(fixture.jsonata("$parse($bad)").is_err());
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        (-3i64..3).prop_map(Value::from),
        "[ab]?".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[ab]", inner), 0..3).prop_map(Value::from_iter),
        ]
    })
}

/// Evaluates in three forms: as compiled, rooted by jlens, plain by jlens.
fn agree(source: &str, scope: &Scope<'_>, names: &mut VariableNames) {
    let expression = Expression::parse(source).expect("parses");
    let evaluator = compiled::evaluator(&expression).expect("compiles");
    let selection = Selection::of(&evaluator.ast().root, names);
    let compiled = CompiledExpression::new(&expression, &evaluator, names);
    let plain = compiled
        .run_plainly(scope)
        .map_err(|error| error.code().to_owned());
    let rooted = compiled.run(scope).map_err(|error| error.code().to_owned());
    assert_eq!(rooted, plain, "{source} over {:?}", scope.input);
    let selected = selection.and_then(|selection| selection.read(scope));
    assert!(
        selected.is_none() || Ok(selected) == plain,
        "{source} over {:?}",
        scope.input
    );
}

proptest! {
    #[test]
    fn selections_agree_with_the_evaluator(
        input in document(),
        variable in document(),
        path in "(\\$states\\.input|\\$doc)(\\.[ab]){0,3}",
    ) {
        let mut fixture = Fixture::new("{}").with("doc", &variable.to_text());
        fixture.input = input;
        let mut names = fixture.names.clone();
        agree(&path, &fixture.scope(), &mut names);
    }

    #[test]
    fn the_rooted_form_agrees_with_the_plain_expression(
        input in document(),
        variable in document(),
        expression in prop::sample::select(&[
            "$states.input.*.a",
            "$states.input.**.b",
            "$states.input[0]",
            "$states.input.a[b]",
            "$states.input.a[$.b = $doc.b]",
            "$states.input.(a & b)",
            "$states.input.a{$string(b): $count($)}",
            "[$states.input.a, $doc.b]",
            "{'a': $states.input.a, 'b': $doc}",
            "$append($states.input.a, $doc)",
            "$count($states.input.a) + $count($doc)",
            "$map($states.input.a, function($v, $i) { {'v': $v, 'i': $i} })",
            "$filter($doc, function($v) { $exists($v.a) })",
            "$states.input ~> |a|{'b': $doc}|",
            "$sort($states.input.a, function($l, $r) { $string($l) > $string($r) })",
            "$states.input.a^(b)",
            "$states.input.a@$x.b[$ = $x]",
            "$states.input.a.b.%.b",
            "$string($states.input)",
            "$keys($states.input)",
            "$type($states.input.a)",
            "$doc = $states.input",
            "$doc in $states.input.a",
            "$states.input.a[]",
            "($x := $states.input; $x.a)",
            "$distinct([$states.input.a, $doc, $doc])",
            "$merge([$states.input, $doc])",
            "$lookup($states.input, 'a')",
            "$boolean($doc) ? $states.input : $doc",
            "$spread($doc)",
            "$reverse($doc.a)",
            "$zip($states.input.a, $doc.a)",
        ][..]),
    ) {
        let mut fixture = Fixture::new("{}").with("doc", &variable.to_text());
        fixture.input = input;
        let mut names = fixture.names.clone();
        agree(expression, &fixture.scope(), &mut names);
    }

    #[test]
    fn no_expression_panics(source in r#"[$a-c.\[\](){}'"0-9+*/%&=<>?:;,@#^~| \\-]{0,24}"#) {
        let mut names = VariableNames::new();
        if let Ok(expression) = Jsonata::compile(&source, "Output", &mut names) {
            let fixture = Fixture::new(r#"{"a": [1, {"b": "c"}]}"#);
            let _ = expression.eval(&fixture.scope());
        }
    }
}

/// Checks that the limit of steps stops an expression, which the service's time limit would stop.
fn is_stopped(endless: &str) {
    let begun = std::time::Instant::now();
    fails(
        endless,
        "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop",
    );
    // An optimized build makes fifteen million steps a second.
    let max_seconds = if cfg!(debug_assertions) { 30 } else { 3 };
    let took = begun.elapsed();
    assert!(took.as_secs() < max_seconds, "{took:?}");
}

#[test]
fn a_function_that_calls_itself_forever_is_stopped() {
    is_stopped("($f := function($n) { $f($n + 1) }; $f(0))");
}

#[test]
fn functions_that_call_each_other_forever_are_stopped() {
    is_stopped(
        "($f := function($n) { $n > 0 ? $g($n + 1) : $g(1) }; $g := function($n) { $f($n) }; $f(0))",
    );
}

#[test]
fn a_function_over_the_longest_array_is_within_the_step_limit() {
    gives(
        "$sum($map([1..873782], function($v) { $v % 3 = 0 ? $v * 2 + 1 : $v - 1 }))",
        "508996655681",
    );
}

#[test]
fn lookup_finds_members_of_the_javascript_prototype() {
    gives("$exists($lookup({'a': 1}, 'toString'))", "true");
    gives(
        "$type($lookup({'a': 1}, 'con' & 'structor'))",
        r#""function""#,
    );
    gives("$lookup({'a': 1}, '__proto__')", "{}");
    fails(
        "$lookup($states.input, 'toString')",
        "returned an unsupported result type.",
    );
    // Own members come first, and other names are looked up as usual.
    gives("$lookup({'toString': 1}, 'toString')", "1");
    gives("$lookup($states.input.o, 'k')", "null");
    gives(
        "$map(['n', 'm'], function($k) { $lookup($states.input.xs[0], $k) })",
        "1",
    );
    gives("$lookup($states.input.xs, 'n')", "[1,2]");
    fails(
        "$lookup($states.input, 'b')",
        "returned nothing (undefined).",
    );
    fails(
        "$lookup('text', 'toString')",
        "returned nothing (undefined).",
    );
}
