//! Groups of states in a Parallel, in a Map, and in a separate state machine.

use proptest::prelude::*;
use stepwright_editor::{Document, Operation, OperationError, TextEdit, Wrapper};

use super::generator::{definition, documents, is_valid};
use super::{changed, states, transitions};

const NAME: &str = "New state";

/// Pointers to a run of states of one body.
fn run(document: &Document, first: &prop::sample::Index, count: usize) -> Vec<String> {
    let graph = document.definitions()[0].graph();
    let first = first.index(graph.states().len());
    let container = &graph.containers()[graph.states()[first].container];
    let own = container.states.iter().filter(|state| **state >= first);
    own.take(count)
        .map(|state| graph.states()[*state].pointer.to_string())
        .collect()
}

fn is_reason(error: &OperationError) -> bool {
    let text = error.to_string();
    [
        "a group needs one first state",
        "leads out of the group",
        "a group continues with one state",
        "a group does one of both",
    ]
    .iter()
    .any(|reason| text.contains(reason))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn wrapped_states_are_unwrapped(
        definition in definition(),
        first in any::<prop::sample::Index>(),
        count in 1..5_usize,
        wrapper in prop::sample::select(vec![Wrapper::Parallel, Wrapper::Map]),
    ) {
        for document in documents(&definition) {
            let group = run(&document, &first, count);
            let wrap = Operation::WrapStates { states: group.clone(), name: NAME.to_owned(), wrapper };
            let wrapped = match changed(&document, &wrap) {
                Ok(wrapped) => wrapped,
                Err(error) => {
                    prop_assert!(is_reason(&error), "{error} in {}", document.text());
                    continue;
                }
            };
            prop_assert!(is_valid(&wrapped), "{}", wrapped.text());
            let (new, _) = states(&wrapped).into_iter().find(|(_, name)| name == NAME).expect("the new state");
            prop_assert_eq!(states(&wrapped).len(), states(&document).len() + 1);
            let unwrapped = changed(&wrapped, &Operation::UnwrapState { state: new }).expect("it only contains states");
            prop_assert_eq!(transitions(&unwrapped), transitions(&document));
            prop_assert_eq!(unwrapped.definitions()[0].json(), document.definitions()[0].json());
            if document.name() == "b.asl.json" || document.name() == "f.yaml" {
                prop_assert_eq!(unwrapped.text(), document.text());
            }
        }
    }

    #[test]
    fn extracted_states_are_a_valid_definition(
        definition in definition(),
        first in any::<prop::sample::Index>(),
        count in 1..5_usize,
    ) {
        for document in documents(&definition) {
            let group = run(&document, &first, count);
            let extract = Operation::ExtractStates {
                states: group.clone(),
                name: NAME.to_owned(),
                state_machine: "${Inner}".to_owned(),
            };
            let extraction = match document.extraction(0, &extract) {
                Ok(extraction) => extraction,
                Err(error) => {
                    prop_assert!(is_reason(&error), "{error} in {}", document.text());
                    continue;
                }
            };
            prop_assert_eq!(&document.edits(0, &extract).expect("it is possible"), &extraction.edits);
            let outer = document.with_text(&TextEdit::apply(document.text(), &extraction.edits), 2);
            prop_assert!(is_valid(&outer), "{}", outer.text());
            let name = if extraction.definition.starts_with('{') { "new.asl.json" } else { "new.asl.yaml" };
            let inner = Document::open(name, &extraction.definition, 1);
            prop_assert!(is_valid(&inner), "{}", inner.text());
            // Each state is in one of the two; the call is new.
            prop_assert_eq!(states(&outer).len() + states(&inner).len(), states(&document).len() + 1);
            for pointer in &group {
                let name = pointer.rsplit('/').next().expect("a name");
                let old = document.definitions()[0].json().pointer(pointer).and_then(|state| state.get("Type")).cloned();
                let new = inner.definitions()[0].json().pointer(&format!("/States/{name}/Type")).cloned();
                prop_assert_eq!(new, old);
            }
        }
    }
}

const TEXT: &str = r#"StartAt: Check
States:
  # first
  Check: # the order
    Type: Pass
    Next: Pay
  # pays by card
  Pay:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    # retried
    Retry:
      - ErrorEquals: [States.ALL]
    Next: Done
  # ends
  Done:
    Type: Succeed
"#;

fn after(text: &str, operation: &Operation) -> String {
    let document = Document::open("a.asl.yaml", text, 1);
    match changed(&document, operation) {
        Ok(after) => after.text().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

fn pointers(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("/States/{name}")).collect()
}

#[test]
fn states_are_wrapped_and_unwrapped_with_their_comments() {
    let wrap = |wrapper| Operation::WrapStates {
        states: pointers(&["Check", "Pay"]),
        name: "Order".to_owned(),
        wrapper,
    };
    let unwrap = Operation::UnwrapState {
        state: "/States/Order".to_owned(),
    };
    let parallel = after(TEXT, &wrap(Wrapper::Parallel));
    insta::assert_snapshot!(parallel);
    assert_eq!(after(&parallel, &unwrap), TEXT);
    let map = after(TEXT, &wrap(Wrapper::Map));
    insta::assert_snapshot!(map);
    assert_eq!(after(&map, &unwrap), TEXT);
}

#[test]
fn states_are_extracted_with_their_comments() {
    let document = Document::open("a.asl.yaml", TEXT, 1);
    let operation = Operation::ExtractStates {
        states: pointers(&["Check", "Pay"]),
        name: "Order".to_owned(),
        state_machine: "${Order}".to_owned(),
    };
    let extraction = document.extraction(0, &operation).expect("it is possible");
    let text = TextEdit::apply(TEXT, &extraction.edits);
    insta::assert_snapshot!(format!("{text}---\n{}", extraction.definition));
}

const VARIABLES: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
  "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
  "B": {"Type": "Pass", "Output": "{% $x %}", "Next": "C"},
  "C": {"Type": "Choice", "Choices": [{"Condition": "{% $x = 1 %}", "Next": "D"}], "Default": "A"},
  "D": {"Type": "Parallel", "Branches": [
    {"StartAt": "E", "States": {"E": {"Type": "Succeed"}}},
    {"StartAt": "F", "States": {"F": {"Type": "Pass", "Assign": {"x": 2}, "End": true}}}
  ], "Next": "G"},
  "G": {"Type": "Map", "Items": [1], "ItemProcessor": {"StartAt": "H", "States": {"H": {"Type": "Succeed"}}}, "Next": "I"},
  "I": {"Type": "Parallel", "Branches": [{"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}], "Next": "K"},
  "K": {"Type": "Map", "ItemProcessor": {"StartAt": "L", "States": {"L": {"Type": "Succeed"}}}, "Next": "M"},
  "M": {"Type": "Succeed"}
}}"#;

#[test]
fn refusals_of_groups_say_why() {
    let wrap = |states: &[&str]| Operation::WrapStates {
        states: pointers(states),
        name: "New".to_owned(),
        wrapper: Wrapper::Parallel,
    };
    let extract = |states: &[&str], state_machine: &str| Operation::ExtractStates {
        states: pointers(states),
        name: "New".to_owned(),
        state_machine: state_machine.to_owned(),
    };
    let unwrap = |state: &str| Operation::UnwrapState {
        state: format!("/States/{state}"),
    };
    let taken = Operation::WrapStates {
        states: pointers(&["M"]),
        name: "A".to_owned(),
        wrapper: Wrapper::Map,
    };
    let refused = [
        wrap(&[]),
        wrap(&["A"]),
        wrap(&["A", "D/Branches/0/States/E"]),
        wrap(&["C"]),
        wrap(&["A", "D"]),
        wrap(&["K", "M", "D"]),
        taken,
        extract(&["B"], "${X}"),
        extract(&["M"], ""),
        unwrap("A"),
        unwrap("D"),
        unwrap("G"),
        unwrap("I"),
        unwrap("K"),
    ];
    let document = Document::open("a.asl.json", VARIABLES, 1);
    let lines: Vec<String> = refused
        .iter()
        .map(|operation| match document.edits(0, operation) {
            Ok(edits) => TextEdit::apply(VARIABLES, &edits),
            Err(error) => error.to_string(),
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    let error = document.extraction(0, &wrap(&["M"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "only `extractStates` makes a new definition"
    );
}
