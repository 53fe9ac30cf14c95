//! Tests of targets' inputs: the examples of AWS, and adversarial values.

use proptest::prelude::*;
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};

use super::*;
use crate::event::EventFields;

const RULE: RuleContext<'static> = RuleContext {
    rule_arn: "arn:aws:events:us-east-2:123456789012:rule/example",
    rule_name: "example",
    ingestion_time: "2015-11-11T21:29:55Z",
};

/// The event of the user guide's examples, with another detail.
fn event(detail: Json) -> Event {
    let resources = ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111".to_owned()];
    let fields = EventFields {
        id: "7bf73129-1428-4cd3-a780-95db273d1602",
        source: "aws.ec2",
        detail_type: "EC2 Instance State-change Notification",
        account: "123456789012",
        region: "us-east-1",
        time: "2015-11-11T21:29:54Z",
        resources: &resources,
    };
    Event::new(&fields, detail)
}

fn json(text: &str) -> Json {
    text.parse()
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn transformer(
    paths: &[(&str, &str)],
    template: &str,
) -> Result<InputTransformer, TargetInputError> {
    let paths = paths.iter();
    let paths = paths.map(|(name, path)| ((*name).to_owned(), (*path).to_owned()));
    InputTransformer::new(paths, template.to_owned())
}

/// Creates a transformer and prints its input.
fn transform(
    paths: &[(&str, &str)],
    template: &str,
    event: &Event,
) -> Result<String, TargetInputError> {
    TargetInput::Transformed(transformer(paths, template)?).print(event, &RULE)
}

fn assert_error<T: std::fmt::Debug>(result: Result<T, TargetInputError>, message: &str) {
    assert_eq!(result.expect_err(message).to_string(), message);
}

/// The examples of
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>,
/// section "Input transform examples", with its event.
#[test]
fn the_examples_of_the_user_guide_have_its_outputs() {
    let event = event(json(
        r#"{"instance-id": "i-0123456789", "state": "RUNNING"}"#,
    ));
    let paths = [
        ("timestamp", "$.time"),
        ("instance", "$.detail.instance-id"),
        ("state", "$.detail.state"),
        ("resource", "$.resources[0]"),
        ("detail", "$.detail"),
    ];
    let cases = [
        (
            "Simple string",
            r#""instance <instance> is in <state>""#,
            r#""instance i-0123456789 is in RUNNING""#,
        ),
        (
            "String with escaped quotes",
            r#""instance \"<instance>\" is in <state>""#,
            r#""instance \"i-0123456789\" is in RUNNING""#,
        ),
        (
            "Simple JSON",
            "{\n  \"instance\" : <instance>,\n  \"state\": <state>\n}",
            "{\n  \"instance\" : \"i-0123456789\",\n  \"state\": \"RUNNING\"\n}",
        ),
        (
            "JSON with strings and variables",
            r#"{"instance" : <instance>, "state": "<state>", "instanceStatus": "instance \"<instance>\" is in <state>"}"#,
            r#"{"instance" : "i-0123456789", "state": "RUNNING", "instanceStatus": "instance \"i-0123456789\" is in RUNNING"}"#,
        ),
        (
            "JSON with a mix of variables and static information",
            r#"{"instance" : <instance>, "state": [ 9, <state>, true ], "Transformed" : "Yes"}"#,
            r#"{"instance" : "i-0123456789", "state": [ 9, "RUNNING", true ], "Transformed" : "Yes"}"#,
        ),
        (
            "Including reserved variables in a string",
            r#""<aws.events.rule-name> triggered""#,
            r#""example triggered""#,
        ),
        (
            // Its output in the guide lacks the quotes of the timestamp.
            "Amazon CloudWatch log group",
            r#"{"timestamp" : <timestamp>, "message": "instance \"<instance>\" is in <state>"}"#,
            r#"{"timestamp" : "2015-11-11T21:29:54Z", "message": "instance \"i-0123456789\" is in RUNNING"}"#,
        ),
        (
            "the API reference of InputTransformer, first example",
            r#""<instance> is in state <state>""#,
            r#""i-0123456789 is in state RUNNING""#,
        ),
        (
            "the API reference of InputTransformer, second example",
            r#""<instance> is in state \"<state>\"""#,
            r#""i-0123456789 is in state \"RUNNING\"""#,
        ),
        (
            "the API reference of InputTransformer, third example",
            r#"{"myInstance": <instance>,"myStatus": "<instance> is in state \"<state>\""}"#,
            r#"{"myInstance": "i-0123456789","myStatus": "i-0123456789 is in state \"RUNNING\""}"#,
        ),
        (
            "Common issues: an object is a value of a key",
            r#"{"detail": <detail>}"#,
            r#"{"detail": {"instance-id":"i-0123456789","state":"RUNNING"}}"#,
        ),
        (
            "Common issues: the quotes of an object in a string are removed",
            r#""Detail is <detail>""#,
            r#""Detail is {instance-id:i-0123456789,state:RUNNING}""#,
        ),
        (
            "an item of an array, by its index",
            r#"{"resource": <resource>}"#,
            r#"{"resource": "arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"}"#,
        ),
    ];
    for (source, template, output) in cases {
        assert_eq!(
            transform(&paths, template, &event).as_deref(),
            Ok(output),
            "{source}"
        );
    }
    // "Including reserved variables in JSON", and section "Predefined variables".
    let template = r#"{"ruleArn" : <aws.events.rule-arn>, "ruleName" : <aws.events.rule-name>, "originalEvent" : <aws.events.event.json>, "at": <aws.events.event.ingestion-time>}"#;
    let input = json(&transform(&[], template, &event).unwrap());
    assert_eq!(
        input,
        json!({
            "ruleArn": RULE.rule_arn,
            "ruleName": "example",
            "originalEvent": event.json().clone(),
            "at": RULE.ingestion_time,
        })
    );
}

/// The tutorial:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-input-transformer-tutorial.html>
#[test]
fn the_example_of_the_tutorial_has_its_output() {
    let paths = [("detail-type", "$.detail-type")];
    let input = transform(
        &paths,
        r#""This event was of <detail-type> type.""#,
        &event(json!({})),
    );
    let output = r#""This event was of EC2 Instance State-change Notification type.""#;
    assert_eq!(input.as_deref(), Ok(output));
}

/// Outputs that LocalStack recorded on AWS: `tests/aws/services/events/test_events_inputs.py` and
/// its snapshots. Names and values are shorter here.
#[test]
fn outputs_recorded_on_aws_are_the_same() {
    let detail = r#"{"user": {"id": "0a78", "sf": "baz"}, "one": ["HIGH"], "two": ["ACTIVE", "INACTIVE"], "valid": true}"#;
    let event = event(json(detail));
    let paths = [
        ("id", "$.detail.user.id"),
        ("user", "$.detail.user"),
        ("one", "$.detail.one"),
        ("two", "$.detail.two"),
        ("valid", "$.detail.valid"),
        ("missing", "$.detail.account"),
    ];
    let cases = [
        // test_put_events_with_input_transformer_input_template_json
        (
            r#"{"id": <id>,  "command": <missing>}"#,
            r#"{"id": "0a78",  "command": ""}"#,
        ),
        // test_put_events_with_input_transformer_input_template_string
        (r#""info <missing>""#, r#""info ""#),
        (r#""{[/Check <id> type""#, r#""{[/Check 0a78 type""#),
        // test_input_transformer_nested_keys_replacement
        (
            r#"{"path": "users/<id>/x/<id>", "bod": <user>}"#,
            r#"{"path": "users/0a78/x/0a78", "bod": {"id":"0a78","sf":"baz"}}"#,
        ),
        (
            r#"{"nested": {"a": {"b": "users/<id>"} }, "bod": [<id>, "hardcoded"]}"#,
            r#"{"nested": {"a": {"b": "users/0a78"} }, "bod": ["0a78", "hardcoded"]}"#,
        ),
        (
            r#""Payload of <user> with <id>""#,
            r#""Payload of {id:0a78,sf:baz} with 0a78""#,
        ),
        (
            r#""<one> one <two> two <missing> none""#,
            r#""[HIGH] one [ACTIVE,INACTIVE] two  none""#,
        ),
        (r#"{"list": <one>}"#, r#"{"list": ["HIGH"]}"#),
        (r#""Command is <valid>!""#, r#""Command is true!""#),
    ];
    for (template, output) in cases {
        assert_eq!(
            transform(&paths, template, &event).as_deref(),
            Ok(output),
            "{template}"
        );
    }
    // test_input_transformer_nested_keys_replacement_not_valid
    for template in [
        r#"{"payload": "<user>"}"#,
        r#"{"list": "<one>"}"#,
        r#"{"a": "users/<user>", "b": <user>}"#,
    ] {
        let error = transform(&paths, template, &event).expect_err(template);
        let expected = "its value is an object or an array, which EventBridge does not deliver; remove the quotes";
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    // test_input_transformer_predefined_variables
    let input = transform(&[], r#"{"event": <aws.events.event>}"#, &event).unwrap();
    let input = json(&input);
    let original = input.get("event").and_then(Json::as_object).unwrap();
    let mut keys: Vec<&str> = original.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "account",
            "detailType",
            "id",
            "region",
            "resources",
            "source",
            "time",
            "version"
        ]
    );
    // test_put_events_with_input_transformer_missing_keys
    let error = transformer(&paths, r#""a <notdefinedkey>""#).unwrap_err();
    assert!(
        matches!(&error, TargetInputError::UnknownVariable { name, .. } if name == "notdefinedkey"),
        "{error}"
    );
}

/// LocalStack's class `TestInputPath`, recorded on AWS.
#[test]
fn an_input_path_selects_a_part_of_the_event() {
    let event = event(json(r#"{"payload": {"id": "baz", "items": [1.50, null]}}"#));
    let print = |path: &str| TargetInput::Part(path.parse().unwrap()).print(&event, &RULE);
    for (path, output) in [
        ("$.detail.payload.id", r#""baz""#),
        ("$.detail.payload", r#"{"id":"baz","items":[1.50,null]}"#),
        ("$.detail.payload.items[0]", "1.50"),
        ("$.detail.payload.items[1]", "null"),
        ("$", &event.json().to_string()),
    ] {
        assert_eq!(print(path).as_deref(), Ok(output), "{path}");
    }
    assert_eq!(
        TargetInput::Event.print(&event, &RULE),
        Ok(event.json().to_string())
    );
    for path in [
        "$.detail.id",
        "$.detail.payload[0]",
        "$.detail.payload.items[2]",
        "$.id.id",
    ] {
        assert_error(
            print(path),
            &format!(
                "`InputPath` `{path}` finds nothing in the event; add the field to the rule's pattern with `exists`, or change the path"
            ),
        );
    }
}

#[test]
fn wildcards_find_arrays() {
    let detail = r#"{"items": [{"sku": "a"}, 5, {"sku": {"x": 1}}], "none": [], "text": "t"}"#;
    let event = event(json(detail));
    let find = |path: &str| {
        let path: EventPath = path.parse().unwrap();
        path.find(event.json()).map(|value| value.to_string())
    };
    for (path, found) in [
        ("$.detail.items[*].sku", Some(r#"["a",{"x":1}]"#)),
        ("$.detail.items.*.sku", Some(r#"["a",{"x":1}]"#)),
        ("$.detail.items[2].*", Some(r#"[{"x":1}]"#)),
        ("$.detail.items[*].nothing", Some("[]")),
        ("$.detail.none[*].sku", Some("[]")),
        ("$.detail.*.*", Some(r#"[{"sku":"a"},5,{"sku":{"x":1}}]"#)),
        ("$.detail.text[*]", None),
        ("$.detail.missing[*].sku", None),
    ] {
        assert_eq!(find(path).as_deref(), found, "{path}");
    }
}

#[test]
fn unsupported_paths_are_refused_with_the_position() {
    let name = "write a name or `*` after `.`; names have letters, digits, `-`, `_` and `/`";
    let brackets = "brackets contain an index or `*`, as in `[0]`; write a field as `.name`";
    let next = "expected `.` or `[`; names have letters, digits, `-`, `_` and `/`";
    for (path, message, character) in [
        ("", "a path begins with `$`, as in `$.detail`", 1),
        ("detail", "a path begins with `$`, as in `$.detail`", 1),
        ("$detail", next, 2),
        ("$.", name, 2),
        ("$..sku", name, 2),
        ("$.detail['sku']", brackets, 9),
        ("$.detail[?(@.a > 1)]", brackets, 9),
        ("$.detail[-1]", brackets, 9),
        ("$.detail[0:2]", brackets, 9),
        ("$.detail[0,1]", brackets, 9),
        ("$.detail[]", brackets, 9),
        ("$.detail[1", "close `[` with `]`", 9),
        ("$.a[99999999999999999999999]", "the index is too large", 4),
        // awsdocs/amazon-cloudwatch-events-user-guide, issue 3.
        ("$.detail.Limit Amount", next, 15),
        ("$.ä", name, 2),
        ("$.a*", next, 4),
    ] {
        assert_error(
            path.parse::<EventPath>(),
            &format!("path `{path}` is not supported: {message} (character {character})"),
        );
    }
    let long = format!("$.{}", "a".repeat(255));
    assert!(long.parse::<EventPath>().is_err());
    assert!(long[..256].parse::<EventPath>().is_ok());
    assert!("$.detail.aws/tag_1-x".parse::<EventPath>().is_ok());
}

#[test]
fn invalid_templates_are_refused() {
    let paths = [("state", "$.detail.state"), ("id", "$.id")];
    let not_json = |message: &str| {
        format!("`InputTemplate` is not JSON: {message}; an execution's input is one JSON value")
    };
    let cases = [
        (
            r#"{"a": <stat>}"#,
            "`InputTemplate` uses `<stat>`, which `InputPathsMap` does not define; did you mean `state`?".to_owned(),
        ),
        (
            r#"{"a": <aws.events.rule-arm>}"#,
            "`InputTemplate` uses `<aws.events.rule-arm>`, which `InputPathsMap` does not define; did you mean `aws.events.rule-arn`?".to_owned(),
        ),
        (
            r#""<somethingelse>""#,
            "`InputTemplate` uses `<somethingelse>`, which `InputPathsMap` does not define; add its path".to_owned(),
        ),
        (
            "\"a\nis < 5 >\"",
            "`InputTemplate` has `<` without a variable at line 2, column 4; write `<name>`, or `\\u003c` for this character in a string".to_owned(),
        ),
        (
            r#""1 < 2""#,
            "`InputTemplate` has `<` without a variable at line 1, column 4; write `<name>`, or `\\u003c` for this character in a string".to_owned(),
        ),
        (
            r#"{"n": 1, "<id>x" : 2}"#,
            "`InputTemplate` has a variable in a key at line 1, column 11, and EventBridge supports them only in values".to_owned(),
        ),
        (
            "{<id>: 2}",
            "`InputTemplate` has a variable in a key at line 1, column 2, and EventBridge supports them only in values".to_owned(),
        ),
        (
            " <id>\n",
            "`InputTemplate` is only a variable; put it into an object, as in `{\"detail\": <detail>}`, or use `InputPath`".to_owned(),
        ),
        (
            r#"{"event": "<aws.events.event.json>"}"#,
            "`InputTemplate` has `<aws.events.event.json>` in quotes, and EventBridge supports it only as a JSON value; remove the quotes".to_owned(),
        ),
        ("\"<id>\"\n\"<state>\"", not_json("expected the end of the text after the JSON value at line 2, column 1")),
        (r#"{"a": -<id>}"#, not_json("expected a digit at line 1, column 8")),
        (r#"{"a": <id><id>}"#, not_json("expected `,` or `}` after the member at line 1, column 11")),
        ("<id> text", not_json("expected the end of the text after the JSON value at line 1, column 6")),
        ("", not_json("the text is empty; expected a JSON value at line 1, column 1")),
    ];
    for (template, message) in cases {
        assert_error(transformer(&paths, template), &message);
    }
}

#[test]
fn an_escape_of_the_template_does_not_continue_in_a_value() {
    let event = event(json!({"a": "n", "hex": "0022"}));
    for template in [r#""\<a>""#, r#""\u<hex>""#, r#""\u00<a>""#, r#"["x\<a>"]"#] {
        let created = transformer(&[("a", "$.detail.a"), ("hex", "$.detail.hex")], template);
        let error = created.expect_err(template);
        assert!(
            matches!(error, TargetInputError::InvalidTemplate { .. }),
            "{template}: {error}"
        );
    }
    let input = transform(&[("a", "$.detail.a")], r#""\\<a>\"<a>""#, &event);
    assert_eq!(input.as_deref(), Ok(r#""\\n\"n""#));
}

#[test]
fn invalid_variables_are_refused() {
    let message = |name: &str, rule: &str| format!("variable `{name}` of `InputPathsMap` {rule}");
    let invalid = "has an invalid name; use letters, digits, `-` and `_`";
    let long = "a".repeat(257);
    for (name, rule) in [
        (
            "aws.events.event",
            "is reserved; remove it, and use it in the template",
        ),
        ("a.b", invalid),
        ("a b", invalid),
        ("ä", invalid),
        ("", "has an invalid name; use 1 to 256 characters"),
        (&long, "has an invalid name; use 1 to 256 characters"),
    ] {
        assert_error(transformer(&[(name, "$.id")], "{}"), &message(name, rule));
    }
    assert!(transformer(&[(&long[1..], "$.id")], "{}").is_ok());
    let twice = transformer(&[("a", "$.id"), ("a", "$.time")], "{}");
    assert_error(
        twice,
        &message("a", "is defined twice; remove or rename one"),
    );
    let unsupported = transformer(&[("a", "id")], "{}");
    assert!(matches!(
        unsupported,
        Err(TargetInputError::UnsupportedPath { .. })
    ));
}

#[test]
fn a_hundred_variables_and_8192_characters_are_allowed() {
    let path = |index: usize| (format!("v{index}"), "$.id".to_owned());
    let template = || format!("\"{}\"", "ä".repeat(8190));
    assert!(InputTransformer::new((0..100).map(path), template()).is_ok());
    // The iterator is endless.
    let endless = InputTransformer::new((0..).map(path), template());
    assert_eq!(endless, Err(TargetInputError::TooManyVariables));
    let long = InputTransformer::new([], format!("{} ", template()));
    assert_error(
        long,
        "`InputTemplate` has 8193 characters, and 8,192 are allowed; shorten it",
    );
}

#[test]
fn a_transformer_has_its_paths_and_its_template() {
    let template = r#"{"a": <a>, "b": <aws.events.rule-name>}"#;
    let transformer = transformer(&[("b", "$.time"), ("a", "$.id")], template).unwrap();
    assert_eq!(transformer.template(), template);
    let paths = transformer.paths();
    let paths: Vec<_> = paths.map(|(name, path)| (name, path.to_string())).collect();
    assert_eq!(
        paths,
        [("b", "$.time".to_owned()), ("a", "$.id".to_owned())]
    );
}

#[test]
fn constants_are_json() {
    let print = |text: &str| TargetInput::Constant(text.to_owned()).print(&event(json!({})), &RULE);
    assert_eq!(print("{\"a\":  1.0}").as_deref(), Ok("{\"a\":  1.0}"));
    assert_error(
        print("full"),
        "`Input` is not valid: expected a JSON value at line 1, column 1; write a JSON value, as in `{}`",
    );
    assert!(TargetInput::constant(format!("\"{}\"", "ä".repeat(8190))).is_ok());
    assert_error(
        TargetInput::constant(format!("\"{}\"", "ä".repeat(8191))),
        "`Input` is not valid: it has 8193 characters, and 8,192 are allowed",
    );
}

#[test]
fn a_value_that_must_be_escaped_is_refused_in_quotes_only() {
    let paths = [("text", "$.detail.text")];
    for text in [
        "say \"hi\"",
        r#"", "admin": true, "x": ""#,
        r"C:\new",
        "a\nb",
        "\u{1}",
    ] {
        let event = event(json!({"text": text}));
        for template in [r#"{"a": "<text>"}"#, r#"["<text>"]"#, r#""<text>""#] {
            assert_error(
                transform(&paths, template, &event),
                "`InputTemplate` has `<text>` in quotes, and its value contains a quote, a backslash or a control character, \
                 which EventBridge does not escape; put the variable without quotes into an object, as in `{\"text\": <name>}`",
            );
        }
        let input = transform(&paths, r#"{"a": <text>}"#, &event).unwrap();
        assert_eq!(json(&input), json!({"a": text}));
    }
}

#[test]
fn an_input_is_bounded() {
    let event = event(json!({"text": "x".repeat(250_000), "many": vec![json!({"a": ""}); 50_000]}));
    let transform = |path: &str, template: &str| transform(&[("a", path)], template, &event);
    let repeated = format!("[{}0]", "<a>,".repeat(2000));
    let embedded = format!("\"{}\"", "<a>".repeat(2500));
    for path in ["$.detail.text", "$.detail.many", "$.detail.many[*].a", "$"] {
        assert_eq!(
            transform(path, &repeated),
            Err(TargetInputError::TooLong),
            "{path}"
        );
    }
    assert_eq!(
        transform("$.detail.text", &embedded),
        Err(TargetInputError::TooLong)
    );
    assert_eq!(
        TargetInput::Event.print(&event, &RULE),
        Err(TargetInputError::TooLong)
    );
    // 50,000 items without a match, 2,000 times.
    assert!(transform("$.detail.many[*].b", &repeated).is_ok());
}

#[test]
fn the_limit_of_bytes_is_exact() {
    let max = MAX_PAYLOAD_BYTES as usize;
    let print = |length: usize| {
        let event = event(json!({"text": "x".repeat(length)}));
        TargetInput::Part("$.detail.text".parse().unwrap()).print(&event, &RULE)
    };
    assert!(print(max - 2).is_ok_and(|input| input.len() == max));
    assert_eq!(print(max - 1), Err(TargetInputError::TooLong));
}

#[test]
fn deep_values_are_refused_and_overflow_no_stack() {
    for (depth, is_valid) in [(200, true), (100_000, false)] {
        let deep = (0..depth).fold(json!(1), |inner, _| Json::Array(vec![inner]));
        let event = event(json!({"deep": deep}));
        let paths = [("deep", "$.detail.deep"), ("all", "$.detail.*")];
        for template in [r#"{"a": <deep>}"#, r#"{"a": <all>}"#] {
            match transform(&paths, template, &event) {
                Ok(_) => assert!(is_valid),
                Err(TargetInputError::NotJson { message }) => {
                    assert!(!is_valid && message.contains("256"), "{message}");
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(transform(&paths, r#""<deep>""#, &event).is_ok());
    }
}

/// Texts with the characters that matter in JSON and in templates.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\\u0022".to_owned()),
        Just("\n\u{1}\u{7f}".to_owned()),
        Just("<b>".to_owned()),
        Just("<aws.events.rule-name>".to_owned()),
        Just("\", \"x\": \"".to_owned()),
        Just("}]".to_owned()),
        "[ a-zä€😀]{0,4}",
    ];
    prop::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Json> {
    let number = prop_oneof!["-?[1-9][0-9]{0,30}", "0\\.[0-9]{1,20}", "[1-9]E[0-9]{1,3}"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number.prop_map(|number| json(&number)),
        text().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect::<Object>())),
        ]
    })
}

proptest! {
    #[test]
    fn variables_without_quotes_are_valid_json_for_each_value(a in value(), b in value()) {
        let event = event(json!({"a": a.clone(), "b": b.clone()}));
        let paths = [("a", "$.detail.a"), ("b", "$.detail.b"), ("all", "$.detail.*"), ("none", "$.none")];
        let template = r#"{"a": <a>, "list": [<b>, 1, {"c":<a>}], "all": <all>, "none": <none>, "e": <aws.events.event.json>}"#;
        let input = transform(&paths, template, &event).unwrap();
        let expected = json!({
            "a": a.clone(),
            "list": [b.clone(), 1, {"c": a.clone()}],
            "all": [a, b],
            "none": "",
            "e": event.json().clone(),
        });
        prop_assert_eq!(json(&input), expected);
    }

    #[test]
    fn a_string_in_quotes_never_leaves_its_string(a in text(), b in text()) {
        let event = event(json!({"a": a.as_str(), "b": b.as_str()}));
        let paths = [("a", "$.detail.a"), ("b", "$.detail.b")];
        let must_escape = |text: &str| text.contains(|c| c == '"' || c == '\\' || c < ' ');
        let is_refused = must_escape(&a) || must_escape(&b);
        let expected = format!("1 \"{a}\" {b}{a}");
        for (template, wrapped) in [
            (r#""1 \"<a>\" <b><a>""#, Json::String(expected.clone())),
            (r#"{"x": "1 \"<a>\" <b><a>"}"#, json!({"x": expected.as_str()})),
        ] {
            match transform(&paths, template, &event) {
                Ok(input) => prop_assert_eq!(json(&input), wrapped),
                Err(error) => prop_assert!(
                    is_refused && matches!(error, TargetInputError::NotEmbeddable { .. }),
                    "{}", error
                ),
            }
        }
    }

    #[test]
    fn an_object_in_quotes_never_leaves_its_string(a in value()) {
        let event = event(json!({"a": a.clone()}));
        match transform(&[("a", "$.detail.a")], r#""> <a>""#, &event) {
            Ok(input) => {
                let text = json(&input).into_string();
                prop_assert_eq!(text, Some(format!("> {a}").replace('"', "")));
            }
            Err(error) => prop_assert!(
                a.to_string().contains('\\') && matches!(error, TargetInputError::NotEmbeddable { .. }),
                "{}", error
            ),
        }
    }

    #[test]
    fn arbitrary_templates_and_paths_do_not_panic(
        template in prop::collection::vec(
            prop::sample::select(vec!["<a>", "<", ">", "\"", "\\", "{", "}", "[", "]", ":", ",", "x", "ä", "1", "<aws.events.event>", "\n"]),
            0..12,
        ),
        path in "\\$?[.\\[\\]*a0'?ä-]{0,8}",
        a in value(),
    ) {
        let event = event(json!({"a": a}));
        if let Ok(path) = path.parse::<EventPath>() {
            let _ = path.find(event.json());
            prop_assert_eq!(path.to_string().parse::<EventPath>(), Ok(path));
        }
        if let Ok(input) = transform(&[("a", "$.detail.a")], &template.concat(), &event) {
            prop_assert!(input.parse::<Json>().is_ok(), "{}", input);
        }
    }
}
