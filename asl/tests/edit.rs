//! An edit changes the named value and nothing else.

mod cases;
mod layout;
mod model;
mod order;
mod regroup;
pub(crate) mod sample;

use model::{Edited, Seed, edit, pointers};
use proptest::prelude::*;
use sample::{any_json, write, write_flow, write_json5};
use stepwright_asl::edit::Editor;
use stepwright_asl::json::{Dialect, Json, escape};

use crate::yaml::emit::emit;

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

/// The number of equal bytes at the start of two texts, and at the end of the remainders.
fn equal_bytes(a: &str, b: &str) -> usize {
    let same = |(a, b): &(u8, u8)| a == b;
    let begin = a.bytes().zip(b.bytes()).take_while(same).count();
    let (a, b) = (&a.as_bytes()[begin..], &b.as_bytes()[begin..]);
    let end = a.iter().rev().copied().zip(b.iter().rev().copied());
    begin + end.take_while(same).count()
}

/// Values that were not edited are unchanged, and so is the text between them, except for commas,
/// brackets and lines next to the edit.
fn check_unedited_text(before: &Editor, after: &Editor, edited: &Edited) {
    let (old, new) = (before.text(), after.text());
    // The ancestors of the edited child. If it is the first or last child, the brackets are on the
    // line of the surrounding text.
    let mut outer = if edited.what.starts_with("insert") {
        edited.pointer.as_str()
    } else {
        model::parent(&edited.pointer)
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
        // One range of the text changed: everything before and after it is equal.
        let was_empty = before
            .document()
            .json()
            .pointer(&edited.pointer)
            .is_some_and(is_empty);
        let told = format!("{}\n{old}\n---\n{new}", edited.what);
        match edited.what.split(' ').next() {
            Some("insert") if !was_empty => assert!(equal_bytes(old, new) >= old.len(), "{told}"),
            Some("remove") => assert!(equal_bytes(new, old) >= new.len(), "{told}"),
            Some("replace") => {
                let span = before.document().span(&edited.pointer).expect("is there");
                assert!(new.starts_with(&old[..span.start]), "{told}");
                assert!(new.ends_with(&old[span.end..]), "{told}");
            }
            _ => {}
        }
        check_unedited_text(&before, &editor, &edited);
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
        check_unedited_text(&before, &editor, &edited);
        // Comments outside the removed value remain.
        let comments = |text: &str| text.matches("# more").count();
        let gone = if edited.what.starts_with("insert") {
            0
        } else {
            let end = before
                .document()
                .span(&edited.pointer)
                .expect("is there")
                .end;
            // The text between a dash and its item is removed with the item.
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

/// Inserting and removing a value restores the text.
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
        // Empty brackets contain no whitespace afterwards.
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
    #[test]
    fn editing_json_text_edits_its_value(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        let text = write(&json, style);
        let json = text.parse().expect("is JSON");
        check_json(&text, json, &seeds);
    }

    #[test]
    fn editing_json5_keeps_the_comments(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        let text = write_json5(&json, style);
        let mut editor = Editor::parse_dialect(&text, Dialect::Json5).expect("is JSON5");
        let mut json = editor.document().json().clone();
        for seed in &seeds {
            let before = editor.clone();
            let edited = edit(&mut editor, &mut json, seed);
            let (old, new) = (before.text(), editor.text());
            if let Err(error) = &edited.result {
                prop_assert_eq!(old, new, "{}: {}", edited.what, error);
                let inside = before.document().span(model::parent(&edited.pointer));
                let inside = inside.map(|range| &old[range]).unwrap_or_default();
                prop_assert!(edited.what == "remove " || inside.contains("(more)"), "{} in {}: {}", edited.what, old, error);
                continue;
            }
            prop_assert_eq!(editor.document().json(), &json, "{}", edited.what);
            let comments = |text: &str| text.matches("(more)").count();
            let removed = if edited.what.starts_with("insert") { 0 } else {
                let key = before.document().key_position(&edited.pointer).expect("is there");
                let end = before.document().span(&edited.pointer).expect("is there").end;
                comments(&old[key.offset..end])
            };
            prop_assert!(comments(new) + removed >= comments(old), "{}\n{}\n---\n{}", edited.what, old, new);
        }
    }

    #[test]
    fn editing_yaml_text_edits_its_value(json in any_json(), style in any::<u64>(), crlf in any::<bool>(), seeds in seeds()) {
        let text = emit(&json, style);
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        check_yaml(&text, &seeds);
    }

    #[test]
    fn editing_json_inside_yaml_edits_its_value(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        // YAML allows fewer characters in quotes than JSON.
        let text = format!("Inner: {}\n", write_flow(&json, style));
        if Editor::parse_yaml(&text).is_ok() {
            check_yaml(&text, &seeds);
        }
    }

    #[test]
    fn removing_an_inserted_value_restores_the_text(json in any_json(), style in any::<u64>(), seeds in seeds()) {
        for seed in &seeds {
            check_inverse(&mut Editor::parse(&write(&json, style)).expect("is JSON"), seed);
            check_inverse(&mut Editor::parse_yaml(&emit(&json, style)).expect("is YAML"), seed);
        }
    }

    #[test]
    fn inserting_a_removed_value_restores_the_json_text(json in any_json(), place in any::<prop::sample::Index>()) {
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
    fn editing_any_text_does_not_panic(text in "([-?:,\\[\\]{}#&*!|>'\"%@` \\t\\r\\na-c0-9.~<é]|: |- |\\n  |!Sub |&a |\\*a |---\\n){0,40}", seeds in seeds()) {
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
