//! The order of members changes, and nothing else.

use proptest::prelude::*;
use stepwright_asl::edit::{Edit, Editor};
use stepwright_asl::json::{Dialect, Json};

use super::model::pointers;
use super::sample::{any_json, write, write_json5};
use crate::yaml::emit::emit;

fn keys(json: &Json, pointer: &str) -> Vec<String> {
    let members = json.pointer(pointer).and_then(Json::as_object);
    members
        .into_iter()
        .flat_map(|members| members.keys().cloned())
        .collect()
}

/// Shuffles the members of an object, and restores their order.
fn check(mut editor: Editor, place: usize, swaps: &[(usize, usize)], is_json5: bool) {
    let before = editor.text().to_owned();
    let json = editor.document().json().clone();
    let objects: Vec<String> = pointers(&json)
        .into_iter()
        .filter(|pointer| !keys(&json, pointer).is_empty())
        .collect();
    if objects.is_empty() {
        return;
    }
    let pointer = &objects[place % objects.len()];
    let old = keys(&json, pointer);
    let mut new = old.clone();
    for (a, b) in swaps {
        new.swap(a % old.len(), b % old.len());
    }
    if let Err(error) = editor.apply(&[Edit::reorder(pointer, new.clone())]) {
        // A comment up to the end of its line cannot be in the middle of a line.
        assert!(
            is_json5 && before.contains("//"),
            "{error}: {new:?} in\n{before}"
        );
        assert_eq!(editor.text(), before);
        return;
    }
    assert_eq!(
        keys(editor.document().json(), pointer),
        new,
        "{before}\n---\n{}",
        editor.text()
    );
    // `Json` does not compare the order of members.
    assert_eq!(editor.document().json(), &json);
    let comments = |text: &str| text.matches('#').count() + text.matches("(more)").count();
    assert_eq!(comments(editor.text()), comments(&before));
    if is_json5 {
        return;
    }
    // A comment above the first member of the root belongs to the whole text.
    if pointer.is_empty() && before.contains('#') {
        return;
    }
    let shuffled = editor.text().to_owned();
    let edit = [Edit::reorder(pointer, old)];
    editor.apply(&edit).expect("the order was possible");
    assert_eq!(editor.text(), before, "{new:?} was\n{shuffled}");
}

proptest! {
    #[test]
    fn the_order_of_members_changes_and_is_restored(
        json in any_json(),
        style in any::<u64>(),
        place in any::<usize>(),
        swaps in prop::collection::vec((0..9usize, 0..9usize), 1..6),
    ) {
        check(Editor::parse(&write(&json, style)).expect("is JSON"), place, &swaps, false);
        check(Editor::parse(&json.to_pretty()).expect("is JSON"), place, &swaps, false);
        let json5 = Editor::parse_dialect(&write_json5(&json, style), Dialect::Json5);
        check(json5.expect("is JSON5"), place, &swaps, true);
        let yaml = emit(&json, style);
        check(Editor::parse_yaml(&yaml).expect("is YAML"), place, &swaps, false);
        check(Editor::parse_yaml(&yaml.replace('\n', "\r\n")).expect("is YAML"), place, &swaps, false);
    }
}

fn reordered(text: &str, pointer: &str, keys: &[&str]) -> String {
    let mut editor = Editor::parse_yaml(text).expect("is YAML");
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    editor
        .apply(&[Edit::reorder(pointer, keys)])
        .expect("can be reordered");
    editor.text().to_owned()
}

#[test]
fn a_member_moves_with_its_comments() {
    let text = "States:
  # pays
  A: # by card
    Type: Pass
    # inside of A

  # a part of its own

  # ends
  B: {Type: Succeed} # done
  C: {Type: Fail}
";
    let new = "States:
  C: {Type: Fail}

  # a part of its own

  # pays
  A: # by card
    Type: Pass
    # inside of A
  # ends
  B: {Type: Succeed} # done
";
    assert_eq!(reordered(text, "/States", &["C", "A", "B"]), new);
    assert_eq!(reordered(new, "/States", &["A", "B", "C"]), text);
}

#[test]
fn a_moved_member_is_one_removal_and_one_insertion() {
    let json = r#"{"A": 1, "B": 2, "C": 3, "D": 4}"#;
    let mut editor = Editor::parse(json).expect("is JSON");
    let keys = ["B", "C", "A", "D"].map(str::to_owned).to_vec();
    let changes = editor
        .apply_with_changes(&[Edit::reorder("", keys)])
        .expect("is possible");
    assert_eq!(
        changes,
        [(1..9, String::new()), (25..25, r#""A": 1, "#.to_owned())]
    );
}

#[test]
fn an_order_that_lacks_a_member_is_refused() {
    let mut editor = Editor::parse(r#"{"A": 1, "B": 2}"#).expect("is JSON");
    for keys in [vec!["A"], vec!["A", "A"], vec!["A", "B", "C"]] {
        let keys = keys.into_iter().map(str::to_owned).collect();
        let error = editor
            .apply(&[Edit::reorder("", keys)])
            .expect_err("not each member once");
        assert_eq!(
            error.to_string(),
            "the new value cannot be written: the new order must name each member of `` once"
        );
    }
}
