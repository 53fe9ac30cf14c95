//! Conversions from JSONPath to JSONata.

mod property;

use stepwright_asl::edit::Editor;
use stepwright_asl::json::{Dialect, Json};
use stepwright_tools::convert::{Assumption, Conversion, Converter, Difference};

/// A machine with one state, to which others of these states can lead.
fn machine(state: &str) -> Json {
    let state: Json = state.parse().expect("is JSON");
    stepwright_asl::json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}})
}

/// Converts a state with this converter. Returns the state and the conversion.
fn convert_with(converter: &Converter, state: &str) -> (String, Conversion) {
    let text = machine(state).to_string();
    let mut editor = Editor::parse_dialect(&text, Dialect::Json).expect("is JSON");
    let conversion = converter.convert(editor.document());
    editor
        .apply(&conversion.edits)
        .unwrap_or_else(|error| panic!("{state}: {error}"));
    let again = converter.convert(editor.document());
    assert_eq!(again.edits, [], "{state}");
    let converted = editor.document().json().pointer("/States/A");
    (
        converted.expect("the state remains").to_string(),
        conversion,
    )
}

/// Converts a state without notes.
fn converted(state: &str) -> String {
    let (text, conversion) = convert_with(&Converter::new(), state);
    assert_eq!(conversion.notes, [], "{state}");
    assert!(conversion.is_whole, "{state}");
    text
}

/// The expression in the output of a Pass with this template member.
fn expression(value: &str) -> String {
    let value = Json::from(value);
    let state = stepwright_asl::json!({"Type": "Pass", "Parameters": {"x.$": value}, "Next": "B"});
    let text: Json = converted(&state.to_string()).parse().expect("is JSON");
    let found = text.pointer("/Output/x").expect("has an output");
    match found.as_str() {
        Some(text) => text
            .trim_start_matches("{% ")
            .trim_end_matches(" %}")
            .to_owned(),
        None => found.to_string(),
    }
}

/// The codes of the notes of a Pass with this template member.
fn notes(value: &str) -> Vec<&'static str> {
    let value = Json::from(value);
    let state = stepwright_asl::json!({"Type": "Pass", "Parameters": {"x.$": value}, "Next": "B"});
    let (_, conversion) = convert_with(&Converter::new(), &state.to_string());
    assert!(conversion.states.iter().all(|state| state.name != "A"));
    let notes = conversion.notes.iter();
    notes.map(|note| note.difference.code()).collect()
}

/// The condition of a Choice rule.
fn condition(rule: &str) -> String {
    let mut rule: Json = rule.parse().expect("is JSON");
    rule.insert("Next", "B").expect("is an object");
    let state = stepwright_asl::json!({"Type": "Choice", "Choices": [rule], "Default": "B"});
    let text: Json = converted(&state.to_string()).parse().expect("is JSON");
    let found = text.pointer("/Choices/0/Condition").and_then(Json::as_str);
    let found = found.expect("has a condition");
    found
        .trim_start_matches("{% ")
        .trim_end_matches(" %}")
        .to_owned()
}

#[test]
fn paths_are_read_from_states() {
    for (path, expected) in [
        ("$", "$states.input"),
        ("$.order.total", "$states.input.order.total"),
        ("$.items[0].id", "$states.input.items[0].id"),
        ("$.items[-1]", "$states.input.items[-1]"),
        ("$[1]", "$states.input[1]"),
        ("$['unit price'].in", "$states.input.`unit price`.`in`"),
        ("$['a`b'].c", "$lookup($states.input, 'a`b').c"),
        ("$$.Execution.Id", "$states.context.Execution.Id"),
        ("$$", "$states.context"),
        ("$order.lines[0]", "$order.lines[0]"),
        ("$.items[*]", "[$states.input.items]"),
        (
            "$.a['b','c']",
            "{'b': $states.input.a.b, 'c': $states.input.a.c}",
        ),
        (
            "$.items[?(@.kind == 'book')]",
            "[$states.input.items[kind = 'book']]",
        ),
        (
            "$.items[?(@.price < 10 && @.tag)]",
            "[$states.input.items[$type(price) = 'number' and price < 10 and $exists(tag)]]",
        ),
        (
            "$.items[?(@['unit price'] != $.limit)]",
            "[$states.input.items[$not(`unit price` = $states.input.limit)]]",
        ),
    ] {
        assert_eq!(expression(path), expected, "{path}");
    }
}

#[test]
fn paths_without_an_exact_expression_are_refused() {
    for (path, code) in [
        ("$.items[*].id", "flattened-lists"),
        ("$.items.*", "flattened-lists"),
        ("$.items[0:2]", "flattened-lists"),
        ("$.items[1:]", "flattened-lists"),
        ("$.items[-3:-1]", "no-counterpart"),
        ("$.items[2:-1]", "no-counterpart"),
        ("$..id", "descent-order"),
        ("$..[0]", "no-counterpart"),
        ("$.items[*][0]", "no-counterpart"),
        ("$.items.length()", "always-fails"),
        ("$.${path}", "unknown-value"),
        ("$.items[?(@.a in ['x'])]", "no-counterpart"),
        ("$.items[?(@.a < @.b)]", "filter-types"),
    ] {
        assert_eq!(notes(path), [code], "{path}");
    }
}

#[test]
fn intrinsic_functions_become_functions_and_operators() {
    for (call, expected) in [
        (
            "States.Format('Order {}', $.id)",
            "'Order ' & $states.input.id",
        ),
        ("States.Format('{}', $.id)", "$string($states.input.id)"),
        (
            "States.Format('{}', $$.Execution.Name)",
            "$states.context.Execution.Name",
        ),
        (
            "States.Format('it\\'s {}{}!', $.a, 1.50)",
            "\"it's \" & $states.input.a & '1.50' & '!'",
        ),
        ("States.Format('plain')", "plain"),
        (
            "States.Array($.a, 1, 'x')",
            "[\"{% $states.input.a %}\",1,\"x\"]",
        ),
        (
            "States.ArrayGetItem(States.Array($.a, $.b), 1)",
            "$states.input.b",
        ),
        (
            "States.ArrayPartition($.a, 2)",
            "[$partition($states.input.a, 2)]",
        ),
        ("States.ArrayContains($.a, 'x')", "'x' in $states.input.a"),
        (
            "States.ArrayContains($.a, $.b)",
            "$exists($states.input.a[$ = $states.input.b])",
        ),
        ("States.ArrayRange(1, $.n, 1)", "[1..$states.input.n]"),
        ("States.ArrayRange(1, 9, 2)", "[$range(1, 9, 2)]"),
        ("States.ArrayGetItem($.a, 2)", "$states.input.a[2]"),
        (
            "States.ArrayGetItem($.a, $.i)",
            "$states.input.a[$states.input.i]",
        ),
        (
            "States.ArrayGetItem($.a[?(@.k == 'x')], 0)",
            "$states.input.a[k = 'x'][0]",
        ),
        ("States.ArrayLength($.a)", "$count($states.input.a)"),
        (
            "States.ArrayLength($.a[?(@.k)])",
            "$count($states.input.a[$exists(k)])",
        ),
        ("States.Base64Encode('a')", "$base64encode('a')"),
        ("States.Base64Decode($.a)", "$base64decode($states.input.a)"),
        (
            "States.Hash($.a, 'SHA-256')",
            "$hash($states.input.a, 'SHA-256')",
        ),
        (
            "States.JsonMerge($.a, $.b, false)",
            "$merge([$states.input.a, $states.input.b])",
        ),
        ("States.StringToJson($.a)", "$parse($states.input.a)"),
        ("States.JsonToString($.a)", "$string($states.input.a)"),
        ("States.MathRandom(1, 10)", "1 + $floor($random() * 9)"),
        (
            "States.MathRandom(0, $.n)",
            "$floor($random() * $states.input.n)",
        ),
        ("States.MathAdd($.a, 1)", "$states.input.a + 1"),
        ("States.MathAdd($.a, -1)", "$states.input.a - 1"),
        (
            "States.MathAdd($.a, States.MathAdd($.b, $.c))",
            "$states.input.a + ($states.input.b + $states.input.c)",
        ),
        (
            "States.StringSplit($.a, ',')",
            "[$split($states.input.a, ',')[$ != '']]",
        ),
        (
            "States.StringSplit($.a, ',;]')",
            "[$split($states.input.a, /[,;\\]]/)[$ != '']]",
        ),
        ("States.UUID()", "$uuid()"),
    ] {
        assert_eq!(expression(call), expected, "{call}");
    }
}

#[test]
fn a_slice_to_the_end_is_a_range_of_positions() {
    let converter = Converter::new().accept(Difference::FlattenedLists);
    for (slice, range) in [
        ("[1:]", "1..$count($states.input.items) - 1"),
        ("[:-2]", "0..$count($states.input.items) - 3"),
        ("[-2:]", "-2..-1"),
        ("[:3]", "0..2"),
    ] {
        let state = format!(
            r#"{{"Type": "Pass", "Parameters": {{"x.$": "$.items{slice}"}}, "Next": "B"}}"#
        );
        let (text, _) = convert_with(&converter, &state);
        let expected = format!("[$states.input.items[[{range}]]]");
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn calls_without_an_exact_expression_are_refused() {
    for (call, code) in [
        ("States.MathRandom(1, 10, 42)", "random-seed"),
        ("States.Format($.a, 1)", "no-counterpart"),
        ("States.Format('{}', States.Array(1))", "object-text"),
        ("States.JsonToString('a')", "object-text"),
        ("States.MathAdd(States.UUID(), 1)", "always-fails"),
        ("States.ArrayGetItem($.a, -1)", "always-fails"),
        ("States.MathAdd($.a, 1.5)", "no-counterpart"),
        ("States.MathAdd($.a, 9007199254740993)", "large-number"),
        ("States.JsonToString(States.Array($.a))", "nested-list"),
        ("States.StringSplit($.a, $.b)", "no-counterpart"),
    ] {
        assert_eq!(notes(call), [code], "{call}");
    }
}

#[test]
fn results_are_placed_in_the_input() {
    for (fields, expected) in [
        (
            r#""ResultPath": "$.a""#,
            r#""Output":"{% $merge([$states.input, {'a': $states.result}]) %}""#,
        ),
        (
            r#""ResultPath": "$.a.b""#,
            r#""Output":"{% $merge([$states.input, {'a': $merge([$states.input.a, {'b': $states.result}])}]) %}""#,
        ),
        (r#""ResultPath": null"#, r#""Output":"{% $states.input %}""#),
        (r#""ResultPath": "$""#, ""),
        (r#""ResultPath": "$.a", "OutputPath": "$.a""#, ""),
        (
            r#""ResultPath": "$.a", "OutputPath": "$.b""#,
            r#""Output":"{% $states.input.b %}""#,
        ),
        (
            r#""OutputPath": "$.Payload""#,
            r#""Output":"{% $states.result.Payload %}""#,
        ),
        (r#""OutputPath": null"#, r#""Output":{}"#),
        (
            r#""ResultSelector": {"id.$": "$.Id", "n": 1}"#,
            r#""Output":{"id":"{% $states.result.Id %}","n":1}"#,
        ),
        (
            r#""ResultSelector": {"id.$": "$.Id"}, "ResultPath": "$.r", "OutputPath": "$.r.id""#,
            r#""Output":"{% $states.result.Id %}""#,
        ),
        (
            r#""ResultSelector": {"id.$": "$.Id"}, "Assign": {"v.$": "$.id"}"#,
            r#""Output":{"id":"{% $states.result.Id %}"},"Assign":{"v":"{% $states.result.Id %}"}"#,
        ),
    ] {
        let state = format!(r#"{{"Type": "Task", "Resource": "r", {fields}, "Next": "B"}}"#);
        let expected = match expected {
            "" => r#"{"Type":"Task","Resource":"r","Next":"B"}"#.to_owned(),
            output => format!(r#"{{"Type":"Task","Resource":"r",{output},"Next":"B"}}"#),
        };
        assert_eq!(converted(&state), expected);
    }
}

#[test]
fn fields_of_each_state_are_converted() {
    for (state, expected) in [
        (
            r#"{"Type": "Pass", "Result": {"a.$": "{% x %}"}, "ResultPath": "$.r", "Next": "B"}"#,
            r#"{"Type":"Pass","Output":"{% $merge([$states.input, {'r': {'a.$': '{% x %}'}}]) %}","Next":"B"}"#,
        ),
        (
            r#"{"Type": "Pass", "Result": ["{% x %}"], "Next": "B"}"#,
            r#"{"Type":"Pass","Output":["{% '{% x %}' %}"],"Next":"B"}"#,
        ),
        (
            r#"{"Type": "Pass", "InputPath": "$.a", "Parameters": {"b": {"c.$": "$.d"}, "e.$": "$"}, "Next": "B"}"#,
            r#"{"Type":"Pass","Output":{"b":{"c":"{% $states.input.a.d %}"},"e":"{% $states.input.a %}"},"Next":"B"}"#,
        ),
        (
            r#"{"Type": "Pass", "InputPath": null, "Next": "B"}"#,
            r#"{"Type":"Pass","Output":{},"Next":"B"}"#,
        ),
        (
            r#"{"Type": "Wait", "SecondsPath": "$.s", "InputPath": "$.w", "Next": "B"}"#,
            r#"{"Type":"Wait","Seconds":"{% $states.input.w.s %}","Output":"{% $states.input.w %}","Next":"B"}"#,
        ),
        (
            r#"{"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"}"#,
            r#"{"Type":"Fail","Error":"{% $states.input.e %}","Cause":"{% $states.input.c & '!' %}"}"#,
        ),
        (
            r#"{"Type": "Fail", "Error": "{% e %}"}"#,
            r#"{"Type":"Fail","Error":"{% '{% e %}' %}"}"#,
        ),
        (
            r#"{"Type": "Succeed", "OutputPath": "$$.Execution.Input"}"#,
            r#"{"Type":"Succeed","Output":"{% $states.context.Execution.Input %}"}"#,
        ),
        (
            r#"{"Type": "Task", "Resource": "r", "InputPath": "$.a", "TimeoutSecondsPath": "$.t", "Credentials": {"RoleArn.$": "$.r"}, "Next": "B"}"#,
            r#"{"Type":"Task","Resource":"r","Arguments":"{% $states.input.a %}","TimeoutSeconds":"{% $states.input.a.t %}","Credentials":{"RoleArn":"{% $states.input.a.r %}"},"Next":"B"}"#,
        ),
        (
            r#"{"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["States.ParameterPathFailure", "X", "States.IntrinsicFailure"], "ResultPath": "$.e", "Next": "B"}, {"ErrorEquals": ["States.ALL"], "Assign": {"c.$": "$.Cause"}, "ResultPath": null, "Next": "B"}], "Next": "B"}"#,
            r#"{"Type":"Task","Resource":"r","Catch":[{"ErrorEquals":["States.QueryEvaluationError","X"],"Output":"{% $merge([$states.input, {'e': $states.errorOutput}]) %}","Next":"B"},{"ErrorEquals":["States.ALL"],"Assign":{"c":"{% $states.errorOutput.Cause %}"},"Output":"{% $states.input %}","Next":"B"}],"Next":"B"}"#,
        ),
        (
            r#"{"Type": "Choice", "InputPath": "$.a", "Choices": [{"Variable": "$.b", "StringEquals": "x", "Assign": {"v.$": "$.c"}, "Next": "B"}], "Default": "B"}"#,
            r#"{"Type":"Choice","Output":"{% $states.input.a %}","Choices":[{"Condition":"{% $states.input.a.b = 'x' %}","Assign":{"v":"{% $states.input.a.c %}"},"Output":"{% $states.input.a %}","Next":"B"}],"Default":"B"}"#,
        ),
        (
            r#"{"Type": "Map", "InputPath": "$.m", "ItemsPath": "$.items", "Parameters": {"i.$": "$$.Map.Item.Value", "o.$": "$.o"}, "MaxConcurrencyPath": "$.n", "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$.i", "End": true}}}, "ResultPath": null, "Next": "B"}"#,
            r#"{"Type":"Map","Items":"{% $states.input.m.items %}","ItemSelector":{"i":"{% $states.context.Map.Item.Value %}","o":"{% $states.input.m.o %}"},"MaxConcurrency":"{% $states.input.m.n %}","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","Output":"{% $states.input.i %}","End":true}}},"Output":"{% $states.input %}","Next":"B"}"#,
        ),
        (
            r#"{"Type": "Parallel", "Parameters": {"a.$": "$.a"}, "Branches": [{"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}], "ResultSelector": {"first.$": "$[0]"}, "Next": "B"}"#,
            r#"{"Type":"Parallel","Arguments":{"a":"{% $states.input.a %}"},"Branches":[{"StartAt":"P","States":{"P":{"Type":"Succeed"}}}],"Output":{"first":"{% $states.result[0] %}"},"Next":"B"}"#,
        ),
    ] {
        assert_eq!(converted(state), expected);
    }
}

#[test]
fn rules_become_conditions() {
    for (rule, expected) in [
        (
            r#"{"Variable": "$.a", "StringEquals": "x"}"#,
            "$states.input.a = 'x'",
        ),
        (
            r#"{"Variable": "$.a", "BooleanEquals": false}"#,
            "$states.input.a = false",
        ),
        (
            r#"{"Variable": "$.a", "NumericGreaterThan": 100}"#,
            "$type($states.input.a) = 'number' and $states.input.a > 100",
        ),
        (
            r#"{"And": [{"Variable": "$.a", "IsNumeric": true}, {"Variable": "$.a", "NumericLessThanEquals": -1.5}]}"#,
            "$type($states.input.a) = 'number' and $states.input.a <= -1.5",
        ),
        (
            r#"{"And": [{"Variable": "$.a", "NumericGreaterThan": 1}, {"Variable": "$.a", "NumericLessThan": 9}]}"#,
            "$type($states.input.a) = 'number' and $states.input.a > 1 and $states.input.a < 9",
        ),
        (
            r#"{"Variable": "$.a", "StringEqualsPath": "$.b"}"#,
            "$type($states.input.a) = 'string' and $states.input.a = $states.input.b",
        ),
        (
            r#"{"Variable": "$$.Execution.Name", "StringLessThanPath": "$.b"}"#,
            "$type($states.input.b) = 'string' and $states.context.Execution.Name < $states.input.b",
        ),
        (
            r#"{"Variable": "$.a", "IsPresent": true}"#,
            "$exists($states.input.a)",
        ),
        (
            r#"{"Variable": "$.a", "IsPresent": false}"#,
            "$not($exists($states.input.a))",
        ),
        (
            r#"{"Not": {"Variable": "$.a", "IsPresent": false}}"#,
            "$exists($states.input.a)",
        ),
        (
            r#"{"Not": {"Variable": "$.a", "StringEquals": "x"}}"#,
            "$states.input.a != 'x'",
        ),
        (
            r#"{"Not": {"And": [{"Variable": "$.a", "IsPresent": true}, {"Variable": "$.a", "NumericEquals": 3}]}}"#,
            "$not($states.input.a = 3)",
        ),
        (
            r#"{"And": [{"Variable": "$.a", "IsPresent": true}, {"Not": {"Variable": "$.a", "NumericEquals": 3}}]}"#,
            "$states.input.a != 3",
        ),
        (
            r#"{"Variable": "$.a", "IsNull": false}"#,
            "$states.input.a != null",
        ),
        (
            r#"{"Variable": "$.a", "IsString": false}"#,
            "$type($states.input.a) != 'string'",
        ),
        (
            r#"{"And": [{"Variable": "$.a.b", "IsPresent": true}, {"Variable": "$.a.b", "BooleanEquals": true}]}"#,
            "$states.input.a.b = true",
        ),
        (
            r#"{"And": [{"Variable": "$.a", "IsPresent": true}, {"Or": [{"Variable": "$.a", "BooleanEquals": true}, {"Variable": "$.b", "IsNull": true}]}]}"#,
            "$exists($states.input.a) and ($states.input.a = true or $states.input.b = null)",
        ),
        (
            r#"{"Or": [{"Variable": "$.a", "StringEquals": "x"}, {"Variable": "$.a", "StringEquals": "y"}, {"Variable": "$.a", "NumericEquals": 1}]}"#,
            "$states.input.a in ['x', 'y', 1]",
        ),
        (
            r#"{"Variable": "$.a", "StringMatches": "log-*.t/t"}"#,
            "$type($states.input.a) = 'string' and $contains($states.input.a, /^log-[\\s\\S]*\\.t\\/t$/)",
        ),
        (
            r#"{"Variable": "$.a", "StringMatches": "*.txt"}"#,
            "$type($states.input.a) = 'string' and $contains($states.input.a, /\\.txt$/)",
        ),
        (
            r#"{"Variable": "$.a", "StringMatches": "*x*"}"#,
            "$type($states.input.a) = 'string' and $contains($states.input.a, 'x')",
        ),
        (
            r#"{"Variable": "$.a", "StringMatches": "x\\*"}"#,
            "$states.input.a = 'x*'",
        ),
        (
            r#"{"Variable": "$.a", "StringMatches": "*"}"#,
            "$type($states.input.a) = 'string'",
        ),
    ] {
        assert_eq!(condition(rule), expected.replace("\\\\", "\\"), "{rule}");
    }
}

#[test]
fn a_state_with_a_difference_remains_unless_it_is_accepted() {
    let state = r#"{"Type": "Pass", "Parameters": {"ids.$": "$.items[*].id"}, "Next": "B"}"#;
    let (text, conversion) = convert_with(&Converter::new(), state);
    assert_eq!(
        text,
        r#"{"Type":"Pass","Parameters":{"ids.$":"$.items[*].id"},"Next":"B"}"#
    );
    assert_eq!(conversion.refused.len(), 1);
    assert_eq!(conversion.states.len(), 1);
    assert!(!conversion.is_whole && !conversion.notes[0].accepted);

    let converter = Converter::new().accept(Difference::FlattenedLists);
    let (text, conversion) = convert_with(&converter, state);
    assert_eq!(
        text,
        r#"{"Type":"Pass","Output":{"ids":"{% [$states.input.items.id] %}"},"Next":"B"}"#
    );
    assert!(conversion.is_whole && conversion.notes[0].accepted);
}

#[test]
fn chosen_states_have_their_own_language() {
    let text = "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": { \"Type\": \"Pass\", \"InputPath\": \"$.a\", \"Next\": \"B\" }, // first\n    \"B\": { \"Type\": \"Pass\", \"InputPath\": \"$.b\", \"End\": true }\n  }\n}";
    let mut editor = Editor::parse_dialect(text, Dialect::Comments).expect("is JSON");
    let converter = Converter::new().state("A").state("C");
    let conversion = converter.convert(editor.document());
    assert_eq!(conversion.unknown_states, ["C"]);
    editor.apply(&conversion.edits).expect("is possible");
    let expected = text.replace(
        r#""Type": "Pass", "InputPath": "$.a""#,
        r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a %}""#,
    );
    assert_eq!(editor.text(), expected);

    let conversion = Converter::new()
        .state("/States/B")
        .convert(editor.document());
    assert!(conversion.is_whole);
    editor.apply(&conversion.edits).expect("is possible");
    let expected = text
        .replace(
            "\"StartAt\"",
            "\"QueryLanguage\": \"JSONata\",\n  \"StartAt\"",
        )
        .replace("InputPath\": \"$.a", "Output\": \"{% $states.input.a %}")
        .replace("InputPath\": \"$.b", "Output\": \"{% $states.input.b %}");
    assert_eq!(editor.text(), expected);
}

#[test]
fn placeholders_remain_in_templates_and_not_in_expressions() {
    let convert = |state: &str| {
        let text = format!(r#"{{"StartAt": "A", "States": {{"A": {state}}}}}"#);
        let mut editor = Editor::parse_dialect(&text, Dialect::Json).expect("is JSON");
        let conversion = Converter::new().convert(editor.document());
        editor.apply(&conversion.edits).expect("is possible");
        let text = editor.text().to_owned();
        let notes = conversion.notes.into_iter();
        (text, notes.map(|note| note.difference).collect::<Vec<_>>())
    };
    let (text, notes) = convert(
        r#"{"Type": "Task", "Resource": "r", "Parameters": {"n": ${N}, "x.$": "$.x"}, "End": true}"#,
    );
    assert!(text.contains(r#""Arguments": {"n": ${N}, "x": "{% $states.input.x %}"}"#));
    assert_eq!(notes, []);
    for state in [
        r#"{"Type": "Pass", "Result": ${N}, "ResultPath": "$.n", "End": true}"#,
        r#"{"Type": "Pass", "InputPath": ${N}, "End": true}"#,
        r#"{"Type": "Pass", ${Members}, "End": true}"#,
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.x", "NumericEquals": ${N}, "Next": "A"}]}"#,
    ] {
        assert_eq!(convert(state).1, [Difference::UnknownValue], "{state}");
    }
}

#[test]
fn a_placeholder_of_a_pattern_is_not_converted_and_one_of_a_text_is_assumed() {
    for pattern in ["${Stage}-*", "*${Stage}*", "${Stage}"] {
        let state = format!(
            r#"{{"Type": "Choice", "Choices": [{{"Variable": "$.x", "StringMatches": "{pattern}", "Next": "B"}}], "Default": "B"}}"#
        );
        let (_, conversion) = convert_with(&Converter::new(), &state);
        let notes = conversion.notes.iter().map(|note| note.difference);
        assert_eq!(notes.collect::<Vec<_>>(), [Difference::UnknownValue]);
        assert!(conversion.states.iter().all(|state| state.name != "A"));
    }
    let equals = r#"{"Type": "Choice", "Choices": [{"Variable": "$.x", "StringEquals": "${Stage}", "Next": "B"}], "Default": "B"}"#;
    let (text, conversion) = convert_with(&Converter::new(), equals);
    assert!(
        text.contains("{% $states.input.x = '${Stage}' %}"),
        "{text}"
    );
    let assumptions = conversion.assumptions();
    assert!(
        assumptions.contains(&(Assumption::Placeholders, 1)),
        "{assumptions:?}"
    );
    // The text is no part of an expression.
    let topic = r#"{"Type": "Pass", "Parameters": {"a": "${Stage}", "x.$": "$.x"}, "Next": "B"}"#;
    let (_, conversion) = convert_with(&Converter::new(), topic);
    let assumptions = conversion.assumptions();
    assert!(
        assumptions
            .iter()
            .all(|(one, _)| *one != Assumption::Placeholders)
    );
}

#[test]
fn a_text_that_a_placeholder_may_turn_into_an_expression_is_quoted() {
    let state = r#"{"Type": "Pass", "Parameters": {"x": "${P}{% 1 %}"}, "Next": "B"}"#;
    let (text, conversion) = convert_with(&Converter::new(), state);
    let text: Json = text.parse().expect("is JSON");
    let expected = Json::from("{% '${P}{% 1 %}' %}");
    assert_eq!(text.pointer("/Output/x"), Some(&expected), "{text}");
    let assumptions = conversion.assumptions();
    assert!(assumptions.contains(&(Assumption::Placeholders, 1)));
}

#[test]
fn an_error_that_a_placeholder_may_turn_into_one_of_jsonpath_is_not_converted() {
    let state = r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Catch": [{"ErrorEquals": ["${P}States.ParameterPathFailure"], "Next": "B"}], "Next": "B"}"#;
    let (_, conversion) = convert_with(&Converter::new(), state);
    let found: Vec<Difference> = conversion
        .notes
        .iter()
        .map(|note| note.difference)
        .collect();
    assert_eq!(found, [Difference::UnknownValue]);
}

#[test]
fn a_function_that_a_variable_hides_is_not_called() {
    let state = r#"{"Type": "Task", "Resource": "r", "Assign": {"merge": 1}, "ResultPath": "$.r", "Next": "B"}"#;
    let (_, conversion) = convert_with(&Converter::new(), state);
    assert_eq!(
        conversion.notes[0].difference,
        Difference::HiddenFunction,
        "{:?}",
        conversion.notes
    );
}

#[test]
fn assumptions_are_counted() {
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.a.n, 1)"}, "Next": "B"},
        "B": {"Type": "Pass", "InputPath": "$.n", "Next": "C"},
        "C": {"Type": "Succeed"}}}"#;
    let document = text.parse().expect("is JSON");
    assert_eq!(
        Converter::new().convert(&document).assumptions(),
        [
            (Assumption::Absent, 2),
            (Assumption::Types, 1),
            (Assumption::Digits, 1)
        ]
    );
}

#[test]
fn item_of_an_outer_map_is_not_read_where_an_inner_item_hides_it() {
    let map = |input: &str, key: &str, selected: &str| {
        let mut state = stepwright_asl::json!({
            "Type": "Map",
            "InputPath": input,
            "ItemsPath": "$$.Execution.Input.list",
            "ItemProcessor": {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": true}}},
            "End": true
        });
        let selector = stepwright_asl::json!({"x.$": selected});
        state.insert(key, selector).expect("is an object");
        let (_, conversion) = convert_with(&Converter::new(), &state.to_string());
        let notes = conversion.notes.iter();
        let codes = notes.map(|note| note.difference.code()).collect::<Vec<_>>();
        let is_converted = conversion.states.iter().any(|state| state.name == "A");
        assert_eq!(is_converted, codes.is_empty(), "{input} {selected}");
        codes
    };
    for key in ["ItemSelector", "Parameters"] {
        for input in [
            "$$",
            "$$.Map",
            "$$.Map.Item.Index",
            "$$.Map.Item.Value.list",
        ] {
            for selected in ["$", "$.x", "States.Format('{}', $)"] {
                let refused = [Difference::NoCounterpart.code()];
                assert_eq!(map(input, key, selected), refused, "{input} {selected}");
            }
            assert!(map(input, key, "$$.Map.Item.Value").is_empty(), "{input}");
            // A refused path of the template is not lost.
            let refused = [Difference::NoCounterpart.code()];
            assert_eq!(map(input, key, "$[*][0]"), refused, "{input}");
        }
        for input in [
            "$",
            "$.order",
            "$$.Execution.Input",
            "$$.Execution.Input.Map",
        ] {
            for selected in ["$", "$.x", "$$.Map.Item.Index"] {
                assert!(map(input, key, selected).is_empty(), "{input} {selected}");
            }
        }
    }
}

#[test]
fn long_and_deep_fields_are_refused() {
    let rules = vec![r#"{"Variable": "$.a", "NumericLessThan": 1}"#; 100].join(", ");
    let choice = |rule: &str| {
        format!(r#"{{"Type": "Choice", "Choices": [{{{rule}, "Next": "B"}}], "Default": "B"}}"#)
    };
    let deep = format!(
        r#"{}{{"Variable": "$.a", "IsNull": true}}{}"#,
        r#"{"And": ["#.repeat(70) + &r#"{"Not": "#.repeat(40),
        "}".repeat(40) + &"]}".repeat(70)
    );
    let filter = format!("$.a[?({})]", vec!["@.b == 1"; 10_000].join(" && "));
    let arguments = vec!["$.a"; 10_000].join(", ");
    let format = format!("States.Format('{}', {arguments})", "{}".repeat(10_000));
    let pass = |text: &str| {
        let text = Json::from(text);
        format!(r#"{{"Type": "Pass", "Parameters": {{"x.$": {text}}}, "Next": "B"}}"#)
    };
    for state in [
        choice(&format!(r#""And": [{rules}]"#)),
        choice(&format!(
            r#""Or": [{rules}, {rules}, {rules}, {rules}, {rules}, {rules}]"#
        )),
        pass(&filter),
        pass(&format),
        pass(&format!("$.a{}", ".b".repeat(10_000))),
    ] {
        let (_, conversion) = convert_with(&Converter::new(), &state);
        let notes = conversion.notes.iter();
        assert!(
            notes
                .map(|note| note.difference)
                .eq([Difference::NoCounterpart]),
            "{:?}",
            conversion.notes
        );
    }
    let texts: Vec<String> = (0..300)
        .map(|text| format!(r#"{{"Variable": "$.a", "StringEquals": "{text}"}}"#))
        .collect();
    converted(&choice(&format!(r#""Or": [{}]"#, texts.join(", "))));
    converted(&choice(&format!(r#""Not": {deep}"#)));
    let contains = format!("States.ArrayContains(States.Array({arguments}), 1)");
    convert_with(&Converter::new(), &pass(&contains));
}

/// The states of a machine after a conversion with variables.
fn with_variables(states: &str) -> String {
    let text = format!(r#"{{"StartAt": "A", "States": {states}}}"#);
    let mut editor = Editor::parse_dialect(&text, Dialect::Json).expect("is JSON");
    let conversion = Converter::new().with_variables().convert(editor.document());
    assert_eq!(conversion.notes, []);
    editor.apply(&conversion.edits).expect("is possible");
    let states = editor.document().json().get("States");
    states.expect("has states").to_string()
}

#[test]
fn a_result_that_one_state_reads_becomes_a_variable() {
    let converted = with_variables(
        r#"{
            "A": {"Type": "Task", "Resource": "r", "Parameters": {}, "ResultSelector": {"n.$": "$.N"}, "ResultPath": "$.found", "Next": "B"},
            "B": {"Type": "Choice", "Choices": [{"Variable": "$.skip", "BooleanEquals": true, "Next": "C"}], "Default": "C"},
            "C": {"Type": "Pass", "Parameters": {"n.$": "$.found.n", "id.$": "$.id"}, "End": true}}"#,
    );
    assert_eq!(
        converted,
        r#"{"A":{"Type":"Task","Resource":"r","Arguments":{},"Output":"{% $states.input %}","Assign":{"found":{"n":"{% $states.result.N %}"}},"Next":"B"},"B":{"Type":"Choice","Choices":[{"Condition":"{% $states.input.skip = true %}","Next":"C"}],"Default":"C"},"C":{"Type":"Pass","Output":{"n":"{% $found.n %}","id":"{% $states.input.id %}"},"End":true}}"#
    );
}

#[test]
fn a_result_that_others_could_see_remains_in_the_data() {
    let first = r#"{"Type": "Task", "Resource": "r", "Parameters": {}, "ResultPath": "$.found", "Next": "B"}"#;
    let read = r#"{"Type": "Pass", "Parameters": {"n.$": "$.found"}, "End": true}"#;
    let mut states = vec![
        // The last state returns the data.
        format!(
            r#"{{"A": {first}, "B": {{"Type": "Pass", "Parameters": {{"n.$": "$.found"}}, "ResultPath": "$.n", "End": true}}}}"#
        ),
        // A task gets all data.
        format!(
            r#"{{"A": {first}, "B": {{"Type": "Task", "Resource": "r", "ResultPath": "$.c", "Next": "C"}}, "C": {read}}}"#
        ),
        // Two states read it.
        format!(
            r#"{{"A": {first}, "B": {{"Type": "Wait", "SecondsPath": "$.found", "Next": "C"}}, "C": {read}}}"#
        ),
        // Nothing reads it.
        format!(r#"{{"A": {first}, "B": {{"Type": "Pass", "Result": 1, "End": true}}}}"#),
    ];
    // Another path leads to the reader.
    states.push(format!(
        r#"{{"A": {{"Type": "Choice", "Choices": [{{"Variable": "$.a", "IsPresent": true, "Next": "S"}}], "Default": "B"}}, "S": {first}, "B": {read}}}"#
    ));
    // An error of the first state leads to the reader.
    let catches = first.replace(
        r#""Next": "B""#,
        r#""Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}], "Next": "B""#,
    );
    states.push(format!(r#"{{"A": {catches}, "B": {read}}}"#));
    // The name is that of a function.
    let hidden = first.replace("found", "merge");
    let hidden_read = read.replace("found", "merge");
    states.push(format!(r#"{{"A": {hidden}, "B": {hidden_read}}}"#));
    for states in states {
        let converted = with_variables(&states);
        assert!(!converted.contains("Assign"), "{converted}");
    }
}

#[test]
fn each_machine_of_a_template_is_converted_or_has_a_problem() {
    let machine = |name: &str, definition: &str| {
        format!(
            "  {name}:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      {definition}\n"
        )
    };
    let wait = |name: &str| {
        format!(
            r#"{{"StartAt": "{name}", "States": {{"{name}": {{"Type": "Wait", "SecondsPath": "$.s", "End": true}}}}}}"#
        )
    };
    let many = (0..300).flat_map(|number| {
        let text = wait(&format!("W{number}"));
        [
            machine(&format!("P{number}"), &format!("Definition: {text}")),
            machine(
                &format!("S{number}"),
                &format!("DefinitionString: '{text}'"),
            ),
        ]
    });
    let shared = wait("Shared");
    let folded = wait("Folded").replace(", \"States\"", ",\n        \"States\"");
    let machines: Vec<String> = many
        .chain([
            machine("First", &format!("DefinitionString: &text '{shared}'")),
            machine("Again", "DefinitionString: *text"),
            machine("Folded", &format!("DefinitionString: >\n        {folded}")),
        ])
        .collect();
    let template = format!("Resources:\n{}", machines.concat());
    let converted = Converter::new().convert_template(&template).expect("YAML");
    let waits = converted.text.matches("{% $states.input.s %}").count();
    assert_eq!((converted.definitions.len(), waits), (603, 601));
    for definition in &converted.definitions {
        let is_folded = definition.machine.as_deref() == Some("Folded");
        assert_eq!(definition.problem.is_some(), is_folded, "{definition:?}");
    }
    let is_wait = |line: &&str| line.contains("SecondsPath");
    let rest: Vec<&str> = converted.text.lines().filter(is_wait).collect();
    assert_eq!(rest.len(), 1, "only the folded string remains: {rest:?}");
}
