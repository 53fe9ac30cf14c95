//! One log for all changes of a text.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Asl;
use stepwright_asl::validate::Severity;
use stepwright_studio::{Action, DiskChange, Session, SessionError, ShownEdit};

use super::{ORDERS, act, action, session, text};

/// The pointers of the states, and those of the transitions.
fn places(session: &Session) -> (Vec<String>, Vec<String>) {
    let Some(definition) = session.document().definitions().first() else {
        return (Vec::new(), vec!["/StartAt".to_owned()]);
    };
    let graph = definition.graph();
    let states = graph.states().iter().map(|state| state.pointer.to_string());
    let edges = graph.states().iter().flat_map(|state| {
        let ends = state.object.get("End").and_then(Asl::as_bool) == Some(true);
        let end = ends.then(|| state.pointer.key("End").to_string());
        let edges = state.edges.iter().map(|edge| edge.pointer.to_string());
        edges.chain(end)
    });
    let bodies = graph.containers().iter();
    let starts = bodies.map(|body| body.pointer.key("StartAt").to_string());
    (states.collect(), starts.chain(edges).collect())
}

const ITEMS: [&str; 8] = [
    "flow:Pass",
    "flow:Choice",
    "flow:Parallel",
    "flow:Map",
    "flow:Fail",
    "call:arn:aws:states:::dynamodb:putItem",
    "pattern:saga",
    "pattern:poll",
];

/// States of the clipboard.
const PASTED: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "Q"}, "Q": {"Type": "Pass", "End": true}}}"#;

/// An action from random numbers. It may be refused.
fn random_action(session: &Session, kind: u8, first: usize, second: usize) -> Action {
    let (states, transitions) = places(session);
    let state = states
        .get(first % states.len().max(1))
        .cloned()
        .unwrap_or_default();
    let transition = transitions
        .get(second % transitions.len().max(1))
        .cloned()
        .unwrap_or_default();
    let edit = |operation: Json| json!({"do": "edit", "definition": 0, "operation": operation});
    let value = match kind % 16 {
        0 | 1 => {
            json!({"do": "insert", "definition": 0, "transition": transition, "item": ITEMS[first % ITEMS.len()]})
        }
        2 => {
            json!({"do": "remove", "definition": 0, "states": group(&states, first, second)})
        }
        3 => json!({"do": "duplicate", "definition": 0, "state": state}),
        4 => {
            json!({"do": "move", "definition": 0, "states": group(&states, first, second), "transition": transition})
        }
        5 => {
            json!({"do": "wrap", "definition": 0, "states": [state], "wrapper": if first.is_multiple_of(2) { "Map" } else { "Parallel" }})
        }
        6 => {
            edit(json!({"operation": "renameState", "state": state, "name": format!("N{second}")}))
        }
        7 => edit(json!({"operation": "unwrapState", "state": state})),
        8 => {
            json!({"do": "set", "definition": 0, "field": format!("{state}/Comment"), "kind": "text", "input": "c\u{20ac}"})
        }
        9 => {
            let start = first % (text(session).len() + 1);
            let typed = ["", "x", "\n", "{"][second % 4];
            let edit = json!({"start": start, "end": start + second % 9, "text": typed});
            json!({"do": "type", "edits": [edit], "joins": second.is_multiple_of(3)})
        }
        10 => {
            edit(json!({"operation": "addRetrier", "state": state, "errors": ["States.Timeout"]}))
        }
        11 => edit(json!({"operation": "sortStates"})),
        12 => json!({"do": "extract", "definition": 0, "states": [state]}),
        14 => {
            let changes = [
                json!({"add": {"combination": "And", "condition": "{% $x or $y %}"}}),
                json!({"combine": "Or"}),
                json!("negate"),
                json!("remove"),
                json!({"set": "$z > 1"}),
            ];
            let part: &[usize] = [&[][..], &[0], &[1], &[0, 1]][first % 4];
            edit(
                json!({"operation": "changeCondition", "rule": format!("{state}/Choices/0"), "part": part, "change": changes[second % 5]}),
            )
        }
        13 => {
            json!({"do": "paste", "definition": 0, "transition": transition, "text": PASTED})
        }
        _ => json!({"do": if second.is_multiple_of(3) { "redo" } else { "undo" }}),
    };
    action(&value.to_string())
}

/// Up to three states.
fn group(states: &[String], first: usize, count: usize) -> Vec<String> {
    let chosen = states.iter().cycle().skip(first).step_by(1 + first % 3);
    chosen
        .take(states.len().min(1 + count % 3))
        .cloned()
        .collect()
}

/// The text of a page that follows the log.
fn follow(shown: &str, rounds: &[Vec<ShownEdit>]) -> String {
    let mut units: Vec<u16> = shown.encode_utf16().collect();
    for edits in rounds {
        for edit in edits.iter().rev() {
            units.splice(edit.start..edit.end, edit.text.encode_utf16());
        }
    }
    String::from_utf16(&units).expect("edits are between characters")
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn undo_of_a_hundred_random_actions_restores_the_text_byte_by_byte(
        numbers in prop::collection::vec((any::<u8>(), 0..1000_usize, 0..1000_usize), 100),
        has_windows_lines in any::<bool>(),
    ) {
        let first = if has_windows_lines {
            ORDERS.replace('\n', "\r\n")
        } else {
            ORDERS.to_owned()
        };
        let mut session = session("orders.asl.jsonc", &first);
        let page = first.replace("\r\n", "\n");
        let mut texts = vec![first.clone()];
        for (kind, one, two) in numbers {
            let action = random_action(&session, kind, one, two);
            let before = text(&session).to_owned();
            let revision = session.revision();
            if session.apply(revision, &[action]).is_err() {
                prop_assert_eq!(text(&session), &before);
                prop_assert_eq!(session.revision(), revision);
            }
            texts.push(text(&session).to_owned());
        }
        let rounds = session.since(0).expect("the log has all changes");
        prop_assert_eq!(follow(&page, &rounds), text(&session).replace("\r\n", "\n"));
        let last = text(&session).to_owned();
        let mut undone = 0;
        while session.can_undo() {
            session.apply(session.revision(), &[Action::Undo]).expect("undo is possible");
            undone += 1;
        }
        prop_assert_eq!(text(&session), &first);
        for _ in 0..undone {
            session.apply(session.revision(), &[Action::Redo]).expect("redo is possible");
        }
        prop_assert_eq!(text(&session), last);
    }

    #[test]
    fn edits_between_comments_leave_no_comma_too_many(
        numbers in prop::collection::vec((0..7_usize, 0..1000_usize, 0..1000_usize), 30),
    ) {
        let without_comments = |text: &str| {
            let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            lines.collect::<Vec<_>>().join("\n")
        };
        let orders = ORDERS.replace("\"Both\",", "\"Both\"");
        let mut session = session("orders.asl.jsonc", &orders);
        let mut disk = orders;
        for (step, (kind, first, second)) in numbers.into_iter().enumerate() {
            let before = text(&session).to_owned();
            let starts: Vec<usize> = before.match_indices('\n').map(|(at, _)| at + 1).collect();
            let start = before[..starts[first % starts.len()]].encode_utf16().count();
            let comment = format!("// c{step}\n");
            match kind {
                0 => {
                    let edit = ShownEdit { start, end: start, text: comment };
                    act(&mut session, &json!({"do": "type", "edits": [edit]}).to_string()).expect("a comment can be everywhere");
                }
                1 => {
                    let lines: Vec<usize> = disk.match_indices('\n').map(|(at, _)| at + 1).collect();
                    disk.insert_str(lines[second % lines.len()], &comment);
                    if session.disk_changed(&disk) == DiskChange::Conflict {
                        session.take_disk(&disk);
                    }
                }
                2 => {
                    disk = before.clone();
                    session.set_base(&disk);
                }
                kind => {
                    let action = random_action(&session, [2, 3, 6, 8][kind - 3], first, second);
                    let _is_refused = session.apply(session.revision(), &[action]).is_err();
                }
            }
            let strict = without_comments(text(&session));
            let read = serde_json::from_str::<Json>(&strict);
            prop_assert!(read.is_ok(), "{kind}: {read:?}: from\n{before}\nto\n{}", text(&session));
        }
    }

    #[test]
    fn an_added_and_changed_and_removed_state_leaves_the_text_as_it_was(second in 0..1000_usize) {
        let mut session = session("orders.asl.jsonc", ORDERS);
        let (_, transitions) = places(&session);
        let transition = &transitions[second % transitions.len()];
        let insert = json!({"do": "insert", "definition": 0, "transition": transition, "item": "flow:Wait"});
        let added = act(&mut session, &insert.to_string()).expect("a Wait can be everywhere");
        let wait = &added[0];
        let set = json!({"do": "set", "definition": 0, "field": format!("{wait}/Seconds"), "kind": "number", "input": "7"});
        act(&mut session, &set.to_string()).expect("the field exists");
        let remove = json!({"do": "edit", "definition": 0, "operation": {"operation": "removeState", "state": wait}});
        let removed = act(&mut session, &remove.to_string());
        // A Catcher cannot end the execution, and a transition to itself has no successor.
        prop_assert!(removed.is_ok(), "{:?}", removed);
        prop_assert_eq!(text(&session), ORDERS);
    }
}

#[test]
fn actions_for_an_old_revision_are_refused_with_the_changes_since() {
    let mut session = session("orders.asl.jsonc", ORDERS);
    let rename = |name: &str| {
        action(&format!(
            r#"{{"do": "edit", "definition": 0, "operation": {{"operation": "renameState", "state": "/States/Done", "name": "{name}"}}}}"#
        ))
    };
    session
        .apply(0, &[rename("Ready")])
        .expect("it is the newest revision");
    let late = session.apply(0, &[rename("Over")]);
    assert_eq!(late, Err(SessionError::Stale));
    let since = session.since(0).expect("the log has the change");
    assert_eq!(follow(ORDERS, &since), text(&session));
    assert_eq!(session.since(2), None);
}

#[test]
fn a_copy_of_each_state_adds_no_error() {
    let errors = |session: &Session| {
        let all = session.diagnostics().iter();
        all.filter(|one| one.severity == Severity::Error).count()
    };
    for state in ["Check", "Charge", "Both", "Done", "Reject"] {
        let mut session = session("a.asl.jsonc", ORDERS);
        assert_eq!(errors(&session), 0);
        let copy = json!({"do": "duplicate", "definition": 0, "state": format!("/States/{state}")});
        match act(&mut session, &copy.to_string()) {
            Ok(selected) => assert_eq!(selected, [format!("/States/{state} 2")]),
            Err(reason) => {
                let is_known = reason.contains("names are unique")
                    || reason.contains("no transition could lead");
                assert!(is_known, "{state}: {reason}");
                assert_eq!(text(&session), ORDERS);
            }
        }
        let problems = session.diagnostics();
        assert_eq!(errors(&session), 0, "{state}: {problems:?}");
    }
}

#[test]
fn several_actions_are_one_step_or_none() {
    let mut session = session("orders.asl.jsonc", ORDERS);
    let set = |field: &str| {
        action(&format!(
            r#"{{"do": "set", "definition": 0, "field": "/States/{field}", "kind": "text", "input": "x"}}"#
        ))
    };
    let refused = session.apply(0, &[set("Done/Comment"), set("Nothing/Comment")]);
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(text(&session), ORDERS);
    session
        .apply(0, &[set("Done/Comment"), set("Charge/Comment")])
        .expect("both states exist");
    session
        .apply(1, &[Action::Undo])
        .expect("there is one step");
    assert_eq!(text(&session), ORDERS);
    assert!(!session.can_undo());
}

#[test]
fn typing_is_one_step_until_another_change() {
    let mut session = session("a.asl.json", "");
    let typed = |at: usize, text: &str, joins: bool| Action::Type {
        edits: vec![ShownEdit {
            start: at,
            end: at,
            text: text.to_owned(),
        }],
        joins,
    };
    for (at, letter) in ["a", "b", "c"].into_iter().enumerate() {
        session
            .apply(at, &[typed(at, letter, true)])
            .expect("any text can be typed");
    }
    session
        .apply(3, &[typed(3, "d", false)])
        .expect("any text can be typed");
    session.apply(4, &[Action::Undo]).expect("it is a step");
    assert_eq!(text(&session), "abc");
    session.apply(5, &[Action::Undo]).expect("it is a step");
    assert_eq!(text(&session), "");
}

#[test]
fn a_change_on_the_disk_is_merged_unless_it_touches_an_edited_line() {
    let mut session = session("orders.asl.jsonc", ORDERS);
    let comment = r#"{"do": "set", "definition": 0, "field": "/States/Done/Comment", "kind": "text", "input": "x"}"#;
    act(&mut session, comment).expect("the state exists");
    let disk = ORDERS.replace("The order workflow", "Orders");
    assert_eq!(session.disk_changed(&disk), DiskChange::Merged);
    assert!(text(&session).contains("// Orders") && text(&session).contains(r#""Comment": "x""#));
    assert!(session.is_changed());
    assert_eq!(session.disk_changed(&disk), DiskChange::None);
    let conflict = disk.replace(r#""Type": "Succeed""#, r#""Type": "Pass", "End": true"#);
    assert_eq!(session.disk_changed(&conflict), DiskChange::Conflict);
    session.take_disk(&conflict);
    assert_eq!(text(&session), conflict);
    assert!(!session.is_changed());
    act(&mut session, r#"{"do": "undo"}"#).expect("the text of the disk is a step");
    assert!(text(&session).contains(r#""Comment": "x""#));
}

#[test]
fn a_text_that_cannot_be_read_keeps_its_picture_and_refuses_operations() {
    let mut session = session("orders.asl.jsonc", ORDERS);
    let broken = r#"{"do": "type", "edits": [{"start": 0, "end": 1, "text": "?"}]}"#;
    act(&mut session, broken).expect("any text can be typed");
    assert!(!session.diagnostics().is_empty());
    let remove = r#"{"do": "edit", "definition": 0, "operation": {"operation": "removeState", "state": "/States/Done"}}"#;
    if session.document().definitions()[0].is_stale() {
        let refused = act(&mut session, remove).expect_err("the text is broken");
        assert!(refused.contains("correct the marked fault"), "{refused}");
    }
}

/// A chain with comments.
const CHAIN: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"}, // the first
    "B": {"Type": "Pass", "Next": "C"},
    "C": {"Type": "Pass",   "Next": "D"},
    "D": {"Type": "Pass", "End": true}
  }
}
"#;

/// The states of a chain in their order.
fn chain_of(session: &Session) -> Vec<String> {
    let definition = &session.document().definitions()[0];
    let graph = definition.graph();
    let start = graph.containers()[0].start_at;
    let start = start.and_then(|start| graph.find(0, start));
    let mut chain: Vec<usize> = start.into_iter().collect();
    while let Some((next, _)) = chain.last().and_then(|last| graph.successors(*last).next()) {
        assert!(!chain.contains(&next), "{chain:?}");
        chain.push(next);
    }
    let names = chain.iter().map(|state| graph.states()[*state].name);
    names.map(str::to_owned).collect()
}

#[test]
fn any_states_of_a_chain_move_to_any_transition_in_their_order() {
    let names = ["A", "B", "C", "D"];
    let places = [
        ("/StartAt", None),
        ("/States/A/Next", Some("A")),
        ("/States/B/Next", Some("B")),
        ("/States/C/Next", Some("C")),
        ("/States/D/End", Some("D")),
    ];
    for set in 1..15_usize {
        let is_moved = |name: &&str| {
            let at = names.iter().position(|one| one == name);
            at.is_some_and(|at| set & (1 << at) != 0)
        };
        let moved: Vec<&str> = names.into_iter().filter(is_moved).collect();
        for (transition, source) in places {
            if source.is_some_and(|source| moved.contains(&source)) {
                continue;
            }
            let mut session = session("a.asl.jsonc", CHAIN);
            // The order of the selection has no meaning.
            let states = moved.iter().rev().map(|name| format!("/States/{name}"));
            let states: Vec<String> = states.collect();
            let action =
                json!({"do": "move", "definition": 0, "states": states, "transition": transition});
            let selected = act(&mut session, &action.to_string()).expect("each of them can move");
            assert_eq!(selected.len(), moved.len());
            let mut wanted: Vec<&str> = names.into_iter().filter(|name| !is_moved(name)).collect();
            let at = source.map_or(0, |source| {
                wanted
                    .iter()
                    .position(|name| *name == source)
                    .map_or(0, |at| at + 1)
            });
            wanted.splice(at..at, moved.iter().copied());
            assert_eq!(chain_of(&session), wanted, "{moved:?} to {transition}");
            assert!(
                text(&session).contains("// the first"),
                "{}",
                text(&session)
            );
            // A state that stays where it is makes no step.
            if session.can_undo() {
                session.apply(1, &[Action::Undo]).expect("it is one step");
            }
            assert_eq!(text(&session), CHAIN);
        }
    }
}

#[test]
fn any_states_are_removed_and_all_states_leave_an_empty_body() {
    let all = ["Check", "Charge", "Both", "Done", "Reject"];
    for set in 1..32_usize {
        let chosen = all
            .iter()
            .enumerate()
            .filter(|(at, _)| set & (1 << at) != 0);
        let names: Vec<&str> = chosen.map(|(_, name)| *name).collect();
        let states = names.iter().map(|name| format!("/States/{name}"));
        let states: Vec<String> = states.collect();
        let mut session = session("orders.asl.jsonc", ORDERS);
        let remove = json!({"do": "remove", "definition": 0, "states": states});
        match act(&mut session, &remove.to_string()) {
            Ok(_) => {
                let (left, _) = places(&session);
                assert!(states.iter().all(|state| !left.contains(state)), "{left:?}");
                assert!(left.len() >= all.len() - names.len(), "{left:?}");
            }
            Err(reason) => {
                // A person must say where the transitions to it lead.
                assert!(names.len() < all.len(), "{reason}");
                assert!(
                    reason.contains("connect it with another state first")
                        || reason.contains("several states follow"),
                    "{names:?}: {reason}"
                );
                assert_eq!(text(&session), ORDERS);
            }
        }
    }
    let mut session = session("orders.asl.jsonc", ORDERS);
    let every = all.map(|name| format!("/States/{name}"));
    let remove = json!({"do": "remove", "definition": 0, "states": every});
    act(&mut session, &remove.to_string()).expect("a state machine can be cleared");
    assert_eq!(places(&session).0, Vec::<String>::new());
    let insert =
        json!({"do": "insert", "definition": 0, "transition": "/StartAt", "item": "flow:Pass"});
    let inserted = act(&mut session, &insert.to_string()).expect("the body is empty");
    assert_eq!(inserted, ["/States/Pass"]);
    assert_eq!(chain_of(&session), ["Pass"]);
    // The only state of a branch.
    let mut session = self::session("orders.asl.jsonc", ORDERS);
    let remove =
        json!({"do": "remove", "definition": 0, "states": ["/States/Both/Branches/1/States/Mail"]});
    act(&mut session, &remove.to_string()).expect("a branch can be cleared");
    assert!(!text(&session).contains("Mail"), "{}", text(&session));
}

#[test]
fn a_refused_value_names_its_field_and_state() {
    let mut session = session("orders.asl.jsonc", ORDERS);
    let set = json!({"do": "set", "definition": 0, "field": "/States/Charge/Arguments", "kind": "json", "input": "{} oops"});
    let refused = act(&mut session, &set.to_string()).expect_err("it is no JSON");
    assert!(
        refused.starts_with("`Arguments` of `Charge`: this is no JSON"),
        "{refused}"
    );
}

#[test]
fn extracted_states_of_a_joined_definition_name_the_substitutions() {
    let text = r#"{"Resources": {"Fn1": {"Type": "AWS::Lambda::Function"}, "Orders": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
  "DefinitionString": {"Fn::Join": ["", ["{\"StartAt\":\"Call\",\"States\":{\"Call\":{\"Type\":\"Task\",\"Resource\":\"", {"Fn::GetAtt": ["Fn1", "Arn"]}, "\",\"Next\":\"Done\"},\"Done\":{\"Type\":\"Succeed\"}}}"]]}}}}}"#;
    let mut session = session("template.json", text);
    let extract = json!({"do": "extract", "definition": 0, "states": ["/States/Call"]});
    let outcome = session.apply(session.revision(), &[action(&extract.to_string())]);
    let extracted = outcome.expect("it is possible").extracted.expect("a file");
    assert_eq!(
        extracted.needs,
        r#"Fn1Arn: {"Fn::GetAtt": ["Fn1", "Arn"]}; in Orders, CallStateMachineArn: the ARN of the new state machine"#
    );
    assert!(extracted.text.contains("${Fn1Arn}"), "{}", extracted.text);
}
