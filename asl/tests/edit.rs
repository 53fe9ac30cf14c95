//! Edits change what they name and nothing else.
#![cfg(feature = "yaml")]

#[path = "yaml/emit.rs"]
mod emit;
#[path = "edit/model.rs"]
mod model;
#[path = "edit/sample.rs"]
mod sample;

use emit::emit;
use model::{Edited, Seed, edit, pointers};
use proptest::prelude::*;
use sample::{any_json, write, write_flow};
use stepwright_asl::edit::{EditError, Editor};
use stepwright_asl::json::{Json, escape};

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let key = prop_oneof!["[A-Z][a-z]{0,8}", "[ -~]{0,6}", any::<String>()];
    let seed = (
        any::<u8>(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        key,
        any_json(),
    )
        .prop_map(|(kind, place, at, key, value)| Seed {
            kind,
            place: place.index(1 << 20),
            at: at.index(1 << 20),
            key,
            value,
        });
    prop::collection::vec(seed, 1..6)
}

/// How many bytes two texts have alike at the beginning, and at the end of the rest.
fn alike(a: &str, b: &str) -> usize {
    let same = |(a, b): &(u8, u8)| a == b;
    let begin = a.bytes().zip(b.bytes()).take_while(same).count();
    let (a, b) = (&a.as_bytes()[begin..], &b.as_bytes()[begin..]);
    let end = a.iter().rev().copied().zip(b.iter().rev().copied());
    begin + end.take_while(same).count()
}

/// Every value that was not edited is written as it was, and what stands between the values too, but for the commas, brackets and lines beside the edit.
fn check_rest(before: &Editor, after: &Editor, edited: &Edited) {
    let (old, new) = (before.text(), after.text());
    // What had a child edited. Where the child is the only one before or behind the edit, the brackets are on the line of what stands around.
    let mut outer = match edited.what.starts_with("insert") {
        true => edited.pointer.as_str(),
        false => model::parent(&edited.pointer),
    };
    let is_alone = |editor: &Editor| editor.document().json().pointer(outer).is_none_or(is_empty);
    if is_alone(before) || is_alone(after) || edited.what.starts_with("replace") {
        outer = model::parent(outer);
    }
    let begin = before
        .document()
        .key_position(outer)
        .expect("is there")
        .offset;
    let begin = old[..begin].rfind('\n').map_or(0, |line| line + 1);
    let end = before.document().span(outer).expect("is there").end;
    let line_end = old[end..]
        .find('\n')
        .map_or(old.len(), |length| end + length);
    assert_eq!(
        old[..begin],
        new[..begin],
        "{}\n{old}\n---\n{new}",
        edited.what
    );
    assert!(
        new.ends_with(&old[line_end..]),
        "{}\n{old}\n---\n{new}",
        edited.what
    );
}

fn check_json(text: &str, json: Json, seeds: &[Seed]) {
    let mut editor = Editor::parse(text).expect("is JSON");
    let mut json = json;
    for seed in seeds {
        let before = editor.clone();
        let edited = edit(&mut editor, &mut json, seed);
        let (old, new) = (before.text(), editor.text());
        if let Err(error) = &edited.result {
            assert_eq!(edited.what, "remove ", "{old}: {error}");
            assert_eq!(old, new);
            continue;
        }
        assert_eq!(
            editor.document().json().to_string(),
            json.to_string(),
            "{}",
            edited.what
        );
        // One piece of the text changed: all before it and all behind it is the same.
        let was_empty = before
            .document()
            .json()
            .pointer(&edited.pointer)
            .is_some_and(is_empty);
        let told = format!("{}\n{old}\n---\n{new}", edited.what);
        match edited.what.split(' ').next() {
            Some("insert") if !was_empty => assert!(alike(old, new) >= old.len(), "{told}"),
            Some("remove") => assert!(alike(new, old) >= new.len(), "{told}"),
            Some("replace") => {
                let span = before.document().span(&edited.pointer).expect("is there");
                assert!(new.starts_with(&old[..span.start]), "{told}");
                assert!(new.ends_with(&old[span.end..]), "{told}");
            }
            _ => {}
        }
        check_rest(&before, &editor, &edited);
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn check_yaml(text: &str, seeds: &[Seed]) {
    let mut editor = Editor::parse_yaml(text).expect("is YAML");
    let mut json = editor.document().json().clone();
    for seed in seeds {
        let before = editor.clone();
        let edited = edit(&mut editor, &mut json, seed);
        if let Err(error) = &edited.result {
            assert!(
                edited.what == "remove ",
                "{} in\n{}\n{error}",
                edited.what,
                before.text()
            );
            assert_eq!(before.text(), editor.text());
            continue;
        }
        let found = editor.document().json().to_string().to_lowercase();
        assert_eq!(found, json.to_string().to_lowercase(), "{}", edited.what);
        check_rest(&before, &editor, &edited);
        // Comments outside of what went stay.
        let comments = |text: &str| text.matches("# more").count();
        let gone = match edited.what.starts_with("insert") {
            true => 0,
            false => {
                let end = before
                    .document()
                    .span(&edited.pointer)
                    .expect("is there")
                    .end;
                // What stands between a dash and its item goes with it.
                let begin = match edited.pointer.rsplit_once('/') {
                    Some((outer, "0")) => before.document().span(outer).map(|span| span.start),
                    Some((outer, at)) if at.parse::<usize>().is_ok() => {
                        let at = at.parse::<usize>().expect("a number") - 1;
                        before
                            .document()
                            .span(&format!("{outer}/{at}"))
                            .map(|span| span.end)
                    }
                    _ => None,
                };
                let key = before
                    .document()
                    .key_position(&edited.pointer)
                    .expect("is there");
                comments(&before.text()[begin.unwrap_or(key.offset).min(key.offset)..end])
            }
        };
        assert!(
            comments(editor.text()) + gone >= comments(before.text()),
            "{}\n{}\n---\n{}",
            edited.what,
            before.text(),
            editor.text()
        );
    }
}

/// What is inserted and removed again leaves no trace.
fn check_inverse(editor: &mut Editor, seed: &Seed) {
    let before = editor.text().to_owned();
    let value = seed.value.clone();
    let all = pointers(editor.document().json());
    let pointer = &all[seed.place % all.len()];
    let new = match editor.document().json().pointer(pointer) {
        Some(Json::Object(members)) if !members.contains_key(&seed.key) => {
            format!("{pointer}/{}", escape(&seed.key))
        }
        Some(Json::Array(items)) => format!("{pointer}/{}", seed.at % (items.len() + 1)),
        _ => return,
    };
    if editor.insert(&new, value).is_ok() {
        editor.remove(&new).expect("can be removed");
        let after = editor.text();
        // Empty brackets have nothing between them afterwards.
        let was_empty = editor
            .document()
            .json()
            .pointer(pointer)
            .is_some_and(is_empty);
        assert!(
            after == before || was_empty,
            "{new}\n{before}\n---\n{after}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_of_json_is_the_edit_of_its_value(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        let text = write(&json, style);
        let json = text.parse().expect("is JSON");
        check_json(&text, json, &seeds);
    }

    #[test]
    fn an_edit_of_yaml_is_the_edit_of_its_value(json in any_json(), style in any::<u64>(), crlf in any::<bool>(), seeds in seeds()) {
        let text = emit(&json, style);
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        check_yaml(&text, &seeds);
    }

    #[test]
    fn an_edit_of_json_inside_of_yaml_is_the_edit_of_its_value(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        // YAML takes fewer characters in quotes than JSON does.
        let text = format!("Inner: {}\n", write_flow(&json, style));
        if Editor::parse_yaml(&text).is_ok() {
            check_yaml(&text, &seeds);
        }
    }

    #[test]
    fn what_goes_in_comes_out_again(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        for seed in &seeds {
            check_inverse(&mut Editor::parse(&write(&json, style)).expect("is JSON"), seed);
            check_inverse(&mut Editor::parse_yaml(&emit(&json, style)).expect("is YAML"), seed);
        }
    }

    #[test]
    fn what_is_taken_out_of_regular_json_goes_in_again(json in any_json(), place in any::<prop::sample::Index>()) {
        for text in [json.to_pretty(), json.to_pretty().replace('\n', "\r\n"), json.to_string().replace("\":", "\" :")] {
            let mut editor = Editor::parse(&text).expect("is JSON");
            let all = pointers(editor.document().json());
            let pointer = &all[place.index(all.len())];
            if pointer.is_empty() { continue; }
            let value = editor.document().json().pointer(pointer).expect("is there").clone();
            let outer = editor.document().json().pointer(model::parent(pointer)).expect("is there").clone();
            editor.remove(pointer).expect("can be removed");
            let done = match &outer {
                Json::Object(members) => {
                    let at = members.keys().position(|key| pointer.ends_with(&format!("/{}", escape(key)))).expect("is there");
                    match (at.checked_sub(1), members.get_index(at + 1)) {
                        (Some(before), _) => editor.insert_after(pointer, members.get_index(before).expect("is there").0, value),
                        (None, Some((next, _))) => editor.insert_before(pointer, next, value),
                        (None, None) => editor.insert(pointer, value),
                    }
                }
                _ => editor.insert(pointer, value),
            };
            done.expect("can be inserted");
            let blank = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(blank(editor.text()), blank(&text));
        }
    }

    #[test]
    fn no_text_panics_the_editor(text in "([-?:,\\[\\]{}#&*!|>'\"%@` \\t\\r\\na-c0-9.~<é]|: |- |\\n  |!Sub |&a |\\*a |---\\n){0,40}", seeds in seeds()) {
        for editor in [Editor::parse(&text), Editor::parse_yaml(&text)].into_iter().flatten() {
            let mut editor = editor;
            for seed in &seeds {
                let mut json = editor.document().json().clone();
                let edited = edit(&mut editor, &mut json, seed);
                if edited.result.is_ok() {
                    prop_assert_eq!(editor.document().json().to_string().to_lowercase(), json.to_string().to_lowercase(), "{} of {}", edited.what, text);
                }
            }
        }
    }
}

fn json(text: &str) -> Json {
    text.parse().expect("is JSON")
}

#[test]
fn what_cannot_be_edited_safely_is_refused_with_its_reason() {
    type Attempt = fn(&mut Editor) -> Result<(), EditError>;
    let cases: Vec<(&str, Attempt, &str)> = vec![
        ("a: 1", |e| e.remove("a"), "`a` is no JSON pointer"),
        ("a: 1", |e| e.insert("", 1), "`` exists already"),
        (
            "a: 1",
            |e| e.insert("/a", 1),
            "`/a` exists already; replace it",
        ),
        (
            "a: 1",
            |e| e.remove(""),
            "the whole value cannot be removed; replace it",
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
            "nothing stands at `/a/b`: a number has no members",
        ),
        (
            "a: 1",
            |e| e.insert_after("/b", "A", 1),
            "nothing stands at `/A`: the object has no member `A`; did you mean `/a`?",
        ),
        (
            "a: [1]",
            |e| e.insert_after("/a/1", "0", 1),
            "nothing stands at `/a/0`",
        ),
        (
            "a: &x {b: 1}\nc: *x\n",
            |e| e.replace("/a/b", 2),
            "the value at `/c/b` would change too",
        ),
        (
            "a: &x\n  b: 1\nc: *x\n",
            |e| e.insert("/a/d", 2),
            "the value at `/c` would change too",
        ),
        (
            "a: &x {b: 1}\nc: *x\n",
            |e| e.replace("/c/b", 2),
            "at line 2, column 4: an alias stands here; edit what it names, or replace the alias",
        ),
        (
            "a: &x {b: 1}\nc: *x\n",
            |e| e.insert("/c/d", 2),
            "an alias stands here",
        ),
        (
            "a: &x 1\nc: *x\n",
            |e| e.remove("/a"),
            "the alias names no anchor",
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
            "the key `a` stands twice in the object",
        ),
        (
            "x: {a: 1, a: 2}\n",
            |e| e.insert("/x/b", 1),
            "at line 1, column 11: the key `a` stands twice in the object",
        ),
        (
            "[a: 1]",
            |e| e.insert("/0/b", 1),
            "the object has no braces of its own",
        ),
        (
            "a: [\n  # nothing\n]\n",
            |e| e.insert("/a/0", 1),
            "nothing but a comment stands between its brackets",
        ),
        (
            "a: {b, c: 1}",
            |e| e.replace("/a/b", 1),
            "the key has no value; write `: null` behind it",
        ),
    ];
    for (text, attempt, said) in cases {
        let mut editor = Editor::parse_yaml(text).expect("is YAML");
        let error = attempt(&mut editor).expect_err(text);
        assert!(error.to_string().contains(said), "{text}\n{error}");
        assert_eq!(editor.text(), text);
    }
    // The whole text must be one that can be read at all.
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
fn what_is_new_is_written_as_what_stands_around_it() {
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
fn the_text_of_numbers_stays() {
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

/// The pointers of all Task states, in nested states too.
fn tasks(json: &Json) -> Vec<String> {
    pointers(json)
        .into_iter()
        .filter(|pointer| {
            let is_state = model::parent(pointer).ends_with("/States");
            let state = json.pointer(pointer);
            is_state
                && state
                    .and_then(|state| state.get("Type"))
                    .and_then(Json::as_str)
                    == Some("Task")
        })
        .collect()
}

/// Adds `TimeoutSeconds` to each Task state; the lines that are new, and the lines of before in their order.
fn add_timeouts(mut editor: Editor, name: &str) -> usize {
    let old = editor.text().to_owned();
    let mut added = 0;
    for task in tasks(editor.document().json()) {
        let pointer = format!("{task}/TimeoutSeconds");
        let state = editor
            .document()
            .json()
            .pointer(&task)
            .and_then(Json::as_object)
            .cloned()
            .expect("is there");
        if state.contains_key("TimeoutSeconds") {
            continue;
        }
        // Behind the last member a comma would change its line.
        let result = match state.get_index_of("Type") {
            Some(at) if at + 1 < state.len() => editor.insert_after(&pointer, "Type", 123_454_321),
            _ => editor.insert_before(&pointer, "Type", 123_454_321),
        };
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        added += 1;
    }
    let is_new = |line: &&str| line.contains("TimeoutSeconds") && line.contains("123454321");
    let kept: Vec<&str> = editor
        .text()
        .split('\n')
        .filter(|line| !is_new(line))
        .collect();
    assert_eq!(kept, old.split('\n').collect::<Vec<_>>(), "{name}");
    assert_eq!(
        editor.text().split('\n').filter(is_new).count(),
        added,
        "{name}"
    );
    added
}

#[test]
fn timeouts_of_realworld_tasks_are_added_lines_and_no_other_change() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/realworld");
    let Ok(entries) = folder.read_dir() else {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    };
    let mut added = 0;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let Ok(editor) = Editor::parse(&text) else {
            continue;
        };
        let name = path.display().to_string();
        added += add_timeouts(editor.clone(), &name);
        // Style 0 has every array and object by indentation.
        let yaml = emit(editor.document().json(), 0);
        add_timeouts(
            Editor::parse_yaml(&yaml).expect("is YAML"),
            &format!("{name} in YAML"),
        );
    }
    assert!(added > 100, "{added}");
}
