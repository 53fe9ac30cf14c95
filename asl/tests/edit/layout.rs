//! Formatting changes whitespace, and nothing else.

use proptest::prelude::*;
use stepwright_asl::edit::{Editor, TextLayout};
use stepwright_asl::json::Dialect;

use super::sample::{any_json, write, write_json5};
use crate::yaml::emit::emit;

/// Formats a text twice: the second time changes nothing.
fn check(editor: Editor) -> String {
    check_layout(editor, &TextLayout::default())
}

fn check_layout(mut editor: Editor, layout: &TextLayout) -> String {
    let before = editor.text().to_owned();
    let json = editor.document().json().clone();
    editor
        .format(layout)
        .unwrap_or_else(|error| panic!("{error} in\n{before}"));
    let after = editor.text().to_owned();
    assert_eq!(editor.document().json().to_string(), json.to_string());
    let ink = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(ink(&after), ink(&before));
    let changes = editor
        .format(layout)
        .unwrap_or_else(|error| panic!("{error} in\n{after}"));
    assert_eq!(
        changes,
        [],
        "{before}\n---\n{after}\n---\n{}",
        editor.text()
    );
    after
}

proptest! {
    #[test]
    fn formatting_changes_only_whitespace_and_once(
        json in any_json(),
        style in any::<u64>(),
    ) {
        check(Editor::parse(&write(&json, style)).expect("is JSON"));
        check(Editor::parse(&json.to_string()).expect("is JSON"));
        // The line breaks in comments remain.
        let json5 = write_json5(&json, style).replace("\r\n", "\n");
        let json5 = Editor::parse_dialect(&json5, Dialect::Json5);
        // Comments in the middle of lines make it impossible to find the usual indentation.
        let mut layout = TextLayout::default();
        layout.indentation = Some("\t".to_owned());
        check_layout(json5.expect("is JSON5"), &layout);
        let yaml = emit(&json, style);
        check(Editor::parse_yaml(&yaml).expect("is YAML"));
        check(Editor::parse_yaml(&yaml.replace('\n', "\r\n")).expect("is YAML"));
    }

    #[test]
    fn a_range_is_formatted_alone(
        json in any_json(),
        style in any::<u64>(),
        ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        for editor in [
            Editor::parse(&write(&json, style)).expect("is JSON"),
            Editor::parse_yaml(&emit(&json, style)).expect("is YAML"),
        ] {
            let mut editor = editor;
            let before = editor.text().to_owned();
            let (a, b) = (ends.0.index(before.len() + 1), ends.1.index(before.len() + 1));
            let mut layout = TextLayout::default();
            layout.range = Some(a.min(b)..a.max(b));
            // A part of a block of YAML may need the indentation of the rest.
            let Ok(changes) = editor.format(&layout) else { continue };
            for (range, _) in changes {
                prop_assert!(range.start <= a.max(b) && a.min(b) <= range.end);
            }
        }
    }
}

/// Formatting would change the text again if the blank before the comment were an example.
#[test]
fn the_whitespace_around_a_comment_is_no_example_of_the_style() {
    let long = "x".repeat(100);
    let text = format!(r#"[[/*c*/ 1],["{long}",2],[3,4],[/*c*/ 5],[6,/*c*/ 7]]"#);
    let editor = Editor::parse_dialect(&text, Dialect::Json5);
    let after = check(editor.expect("is JSON5"));
    assert!(after.contains("[3,4]"), "{after}");
}

#[test]
fn json_has_a_line_for_each_child_of_a_split_value() {
    let text = "{\"StartAt\":\"A\",\n\n\n\"States\": {\n\"A\": {\"Type\" : \"Task\", \"Retry\": [{\n\"ErrorEquals\": [\"States.ALL\"  ]}],\"Comment\": \"it is long enough, so that the state is split, whatever it contains\"}}}";
    let after = check(Editor::parse(text).expect("is JSON"));
    insta::assert_snapshot!(after, @r#"
    {
      "StartAt": "A",

      "States": {
        "A": {
          "Type": "Task",
          "Retry": [
            {
              "ErrorEquals": ["States.ALL"]
            }
          ],
          "Comment": "it is long enough, so that the state is split, whatever it contains"
        }
      }
    }
    "#);
}

#[test]
fn yaml_gets_the_indentation_of_most_lines() {
    let text = "# orders
StartAt: A
States:
  A:
    Type:   Task
    # retried
    Retry:
    -   ErrorEquals:
        - States.ALL
        # inner
        MaxAttempts: 2
    Comment: |
      two

        lines
  # ends
  B:
      Type: Succeed
      # last
";
    let after = check(Editor::parse_yaml(text).expect("is YAML"));
    insta::assert_snapshot!(after, @"
    # orders
    StartAt: A
    States:
      A:
        Type: Task
        # retried
        Retry:
        - ErrorEquals:
          - States.ALL
          # inner
          MaxAttempts: 2
        Comment: |
          two

            lines
      # ends
      B:
        Type: Succeed
        # last
    ");
}

#[test]
fn values_deeper_than_the_limit_are_not_formatted() {
    let format = |text: &str| {
        let mut editor = Editor::parse_recovering(text, Dialect::Json);
        let formatted = editor.format(&TextLayout::default());
        formatted.map(|_| editor.text().len())
    };
    let deep = |depth: usize| "[".repeat(depth) + "\n1" + &"]".repeat(depth);
    // The innermost lines have 2 * 256 bytes of indentation.
    assert!(format(&deep(256)).is_ok_and(|length| length > 256 * 256));
    for depth in [257, 20_000] {
        let error = format(&deep(depth))
            .expect_err("it is too deep")
            .to_string();
        assert!(
            error.ends_with("arrays and objects nest deeper than 256 levels"),
            "{error}"
        );
    }
}

#[test]
fn the_whitespace_of_a_formatted_text_is_bounded() {
    let items = vec!["1"; 40_000].join(",");
    let text = |depth: usize| "[".repeat(depth) + "\n" + &items + &"]".repeat(depth);
    let format = |text: &str| {
        let mut editor = Editor::parse(text).expect("is JSON");
        editor.format(&TextLayout::default())
    };
    assert!(format(&text(100)).is_ok());
    // Each of 40,000 lines would have 500 bytes of indentation.
    let error = format(&text(250)).expect_err("it is too long").to_string();
    assert!(
        error.ends_with("the formatted text would have more than 16 MiB of whitespace"),
        "{error}"
    );
}

#[test]
fn many_comments_of_yaml_keep_the_column_of_the_next_child() {
    let comments = "      # about B\n".repeat(20_000);
    let text = format!("States:\n    A:\n      Type: Succeed\n{comments}      B: 1\n");
    let after = check(Editor::parse_yaml(&text).expect("is YAML"));
    let column = |line: &str| line.len() - line.trim_start().len();
    let child = after.lines().last().map(column);
    let about = after.lines().filter(|line| line.ends_with("# about B"));
    assert!(
        about.map(column).all(|column| Some(column) == child),
        "{child:?}"
    );
    assert_eq!(after.matches("# about B").count(), 20_000);
}
