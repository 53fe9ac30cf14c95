//! Moves of states, and their order of execution.

use proptest::prelude::*;
use stepwright_editor::{Document, Operation};

use super::generator::{definition, documents, is_valid};
use super::{changed, states, transitions};

const SORT: Operation = Operation::SortStates { body: None };

/// The names of the states of a container, in text order.
fn names(document: &Document, container: usize) -> Vec<String> {
    let graph = document.definitions()[0].graph();
    let container = &graph.containers()[container];
    let names = container
        .states
        .iter()
        .map(|state| graph.states()[*state].name);
    names.map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_state_is_moved_and_back(definition in definition(), pick in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        for document in documents(&definition) {
            let (state, name) = pick.get(&states(&document)).clone();
            let graph = document.definitions()[0].graph();
            let container = graph.states()[graph.state_at(&state).expect("it is a state")].container;
            let old = names(&document, container);
            let at = old.iter().position(|one| *one == name).expect("it is there");
            let before = old.get(to.index(old.len() + 1)).cloned();
            let operation = Operation::MoveState { state: state.clone(), before: before.clone() };
            let moved = changed(&document, &operation).expect("each position is possible");
            let mut new = old.clone();
            if before.as_ref() != Some(&name) {
                new.remove(at);
                let at = before.map_or(new.len(), |before| new.iter().position(|one| *one == before).expect("it is there"));
                new.insert(at, name);
            }
            prop_assert_eq!(names(&moved, container), new);
            prop_assert_eq!(transitions(&moved), transitions(&document));
            let back = Operation::MoveState { state, before: old.get(at + 1).cloned() };
            let back = changed(&moved, &back).expect("the old position is possible");
            prop_assert_eq!(back.text(), document.text());
        }
    }

    #[test]
    fn sorted_states_follow_a_state_that_leads_to_them(definition in definition(), moves in prop::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        for document in documents(&definition) {
            let mut shuffled = document.clone();
            for pick in &moves {
                let (state, _) = pick.get(&states(&shuffled)).clone();
                shuffled = changed(&shuffled, &Operation::MoveState { state, before: None }).expect("it can be last");
            }
            let sorted = changed(&shuffled, &SORT).expect("states can be sorted");
            prop_assert!(is_valid(&sorted), "{}", sorted.text());
            prop_assert_eq!(transitions(&sorted), transitions(&document));
            let graph = sorted.definitions()[0].graph();
            for (index, container) in graph.containers().iter().enumerate() {
                let reached = graph.reachable(index);
                for state in &container.states {
                    let is_start = container.start_at == Some(graph.states()[*state].name);
                    let has_earlier = graph.predecessors(*state).any(|(from, _)| from < *state);
                    prop_assert!(is_start || has_earlier || !reached.contains(state), "{}", sorted.text());
                }
            }
            let again = changed(&sorted, &SORT).expect("states can be sorted");
            prop_assert_eq!(again.text(), sorted.text());
            // The order of the text before does not count.
            let original = changed(&document, &SORT).expect("states can be sorted");
            prop_assert_eq!(names(&original, 0), names(&sorted, 0));
        }
    }
}

const TEXT: &str = r#"StartAt: Check
States:
  # refunds
  Refund: {Type: Pass, Next: Done}
  Done:
    Type: Succeed # the end
  # pays by card
  Pay:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Catch:
      - ErrorEquals: [States.ALL]
        Next: Refund
    Next: Ship
  Check:
    Type: Pass
    Next: Pay
  Ship: {Type: Pass, Next: Done}
"#;

#[test]
fn states_are_sorted_with_their_comments() {
    let document = Document::open("a.asl.yaml", TEXT, 1);
    let sorted = changed(&document, &SORT).expect("states can be sorted");
    insta::assert_snapshot!(sorted.text(), @"
    StartAt: Check
    States:
      Check:
        Type: Pass
        Next: Pay
      # pays by card
      Pay:
        Type: Task
        Resource: arn:aws:states:::lambda:invoke
        Catch:
          - ErrorEquals: [States.ALL]
            Next: Refund
        Next: Ship
      Ship: {Type: Pass, Next: Done}
      # refunds
      Refund: {Type: Pass, Next: Done}
      Done:
        Type: Succeed # the end
    ");
}

#[test]
fn a_move_to_another_body_is_refused() {
    let document = Document::open("a.asl.yaml", TEXT, 1);
    let operation = |state: &str, before: &str| Operation::MoveState {
        state: state.to_owned(),
        before: Some(before.to_owned()),
    };
    let error = |operation| {
        changed(&document, &operation)
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        error(operation("/States/Pay", "No")),
        "there is no state `No` in this body"
    );
    assert_eq!(
        error(operation("/States/No", "Pay")),
        "there is no state at `/States/No`"
    );
    let sort = Operation::SortStates {
        body: Some("/States".to_owned()),
    };
    assert_eq!(error(sort), "there is no body at `/States`");
}
