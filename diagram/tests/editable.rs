//! Pictures that an editor can change: each state and transition can be reached.

use proptest::prelude::*;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;
use stepwright_diagram::Diagram;

use crate::samples::definitions;

/// The values of an attribute, of the elements of a class.
fn values(svg: &str, class: &str, attribute: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).expect("it is XML");
    let elements = document.descendants().filter(|element| {
        let classes = element.attribute("class").unwrap_or_default();
        classes.split(' ').any(|own| own == class)
    });
    elements
        .filter_map(|element| element.attribute(attribute).map(str::to_owned))
        .collect()
}

/// A pointer with the escapes of a JSON string.
fn unescaped(text: &str) -> String {
    let json: Json = format!("\"{text}\"").parse().expect("it is JSON");
    json.into_string().expect("it is a string")
}

fn pointers(svg: &str, class: &str) -> Vec<String> {
    let arrays = values(svg, class, "data-edges");
    let arrays = arrays
        .iter()
        .map(|array| array.parse::<Json>().expect("it is JSON"));
    let all = arrays.flat_map(|array| array.as_array().unwrap_or_default().to_vec());
    all.filter_map(Json::into_string).collect()
}

proptest! {
    #[test]
    fn each_state_has_its_pointer_and_each_transition_a_handle(definition in definitions()) {
        let svg = Diagram::of(&definition).to_editable_svg();
        let graph = Graph::of(&definition);
        let states = values(&svg, "state", "data-pointer");
        let states: Vec<String> = states.iter().map(|text| unescaped(text)).collect();
        let (lines, handles) = (pointers(&svg, "edge"), pointers(&svg, "plus"));
        for state in graph.states() {
            let pointer = state.pointer.to_string();
            prop_assert_eq!(states.iter().filter(|own| **own == pointer).count(), 1, "{}", pointer);
            for edge in &state.edges {
                let pointer = edge.pointer.to_string();
                prop_assert_eq!(lines.iter().filter(|own| **own == pointer).count(), 1, "{}", pointer);
                prop_assert_eq!(handles.iter().filter(|own| **own == pointer).count(), 1, "{}", pointer);
            }
        }
    }
}

#[test]
fn each_transition_of_a_line_has_a_handle_and_none_covers_a_label() {
    let rules = |count: usize, target: &str| {
        let rules = (0..count).map(|index| {
            format!(r#"{{"Condition": "{{% $states.input.a = {index} and $exists(b) %}}", "Next": "{target}"}}"#)
        });
        rules.collect::<Vec<_>>().join(", ")
    };
    for count in 1..6 {
        let text = format!(
            r#"{{"StartAt": "Choose", "States": {{
                "Choose": {{"Type": "Choice", "Choices": [{}, {}], "Default": "A"}},
                "A": {{"Type": "Pass", "Next": "B"}},
                "B": {{"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Catch": [{{"ErrorEquals": ["States.Timeout"], "Next": "C"}}], "End": true}},
                "C": {{"Type": "Fail"}}}}}}"#,
            rules(count, "A"),
            rules(1, "C"),
        );
        let json: Json = text.parse().expect("it is JSON");
        let picture = Diagram::of(&json).to_editable_picture();
        let svg = picture.to_svg();
        let handles = values(&svg, "plus", "data-edges");
        assert!(
            handles.iter().all(|edges| !edges.contains(',')),
            "{handles:?}"
        );
        let found = pointers(&svg, "plus");
        let rule = |index: usize| format!("/States/Choose/Choices/{index}/Next");
        let wanted = (0..=count).map(rule);
        for pointer in wanted.chain(["/States/Choose/Default".to_owned()]) {
            assert!(found.contains(&pointer), "{pointer} of {found:?}");
        }
        let number = |markup: &str, name: &str| {
            let (_, rest) = markup
                .split_once(&format!(" {name}=\""))
                .expect("an attribute");
            let (value, _) = rest.split_once('"').expect("a value");
            value.parse::<f64>().expect("a number")
        };
        let of = |class: &str| {
            let class = format!("class=\"{class}");
            let all = picture.elements.iter();
            let all = all.filter(move |element| element.markup.contains(&class));
            all.map(|element| {
                (
                    element.x as f64 / 10.0,
                    element.y as f64 / 10.0,
                    &element.markup,
                )
            })
        };
        let handles: Vec<(f64, f64)> = of("plus").map(|(x, y, _)| (x, y)).collect();
        for (at, (x, y)) in handles.iter().enumerate() {
            for (left, top, markup) in of("label") {
                let (width, height) = (number(markup, "width"), number(markup, "height"));
                let near = (x.clamp(left, left + width), y.clamp(top, top + height));
                let distance = (x - near.0).hypot(y - near.1);
                assert!(distance > 8.5, "{count}: ({x}, {y}) covers {markup}");
            }
            for (other_x, other_y) in &handles[..at] {
                let distance = (x - other_x).hypot(y - other_y);
                assert!(distance > 17.5, "{count}: two handles at ({x}, {y})");
            }
        }
    }
}

#[test]
fn a_body_without_states_has_a_handle() {
    let json: Json = r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": {"States": {}}, "End": true}}}"#
        .parse()
        .expect("it is JSON");
    let svg = Diagram::of(&json).to_editable_svg();
    let handles = pointers(&svg, "plus");
    assert!(
        handles.contains(&"/States/Each/ItemProcessor/StartAt".to_owned()),
        "{handles:?}"
    );
    let empty = Diagram::of(&Json::Object(Default::default())).to_editable_svg();
    assert_eq!(pointers(&empty, "plus"), ["/StartAt"]);
}

#[test]
fn a_folded_state_has_its_count_instead_of_its_states() {
    let json: Json =
        r#"{"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor":
        {"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "One", "States": {"One": {"Type": "Succeed"}}}]}}}}}}"#
            .parse()
            .expect("it is JSON");
    let both = "/States/Each/ItemProcessor/States/Both".to_owned();
    let each = "/States/Each".to_owned();
    let svg = Diagram::folded(&json, std::slice::from_ref(&both)).to_editable_svg();
    assert_eq!(
        values(&svg, "state", "data-pointer"),
        [each.clone(), both.clone()]
    );
    assert!(svg.contains("Parallel · 1 state<"), "{svg}");
    // The state around it hides it.
    let svg = Diagram::folded(&json, &[both, each.clone()]).to_editable_svg();
    assert_eq!(values(&svg, "state", "data-pointer"), [each]);
    assert!(svg.contains("Map · 2 states<"), "{svg}");
}

#[test]
fn an_inserted_state_moves_the_elements_below_it_without_changes() {
    let chain = |names: &[&str]| {
        let states = names
            .iter()
            .enumerate()
            .map(|(index, name)| match names.get(index + 1) {
                Some(next) => format!(r#""{name}": {{"Type": "Pass", "Next": "{next}"}}"#),
                None => format!(r#""{name}": {{"Type": "Pass", "End": true}}"#),
            });
        let states: Vec<String> = states.collect();
        let json = format!(
            r#"{{"StartAt": "{}", "States": {{{}}}}}"#,
            names[0],
            states.join(", ")
        );
        Diagram::of(&json.parse::<Json>().expect("it is JSON")).to_editable_picture()
    };
    let (old, new) = (
        chain(&["A", "B", "C", "D"]),
        chain(&["A", "X", "B", "C", "D"]),
    );
    let known: Vec<&str> = old
        .elements
        .iter()
        .map(|element| &*element.markup)
        .collect();
    let fresh = new
        .elements
        .iter()
        .filter(|element| !known.contains(&&*element.markup));
    let fresh: Vec<&str> = fresh.map(|element| &*element.markup).collect();
    // The new state, its line, and the handle on that line.
    assert_eq!(fresh.len(), 3, "{fresh:#?}");
}

/// A browser lays the whole picture out again when its size changes.
#[test]
fn most_edits_of_a_long_picture_keep_its_size() {
    let of = |count: usize| {
        let states = (0..count).map(|index| {
            format!(
                r#""S{index}": {{"Type": "Pass", "Next": "S{}"}}"#,
                index + 1
            )
        });
        let states: Vec<String> = states.collect();
        let text = format!(
            r#"{{"StartAt": "S0", "States": {{{}, "S{count}": {{"Type": "Succeed"}}}}}}"#,
            states.join(", ")
        );
        let diagram = Diagram::of(&text.parse::<Json>().expect("it is JSON"));
        (diagram.to_editable_picture(), diagram.to_svg())
    };
    let height = |svg: &str| -> f64 {
        let (_, rest) = svg.split_once(" height=\"").expect("a height");
        let (value, _) = rest.split_once('"').expect("a value");
        value.parse().expect("a number")
    };
    let mut changes = 0;
    let mut last = None;
    for count in 60..100 {
        let (picture, whole) = of(count);
        let (shown, needed) = (height(&picture.start), height(&whole));
        assert!(
            shown >= needed && shown <= needed * 1.125,
            "{shown} for {needed}"
        );
        let size = shown.to_bits();
        changes += usize::from(last.is_some_and(|last| last != size));
        last = Some(size);
    }
    assert!(changes < 10, "{changes} of 39 edits change the size");
}
