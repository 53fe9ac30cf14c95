//! Diagrams: snapshots of their text, and properties of every diagram.

mod picture;

use std::collections::BTreeMap;

use picture::Picture;
use proptest::prelude::*;
use stepwright_asl::StateMachine;
use stepwright_asl::graph::{EdgeKind, Graph};
use stepwright_asl::json::Json;
use stepwright_asl::overlay::{Mark, Overlay, Status};
use stepwright_diagram::Diagram;

use crate::samples::{checkout, definitions, excessive, names};

fn parse(text: &str) -> Json {
    text.parse().expect("is JSON")
}

#[test]
fn mermaid_of_a_checkout() {
    insta::assert_snapshot!(Diagram::of(&checkout()).to_mermaid());
}

#[test]
fn dot_of_a_checkout() {
    insta::assert_snapshot!(Diagram::of(&checkout()).to_dot());
}

#[test]
fn svg_of_a_greeting() {
    let json = parse(
        r#"{"Comment": "Says <hello>.", "StartAt": "Greet", "States": {
            "Greet": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": [{"ErrorEquals": ["States.ALL"]}],
                "Catch": [{"ErrorEquals": ["Rude"], "Next": "Sulk"}], "End": true},
            "Sulk": {"Type": "Fail", "Error": "Offended"}}}"#,
    );
    insta::assert_snapshot!(Diagram::of(&json).to_svg());
}

#[test]
fn states_with_unusual_names_are_drawn() {
    let json = names();
    let diagram = Diagram::of(&json);
    insta::assert_snapshot!("mermaid_of_any_name", diagram.to_mermaid());
    insta::assert_snapshot!("dot_of_any_name", diagram.to_dot());
    Picture::read(&diagram.to_svg());
}

#[test]
fn a_machine_a_document_and_a_value_are_drawn_alike() {
    let json = checkout();
    let machine = StateMachine::from_value(&json).expect("is a definition");
    let document = stepwright_asl::json::Document::parse(&json.to_string()).expect("is JSON");
    let drawn = Diagram::of(&json).to_svg();
    assert_eq!(drawn, Diagram::of(&machine).to_svg());
    assert_eq!(drawn, Diagram::of(&document).to_svg());
}

#[test]
fn an_invalid_definition_has_an_empty_diagram() {
    for text in ["null", "[]", "{}", r#"{"States": {"A": 1}}"#] {
        let diagram = Diagram::of(&parse(text));
        assert!(Picture::read(&diagram.to_svg()).states.is_empty(), "{text}");
        assert!(diagram.to_mermaid().starts_with("flowchart TD\n"));
        assert!(diagram.to_dot().ends_with("}\n"));
    }
}

#[test]
fn a_missing_target_is_drawn_with_an_explanation() {
    let json = parse(
        r#"{"StartAt": "Nowhere", "States": {
            "P": {"Type": "Parallel", "Next": "Inner", "Branches": [
                {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "Next": "P"}}}]}}}"#,
    );
    let svg = Diagram::of(&json).to_svg();
    let picture = Picture::read(&svg);
    let names: Vec<&str> = picture
        .states
        .iter()
        .map(|state| state.name.as_str())
        .collect();
    assert_eq!(names.iter().filter(|name| **name == "Inner").count(), 2);
    assert_eq!(names.iter().filter(|name| **name == "P").count(), 2);
    assert!(svg.contains("no state has that name"));
    assert!(svg.contains("a transition cannot leave its branch"));
    assert!(svg.contains("nothing leads here"));
}

#[test]
fn tooltips_contain_comments_retriers_and_timeouts() {
    let svg = Diagram::of(&checkout()).to_svg();
    for text in [
        "Charges the card, once.",
        "arn:aws:states:::lambda:invoke",
        "Retry Throttled, 5 attempts, 1 s apart, 2.0 times longer each",
        "TimeoutSeconds: 30",
    ] {
        assert!(svg.contains(text), "{text}");
    }
}

#[test]
fn a_comment_of_a_rule_is_its_label_and_long_labels_are_short() {
    let long = format!("{}$total > 1", "$total > 0 and ".repeat(150));
    let machine = parse(&format!(
        r#"{{"StartAt": "Large?", "States": {{
            "Large?": {{"Type": "Choice", "Choices": [
                {{"Comment": "order.total is large", "Condition": "{{% $total > 10 %}}", "Next": "Done"}},
                {{"Condition": "{{% {long} %}}", "Next": "Failed"}}
            ]}},
            "Done": {{"Type": "Succeed"}},
            "Failed": {{"Type": "Fail"}}
        }}}}"#
    ));
    let diagram = Diagram::of(&machine);
    let mermaid = diagram.to_mermaid();
    assert!(mermaid.contains("order.total is large"), "{mermaid}");
    assert!(mermaid.contains('…'), "{mermaid}");
    let longest = mermaid.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(150), "{mermaid}");
    let dot = diagram.to_dot();
    assert!(dot.contains("label=\"order.total is large\""), "{dot}");
    // The tooltip has the whole condition, and that of a rule with a comment.
    let svg = diagram.to_svg();
    let tooltip = "order.total is large&#10;$total &gt; 10</title>";
    assert!(svg.contains(tooltip), "{svg}");
    assert!(svg.contains(&"$total &gt; 0 and ".repeat(100)), "{svg}");
}

/// The results of an execution, or of tests, of the checkout.
fn overlay() -> Overlay {
    let json = checkout();
    let graph = Graph::of(&json);
    let mut overlay = Overlay::new("execution <failed>: \"Declined\"");
    for (index, state) in graph.states().iter().enumerate() {
        let status = Status::ALL[index % Status::ALL.len()];
        let mark = Mark::new(status).badge("1 of 3").note("last error: <none>");
        overlay.state(state.name, mark);
        for (edge, to) in state.edges.iter().enumerate() {
            let status = Status::ALL[(index + edge) % Status::ALL.len()];
            match to.kind {
                EdgeKind::Catch(_) => overlay.catcher(state.name, to.target, status, edge as u64),
                _ => overlay.transition(state.name, to.target, status, edge as u64 + 1),
            }
        }
    }
    overlay
}

#[test]
fn marks_are_drawn_over_the_definition() {
    let diagram = Diagram::of(&checkout()).with(&overlay());
    let svg = diagram.to_svg();
    Picture::read(&svg)
        .is_tidy()
        .expect("badges keep to their states");
    for text in [
        "execution &lt;failed&gt;: &quot;Declined&quot;",
        "error caught",
        "never entered",
        "1 of 3",
        "last error: &lt;none&gt;",
        "taken 2 times",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    insta::assert_snapshot!("mermaid_with_marks", diagram.to_mermaid());
    insta::assert_snapshot!("dot_with_marks", diagram.to_dot());
}

#[test]
fn svg_of_a_greeting_with_marks() {
    let json = parse(
        r#"{"StartAt": "Greet", "States": {
            "Greet": {"Type": "Task", "Resource": "${GreetArn}", "Next": "Smile", "Catch": [{"ErrorEquals": ["Rude"], "Next": "Sulk"}]},
            "Smile": {"Type": "Succeed"},
            "Sulk": {"Type": "Fail", "Error": "Offended"}}}"#,
    );
    let mut overlay = Overlay::new("execution failed: Offended");
    overlay.state("Greet", Mark::new(Status::Caught).note("last error: Rude"));
    overlay.state("Sulk", Mark::new(Status::Failed));
    overlay.state("Smile", Mark::new(Status::NotEntered));
    overlay.transition("Greet", "Smile", Status::NotEntered, 0);
    overlay.catcher("Greet", "Sulk", Status::Caught, 1);
    insta::assert_snapshot!(Diagram::of(&json).with(&overlay).to_svg());
}

#[test]
fn marks_of_unknown_states_change_only_the_legend() {
    let mut overlay = Overlay::new("another execution");
    overlay.state("Nowhere", Mark::new(Status::Failed));
    overlay.transition("Nowhere", "Neverwhere", Status::Succeeded, 3);
    let svg = Diagram::of(&checkout()).with(&overlay).to_svg();
    assert!(svg.contains("another execution"));
    assert!(!svg.contains(" is-") && !svg.contains("×3"));
}

#[test]
fn the_html_page_contains_the_svg_and_loads_no_files() {
    let diagram = Diagram::of(&checkout());
    let page = diagram.to_html();
    assert!(page.contains(&diagram.to_svg()));
    assert!(!page.contains("src=") && !page.contains("href="));
    let (_, states) = page.split_once(r#"id="states">"#).expect("has the states");
    let (states, _) = states.split_once("</script>").expect("ends");
    let states = parse(states);
    let charge = states
        .get("Charge")
        .and_then(Json::as_str)
        .expect("is text");
    assert_eq!(parse(charge).get("TimeoutSeconds"), Some(&Json::from(30)));
}

#[test]
fn names_and_comments_cannot_close_the_script_element() {
    let json = parse(
        r#"{"StartAt": "</script><b>", "States": {"</script><b>": {"Type": "Pass", "Comment": "<!-- </script>", "End": true}}}"#,
    );
    let page = Diagram::of(&json).to_html();
    assert_eq!(page.matches("</script>").count(), 3);
    assert!(!page.contains("<b>") && !page.contains("<!-- "));
}

/// A chain of Choices, each with its own Pass state. The next Choice is the target of a rule, or
/// the default.
fn chain(length: usize, next_is_rule: bool) -> Json {
    let mut states: Vec<String> = Vec::new();
    for at in 0..length {
        let (next, aside) = (format!("Is it {}?", at + 1), format!("Handle {at}"));
        let (rule, default) = if next_is_rule {
            (&next, &aside)
        } else {
            (&aside, &next)
        };
        states.push(format!(
            r#""Is it {at}?": {{"Type": "Choice", "Choices": [{{"Variable": "$.kind", "NumericEquals": {at}, "Next": "{rule}"}}], "Default": "{default}"}},
               "{aside}": {{"Type": "Pass", "Next": "Done"}}"#
        ));
    }
    states.push(format!(
        r#""Is it {length}?": {{"Type": "Pass", "Next": "Done"}}, "Done": {{"Type": "Succeed"}}"#
    ));
    parse(&format!(
        r#"{{"StartAt": "Is it 0?", "States": {{{}}}}}"#,
        states.join(",")
    ))
}

#[test]
fn a_chain_of_choices_is_straight() {
    for (length, next_is_rule) in [(2, false), (3, true), (8, false), (8, true), (20, false)] {
        let svg = Diagram::of(&chain(length, next_is_rule)).to_svg();
        let picture = Picture::read(&svg);
        let states = picture.states.iter();
        let choices = states.filter(|state| state.name.starts_with("Is it "));
        let middles: Vec<f64> = choices
            .filter(|state| !state.name.ends_with(&format!(" {length}?")))
            .map(|state| state.middle())
            .collect();
        assert_eq!(middles.len(), length);
        let aside = middles.iter().map(|middle| (middle - middles[0]).abs());
        let furthest = aside.fold(0.0, f64::max);
        assert!(furthest < 1.0, "{length}, {next_is_rule}: {middles:?}");
    }
}

#[test]
fn the_style_sheet_has_the_colours_of_the_statuses() {
    let sheet = stepwright_diagram::stylesheet();
    let json = parse(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#);
    for (status, name, class) in [
        (Status::Succeeded, "good", "succeeded"),
        (Status::Caught, "warn", "caught"),
        (Status::Failed, "bad", "failed"),
        (Status::Running, "run", "running"),
        (Status::Stopped, "stop", "stopped"),
    ] {
        let (_, colour) = sheet
            .split_once(&format!("--{name}: "))
            .expect("is defined");
        let (colour, _) = colour.split_once(';').expect("ends");
        let mut overlay = Overlay::new("one state");
        overlay.state("A", Mark::new(status));
        let svg = Diagram::of(&json).with(&overlay).to_svg();
        let rule = format!(".badge.{class} rect {{ fill: {colour}; }}");
        assert!(svg.contains(&rule), "{rule}");
    }
}

#[test]
fn the_fields_of_a_state_are_its_source() {
    let diagram = Diagram::of(&checkout());
    let charge = parse(diagram.source("Charge").expect("is a state"));
    assert_eq!(charge.get("TimeoutSeconds"), Some(&Json::from(30)));
    assert_eq!(diagram.source("no state"), None);
}

#[test]
fn extremely_large_definitions_are_drawn() {
    for (what, json) in excessive::definitions() {
        let diagram = Diagram::of(&json);
        let svg = diagram.to_svg();
        let count = Graph::of(&json).states().len();
        let drawn = Picture::read(&svg)
            .states
            .iter()
            .filter(|state| !state.missing)
            .count();
        assert_eq!(drawn, count, "{what}");
        assert!(
            svg.len() < 4_000 * (count + 20),
            "{what}: {} bytes",
            svg.len()
        );
        assert!(diagram.to_mermaid().len() < 1_000 * (count + 20), "{what}");
        assert!(diagram.to_dot().len() < 2_000 * (count + 20), "{what}");
    }
}

/// Checks that style lines refer to the right edges by number, and that the frames of a box are
/// chained in order.
fn mermaid_is_in_order(text: &str) {
    let (mut edges, mut catchers, mut frames) = (0, Vec::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        if line.contains(" ~~~ ") {
            let chained: Vec<&str> = line.split(" ~~~ ").collect();
            edges += chained.len() - 1;
            let open: &Vec<&str> = frames.last().expect("a box is open");
            assert_eq!(&chained, open, "{text}");
        } else if line.contains(" --> ") || line.contains(" -->|") {
            edges += 1;
        } else if line.contains("-.->") {
            catchers.push(edges.to_string());
            edges += 1;
        } else if let Some(name) = line.strip_prefix("subgraph ") {
            let name = name.split('[').next().expect("has a name");
            if let Some(outer) = frames.last_mut().filter(|_| name.starts_with('b')) {
                outer.push(name);
            }
            frames.push(Vec::new());
        } else if line == "end" {
            frames.pop();
        }
    }
    let red = text.lines().find(|line| line.contains("stroke:#c4242b,"));
    let numbers = red.map_or("", |line| {
        line.trim().split(' ').nth(1).expect("has numbers")
    });
    assert_eq!(numbers, catchers.join(","), "{text}");
}

#[test]
fn decisions_with_side_branches_stay_in_a_narrow_column() {
    let task = |next: &str| {
        format!(r#"{{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", {next}}}"#)
    };
    let states: Vec<String> = (0..20)
        .flat_map(|at| {
            let choice = format!(
                r#""C{at}": {{"Type": "Choice", "Choices": [{{"Condition": "{{% true %}}", "Next": "A{at}"}}], "Default": "C{}"}}"#,
                at + 1
            );
            let first = format!(r#""A{at}": {}"#, task(&format!(r#""Next": "B{at}""#)));
            let second = format!(r#""B{at}": {}"#, task(&format!(r#""Next": "D{at}""#)));
            let last = format!(r#""D{at}": {}"#, task(r#""End": true"#));
            [choice, first, second, last]
        })
        .collect();
    let json = parse(&format!(
        r#"{{"StartAt": "C0", "States": {{{}, "C20": {{"Type": "Succeed"}}}}}}"#,
        states.join(", ")
    ));
    let svg = Diagram::of(&json).to_svg();
    let width = svg
        .split("width=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let width: f64 = width
        .and_then(|width| width.parse().ok())
        .expect("has a width");
    // Before the fix, each decision moved the next one to the right: 3,400 pixels wide.
    assert!(width < 600.0, "{width}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(2)))]

    #[test]
    fn every_state_and_every_transition_is_drawn_once(json in definitions()) {
        let svg = Diagram::of(&json).to_svg();
        prop_assert_eq!(&svg, &Diagram::of(&json).to_svg(), "the same definition gives the same picture");
        let picture = Picture::read(&svg);
        let graph = Graph::of(&json);
        for state in graph.states() {
            let drawn = picture.states.iter().filter(|drawn| drawn.name == state.name && !drawn.missing);
            prop_assert_eq!(drawn.count(), 1, "{}", state.name);
            let mut targets: BTreeMap<(&str, bool), usize> = BTreeMap::new();
            for edge in &state.edges {
                let catches = matches!(edge.kind, stepwright_asl::graph::EdgeKind::Catch(_));
                *targets.entry((edge.target, catches)).or_default() += 1;
            }
            for ((target, _), _) in targets {
                let drawn = picture.edges.iter().any(|edge| edge.from == state.name && edge.to == target);
                prop_assert!(drawn, "{} to {}", state.name, target);
            }
        }
    }

    #[test]
    fn states_edges_and_labels_do_not_overlap(json in definitions()) {
        let picture = Picture::read(&Diagram::of(&json).to_svg());
        picture.is_tidy()?;
    }

    #[test]
    fn mermaid_orders_branches_and_numbers_edges_correctly(json in definitions()) {
        mermaid_is_in_order(&Diagram::of(&json).to_mermaid());
    }

    #[test]
    fn text_formats_name_every_state(json in definitions()) {
        let diagram = Diagram::of(&json);
        let (mermaid, dot) = (diagram.to_mermaid(), diagram.to_dot());
        for state in Graph::of(&json).states() {
            prop_assert!(mermaid.contains(&format!("\"{}", state.name)), "{}", state.name);
            prop_assert!(dot.contains(&format!("label=\"{}", state.name)), "{}", state.name);
        }
        let opened = mermaid.lines().filter(|line| line.trim().starts_with("subgraph ")).count();
        prop_assert_eq!(opened, mermaid.lines().filter(|line| line.trim() == "end").count());
        prop_assert_eq!(dot.matches('{').count(), dot.matches('}').count());
    }
}
