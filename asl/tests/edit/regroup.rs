//! Members move between objects with their text.

use proptest::prelude::*;
use stepwright_asl::edit::{Edit, Editor};
use stepwright_asl::json::{Dialect, Json, Object};

use super::model::pointers;
use super::sample::{any_json, write, write_json5};
use crate::yaml::emit::emit;

const OUTER: &str = "a new member";

/// Moves some members of an object into a new member and back. Returns whether that was possible.
fn check(mut editor: Editor, place: usize, chosen: u8) -> bool {
    let has_line_comments = editor.text().contains("//");
    let before = editor.text().to_owned();
    let json = editor.document().json().clone();
    let members = |pointer: &str| json.pointer(pointer).and_then(Json::as_object);
    let objects: Vec<String> = pointers(&json)
        .into_iter()
        .filter(|pointer| members(pointer).is_some_and(|members| members.len() > 1))
        .collect();
    if objects.is_empty() {
        return true;
    }
    let pointer = &objects[place % objects.len()];
    let old = members(pointer).expect("it is an object");
    let is_chosen = |at: usize| chosen >> (at % 8) & 1 == 1;
    let mut moved = Object::new();
    let mut rest = Object::new();
    for (at, (key, value)) in old.iter().enumerate() {
        let to = if is_chosen(at) { &mut moved } else { &mut rest };
        to.insert(key.clone(), value.clone());
    }
    if moved.is_empty() || rest.is_empty() {
        return true;
    }
    let comments = |text: &str| text.matches('#').count() + text.matches("(more)").count();
    let outer = format!("{pointer}/{OUTER}");
    let inner = format!("{outer}/inner");
    let nested = Json::Object(
        [("inner".to_owned(), Json::Object(moved.clone()))]
            .into_iter()
            .collect(),
    );
    if let Err(error) = editor.insert(&outer, nested.clone()) {
        assert!(has_line_comments, "{error} in\n{before}");
        return false;
    }
    let keys: Vec<String> = moved.keys().cloned().collect();
    let edits = [
        Edit::copy_text(&inner, pointer, keys.clone()),
        Edit::remove_members(pointer, keys),
    ];
    let with_copies = editor.text().to_owned();
    if let Err(error) = editor.apply(&edits) {
        let text = error.to_string();
        assert!(
            text.contains("brackets")
                || text.contains("beginning of a line")
                || text.contains("comment")
                || has_line_comments,
            "{text} in\n{with_copies}"
        );
        assert_eq!(editor.text(), with_copies);
        return false;
    }
    let is = |editor: &Editor| {
        editor
            .document()
            .json()
            .pointer(pointer)
            .expect("it is there")
            .to_string()
    };
    let mut expected = rest.clone();
    expected.insert(OUTER.to_owned(), nested);
    assert_eq!(
        is(&editor).to_lowercase(),
        Json::Object(expected).to_string().to_lowercase()
    );
    assert_eq!(
        comments(editor.text()),
        comments(&before),
        "{before}\n---\n{}",
        editor.text()
    );
    let nested = editor.text().to_owned();
    if let Err(error) = editor.apply(&[Edit::unnest(&outer, &inner)]) {
        assert!(has_line_comments, "{error} in\n{nested}");
        return false;
    }
    let mut expected = rest;
    expected.extend(moved);
    assert_eq!(
        is(&editor).to_lowercase(),
        Json::Object(expected).to_string().to_lowercase()
    );
    assert_eq!(
        comments(editor.text()),
        comments(&before),
        "{nested}\n---\n{}",
        editor.text()
    );
    true
}

proptest! {
    #[test]
    fn members_move_into_an_object_and_back(json in any_json(), style in any::<u64>(), place in any::<usize>(), chosen in any::<u8>()) {
        prop_assert!(check(Editor::parse(&write(&json, style)).expect("is JSON"), place, chosen));
        prop_assert!(check(Editor::parse(&json.to_pretty()).expect("is JSON"), place, chosen));
        let json5 = Editor::parse_dialect(&write_json5(&json, style), Dialect::Json5);
        check(json5.expect("is JSON5"), place, chosen);
        let yaml = emit(&json, style);
        check(Editor::parse_yaml(&yaml).expect("is YAML"), place, chosen);
        check(Editor::parse_yaml(&yaml.replace('\n', "\r\n")).expect("is YAML"), place, chosen);
    }
}

#[test]
fn members_move_with_their_comments() {
    let text = "States:
  # pays
  A: # by card
    Comment: |
      two

        lines
    # inside of A
  B:
    Type: Pass
  # the end
  C: {}
";
    let mut editor = Editor::parse_yaml(text).expect("is YAML");
    let copy = editor
        .document()
        .json()
        .pointer("/States")
        .and_then(Json::as_object)
        .expect("states");
    let copy: Object = copy
        .iter()
        .take(2)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let both = Json::Object(
        [("States".to_owned(), Json::Object(copy))]
            .into_iter()
            .collect(),
    );
    editor
        .apply(&[Edit::insert_after("/States/Both", "B", both)])
        .expect("a new member");
    editor
        .apply(&[
            Edit::copy_text(
                "/States/Both/States",
                "/States",
                vec!["A".to_owned(), "B".to_owned()],
            ),
            Edit::remove_members("/States", vec!["A".to_owned(), "B".to_owned()]),
        ])
        .expect("they can move");
    insta::assert_snapshot!(editor.text(), @"
    States:
      Both:
        States:
          # pays
          A: # by card
            Comment: |
              two

                lines
            # inside of A
          B:
            Type: Pass
      # the end
      C: {}
    ");
    editor
        .apply(&[Edit::unnest("/States/Both", "/States/Both/States")])
        .expect("they can move back");
    assert_eq!(editor.text(), text);
}
