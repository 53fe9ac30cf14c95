//! Properties of graphs.

use super::*;

#[test]
fn transitions_and_containers_are_read() {
    let json: Json = r#"{"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F"}], "Next": "M",
            "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]},
        "M": {"Type": "Map", "Next": "C", "Iterator": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}},
        "C": {"Type": "Choice", "Choices": [{"Next": "P"}, {"Next": "a/b"}], "Default": "F"},
        "a/b": {"Type": "Wait", "Next": 3},
        "F": {"Type": "Fail"}}}"#
        .parse()
        .expect("is JSON");
    let graph = Graph::of(&json);
    assert_eq!(graph.containers().len(), 3);
    assert_eq!(
        graph.containers()[1].pointer.to_string(),
        "/States/P/Branches/0"
    );
    assert_eq!(graph.containers()[2].parent, graph.find(0, "M"));
    let edges: Vec<_> = graph
        .states()
        .iter()
        .flat_map(|state| {
            state
                .edges
                .iter()
                .map(|edge| (state.name, edge.kind, edge.target))
        })
        .collect();
    assert_eq!(
        edges,
        [
            ("P", EdgeKind::Catch(0), "F"),
            ("P", EdgeKind::Next, "M"),
            ("M", EdgeKind::Next, "C"),
            ("C", EdgeKind::Choice(0), "P"),
            ("C", EdgeKind::Choice(1), "a/b"),
            ("C", EdgeKind::Default, "F"),
        ]
    );
    let slashed = graph.find(0, "a/b").expect("is there");
    assert_eq!(graph.states()[slashed].pointer.to_string(), "/States/a~1b");
    assert!(graph.states()[graph.find(2, "I").expect("is there")].is_terminal());
}

#[test]
fn reachable_states_are_in_the_same_container() {
    let json: Json = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Map", "Next": "B", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "C"}}}},
        "B": {"Type": "Pass", "Next": "A"}, "C": {"Type": "Succeed"}}}"#
        .parse()
        .expect("is JSON");
    let graph = Graph::of(&json);
    let names = |container| -> Vec<_> {
        let reached = graph.reachable(container).into_iter();
        reached.map(|state| graph.states()[state].name).collect()
    };
    assert_eq!(names(0), ["A", "B"]);
    assert_eq!(names(1), ["I"]);
    assert!(names(7).is_empty());
}

#[test]
fn invalid_definitions_have_a_graph_without_reachable_states() {
    for text in [
        "null",
        "{}",
        r#"{"States": 1}"#,
        r#"{"States": {"A": 1, "B": {"Next": {}, "Catch": 2}}}"#,
    ] {
        let json: Json = text.parse().expect("is JSON");
        let graph = Graph::of(&json);
        assert!(graph.reachable(0).is_empty(), "{text}");
    }
}

#[test]
fn a_non_numeric_timeout_is_reported_as_an_uncaught_error() {
    for (field, text, fails) in [
        ("HeartbeatSeconds", "\"soon\"", true),
        ("TimeoutSeconds", "\"soon\"", true),
        ("TimeoutSeconds", "\"{% $t %}\"", true),
        ("TimeoutSeconds", "7", false),
        ("Comment", "\"soon\"", false),
    ] {
        let json: Json = format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "r", "{field}": {text}, "End": true}}}}}}"#
        )
        .parse()
        .expect("is JSON");
        let graph = Graph::of(&json);
        let uncaught = graph.uncaught();
        let is_foreseen = uncaught
            .iter()
            .any(|uncaught| uncaught.error() == Some("States.QueryEvaluationError"));
        assert_eq!(is_foreseen, fails, "{field}: {text}");
    }
}
