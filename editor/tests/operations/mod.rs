//! Operations: what they change, and that they change nothing else.

mod broken;
mod condition;
mod conversion;
mod format;
mod generator;
mod nesting;
mod order;
mod reference;
mod templates;

use proptest::prelude::*;
use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_editor::{Document, Operation, OperationError, TextEdit};

use generator::{NAMES, definition, documents, is_valid};

/// The document after an operation. The edits are in order, and undo restores the text.
fn changed(document: &Document, operation: &Operation) -> Result<Document, OperationError> {
    let sent = serde_json::to_string(operation).expect("it can be sent");
    let operation: Operation = serde_json::from_str(&sent).expect("it can be received");
    let edits = document.edits(0, &operation)?;
    let text = TextEdit::apply(document.text(), &edits);
    let mut undo = Vec::new();
    let mut moved = 0_isize;
    for edit in &edits {
        let start = edit
            .range
            .start
            .checked_add_signed(moved)
            .expect("an offset");
        let old = &document.text()[edit.range.clone()];
        undo.push(TextEdit::replace(start..start + edit.text.len(), old));
        moved += edit.text.len() as isize - edit.range.len() as isize;
    }
    assert!(edits.is_sorted_by_key(|edit| edit.range.start));
    assert_eq!(TextEdit::apply(&text, &undo), document.text());
    Ok(document.with_text(&text, 2))
}

fn states(document: &Document) -> Vec<(String, String)> {
    let definition = &document.definitions()[0];
    let graph = definition.graph();
    graph
        .states()
        .iter()
        .map(|state| (state.pointer.to_string(), state.name.to_owned()))
        .collect()
}

/// The transitions by names, so that the order of the text does not count.
fn transitions(document: &Document) -> Vec<String> {
    let definition = &document.definitions()[0];
    let graph = definition.graph();
    let mut all: Vec<String> = graph
        .states()
        .iter()
        .flat_map(|state| {
            let edges = state.edges.iter();
            edges.map(|edge| format!("{} {:?} {}", state.name, edge.kind, edge.target))
        })
        .chain(
            graph
                .containers()
                .iter()
                .map(|container| format!("start {:?}", container.start_at)),
        )
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_state_is_renamed_and_back(definition in definition(), pick in any::<prop::sample::Index>(), name in prop::sample::select(NAMES)) {
        for document in documents(&definition) {
            prop_assert!(is_valid(&document), "{}", document.text());
            let all = states(&document);
            let (pointer, old) = pick.get(&all).clone();
            let taken = all.iter().any(|(_, other)| other == name);
            let operation = Operation::RenameState { state: pointer.clone(), name: name.to_owned() };
            let renamed = match changed(&document, &operation) {
                Ok(renamed) => renamed,
                Err(error) => {
                    prop_assert!(taken && old != name, "{error}: {}", document.text());
                    continue;
                }
            };
            prop_assert!(is_valid(&renamed), "{}", renamed.text());
            let (pointer, _) = states(&renamed).into_iter().find(|(_, new)| new == name).expect("the state");
            let operation = Operation::RenameState { state: pointer, name: old.clone() };
            let back = changed(&renamed, &operation).expect("the old name is free");
            // A name of YAML that needed quotes has them on the way back, too.
            let is_plain = |name: &str| name != "true" && name.chars().all(|c| c.is_ascii_alphabetic());
            let is_plain = is_plain(name) && is_plain(&old);
            if is_plain || document.name() != "d.asl.yaml" {
                prop_assert_eq!(back.text(), document.text());
            } else {
                prop_assert_eq!(back.definitions()[0].json(), document.definitions()[0].json());
            }
        }
    }

    #[test]
    fn an_added_state_is_removed_and_the_others_are_connected(definition in definition(), pick in any::<prop::sample::Index>(), kind in 0..3_usize) {
        for document in documents(&definition) {
            let mut places: Vec<String> = Vec::new();
            {
                let graph = document.definitions()[0].graph();
                for state in graph.states() {
                    places.extend(state.edges.iter().map(|edge| edge.pointer.to_string()));
                    let end = state.pointer.key("End").to_string();
                    if document.definitions()[0].json().pointer(&end).is_some() {
                        places.push(end);
                    }
                }
                places.extend(graph.containers().iter().map(|one| one.pointer.key("StartAt").to_string()));
            }
            let transition = pick.get(&places).clone();
            let state = [json!({"Type": "Pass"}), json!({"Type": "Wait", "Seconds": 1, "End": true}), json!({"Type": "Pass", "Next": "nowhere"})][kind].clone();
            let operation = Operation::AddState { transition, name: "New state".to_owned(), state };
            let added = changed(&document, &operation).expect("the name is free");
            prop_assert!(is_valid(&added), "{}", added.text());
            let (pointer, _) = states(&added).into_iter().find(|(_, name)| name == "New state").expect("the state");
            let removed = changed(&added, &Operation::RemoveState { state: pointer, successor: None }).expect("it has one successor");
            prop_assert_eq!(transitions(&removed), transitions(&document));
            prop_assert!(is_valid(&removed), "{}", removed.text());
        }
    }

    #[test]
    fn a_retargeted_transition_leads_to_the_state(definition in definition(), pick in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        for document in documents(&definition) {
            let graph = document.definitions()[0].graph();
            let edges: Vec<(String, usize)> = graph
                .states()
                .iter()
                .flat_map(|state| state.edges.iter().map(|edge| (edge.pointer.to_string(), state.container)))
                .collect();
            if edges.is_empty() {
                continue;
            }
            let (transition, container) = pick.get(&edges).clone();
            let target = to.get(graph.states());
            let operation = Operation::Retarget { transition: transition.clone(), target: target.name.to_owned() };
            match changed(&document, &operation) {
                Ok(after) => {
                    prop_assert_eq!(target.container, container);
                    let found = after.definitions()[0].json().pointer(&transition).and_then(Json::as_str);
                    prop_assert_eq!(found, Some(target.name));
                }
                Err(error) => {
                    prop_assert_ne!(target.container, container);
                    prop_assert!(error.to_string().contains("in another body"), "{}", error);
                }
            }
        }
    }

    #[test]
    fn a_removed_state_leaves_a_valid_definition_or_is_refused(definition in definition(), pick in any::<prop::sample::Index>()) {
        for document in documents(&definition) {
            let (state, name) = pick.get(&states(&document)).clone();
            match changed(&document, &Operation::RemoveState { state, successor: None }) {
                Ok(after) => {
                    prop_assert!(states(&after).iter().all(|(_, other)| *other != name));
                    let graph = after.definitions()[0].graph();
                    for (index, state) in graph.states().iter().enumerate() {
                        prop_assert_eq!(graph.successors(index).count(), state.edges.len());
                    }
                }
                Err(error) => {
                    let text = error.to_string();
                    let reasons = ["is the only state", "several states follow", "no state follows"];
                    prop_assert!(reasons.iter().any(|reason| text.contains(reason)), "{}", text);
                }
            }
        }
    }

    #[test]
    fn a_rerouted_state_is_between_the_source_and_the_target_of_the_transition(
        definition in definition(), pick in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()
    ) {
        for document in documents(&definition) {
            let (state, name) = pick.get(&states(&document)).clone();
            let before = document.definitions()[0].graph();
            let edges: Vec<_> = before.states().iter().flat_map(|state| &state.edges).collect();
            if edges.is_empty() {
                continue;
            }
            let edge = other.get(&edges);
            let transition = edge.pointer.to_string();
            if edge.target == name {
                continue;
            }
            match changed(&document, &Operation::RerouteState { state: state.clone(), transition: transition.clone() }) {
                Ok(after) => {
                    let graph = after.definitions()[0].graph();
                    let mut states = graph.states().iter();
                    let index = states.position(|other| other.name == name).expect("the state remains");
                    prop_assert_eq!(graph.states().len(), before.states().len());
                    let source = after.definitions()[0].json().pointer(&transition).and_then(Json::as_str);
                    prop_assert_eq!(source, Some(&*name));
                    let follows = graph.states()[index].edges.iter().any(|own| own.target == edge.target);
                    prop_assert!(follows, "{} does not lead to {}", name, edge.target);
                    for (index, state) in graph.states().iter().enumerate() {
                        prop_assert_eq!(graph.successors(index).count(), state.edges.len());
                    }
                }
                Err(error) => {
                    let text = error.to_string();
                    let reasons = ["into itself", "is the only state", "stays in its body", "use the variable", "also has a variable", "would not be valid", "follow itself", "no state can follow", "several states follow", "no state follows", "cannot be the last"];
                    prop_assert!(reasons.iter().any(|reason| text.contains(reason)), "{}", text);
                }
            }
        }
    }

    #[test]
    fn the_states_of_a_fragment_lead_to_the_target_of_its_transition(
        definition in definition(), other in any::<prop::sample::Index>()
    ) {
        let fragment = json!({"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "Y"}, "Y": {"Type": "Pass", "End": true}}});
        for document in documents(&definition) {
            let before = document.definitions()[0].graph();
            let edges: Vec<_> = before.states().iter().flat_map(|state| &state.edges).collect();
            if edges.is_empty() {
                continue;
            }
            let edge = other.get(&edges);
            let transition = edge.pointer.to_string();
            let after = changed(&document, &Operation::AddFragment { transition: transition.clone(), fragment: fragment.clone() });
            let after = after.expect("the names are free");
            let json = after.definitions()[0].json();
            prop_assert_eq!(json.pointer(&transition).and_then(Json::as_str), Some("X"));
            let (last, _) = states(&after).into_iter().find(|(_, name)| name == "Y").expect("the last state");
            prop_assert_eq!(json.pointer(&format!("{last}/Next")).and_then(Json::as_str), Some(edge.target));
        }
    }

    #[test]
    fn a_copy_is_equal_to_its_state(definition in definition(), pick in any::<prop::sample::Index>()) {
        for document in documents(&definition) {
            let (state, _) = pick.get(&states(&document)).clone();
            let before = document.definitions()[0].json().pointer(&state).cloned();
            let operation = Operation::DuplicateState { state, name: "Copy".to_owned(), connects: false };
            match changed(&document, &operation) {
                Ok(after) => {
                    let (copy, _) = states(&after).into_iter().find(|(_, name)| name == "Copy").expect("the copy");
                    prop_assert_eq!(after.definitions()[0].json().pointer(&copy).cloned(), before);
                }
                Err(error) => prop_assert!(error.to_string().contains("contains states"), "{}", error),
            }
        }
    }

    #[test]
    fn all_states_and_a_connected_copy_are_reachable(definition in definition(), pick in any::<prop::sample::Index>()) {
        let unreachable = |document: &Document| -> Vec<String> {
            let graph = document.definitions()[0].graph();
            let reached: Vec<usize> = (0..graph.containers().len()).flat_map(|body| graph.reachable(body)).collect();
            let states = graph.states().iter().enumerate();
            states.filter(|(index, _)| !reached.contains(index)).map(|(_, state)| state.name.to_owned()).collect()
        };
        for document in documents(&definition) {
            let (state, name) = pick.get(&states(&document)).clone();
            let before = unreachable(&document);
            let operation = Operation::DuplicateState { state, name: "Copy".to_owned(), connects: true };
            match changed(&document, &operation) {
                Ok(after) => {
                    let mut after = unreachable(&after);
                    after.retain(|other| other != "Copy" || !before.contains(&name));
                    prop_assert_eq!(after, before);
                }
                Err(error) => {
                    let error = error.to_string();
                    prop_assert!(error.contains("contains states") || error.contains("no transition could lead"), "{}", error);
                }
            }
        }
    }
}

#[test]
fn a_connected_copy_of_each_type_has_a_transition() {
    let text = r#"{"StartAt": "Choose", "States": {
        "Choose": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "Bad"}], "Default": "Work"},
        "Work": {"Type": "Pass", "End": true},
        "Try": {"Type": "Pass", "Next": "Bad"},
        "Bad": {"Type": "Fail"}
    }}"#;
    let copy = |text: &str, state: &str| {
        let operation = json!({"operation": "duplicateState", "state": format!("/States/{state}"), "name": "Copy", "connects": true});
        let operation = serde_json::from_str(&operation.to_string()).expect("it is an operation");
        let document = Document::open("a.asl.json", text, 0);
        let edits = document
            .edits(0, &operation)
            .map_err(|error| error.to_string())?;
        let after = TextEdit::apply(text, &edits);
        Ok(serde_json::from_str::<serde_json::Value>(&after).expect("it is JSON"))
    };
    let choose = copy(text, "Choose").expect("it has a transition");
    assert_eq!(choose["StartAt"], "Copy");
    assert_eq!(choose["States"]["Copy"]["Default"], "Choose");
    assert_eq!(choose["States"]["Choose"]["Default"], "Work");
    let work = copy(text, "Work").expect("it has a transition");
    assert_eq!(
        work["States"]["Work"],
        serde_json::json!({"Type": "Pass", "Next": "Copy"})
    );
    assert_eq!(
        work["States"]["Copy"],
        serde_json::json!({"Type": "Pass", "End": true})
    );
    // Only one transition of a reachable state leads to `Bad`.
    let error: String = copy(text, "Bad").unwrap_err();
    assert_eq!(
        error,
        "no transition could lead to a copy of `Bad`; duplicate it when several transitions lead to `Bad`"
    );
    let bad = copy(&text.replace(r#""End": true"#, r#""Next": "Try""#), "Bad");
    let bad = bad.expect("two transitions lead to it");
    assert_eq!(bad["States"]["Try"]["Next"], "Copy");
    assert_eq!(bad["States"]["Choose"]["Choices"][0]["Next"], "Bad");
}

const TASK: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Next": "C"},
  "C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "A"}], "Default": "Z"},
  "Z": {"Type": "Succeed"}
}}"#;

fn after(text: &str, operation: &Operation) -> String {
    let document = Document::open("a.asl.json", text, 1);
    match changed(&document, operation) {
        Ok(after) => after.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn handlers_and_rules_are_added_where_they_have_an_effect() {
    let state = || "/States/A".to_owned();
    let errors = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let all = Operation::AddCatcher {
        state: state(),
        errors: errors(&["States.ALL"]),
        target: "Z".to_owned(),
    };
    let one = Operation::AddCatcher {
        state: state(),
        errors: errors(&["States.Timeout"]),
        target: "Z".to_owned(),
    };
    let retry = Operation::AddRetrier {
        state: state(),
        errors: errors(&["States.Timeout"]),
    };
    let rule = Operation::AddChoiceRule {
        state: "/States/C".to_owned(),
        condition: json!({"Variable": "$.b", "NumericEquals": 1}),
        target: "Z".to_owned(),
    };
    let mut text = TASK.to_owned();
    for operation in [&all, &one, &retry, &rule] {
        text = after(&text, operation);
    }
    insta::assert_snapshot!(text);
    assert_eq!(
        after(&text, &all),
        "error: `Catch` of `A` already has an item for all errors"
    );
}

#[test]
fn refusals_say_why() {
    let refused = [
        Operation::RenameState {
            state: "/States/A".to_owned(),
            name: "Z".to_owned(),
        },
        Operation::RenameState {
            state: "/States/A".to_owned(),
            name: String::new(),
        },
        Operation::RenameState {
            state: "/States/B".to_owned(),
            name: "X".to_owned(),
        },
        Operation::RenameState {
            state: "/States/A/Next".to_owned(),
            name: "X".to_owned(),
        },
        Operation::RemoveState {
            state: "/States/C".to_owned(),
            successor: None,
        },
        Operation::RemoveState {
            state: "/States/A".to_owned(),
            successor: Some("A".to_owned()),
        },
        Operation::RemoveState {
            state: "/States/Z".to_owned(),
            successor: None,
        },
        Operation::Retarget {
            transition: "/States/A/Next".to_owned(),
            target: "Y".to_owned(),
        },
        Operation::Retarget {
            transition: "/States/A/Type".to_owned(),
            target: "A".to_owned(),
        },
        Operation::AddCatcher {
            state: "/States/Z".to_owned(),
            errors: vec!["E".to_owned()],
            target: "A".to_owned(),
        },
        Operation::AddRetrier {
            state: "/States/A".to_owned(),
            errors: Vec::new(),
        },
        Operation::AddChoiceRule {
            state: "/States/A".to_owned(),
            condition: json!({}),
            target: "Z".to_owned(),
        },
        Operation::AddChoiceRule {
            state: "/States/C".to_owned(),
            condition: json!("{% true %}"),
            target: "Z".to_owned(),
        },
        Operation::RemoveField {
            field: "/States/A/Retry".to_owned(),
        },
        Operation::AddState {
            transition: "/States/A/Next".to_owned(),
            name: "X".to_owned(),
            state: json!(1),
        },
    ];
    let lines: Vec<String> = refused
        .iter()
        .map(|operation| after(TASK, operation))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    let document = Document::open("a.asl.json", TASK, 1);
    let error = document.edits(1, &refused[0]).unwrap_err();
    assert_eq!(error.to_string(), "there is no definition 1");
}

const VARIABLES: &str = r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {
  "A": {"Type": "Pass", "Assign": {"total": 1, "n": "{% $total %}"}, "Next": "B"},
  "B": {"Type": "Pass", "Output": "{% ($x := $total; $total + $x) & '$total' %}", "Next": "C"},
  "C": {"Type": "Pass", "QueryLanguage": "JSONPath", "Assign": {"total.$": "$.total"}, "OutputPath": "$total", "End": true}
}}"#;

fn rename(name: &str) -> Operation {
    Operation::RenameVariable {
        variable: "/States/A/Assign/total".to_owned(),
        name: name.to_owned(),
    }
}

#[test]
fn a_variable_is_renamed_in_all_its_places_and_back() {
    let renamed = after(VARIABLES, &rename("amount"));
    insta::assert_snapshot!(renamed);
    let back = Operation::RenameVariable {
        variable: "/States/A/Assign/amount".to_owned(),
        name: "total".to_owned(),
    };
    assert_eq!(after(&renamed, &back), VARIABLES);
}

#[test]
fn a_name_that_means_something_else_is_refused() {
    let lines: Vec<String> = ["n", "x", "sum", "states", "1a", ""]
        .iter()
        .map(|name| after(VARIABLES, &rename(name)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
