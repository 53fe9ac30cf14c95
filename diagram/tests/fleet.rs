//! The example `fleet` adds timeouts and changes nothing else.

#[expect(dead_code, reason = "the test calls what `main` calls")]
#[path = "../examples/fleet.rs"]
mod tool;

use std::fs;
use std::path::PathBuf;

use stepwright_asl::graph::Graph;
use stepwright_asl::json::Document;
use stepwright_asl::model::StateKind;

/// A temporary folder.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("stepwright-fleet-{id}-{name}"));
        fs::create_dir_all(&folder).expect("the folder can be made");
        Folder(folder)
    }

    /// The output of the tool for a file with this text, and its error.
    fn run_tool(&self, name: &str, text: &str) -> (String, Option<String>) {
        let file = self.0.join(name);
        fs::write(&file, text).expect("the file can be written");
        let error = tool::tend(&file).err().map(|error| error.to_string());
        let new = fs::read_to_string(&file).expect("the file can be read");
        (new, error)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The pointers of the Tasks without a timeout.
fn bare_tasks(document: &Document) -> Vec<String> {
    let graph = Graph::of(document.json());
    let bare = graph.states().iter().filter(|state| {
        let fields = ["TimeoutSeconds", "TimeoutSecondsPath"];
        let has_none = !fields.iter().any(|field| state.object.contains_key(*field));
        state.kind == Some(StateKind::Task) && has_none
    });
    bare.map(|state| state.pointer.to_string()).collect()
}

/// Removes the new members by their positions: the remaining text is the old text. Returns the
/// number of added timeouts.
fn check(old: &Document, new: &str, name: &str) -> usize {
    let document = Document::parse_yaml(new).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut left = new.to_owned();
    let bare = bare_tasks(old);
    let mut cuts = Vec::new();
    for task in &bare {
        let state = document
            .json()
            .pointer(task)
            .and_then(|state| state.as_object());
        let state = state.unwrap_or_else(|| panic!("{name}: {task} is no object"));
        let at = state.get_index_of("TimeoutSeconds");
        let at = at.unwrap_or_else(|| panic!("{name}: {task} has no timeout"));
        assert_eq!(
            state["TimeoutSeconds"].as_i64(),
            Some(300),
            "{name}: {task}"
        );
        let (next, _) = state.get_index(at + 1).expect("it precedes another one");
        let [begin, end] = ["TimeoutSeconds", next].map(|key| {
            let place = document.key_position(&format!("{task}/{key}"));
            place.expect("it has a place").offset
        });
        // A member on a separate line also adds the line. Otherwise the edit also adds the text up
        // to the next member.
        let line = new[..begin].rfind('\n').map_or(0, |at| at + 1);
        cuts.push(if new[line..begin].trim().is_empty() {
            line..begin + new[begin..].find('\n').expect("the line ends") + 1
        } else {
            begin..end
        });
    }
    cuts.sort_by_key(|cut| std::cmp::Reverse(cut.start));
    for cut in cuts {
        left.replace_range(cut, "");
    }
    assert_eq!(left, old.source(), "{name}");
    bare.len()
}

#[test]
fn adding_timeouts_to_json_only_adds_lines() {
    let folder = Folder::new("json");
    let old = include_str!("fleet/orders.asl.json");
    let (new, error) = folder.run_tool("orders.asl.json", old);
    assert_eq!(new, include_str!("fleet/orders.timeouts.asl.json"));
    assert_eq!(
        check(&Document::parse(old).expect("is JSON"), &new, "orders"),
        3
    );
    assert_eq!(error, None);
    let (again, _) = folder.run_tool("orders.asl.json", &new);
    assert_eq!(again, new, "there is nothing left to add");
    let picture = fs::read_to_string(folder.0.join("orders.asl.svg")).expect("was drawn");
    assert!(picture.starts_with("<svg"), "{picture}");
}

#[test]
fn adding_timeouts_to_yaml_only_adds_lines() {
    let folder = Folder::new("yaml");
    let old = include_str!("fleet/refund.asl.yaml");
    let (new, error) = folder.run_tool("refund.asl.yaml", old);
    assert_eq!(new, include_str!("fleet/refund.timeouts.asl.yaml"));
    assert_eq!(error, None);
}

#[test]
fn an_unreadable_definition_is_not_changed() {
    let folder = Folder::new("broken");
    let (new, error) = folder.run_tool("broken.asl.json", "{\"StartAt\": ");
    assert_eq!(new, "{\"StartAt\": ");
    let error = error.expect("it is no JSON");
    assert!(error.contains("line 1"), "{error}");
}

mod recordings {
    //! Tests with data outside of the repository.

    use std::path::Path;

    use stepwright_asl::edit::Editor;

    use super::*;
    use crate::emit::emit;

    #[test]
    #[ignore = "needs the recordings in STEPWRIGHT_RECORDINGS"]
    fn realworld_definitions_get_timeouts_and_no_other_change() {
        let recordings = std::env::var_os("STEPWRIGHT_RECORDINGS")
            .expect("STEPWRIGHT_RECORDINGS is the folder of the recordings");
        let realworld = Path::new(&recordings).join("conformance/realworld");
        let entries = realworld
            .read_dir()
            .unwrap_or_else(|error| panic!("{}: {error}", realworld.display()));
        let folder = Folder::new("realworld");
        let (mut files, mut added) = (0, 0);
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            let text = fs::read_to_string(&path).expect("the file can be read");
            let name = path.file_name().expect("has a name").to_string_lossy();
            let Ok(document) = Editor::parse(&text) else {
                continue;
            };
            let document = document.document();
            let (new, error) = folder.run_tool(&name, &text);
            assert_eq!(error, None, "{name}");
            files += 1;
            added += check(document, &new, &name);
            // In style 0 every array and object is in block style; the others have brackets, quotes
            // and comments, too.
            for style in [0, 0x5bd1_e995_9e37_79b9, 0xdead_beef_cafe_f00d] {
                let yaml = emit(document.json(), style);
                let old = Document::parse_yaml(&yaml).expect("is YAML");
                let (new, _) = folder.run_tool("form.asl.yaml", &yaml);
                check(
                    &old,
                    &new,
                    &format!("{name} in the YAML of style {style}\n{yaml}"),
                );
            }
        }
        assert!(files > 40 && added > 100, "{files} files, {added} timeouts");
    }
}
