//! Edits of definitions as people wrote them.

use stepwright_asl::edit::Editor;
use stepwright_asl::json::Json;

use crate::emit::emit;
use crate::model::{self, pointers};

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
