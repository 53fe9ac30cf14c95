//! Individual edits.

use stepwright_asl::edit::{Edit, EditError, Editor};
use stepwright_asl::json::Json;

fn json(text: &str) -> Json {
    text.parse().expect("is JSON")
}

#[test]
fn unsafe_edits_are_refused_with_a_reason() {
    type Attempt = fn(&mut Editor) -> Result<(), EditError>;
    let cases: Vec<(&str, Attempt, &str)> = vec![
        ("a: 1", |e| e.remove("a"), "`a` is not a JSON pointer"),
        ("a: 1", |e| e.insert("", 1), "`` already exists"),
        (
            "a: 1",
            |e| e.insert("/a", 1),
            "`/a` already exists; replace it",
        ),
        (
            "a: 1",
            |e| e.remove(""),
            "the root value cannot be removed; replace it",
        ),
        (
            "Charge: 1",
            |e| e.replace("/Chrage", 1),
            "the object has no member `Chrage`; did you mean `/Charge`?",
        ),
        (
            "a/b: {C: 1}",
            |e| e.replace("/a~1b/c", 1),
            "did you mean `/a~1b/C`?",
        ),
        (
            "a: [1, 2]",
            |e| e.replace("/a/2", 1),
            "the array has the items `0` to `1`",
        ),
        (
            "a: [1, 2]",
            |e| e.insert("/a/3", 1),
            "the array has the items `0` to `1`",
        ),
        (
            "a: [1, 2]",
            |e| e.remove("/a/-"),
            "the array has the items `0` to `1`",
        ),
        (
            "a: [1]",
            |e| e.replace("/a/01", 1),
            "the array has one item, `0`",
        ),
        (
            "a: 1",
            |e| e.insert("/a/b", 1),
            "there is no value at `/a/b`: a number has no members",
        ),
        (
            "a: 1",
            |e| e.insert_after("/b", "A", 1),
            "there is no value at `/A`: the object has no member `A`; did you mean `/a`?",
        ),
        (
            "a: [1]",
            |e| e.insert_after("/a/1", "0", 1),
            "there is no value at `/a/0`",
        ),
        (
            "a: &x {b: 1}\nc: *x\n",
            |e| e.replace("/a/b", 2),
            "the value at `/c/b` would also change",
        ),
        (
            "a: &x\n  b: 1\nc: *x\n",
            |e| e.insert("/a/d", 2),
            "the value at `/c` would also change",
        ),
        (
            "a: &x {b: 1}\nc: *x\n",
            |e| e.replace("/c/b", 2),
            "at line 2, column 4: this is an alias; edit the value of its anchor, or replace the alias",
        ),
        (
            "a: &x {b: 1}\nc: *x\n",
            |e| e.insert("/c/d", 2),
            "this is an alias",
        ),
        (
            "a: &x 1\nc: *x\n",
            |e| e.remove("/a"),
            "the alias has no anchor before it",
        ),
        (
            "? a\n: 1\nb: 2\n",
            |e| e.replace("/a", 2),
            "a key of this object is written with `?`",
        ),
        (
            "{? a : 1, b: 2}",
            |e| e.replace("/b", 3),
            "a key of this object is written with `?`",
        ),
        (
            "a: 1\na: 2\n",
            |e| e.remove("/a"),
            "the object has a duplicate key `a`",
        ),
        (
            "x: {a: 1, a: 2}\n",
            |e| e.insert("/x/b", 1),
            "at line 1, column 11: the object has a duplicate key `a`",
        ),
        (
            "[a: 1]",
            |e| e.insert("/0/b", 1),
            "the object has no braces",
        ),
        (
            "a: [\n  # nothing\n]\n",
            |e| e.insert("/a/0", 1),
            "there is only a comment between its brackets; remove it or write the first value yourself",
        ),
        (
            "a: {b, c: 1}",
            |e| e.replace("/a/b", 1),
            "the key has no value; write `: null` after it",
        ),
    ];
    for (text, attempt, said) in cases {
        let mut editor = Editor::parse_yaml(text).expect("is YAML");
        let error = attempt(&mut editor).expect_err(text);
        assert!(error.to_string().contains(said), "{text}\n{error}");
        assert_eq!(editor.text(), text);
    }
    // The whole text must be parseable.
    for text in ["a: 1\n---\nb: 2\n", "a: &x {b: 1}\nc:\n  <<: *x\n"] {
        assert!(Editor::parse_yaml(text).is_err(), "{text}");
    }
    let deep = (0..300).fold(Json::Null, |inner, _| Json::from(vec![inner]));
    let mut editor = Editor::parse("{}").expect("is JSON");
    let error = editor.insert("/a", deep).expect_err("is too deep");
    assert!(
        error.to_string().contains("nests deeper than 256 levels"),
        "{error}"
    );
}

#[test]
fn new_values_have_the_style_of_the_surrounding_text() {
    type Step = fn(&mut Editor) -> Result<(), EditError>;
    let cases: Vec<(&str, Step, &str)> = vec![
        (
            "{\"a\":1,\"b\":[1,2]}",
            |e| e.insert("/c", json(r#"{"d": [1, "x"]}"#)),
            "{\"a\":1,\"b\":[1,2],\"c\":{\"d\":[1,\"x\"]}}",
        ),
        (
            "{ \"a\": 1 }",
            |e| e.insert("/b", json(r#"{"c": {}}"#)),
            "{ \"a\": 1, \"b\": { \"c\": {} } }",
        ),
        (
            "{\r\n\t\"a\": [\"x\"]\r\n}\r\n",
            |e| e.insert("/b", json(r#"{"c": ["y"]}"#)),
            "{\r\n\t\"a\": [\"x\"],\r\n\t\"b\": {\r\n\t\t\"c\": [\"y\"]\r\n\t}\r\n}\r\n",
        ),
        (
            "{\n  \"a\": 1\n, \"b\": 2\n}",
            |e| e.insert("/c", 3),
            "{\n  \"a\": 1\n, \"b\": 2\n, \"c\": 3\n}",
        ),
        (
            "{\n    \"a\": {}\n}",
            |e| e.insert("/a/b", 1),
            "{\n    \"a\": {\n        \"b\": 1\n    }\n}",
        ),
        (
            "{\n  \"a\": {\"x\": 1},\n  \"b\": {\n    \"x\": 1\n  }\n}",
            |e| e.insert_after("/c", "a", json(r#"{"x": 2}"#)),
            "{\n  \"a\": {\"x\": 1},\n  \"c\": {\"x\": 2},\n  \"b\": {\n    \"x\": 1\n  }\n}",
        ),
    ];
    for (text, step, wanted) in cases {
        let mut editor = Editor::parse(text).expect("is JSON");
        step(&mut editor).expect("can be edited");
        assert_eq!(editor.text(), wanted);
    }
    let cases: Vec<(&str, Step, &str)> = vec![
        ("a: 1 # one", |e| e.insert("/b", "x"), "a: 1 # one\nb: x"),
        (
            "a: 'x'\nb: 'y'\n",
            |e| e.insert("/c", "it's"),
            "a: 'x'\nb: 'y'\nc: 'it''s'\n",
        ),
        (
            "\"a\": \"x\"\n",
            |e| e.insert("/c", "y"),
            "\"a\": \"x\"\n\"c\": \"y\"\n",
        ),
        ("a: x\n", |e| e.insert("/b", "yes"), "a: x\nb: 'yes'\n"),
        (
            "a:\n- 1\n- 2\n",
            |e| e.insert("/b", json("[1]")),
            "a:\n- 1\n- 2\nb:\n- 1\n",
        ),
        (
            "a: [1, 2]\n",
            |e| e.insert("/b", json("[1]")),
            "a: [1, 2]\nb: [1]\n",
        ),
        (
            "a:\n    b: 1\n",
            |e| e.insert("/c", json(r#"{"d": 1}"#)),
            "a:\n    b: 1\nc:\n    d: 1\n",
        ),
        (
            "- - a\n  - b\n",
            |e| e.insert("/0/0", "z"),
            "- - z\n  - a\n  - b\n",
        ),
        (
            "- a: 1\n  b: 2\n",
            |e| e.insert_before("/0/c", "a", 3),
            "- c: 3\n  a: 1\n  b: 2\n",
        ),
        ("- a: 1\n  b: 2\n", |e| e.remove("/0/a"), "- b: 2\n"),
        (
            "a:\n  b: 1 # gone\n  # stays\nc: 2\n",
            |e| e.remove("/a/b"),
            "a: {}\n  # stays\nc: 2\n",
        ),
        (
            "a: {} # c\nb: 2\n",
            |e| e.insert("/a/x", 1),
            "a: # c\n  x: 1\nb: 2\n",
        ),
        (
            "a: |\n  x\n  y\nb: 1\n",
            |e| e.replace("/a", "z"),
            "a: z\nb: 1\n",
        ),
        ("a: |\n  x\n  y\nb: 1\n", |e| e.remove("/a"), "b: 1\n"),
        (
            "a: |+\n  x\n\nb: 1\n",
            |e| e.insert_after("/c", "a", 3),
            "a: |+\n  x\n\nc: 3\nb: 1\n",
        ),
        (
            "a: b # c\n",
            |e| e.replace("/a", json(r#"{"x": 1}"#)),
            "a: # c\n  x: 1\n",
        ),
        (
            "a: &k !Ref X\nb: 1\n",
            |e| e.replace("/a", 1),
            "a: &k 1\nb: 1\n",
        ),
        (
            "a: &k {x: 1}\nb: *k\n",
            |e| e.replace("/b", 1),
            "a: &k {x: 1}\nb: 1\n",
        ),
        (
            "a: &k {x: 1}\nb: *k\n",
            |e| e.insert("/c", 1),
            "a: &k {x: 1}\nb: *k\nc: 1\n",
        ),
        (
            "--- # top\na: 1\n...\n",
            |e| e.remove("/a"),
            "--- # top\n{}\n...\n",
        ),
        (
            "a: [\n  1, # one\n  2  # two\n]\n",
            |e| e.insert("/a/-", 3),
            "a: [\n  1, # one\n  2,  # two\n  3\n]\n",
        ),
        (
            "a: [\n  1, # one\n  2, # two\n]\n",
            |e| e.insert("/a/-", 3),
            "a: [\n  1, # one\n  2, # two\n  3,\n]\n",
        ),
        (
            "a: [\n  1, # one\n  2 # two\n]\n",
            |e| e.remove("/a/1"),
            "a: [\n  1 # one\n   # two\n]\n",
        ),
        (
            "{\"a\": 1}\n",
            |e| e.insert("/b", "x"),
            "{\"a\": 1, \"b\": \"x\"}\n",
        ),
        (
            "x: {\"a\": 1}\n",
            |e| e.insert("/x/b", "x"),
            "x: {\"a\": 1, \"b\": \"x\"}\n",
        ),
    ];
    for (text, step, wanted) in cases {
        for (text, wanted) in [
            (text.to_owned(), wanted.to_owned()),
            (text.replace('\n', "\r\n"), wanted.replace('\n', "\r\n")),
        ] {
            if text.contains('\r') != wanted.contains('\r') {
                continue;
            }
            let mut editor = Editor::parse_yaml(&text).expect("is YAML");
            step(&mut editor).unwrap_or_else(|error| panic!("{text}\n{error}"));
            assert_eq!(editor.text(), wanted);
        }
    }
}

#[test]
fn edits_preserve_the_text_of_numbers() {
    let text = r#"{"a": 1.50, "b": 1E3, "c": 123456789012345678901.5, "d": -0.0, "e": [1e400]}"#;
    let mut editor = Editor::parse(text).expect("is JSON");
    editor
        .insert_before("/new", "a", 1)
        .expect("can be inserted");
    editor.insert("/e/0", 2).expect("can be inserted");
    assert_eq!(
        editor.text(),
        r#"{"new": 1, "a": 1.50, "b": 1E3, "c": 123456789012345678901.5, "d": -0.0, "e": [2, 1e400]}"#
    );
    let mut editor = Editor::parse_yaml("a: 0x1F\nb: 1_000.50\nc: 010\n").expect("is YAML");
    editor.remove("/b").expect("can be removed");
    assert_eq!(editor.text(), "a: 0x1F\nc: 010\n");
}

#[test]
fn any_neighbours_are_removed_together() {
    let texts = [
        r#"{"a": 1, "b": [2, 2], "c": 3, "d": 4}"#,
        "{\n  \"a\": 1,\n  \"b\": [2, 2],\n  \"c\": 3,\n  \"d\": 4\n}\n",
        "{\n    \"a\": 1\n  , \"b\": [2, 2]\n  , \"c\": 3\n  , \"d\": 4\n}",
        "a: 1 # one\nb: [2, 2]\n\n# three\nc: 3\nd: 4\n",
        "{a: 1, b: [2, 2], c: 3, d: 4,}\n",
    ];
    let keys = ["a", "b", "c", "d"];
    for text in texts {
        // The bits select the removed members. An object that becomes empty is written anew.
        for bits in 0..15 {
            let is_removed = |at: usize| bits & (1 << at) != 0;
            let removed = (0..4).filter(|at| is_removed(*at));
            let edits: Vec<Edit> = removed
                .map(|at| Edit::remove(format!("/{}", keys[at])))
                .collect();
            let mut editor = Editor::parse_yaml(text).expect("is YAML");
            let mut expected = editor.document().json().clone();
            let members = expected.as_object_mut().expect("is an object");
            for at in (0..4).filter(|at| is_removed(*at)) {
                members.shift_remove(keys[at]);
            }
            if let Err(error) = editor.apply(&edits) {
                panic!("{error}: {edits:?} of\n{text}");
            }
            assert_eq!(editor.document().json(), &expected, "{}", editor.text());
        }
    }
}

#[test]
fn a_replaced_string_has_the_quotes_of_the_old_one() {
    let text = "a: plain\nb: 'single'\nc: \"double\"\nd: [plain, 'single', \"double\"]\n";
    let mut editor = Editor::parse_yaml(text).expect("is YAML");
    for pointer in ["/a", "/b", "/c", "/d/0", "/d/1", "/d/2"] {
        editor.replace(pointer, "new").expect("can be replaced");
    }
    let new = "a: new\nb: 'new'\nc: \"new\"\nd: [new, 'new', \"new\"]\n";
    assert_eq!(editor.text(), new);
}
