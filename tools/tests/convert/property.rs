//! Conversions of random states with adversarial names and values.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stepwright_asl::Severity;
use stepwright_asl::edit::Editor;
use stepwright_asl::json::{Dialect, Document};
use stepwright_asl::validate::{MachineType, Validator};
use stepwright_asl::yaml::Format;
use stepwright_tools::convert::{Converter, Difference};

fn name() -> impl Strategy<Value = String> {
    let chosen = prop::sample::select(vec![
        "a",
        "b",
        "in",
        "function",
        "it's",
        "say \"x\"",
        "a.b",
        "a`b",
        "größe",
        "状態 🎉",
        "back\\slash",
        "toString",
        "{% x %}",
        "",
        " ",
        "$",
        "%}",
    ]);
    prop_oneof![4 => chosen.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn step() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => name().prop_map(|name| format!("[{}]", quoted(&name))),
        4 => "[a-c]".prop_map(|name| format!(".{name}")),
        2 => (-3i64..4).prop_map(|index| format!("[{index}]")),
        1 => Just("[*]".to_owned()),
        1 => Just(".*".to_owned()),
        1 => Just("[0:2]".to_owned()),
        1 => Just("[-1:]".to_owned()),
        1 => Just("[0,2]".to_owned()),
        1 => "[a-c]".prop_map(|name| format!("..{name}")),
        1 => (name(), name()).prop_map(|(a, b)| format!("[{},{}]", quoted(&a), quoted(&b))),
        1 => (name(), name()).prop_map(|(a, b)| format!("[?(@[{}] == {})]", quoted(&a), quoted(&b))),
        1 => (name(), any::<i32>()).prop_map(|(a, b)| format!("[?(@[{}] < {b} || !@.a)]", quoted(&a))),
    ]
}

fn path() -> impl Strategy<Value = String> {
    let root = prop::sample::select(vec!["$", "$", "$", "$$", "$v", "$count"]);
    (root, prop::collection::vec(step(), 0..4))
        .prop_map(|(root, steps)| root.to_owned() + &steps.concat())
}

fn reference() -> impl Strategy<Value = String> {
    prop::collection::vec(name(), 0..3).prop_map(|names| {
        let steps = names.iter().map(|name| format!("[{}]", quoted(name)));
        "$".to_owned() + &steps.collect::<String>()
    })
}

fn call() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        path(),
        name().prop_map(|text| quoted(&text)),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f32>()
            .prop_filter("is finite", |number| number.is_finite())
            .prop_map(|number| number.to_string()),
        Just("true".to_owned()),
        Just("null".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let function = prop::sample::select(vec![
            "Array",
            "ArrayPartition",
            "ArrayContains",
            "ArrayRange",
            "ArrayGetItem",
            "ArrayLength",
            "ArrayUnique",
            "Base64Encode",
            "Hash",
            "JsonMerge",
            "StringToJson",
            "JsonToString",
            "MathRandom",
            "MathAdd",
            "StringSplit",
            "UUID",
            "Format",
        ]);
        (function, prop::collection::vec(inner, 0..4))
            .prop_map(|(name, arguments)| format!("States.{name}({})", arguments.join(", ")))
    })
}

fn template() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        name().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!("{% $states.input %}")),
    ];
    let dynamic = prop_oneof![path(), call()];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let member = prop_oneof![
            (name(), inner.clone()).boxed(),
            (name(), dynamic.clone())
                .prop_map(|(name, text)| (name + ".$", Value::from(text)))
                .boxed(),
        ];
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            prop::collection::vec(member, 0..3)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
    .prop_filter("is an object", Value::is_object)
}

fn rule() -> impl Strategy<Value = Value> {
    let operand = prop_oneof![
        name().prop_map(|text| ("StringEquals", Value::from(text))),
        name().prop_map(|text| ("StringLessThan", Value::from(text))),
        Just(("StringMatches", json!("a*[b]/\\\\*c"))),
        any::<i64>().prop_map(|number| ("NumericGreaterThanEquals", Value::from(number))),
        any::<bool>().prop_map(|test| ("BooleanEquals", Value::from(test))),
        any::<bool>().prop_map(|test| ("IsPresent", Value::from(test))),
        any::<bool>().prop_map(|test| ("IsNull", Value::from(test))),
        any::<bool>().prop_map(|test| ("IsTimestamp", Value::from(test))),
        Just(("TimestampLessThan", json!("2026-01-01T00:00:00Z"))),
        reference().prop_map(|path| ("NumericEqualsPath", Value::from(path))),
    ];
    let leaf = (reference(), operand)
        .prop_map(|(path, (operator, operand))| json!({"Variable": path, operator: operand}));
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|rules| json!({"And": rules})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|rules| json!({"Or": rules})),
            inner.prop_map(|rule| json!({"Not": rule})),
        ]
    })
}

fn io() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let selection = || prop_oneof![1 => Just(Value::Null), 5 => path().prop_map(Value::from)];
    let position = prop_oneof![1 => Just(Value::Null), 5 => reference().prop_map(Value::from)];
    let fields = (
        prop::option::of(selection()),
        prop::option::of(template()),
        prop::option::of(template()),
        prop::option::of(position),
        prop::option::of(selection()),
    );
    fields.prop_map(|(input, parameters, selector, position, output)| {
        let fields = [
            ("InputPath", input),
            ("Parameters", parameters),
            ("ResultSelector", selector),
            ("ResultPath", position),
            ("OutputPath", output),
        ];
        let fields = fields.into_iter();
        fields
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    })
}

fn state() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["Pass", "Task", "Wait", "Choice", "Map", "Succeed"]);
    (kind, io(), rule(), path(), any::<bool>()).prop_map(|(kind, io, mut rule, path, flag)| {
        let mut state = json!({"Type": kind});
        for (key, value) in io {
            let exists = match key {
                "Parameters" => matches!(kind, "Pass" | "Task" | "Map"),
                "ResultSelector" => matches!(kind, "Task" | "Map"),
                "ResultPath" => matches!(kind, "Pass" | "Task" | "Map"),
                _ => true,
            };
            if exists {
                state[key] = value;
            }
        }
        match kind {
            "Task" => {
                state["Resource"] = json!("arn:aws:states:::lambda:invoke");
                if flag {
                    state["TimeoutSecondsPath"] = path.into();
                } else {
                    state["Catch"] =
                        json!([{"ErrorEquals": ["States.ParameterPathFailure"], "ResultPath": "$['e']", "Next": "B"}]);
                }
            }
            "Wait" => state["SecondsPath"] = path.into(),
            "Choice" => {
                rule["Next"] = json!("B");
                state["Choices"] = json!([rule]);
                state["Default"] = json!("B");
            }
            "Map" => {
                state["ItemProcessor"] =
                    json!({"StartAt": "I", "States": {"I": {"Type": "Succeed", "OutputPath": path}}});
            }
            _ => {}
        }
        if !matches!(kind, "Choice" | "Succeed") {
            state["Next"] = json!("B");
        }
        state
    })
}

/// The errors of a definition.
fn errors(editor: &Editor) -> Vec<String> {
    let validator = Validator::new(MachineType::Standard);
    let diagnostics = validator.check(editor.document());
    let errors = diagnostics.iter();
    let errors = errors.filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| diagnostic.to_string()).collect()
}

/// A JSON text with a comment after some of its tokens, and perhaps before the first.
fn with_comments(text: &str, places: &[bool]) -> String {
    let comments = [" // it's \"one\": {\n", " /* , }] */ ", "\n// a\n// b\n"];
    let mut places = places.iter().cycle().enumerate();
    let mut commented = String::new();
    let mut comment = |commented: &mut String| {
        if let Some((index, true)) = places.next() {
            commented.push_str(comments[index % comments.len()]);
        }
    };
    comment(&mut commented);
    let (mut is_string, mut is_escaped) = (false, false);
    for c in text.chars() {
        commented.push(c);
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => {
                is_string = !is_string;
                if !is_string {
                    comment(&mut commented);
                }
            }
            '{' | '}' | '[' | ']' | ',' | ':' if !is_string => comment(&mut commented),
            _ => {}
        }
    }
    commented
}

/// Inserts the placeholder into some texts and keys of a state, at their start or end.
fn with_placeholders(value: Value, places: &mut impl Iterator<Item = u8>) -> Value {
    let insert = |text: String, places: &mut dyn Iterator<Item = u8>| match places.next() {
        Some(0) => format!("${{P}}{text}"),
        Some(1) => text + "${P}",
        Some(2) => "${P}".to_owned(),
        _ => text,
    };
    match value {
        Value::String(text) => insert(text, places).into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| with_placeholders(item, places))
            .collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(key, value)| {
                // Keys of the language, and of expressions.
                let is_data = !key.starts_with(char::is_uppercase) && !key.ends_with(".$");
                let value = match key.as_str() {
                    "Type" | "Next" | "StartAt" | "Resource" => value,
                    _ => with_placeholders(value, places),
                };
                if is_data && !key.is_empty() {
                    (insert(key, places), value)
                } else {
                    (key, value)
                }
            });
            Value::Object(members.collect())
        }
        other => other,
    }
}

/// The value with texts instead of expressions that are one literal text. A text with a placeholder
/// at its start is converted to such an expression, because an empty value may make an expression
/// of the text.
fn without_literals(value: Value) -> Value {
    match value {
        Value::String(text) => literal_text(&text).unwrap_or(text).into(),
        Value::Array(items) => items.into_iter().map(without_literals).collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            Value::Object(
                members
                    .map(|(key, value)| (key, without_literals(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

/// The text of an expression that is one literal text.
fn literal_text(expression: &str) -> Option<String> {
    let literal = expression.strip_prefix("{% '")?.strip_suffix("' %}")?;
    let mut text = String::new();
    let mut chars = literal.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => return None,
            '\\' => match chars.next()? {
                c @ ('\'' | '\\' | '"' | '/') => text.push(c),
                _ => return None,
            },
            c => text.push(c),
        }
    }
    Some(text)
}

proptest! {
    /// A template engine may fill in the placeholders before or after the conversion.
    #[test]
    fn a_conversion_and_a_substitution_commute(
        state in state(),
        pattern in "[a-z*]{0,4}",
        places in prop::collection::vec(0u8..6, 1..40),
        value in prop::sample::select(vec!["prod", "a b", "arn:aws:sns:us-east-1:1:t", "*", "7", "{}", ""]),
    ) {
        let mut state = state;
        if let Some(rule) = state["Choices"].get_mut(0).filter(|_| places[0] == 1) {
            *rule = json!({"Variable": "$.x", "StringMatches": pattern, "Next": "B"});
        }
        let state = with_placeholders(state, &mut places.iter().copied().cycle());
        let machine = json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}});
        let converted = |text: &str| {
            let mut editor = Editor::parse_dialect(text, Dialect::Json).expect("is JSON");
            let conversion = Converter::new().convert(editor.document());
            editor.apply(&conversion.edits).expect("the edits are valid");
            (conversion.notes.is_empty(), editor.text().to_owned())
        };
        let text = machine.to_string();
        let (is_exact, template) = converted(&text);
        if is_exact {
            let filled = template.replace("${P}", value);
            let (_, expected) = converted(&text.replace("${P}", value));
            let value = |text: &str| without_literals(serde_json::from_str(text).expect("is JSON"));
            prop_assert_eq!(value(&filled), value(&expected), "{}", template);
        }
    }

    /// Comments anywhere in the text change nothing but themselves: the text is still JSON, its
    /// conversion has the same value, and is again JSON with comments.
    #[test]
    fn comments_do_not_change_a_conversion(state in state(), only_state in any::<bool>(), is_pretty in any::<bool>(), places in prop::collection::vec(prop::bool::weighted(0.3), 1..40)) {
        let machine = json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Pass", "InputPath": "$.a", "End": true}}});
        let text = if is_pretty {
            serde_json::to_string_pretty(&machine)
        } else {
            serde_json::to_string(&machine)
        };
        let text = text.expect("is JSON");
        let commented = with_comments(&text, &places);
        prop_assert_eq!(Format::of_text(&commented), Format::Json, "{}", commented);
        let converter = if only_state { Converter::new().state("A") } else { Converter::new() };
        let value = |text: &str| {
            let converted = converter.convert_json(text).expect("is JSON with comments");
            let document = Document::parse_dialect(&converted.text, Dialect::Comments);
            let document = document.unwrap_or_else(|error| panic!("{error} in {}", converted.text));
            document.json().clone()
        };
        prop_assert_eq!(value(&commented), value(&text), "{}", commented);
    }

    /// A conversion of a valid definition is valid, and converting it again changes nothing.
    #[test]
    fn converted_definitions_are_valid_and_complete(state in state(), accepts in any::<bool>(), is_pretty in any::<bool>(), has_variables in any::<bool>()) {
        let machine = json!({"StartAt": "A", "States": {"A": state, "B": {"Type": "Succeed"}}});
        let text = if is_pretty {
            serde_json::to_string_pretty(&machine)
        } else {
            serde_json::to_string(&machine)
        };
        let mut editor = Editor::parse_dialect(&text.expect("is JSON"), Dialect::Json).expect("is JSON");
        let mut converter = Converter::new();
        if accepts {
            converter = Difference::ALL.iter().fold(converter, |converter, one| converter.accept(*one));
        }
        if has_variables {
            converter = converter.with_variables();
        }
        let before = errors(&editor);
        let conversion = converter.convert(editor.document());
        if let Err(error) = editor.apply(&conversion.edits) {
            panic!("{error}: {:#?}", conversion.edits);
        }
        if before.is_empty() {
            prop_assert_eq!(errors(&editor), Vec::<String>::new(), "{}", editor.text());
        }
        let again = converter.convert(editor.document());
        prop_assert_eq!(again.edits, []);
        let refuses = conversion.notes.iter().any(|note| !note.accepted);
        prop_assert_eq!(refuses, !conversion.refused.is_empty());
        prop_assert_eq!(refuses, !conversion.is_whole);
    }
}
