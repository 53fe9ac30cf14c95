//! A studio in an editor that owns the text.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_asl::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_studio::{EditorStudio, EditorText, PageRequest, PageResponse, StudioFile};

use super::ORDERS;

/// A document of an editor: its text in UTF-16, a version, and its steps.
struct Editor {
    units: Vec<u16>,
    version: i64,
    steps: Vec<Vec<u16>>,
}

impl Editor {
    fn text(&self) -> String {
        String::from_utf16(&self.units).expect("edits are between characters")
    }

    /// Makes edits as one step.
    fn edit(&mut self, edits: &[Json]) {
        self.steps.push(self.units.clone());
        for edit in edits.iter().rev() {
            let at = |name: &str| edit[name].as_u64().expect("a position") as usize;
            let new = edit["text"].as_str().expect("a text").encode_utf16();
            self.units.splice(at("start")..at("end"), new);
        }
        self.version += 1;
    }

    fn undo(&mut self) {
        if let Some(units) = self.steps.pop() {
            self.units = units;
            self.version += 1;
        }
    }

    fn as_text(&self) -> EditorText {
        EditorText::new(self.text(), self.version).dirty(true)
    }
}

/// A page: its text as a text area has it, and the revision.
struct Page {
    units: Vec<u16>,
    revision: Option<u64>,
}

impl Page {
    /// Takes over the view of an answer.
    fn show(&mut self, view: &Json) {
        if let Some(text) = view["text"].as_str() {
            self.units = text.encode_utf16().collect();
        }
        for round in view["rounds"].as_array().into_iter().flatten() {
            for edit in round.as_array().expect("a round").iter().rev() {
                let at = |name: &str| edit[name].as_u64().expect("a position") as usize;
                let new = edit["text"].as_str().expect("a text").encode_utf16();
                self.units.splice(at("start")..at("end"), new);
            }
        }
        self.revision = view["revision"].as_u64();
    }

    fn query(&self) -> String {
        let revision = self.revision.map(|revision| revision.to_string());
        format!("since={}&tag=&folded=[]", revision.unwrap_or_default())
    }
}

/// The text as a text area has it: each end of a line is `\n`, also a lone `\r`, which remains
/// when text is typed between the two characters of an end.
fn with_lines_of_a_page(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn open(studio: &EditorStudio, editor: &Editor) -> usize {
    let file = StudioFile {
        path: "orders.asl.jsonc".into(),
        name: "orders.asl.jsonc".to_owned(),
        validator: Validator::new(MachineType::Standard),
    };
    studio.open(file, editor.as_text(), false)
}

fn ask(studio: &EditorStudio, number: usize, request: PageRequest) -> PageResponse {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime
        .expect("a runtime")
        .block_on(studio.ask(number, request))
}

fn body(response: &PageResponse) -> Json {
    serde_json::from_str(&response.body).expect("the body is JSON")
}

fn pull(studio: &EditorStudio, number: usize, page: &mut Page) {
    let response = ask(studio, number, PageRequest::new("view").query(page.query()));
    assert_eq!(response.status, 200, "{}", response.body);
    page.show(&body(&response));
}

fn apply(studio: &EditorStudio, number: usize, page: &Page, actions: &Json) -> PageResponse {
    let what = json!({"revision": page.revision, "actions": actions});
    let request = PageRequest::new("apply").query(page.query());
    ask(studio, number, request.body(what.to_string()))
}

fn action(kind: u8, number: usize, page: &Page) -> Json {
    let states = ["Check", "Charge", "Both", "Done", "Reject"];
    let state = format!("/States/{}", states[number % states.len()]);
    let edit = |operation: Json| json!([{"do": "edit", "definition": 0, "operation": operation}]);
    match kind % 6 {
        0 => {
            json!([{"do": "insert", "definition": 0, "transition": "/States/Both/Next", "item": "flow:Pass"}])
        }
        1 => json!([{"do": "duplicate", "definition": 0, "state": state}]),
        2 => edit(json!({"operation": "removeState", "state": state})),
        3 => json!([
            {"do": "set", "definition": 0, "field": format!("{state}/Comment"), "kind": "text", "input": "c\u{1d11e}"},
            {"do": "set", "definition": 0, "field": "/Comment", "kind": "text", "input": format!("{number}")},
        ]),
        4 => {
            edit(json!({"operation": "renameState", "state": state, "name": format!("N{number}")}))
        }
        _ => {
            let at = number % (page.units.len() + 1);
            json!([{"do": "type", "edits": [{"start": at, "end": at, "text": "\n\u{20ac}"}], "joins": false}])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(2), ..ProptestConfig::default() })]

    #[test]
    fn pages_and_the_editor_have_the_same_text_after_interleaved_edits(
        numbers in prop::collection::vec((0..9_u8, any::<u8>(), 0..1000_usize, any::<bool>()), 40),
        has_windows_lines in any::<bool>(),
    ) {
        let first = if has_windows_lines {
            ORDERS.replace('\n', "\r\n")
        } else {
            ORDERS.to_owned()
        };
        let mut editor = Editor { units: first.encode_utf16().collect(), version: 1, steps: Vec::new() };
        let studio = EditorStudio::new();
        let number = open(&studio, &editor);
        let new = || Page { units: Vec::new(), revision: None };
        let mut pages = [new(), new()];
        for page in &mut pages {
            pull(&studio, number, page);
        }
        for (what, kind, at, chosen) in numbers {
            let page = &mut pages[usize::from(chosen)];
            match what {
                0..=3 => {
                    let response = apply(&studio, number, page, &action(kind, at, page));
                    let answer = body(&response);
                    match response.status {
                        200 if answer["version"] == editor.version => {
                            editor.edit(answer["edits"].as_array().expect("edits"));
                        }
                        // The editor has a newer text than the studio: it refuses the edits.
                        200 => {}
                        409 => page.show(&answer["view"]),
                        status => prop_assert_eq!(status, 422, "{}", answer),
                    }
                }
                4 => {
                    let text = editor.text();
                    let mut at = at % (text.len() + 1);
                    while !text.is_char_boundary(at) { at -= 1; }
                    let at = text[..at].encode_utf16().count();
                    let typed = ["x", "{", "\"", "\u{1d11e}"][usize::from(kind) % 4];
                    editor.edit(&[json!({"start": at, "end": at, "text": typed})]);
                }
                5 => editor.undo(),
                6 => pull(&studio, number, page),
                _ => studio.follow(number, editor.as_text()).expect("it is open"),
            }
        }
        studio.follow(number, editor.as_text()).expect("it is open");
        for page in &mut pages {
            pull(&studio, number, page);
            let shown = String::from_utf16(&page.units).expect("edits are between characters");
            prop_assert_eq!(shown, with_lines_of_a_page(&editor.text()));
        }
        while !editor.steps.is_empty() {
            editor.undo();
        }
        prop_assert_eq!(editor.text(), first);
    }
}

#[test]
fn an_action_changes_nothing_before_the_editor_has_made_it() {
    let editor = Editor {
        units: ORDERS.encode_utf16().collect(),
        version: 7,
        steps: Vec::new(),
    };
    let studio = EditorStudio::new();
    let number = open(&studio, &editor);
    let mut page = Page {
        units: Vec::new(),
        revision: None,
    };
    pull(&studio, number, &mut page);
    let set = json!([{"do": "set", "definition": 0, "field": "/States/Done/Comment", "kind": "text", "input": "x"}]);
    let planned = body(&apply(&studio, number, &page, &set));
    assert_eq!(planned["version"], 7);
    assert_eq!(planned["edits"].as_array().map(Vec::len), Some(1));
    let repeated = body(&apply(&studio, number, &page, &set));
    assert_eq!(repeated, planned);
    for name in ["save", "resolve", "events"] {
        assert_eq!(ask(&studio, number, PageRequest::new(name)).status, 404);
    }
    let undo = apply(&studio, number, &page, &json!([{"do": "undo"}]));
    assert_eq!(undo.status, 422, "{}", undo.body);
    studio.close(number);
    assert_eq!(ask(&studio, number, PageRequest::new("view")).status, 404);
    assert!(studio.follow(number, editor.as_text()).is_err());
}

#[test]
fn the_page_reaches_only_its_own_text_and_files_of_the_studio() {
    let editor = Editor {
        units: ORDERS.encode_utf16().collect(),
        version: 1,
        steps: Vec::new(),
    };
    let studio = EditorStudio::new();
    let first = open(&studio, &editor);
    let second = studio.open(
        StudioFile {
            path: "other.asl.json".into(),
            name: "other.asl.json".to_owned(),
            validator: Validator::new(MachineType::Standard),
        },
        EditorText::new("{}", 1),
        true,
    );
    let other = format!("file={first}&since=");
    let view = ask(&studio, second, PageRequest::new("view").query(other));
    assert_eq!(body(&view)["text"], "{}");
    let page = ask(&studio, second, PageRequest::new(""));
    assert!(page.body.contains("other.asl.json") && page.body.contains("data-read-only"));
    let script = ask(&studio, second, PageRequest::new("assets/host.js"));
    assert!(script.body.contains("acquireVsCodeApi"), "{}", script.body);
    for name in ["assets/../view", "nothing", "a b", "\u{20ac}"] {
        let refused = ask(&studio, second, PageRequest::new(name)).status;
        assert!([400, 404].contains(&refused), "{name}: {refused}");
    }
    let write = ask(
        &studio,
        second,
        PageRequest::new("apply").body(r#"{"revision": 0, "actions": []}"#),
    );
    assert_eq!(write.status, 403, "{}", write.body);
}

#[test]
fn a_form_has_no_options_for_other_states_and_an_evaluated_value_names_its_field() {
    let editor = Editor {
        units: large(500).encode_utf16().collect(),
        version: 1,
        steps: Vec::new(),
    };
    let studio = EditorStudio::new();
    let number = open(&studio, &editor);
    let data = json!({"input": "{}", "inputs": "", "mocks": "", "variables": ""});
    let form = PageRequest::new("inspector").query("state=/States/S1");
    let form = form.body(data.to_string());
    let form = ask(&studio, number, form).body;
    // A page loads the form with each selection and each edit.
    assert!(form.len() < 12_000, "{} bytes", form.len());
    assert!(form.contains("data-targets"), "{form}");
    assert!(!form.contains(r#"<option value="S250""#), "{form}");
    let missing = json!({"field": "/States/S1/Choices/0/Condition", "expression": "{% $states.input.absent %}", "input": "{}"});
    let value = PageRequest::new("evaluate").body(missing.to_string());
    let value = ask(&studio, number, value).body;
    assert!(value.contains("the field 'Condition'"), "{value}");
    assert!(!value.contains("Output"), "{value}");
}

/// A Choice, and a chain after it.
fn large(count: usize) -> String {
    let states = (2..count).map(|index| {
        if index + 1 < count {
            let next = index + 1;
            format!(r#""S{index}": {{"Type": "Pass", "Next": "S{next}"}}"#)
        } else {
            format!(r#""S{index}": {{"Type": "Succeed"}}"#)
        }
    });
    let states: Vec<String> = states.collect();
    format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "S1", "States": {{
            "S1": {{"Type": "Choice", "Choices": [{{"Condition": "{{% true %}}", "Next": "S3"}}], "Default": "S2"}},
            {}}}}}"#,
        states.join(", ")
    )
}
