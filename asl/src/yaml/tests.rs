//! Properties of the parser.

use super::*;
use crate::SyntaxError;
use crate::json::{Document, Json, MAX_DEPTH};
use proptest::prelude::*;

fn parse(text: &str) -> Result<Document, SyntaxError> {
    Document::parse_yaml(text)
}

fn json(text: &str) -> String {
    parse(text).map_or_else(
        |error| panic!("{text}\n{error}"),
        |document| document.json().to_string(),
    )
}

fn error(text: &str) -> String {
    match parse(text) {
        Ok(document) => panic!("{text}\nwas read as {}", document.json()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn block_and_flow_styles_are_read() {
    for (text, expected) in [
        (
            "a: 1\nb:\n  - x\n  - y: [1, {z: 2}]\n",
            r#"{"a":1,"b":["x",{"y":[1,{"z":2}]}]}"#,
        ),
        ("- - 1\n  - 2\n-\n", "[[1,2],null]"),
        (
            "{a: b, \"c\": 'it''s', d, }",
            r#"{"a":"b","c":"it's","d":null}"#,
        ),
        ("? a\n: b\n", r#"{"a":"b"}"#),
        (
            "a: |\n  x\n  y\nb: >-\n  x\n  y\n",
            r#"{"a":"x\ny\n","b":"x y"}"#,
        ),
        ("%YAML 1.1\n---\na: 1\n...\n", r#"{"a":1}"#),
        ("\u{feff}a: 1\r\nb: 2\r\n", r#"{"a":1,"b":2}"#),
        (
            "on: 1\n1: 2\nnull: 3\n: 4\n",
            r#"{"on":1,"1":2,"null":3,"":4}"#,
        ),
        (
            "a: 'yes'\nb: \"12\"\nc: |-\n  on\n",
            r#"{"a":"yes","b":"12","c":"on"}"#,
        ),
        ("# nothing\n", "null"),
        ("", "null"),
        ("text", "\"text\""),
    ] {
        assert_eq!(json(text), expected, "{text}");
    }
}

#[test]
fn json_text_is_read_as_json() {
    // Half a surrogate pair and a long key are not valid YAML, and a leading zero is not valid
    // JSON.
    let key = "k".repeat(2000);
    let text = format!("{{\"{key}\": \"\\ud83d\\ude00\", \"n\": -0}}");
    let expected: Json = text.parse().expect("is JSON");
    assert_eq!(parse(&text).expect("is JSON").json(), &expected);
    assert_eq!(json("{\"a\": 010}"), r#"{"a":8}"#);
    assert_eq!(json("{\n\t\"a\": 1, # said\n}"), r#"{"a":1}"#);
}

#[test]
fn tags_become_substitutions_or_are_refused() {
    for (text, expected) in [
        (
            "!Sub 'arn:${AWS::Partition}:x'",
            r#""arn:${AWS::Partition}:x""#,
        ),
        ("a: !Sub [\"${X}-y\", {X: !Ref Z}]", r#"{"a":"${X}-y"}"#),
        ("a: !Ref Charge", r#"{"a":"${Charge}"}"#),
        (
            "a: !GetAtt Charge.Arn\nb: !GetAtt [Charge, Arn]",
            r#"{"a":"${Charge.Arn}","b":"${Charge.Arn}"}"#,
        ),
        (
            "a: !!str 1\nb: !!int '1'\nc: !!float 2\nd: !!bool yes\ne: !!null ~",
            r#"{"a":"1","b":1,"c":2,"d":true,"e":null}"#,
        ),
        ("!!map {a: !!seq [1], b: ! x}", r#"{"a":[1],"b":"x"}"#),
    ] {
        assert_eq!(json(text), expected, "{text}");
    }
    for (text, said) in [
        (
            "a: !Join ['-', [a, b]]",
            "the tag `!Join` is not evaluated in a definition; write `${Name}` and define the name in `DefinitionSubstitutions` at line 1, column 4",
        ),
        ("a:\n  !ImportValue x", "`!ImportValue`"),
        (
            "a: !!set {x}",
            "the tag `!!set` has no meaning in a definition",
        ),
        ("a: !!binary aGk=", "`!!binary`"),
        ("a: !Ref [x]", "the tag `!Ref` does not fit"),
        ("a: !GetAtt [x]", "the tag does not fit"),
        (
            "a: !!int x",
            "the tag requires an integer, but the value is `x`",
        ),
        ("a: !!str [x]", "does not fit"),
    ] {
        assert!(error(text).contains(said), "{text}: {}", error(text));
    }
}

#[test]
fn aliases_repeat_the_value_of_their_anchor() {
    assert_eq!(
        json("a: &retry\n  - {ErrorEquals: [x]}\nb: *retry\nc: [*retry, *retry]"),
        concat!(
            r#"{"a":[{"ErrorEquals":["x"]}],"b":[{"ErrorEquals":["x"]}],"#,
            r#""c":[[{"ErrorEquals":["x"]}],[{"ErrorEquals":["x"]}]]}"#
        )
    );
    assert_eq!(json("a: &n name\n*n : 1"), r#"{"a":"name","name":1}"#);
    // An anchor name may be reused.
    assert_eq!(json("[&a 1, *a, &a 2, *a]"), "[1,1,2,2]");

    let document = parse("a: &x\n  k: 1\nb: *x\n").expect("is YAML");
    let place = |pointer| {
        let position = document.position(pointer).expect("is there");
        (position.line, position.column)
    };
    assert_eq!((place("/b"), place("/b/k")), ((3, 4), (2, 6)));
}

#[test]
fn recursive_and_exponential_aliases_are_refused() {
    assert!(error("a: *b").contains("has no anchor"));
    assert!(error("&a [1, *a]").contains("is inside the value of its anchor"));
    assert!(error("&a {k: {l: *a}}").contains("is inside the value of its anchor"));
    let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..30 {
        let before = format!("*a{}", level - 1);
        bomb += &format!(
            "a{level}: &a{level} [{}]\n",
            [before.as_str(); 9].join(", ")
        );
    }
    assert!(error(&bomb).contains("aliases repeat more than 1048576 bytes"));
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(100_000), "*a, ".repeat(12));
    assert!(error(&long).contains("aliases repeat more than"));
    // An alias cannot bypass the depth limit either.
    let deep: String = (1..300)
        .map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1))
        .collect();
    assert!(error(&format!("a0: &a0 x\n{deep}")).contains("nest deeper"));
}

#[test]
fn keys_must_be_unique_strings() {
    assert!(error("<<: {a: 1}").contains("the merge key `<<` is not supported"));
    assert_eq!(json("'<<': 1"), r#"{"<<":1}"#);
    assert!(error("[a]: 1").contains("a key must be a string"));
    assert!(error("{a: 1}: 1").contains("a key must be a string"));
    assert!(error("? - a\n: 1").contains("a key must be a string"));

    let document = parse("a:\n  x/y: 1\n  'x/y': [2]\nb: 1\n").expect("is YAML");
    let [duplicate] = document.duplicates() else {
        panic!("one duplicate: {:?}", document.duplicates());
    };
    assert_eq!(duplicate.pointer, "/a/x~1y");
    assert_eq!((duplicate.first.line, duplicate.again.line), (2, 3));
    assert_eq!(document.json().to_string(), r#"{"a":{"x/y":[2]},"b":1}"#);
    assert_eq!(document.position("/a/x~1y/0").map(|p| p.column), Some(11));
    // A duplicate in the content of an alias is reported once.
    let document = parse("a: &a {k: 1, k: 2}\nb: *a\n").expect("is YAML");
    assert_eq!(document.duplicates().len(), 1);
}

#[test]
fn every_node_has_a_position_and_a_span() {
    let text = "States:\n  Ä:\n    Type: Task # does it\n    Resource: !GetAtt A.Arn\n    Retry:\n    - ErrorEquals: [\"x\",  y]\n      Comment:\n\n  B: >\n    folded\n";
    let document = parse(text).expect("is YAML");
    for (pointer, key, value, written) in [
        ("", (1, 1), (1, 1), None),
        ("/States", (1, 1), (2, 3), None),
        ("/States/Ä", (2, 3), (3, 5), None),
        ("/States/Ä/Type", (3, 5), (3, 11), Some("Task")),
        ("/States/Ä/Resource", (4, 5), (4, 15), Some("!GetAtt A.Arn")),
        ("/States/Ä/Retry/0", (6, 7), (6, 7), None),
        (
            "/States/Ä/Retry/0/ErrorEquals",
            (6, 7),
            (6, 20),
            Some("[\"x\",  y]"),
        ),
        (
            "/States/Ä/Retry/0/ErrorEquals/0",
            (6, 21),
            (6, 21),
            Some("\"x\""),
        ),
        (
            "/States/Ä/Retry/0/ErrorEquals/1",
            (6, 27),
            (6, 27),
            Some("y"),
        ),
        ("/States/Ä/Retry/0/Comment", (7, 7), (7, 15), Some("")),
        ("/States/B", (9, 3), (9, 6), Some(">\n    folded")),
    ] {
        let at = |position: Option<crate::json::Position>| {
            position.map(|position| (position.line, position.column))
        };
        assert_eq!(
            at(document.key_position(pointer)),
            Some(key),
            "key of {pointer}"
        );
        assert_eq!(at(document.position(pointer)), Some(value), "{pointer}");
        let span = document.span(pointer).expect("has a span");
        if let Some(written) = written {
            assert_eq!(&text[span], written, "{pointer}");
        }
    }
    // Comments and blank lines do not belong to the node before them.
    let document = parse("a:\n  b: 1\n\n# said\nc: 2").expect("is YAML");
    assert_eq!(document.span("/a"), Some(5..9));
}

#[test]
fn a_block_scalar_span_is_from_its_indicator_to_its_last_line() {
    for (text, pointer, written) in [
        ("a: |\n  x\n  y\nb: 1\n", "/a", "|\n  x\n  y"),
        ("a: |+\n  x\n\n\nb: 1\n", "/a", "|+\n  x\n\n"),
        ("a: |\n  x\n\n# c\nb: 1\n", "/a", "|\n  x"),
        ("a: >-  # | said\n  x\n\n\n", "/a", ">-  # | said\n  x"),
        ("a: &x !!str |\n  x", "/a", "!!str |\n  x"),
        ("a: # | no\n  |\n  x\n", "/a", "|\n  x"),
        ("a: |\nb: >\n\nc: 1", "/a", "|"),
        ("a: |\nb: >\n\nc: 1", "/b", ">"),
        ("- |\n x\n- y\n", "/0", "|\n x"),
        ("- - a\n- |2\n   x\n", "/1", "|2\n   x"),
        ("--- |\n  x\n...\n", "", "|\n  x"),
        ("x:\n  a: |\n    t\n  # c\n  b: 1\n", "/x/a", "|\n    t"),
        ("a: |\n  x\n   \n\nb: 1", "/a", "|\n  x\n   \n"),
        ("a: |-\n\n\n  x\n\nb: 1", "/a", "|-\n\n\n  x"),
        (
            "\"|\": |\r\n  x\r\n  y\r\nb: 2\r\n",
            "/|",
            "|\r\n  x\r\n  y",
        ),
    ] {
        let document = parse(text).expect("is YAML");
        let span = document.span(pointer).expect("has a span");
        assert_eq!(&text[span], written, "{text}");
    }
}

#[test]
fn invalid_yaml_is_refused_with_its_position() {
    for (text, line, column, said) in [
        (
            "a: {% $x %}",
            1,
            5,
            "a JSONata expression needs quotes in YAML, as in `'{% $x %}'`",
        ),
        ("a: %x", 1, 4, "a text that begins with `%` needs quotes"),
        ("a: `x`", 1, 4, "a text that begins with ``` needs quotes"),
        ("a:\n\tb: 1", 2, 2, "tab in the indentation"),
        ("a: b: c", 1, 5, "unexpected key"),
        ("a: 1\n b: 2", 2, 3, "unexpected key"),
        ("a: [1, 2\n", 1, 4, "the `[` is not closed"),
        (
            "a: {b: 1\nc: 2",
            2,
            2,
            "expected `,` or `}` after the member",
        ),
        ("a: 'x", 1, 4, "the string is not closed"),
        ("a: \"\\q\"", 1, 4, "YAML does not have this escape"),
        ("a: 1\nb", 2, 1, "expected `:` after the key"),
        ("- a\nb: 1", 2, 1, "expected `-`"),
        ("a: 1\n- b", 2, 3, "expected a key"),
        ("a: 'x' y", 1, 8, "unexpected text after the closing quote"),
        ("a: ]", 1, 4, "closing bracket without an opening one"),
        ("a: *x", 1, 4, "has no anchor"),
        ("a: 1\n---\nb: 2", 2, 1, "a second document begins here"),
        ("a: .inf", 1, 4, "JSON has no number `.inf`"),
        ("a: \u{1}", 1, 4, ""),
    ] {
        let error = parse(text).expect_err(text);
        let position = error.position.map(|place| (place.line, place.column));
        assert_eq!(position, Some((line, column)), "{text}: {error}");
        assert!(error.message.contains(said), "{text}: {error}");
        assert!(
            !error.message.is_empty() && !error.message.ends_with('.'),
            "{error}"
        );
    }
}

#[test]
fn depth_is_bounded() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&deep(MAX_DEPTH)).is_ok());
    assert!(error(&deep(MAX_DEPTH + 1)).contains("nest deeper than 256 levels"));
    assert!(error(&format!("a: {}", deep(MAX_DEPTH))).contains("nest deeper"));
    for open in ["[", "{a: ", "{", "- ", "? ", "- [", "[a: "] {
        assert!(parse(&open.repeat(200_000)).is_err(), "{open}");
    }
    let stairs: String = (0..2000).map(|i| " ".repeat(i) + "a:\n").collect();
    assert!(error(&stairs).contains("nest deeper"));
}

#[test]
fn the_format_is_detected_from_the_name_and_the_text() {
    for (name, format) in [
        ("a.asl.json", Some(Format::Json)),
        ("dir.yaml/a.asl.YAML", Some(Format::Yaml)),
        ("a.yml", Some(Format::Yaml)),
        ("a.asl", None),
        ("-", None),
        ("yaml", None),
    ] {
        assert_eq!(Format::of_name(name), format, "{name}");
    }
    for (text, format) in [
        ("", Format::Json),
        (" \n", Format::Json),
        ("{", Format::Json),
        ("\u{feff}{ \"StartAt\"", Format::Json),
        ("{}", Format::Json),
        ("[1", Format::Json),
        ("{StartAt: A}", Format::Yaml),
        ("---\n{}", Format::Yaml),
        ("# said\nStartAt: A", Format::Yaml),
        ("\"StartAt\": A", Format::Yaml),
    ] {
        assert_eq!(Format::of_text(text), format, "{text}");
    }
    assert!(Format::Json.parse("a: 1").is_err());
    assert!(Format::Yaml.parse("a: 1").is_ok());
}

#[test]
fn a_quoted_string_may_end_at_the_indentation_of_its_key() {
    let text = "a:\n  b: \"{\n    \\\"c\\\": 1\n  }\"\n  d: '{\n\"e\": ''f''\n\n}'\n";
    let document = Document::parse_yaml(text).unwrap();
    let members = document.json().as_object().unwrap()["a"]
        .as_object()
        .unwrap();
    let compact = |name: &str| -> String {
        let text = members[name].as_str().unwrap();
        text.split_whitespace().collect()
    };
    assert_eq!(compact("b"), "{\"c\":1}");
    assert_eq!(compact("d"), "{\"e\":'f'}");
    assert_eq!(document.position("/a/d").unwrap().line, 5);
}

proptest! {
    #[test]
    fn parsing_any_text_does_not_panic(text in any::<String>()) {
        let _ = Document::parse_yaml(&text);
    }

    #[test]
    fn parsing_malformed_yaml_does_not_panic(text in "([-?:,\\[\\]{}#&*!|>'\"%@` \\t\\r\\na-c0-9.~<é]|: |- |\\n  |!Sub |&a |\\*a |---\\n){0,40}") {
        if let Ok(document) = Document::parse_yaml(&text) {
            places(&document, "", document.json());
        }
    }
}

/// Checks that every node has a position inside the text.
fn places(document: &Document, pointer: &str, json: &Json) {
    let span = document.span(pointer).expect("every node has a span");
    assert!(document.source().get(span).is_some(), "{pointer}");
    assert!(document.key_position(pointer).is_some(), "{pointer}");
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(document, &format!("{pointer}/{index}"), item);
            }
        }
        Json::Object(members) => {
            for (key, member) in members {
                places(
                    document,
                    &format!("{pointer}/{}", crate::json::escape(key)),
                    member,
                );
            }
        }
        _ => {}
    }
}
