//! Semantic differences between definitions.

use proptest::prelude::*;
use stepwright_asl::diff::{Change, Diff, Safety, Trigger};
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json;

use crate::samples::{checkout, definitions, excessive, names};

mod sample;

use sample::{release, renamed, shuffled};

fn parse(text: &str) -> Json {
    text.parse().expect("is JSON")
}

fn diff(old: &str, new: &str) -> Diff {
    Diff::of(&parse(old), &parse(new))
}

/// A machine with one state, for both query languages.
fn one(language: &str, state: &str) -> String {
    format!(
        r#"{{"QueryLanguage": "{language}", "StartAt": "A", "States": {{"A": {{{state}}}, "B": {{"Type": "Succeed"}}}}}}"#
    )
}

fn same(language: &str, old: &str, new: &str) {
    let found = diff(&one(language, old), &one(language, new));
    assert!(found.is_empty(), "{old}\n{new}\n{found}");
    let back = diff(&one(language, new), &one(language, old));
    assert!(back.is_empty(), "{new}\n{old}\n{back}");
}

/// The pointers of the changes in the only state.
fn changed(language: &str, old: &str, new: &str) -> Vec<String> {
    let found = diff(&one(language, old), &one(language, new));
    let fields = found.states().iter().flat_map(|state| &state.fields);
    fields.map(|field| field.pointer().to_owned()).collect()
}

const TASK: &str = r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "B""#;

#[test]
fn explicit_defaults_are_not_a_change() {
    let task = |more: &str| format!("{TASK}{more}");
    for more in [
        r#", "TimeoutSeconds": 99999999"#,
        r#", "Retry": []"#,
        r#", "Catch": [], "Assign": {}"#,
    ] {
        same("JSONPath", &task(""), &task(more));
        same("JSONata", &task(""), &task(more));
    }
    same(
        "JSONPath",
        &task(""),
        &task(r#", "InputPath": "$", "OutputPath": "$", "ResultPath": "$""#),
    );
    same(
        "JSONata",
        &task(""),
        &task(r#", "Output": "{%$states.result%}""#),
    );
    same(
        "JSONPath",
        &task(r#", "Retry": [{"ErrorEquals": ["A", "B"]}]"#),
        &task(
            r#", "Retry": [{"ErrorEquals": ["B", "A"], "MaxAttempts": 3, "IntervalSeconds": 1, "BackoffRate": 2.0, "JitterStrategy": "NONE"}]"#,
        ),
    );
    same(
        "JSONPath",
        &task(r#", "Catch": [{"ErrorEquals": ["A"], "Next": "B"}]"#),
        &task(r#", "Catch": [{"ErrorEquals": ["A"], "Next": "B", "ResultPath": "$"}]"#),
    );
    let map = |processor: &str, more: &str| {
        format!(
            r#""Type": "Map", "Next": "B", "{processor}": {{{more}"StartAt": "I", "States": {{"I": {{"Type": "Pass", "End": true}}}}}}"#
        )
    };
    same(
        "JSONPath",
        &map("Iterator", ""),
        &map(
            "ItemProcessor",
            r#""ProcessorConfig": {"Mode": "INLINE"}, "#,
        ),
    );
    same(
        "JSONPath",
        &format!(
            "{}, \"MaxConcurrency\": 0, \"Parameters\": {{\"a.$\": \"$.a\"}}",
            map("ItemProcessor", "")
        ),
        &format!(
            "{}, \"ItemsPath\": \"$\", \"ItemSelector\": {{\"a.$\": \"$['a']\"}}",
            map("ItemProcessor", "")
        ),
    );
}

#[test]
fn expressions_and_numbers_are_compared_by_meaning() {
    let task = |more: &str| format!("{TASK}, {more}");
    same(
        "JSONata",
        &task(r#""Arguments": {"a": "{% $states.input.a+1 /* one more */ %}", "n": 2}"#),
        &task(r#""Arguments": {"n": 2.0, "a": "{%$states.input.a + 1%}"}"#),
    );
    same(
        "JSONPath",
        &task(r#""Parameters": {"a.$": "States.Format('{}', $.a)"}"#),
        &task(r#""Parameters": {"a.$": "States.Format( '{}' , $['a'] )"}"#),
    );
    assert_eq!(
        changed(
            "JSONata",
            &task(r#""Arguments": {"a": "{% $states.input.a %}", "b": "{% 'x y' %}"}"#),
            &task(r#""Arguments": {"a": "{% $states.input.b %}", "b": "{% 'x  y' %}"}"#),
        ),
        ["/States/A/Arguments/a", "/States/A/Arguments/b"]
    );
    // Without evaluation, a blank is a change.
    assert_eq!(
        changed(
            "JSONPath",
            &task(r#""Parameters": {"a": "$.a"}"#),
            &task(r#""Parameters": {"a": "$['a']"}"#)
        ),
        ["/States/A/Parameters/a"]
    );
    let big = |n: &str| task(&format!(r#""Parameters": {{"n": {n}}}"#));
    assert_eq!(
        changed(
            "JSONPath",
            &big("9007199254740993"),
            &big("9007199254740992")
        ),
        ["/States/A/Parameters/n"]
    );
}

#[test]
fn query_language_on_machine_or_state_is_equivalent() {
    let machine = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed", "Output": "{% 1 %}"}}}"#;
    let state = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "QueryLanguage": "JSONata", "Output": "{% 1 %}"}}}"#;
    assert!(diff(machine, state).is_empty());
    let other = state.replace(r#""QueryLanguage": "JSONata", "#, "");
    let found = diff(machine, &other);
    assert_eq!(
        found.states()[0].fields[0].pointer(),
        "/States/A/QueryLanguage"
    );
}

#[test]
fn comment_changes_are_listed_separately() {
    let old = one(
        "JSONPath",
        &format!(r#"{TASK}, "Comment": "a", "Retry": [{{"ErrorEquals": ["E"], "Comment": "x"}}]"#),
    );
    let new = one(
        "JSONPath",
        &format!(r#"{TASK}, "Comment": "b", "Retry": [{{"ErrorEquals": ["E"]}}]"#),
    );
    let found = diff(&old, &new);
    assert!(found.is_comments_only() && !found.is_empty());
    let pointers: Vec<&str> = found
        .comments()
        .iter()
        .map(|field| field.pointer())
        .collect();
    assert_eq!(pointers, ["/States/A/Comment", "/States/A/Retry/0/Comment"]);
    assert!(found.effects().is_empty());
    // In payloads a `Comment` is an ordinary key.
    let data = |text: &str| {
        one(
            "JSONPath",
            &format!(r#"{TASK}, "Parameters": {{"Comment": "{text}"}}"#),
        )
    };
    assert!(!diff(&data("a"), &data("b")).is_comments_only());
}

#[test]
fn an_equal_state_with_a_new_name_is_renamed() {
    let old = parse(
        r#"{"StartAt": "One", "States": {
            "One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Pass", "Next": "Three"}, "Three": {"Type": "Pass", "Next": "Each"},
            "Each": {"Type": "Map", "Next": "Done", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Wait", "Seconds": 1, "End": true}}}},
            "Done": {"Type": "Succeed"}}}"#,
    );
    let text = old.to_string();
    let text = text
        .replace("\"Two\"", "\"Second\"")
        .replace("\"Three\"", "\"Third\"");
    let new = parse(
        &text
            .replace("\"Each\"", "\"All\"")
            .replace("\"I\"", "\"Item\""),
    );
    let found = Diff::of(&old, &new);
    let renamed: Vec<(Change, &str, &str)> = found
        .states()
        .iter()
        .map(|state| {
            (
                state.change,
                state.old_name.as_deref().unwrap_or_default(),
                state.name.as_str(),
            )
        })
        .collect();
    // `Each` contains a state with another name, so its body differs slightly; everything else is
    // equal.
    assert_eq!(
        renamed,
        [
            (Change::Removed, "", "Each"),
            (Change::Removed, "", "I"),
            (Change::Renamed, "Two", "Second"),
            (Change::Renamed, "Three", "Third"),
            (Change::Added, "", "All"),
            (Change::Added, "", "Item"),
        ],
        "{found}"
    );
    let simple = parse(&text);
    let found = Diff::of(&old, &simple);
    assert!(found.transitions().is_empty(), "{found}");
    assert_eq!(found.states().len(), 2);
    assert_eq!(found.stranded().len(), 2);
}

#[test]
fn added_and_removed_transitions_are_reported() {
    let choice = |rules: &str, default: &str| {
        parse(&format!(
            r#"{{"StartAt": "C", "States": {{
                "C": {{"Type": "Choice", "Choices": [{rules}], "Default": "{default}"}},
                "X": {{"Type": "Succeed"}}, "Y": {{"Type": "Succeed"}}, "Z": {{"Type": "Succeed"}}}}}}"#
        ))
    };
    let large = r#"{"Variable": "$.n", "NumericGreaterThan": 10, "Next": "X"}"#;
    let small = r#"{"Variable": "$.n", "NumericLessThan": 1, "Next": "Y"}"#;
    let old = choice(&format!("{large},{small}"), "Z");

    let found = Diff::of(&old, &choice(&format!("{small},{large}"), "Z"));
    assert!(found.transitions().is_empty());
    assert_eq!(
        found.states()[0].fields[0].change,
        Change::Moved,
        "the order of rules counts"
    );

    let larger = large.replace("10", "20");
    let found = Diff::of(&old, &choice(&format!("{larger},{small}"), "Z"));
    assert!(found.transitions().is_empty());
    assert_eq!(
        found.states()[0].fields[0].pointer(),
        "/States/C/Choices/0/NumericGreaterThan"
    );

    let elsewhere = large.replace("\"X\"", "\"Z\"");
    let found = Diff::of(&old, &choice(&format!("{elsewhere},{small}"), "X"));
    let transitions: Vec<(Change, Option<&str>, &Trigger)> = found
        .transitions()
        .iter()
        .map(|transition| (transition.change, transition.to.as_deref(), &transition.on))
        .collect();
    let rule = Trigger::Rule("$.n > 10".to_owned());
    assert_eq!(
        transitions,
        [
            (Change::Removed, Some("Z"), &Trigger::Default),
            (Change::Added, Some("X"), &Trigger::Default),
            (Change::Removed, Some("X"), &rule),
            (Change::Added, Some("Z"), &rule),
        ]
    );
    let found = Diff::of(&old, &choice(small, "Z"));
    assert_eq!(found.transitions()[0].pointer, "/States/C/Choices/0");
    assert!(
        found.states().is_empty(),
        "the other rule only moved up: {found}"
    );
}

#[test]
fn branches_are_matched_by_their_states() {
    let branch = |name: &str| {
        format!(
            r#"{{"StartAt": "{name}", "States": {{"{name}": {{"Type": "Wait", "Seconds": {}, "End": true}}}}}}"#,
            name.len()
        )
    };
    let parallel = |branches: &[String]| {
        parse(&format!(
            r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "End": true, "Branches": [{}]}}}}}}"#,
            branches.join(",")
        ))
    };
    let old = parallel(&[branch("A"), branch("BB")]);
    let found = Diff::of(&old, &parallel(&[branch("BB"), branch("A")]));
    assert_eq!(found.states().len(), 1);
    assert_eq!(found.states()[0].fields[0].change, Change::Moved);
    assert_eq!(found.stranded()[0].state, "P");
    let found = Diff::of(&old, &parallel(&[branch("CCC"), branch("A"), branch("BB")]));
    let changes: Vec<(Change, &str)> = found
        .states()
        .iter()
        .map(|state| (state.change, state.name.as_str()))
        .collect();
    assert_eq!(changes, [(Change::Changed, "P"), (Change::Added, "CCC")]);
    assert_eq!(
        found.states()[0].fields[0].new_pointer.as_deref(),
        Some("/States/P/Branches/0")
    );
}

#[test]
fn a_state_in_another_branch_is_moved() {
    let old = parse(
        r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Next": "A", "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}]}, "A": {"Type": "Wait", "Seconds": 1, "End": true}}}"#,
    );
    let new = parse(
        r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "A"}, "A": {"Type": "Wait", "Seconds": 1, "End": true}}}]}}}"#,
    );
    let found = Diff::of(&old, &new);
    assert_eq!(found.states()[0].change, Change::Moved);
    assert_eq!(
        found.stranded()[0].reason,
        "it is now in another branch or Map"
    );
}

#[test]
fn a_release_as_text() {
    let (old, new) = release();
    insta::assert_snapshot!(Diff::of(&old, &new));
}

#[test]
fn a_release_as_json() {
    let (old, new) = release();
    let json = serde_json::to_string_pretty(&Diff::of(&old, &new)).expect("is JSON");
    insta::assert_snapshot!(json);
}

#[test]
fn effects_on_running_executions_are_reported() {
    let (old, new) = release();
    let diff = Diff::of(&old, &new);
    let checks: Vec<(&str, &[String])> = diff
        .effects()
        .iter()
        .filter(|effect| effect.safety == Safety::Check)
        .map(|effect| (effect.id, effect.states.as_slice()))
        .collect();
    let states = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        checks,
        [
            ("callee-removed", states(&["Review"]).as_slice()),
            ("callee-removed", states(&["Mail"]).as_slice()),
            ("payload-changed", states(&["Charge"]).as_slice()),
            ("waiting", states(&["Review"]).as_slice()),
            ("names", states(&["Review", "Mail", "Reject"]).as_slice()),
        ]
    );
}

#[test]
fn any_definitions_can_be_compared() {
    let mut all: Vec<Json> = excessive::definitions()
        .into_iter()
        .map(|(_, json)| json)
        .collect();
    for text in [
        "null",
        "[]",
        "{}",
        r#"{"States": {"A": 1}}"#,
        r#"{"States": [], "StartAt": {}}"#,
    ] {
        all.push(parse(text));
    }
    let nested = "(".repeat(3_000) + "1" + &")".repeat(3_000);
    all.push(parse(&one(
        "JSONata",
        &format!(r#""Type": "Succeed", "Output": "{{% {nested} %}}""#),
    )));
    all.push(parse(&one("JSONata", r#""Type": "Pass", "Branches": [1, {"States": {"A": {"Type": "Pass"}}}], "Choices": [1, null], "Catch": {}, "Retry": [[], 3]"#)));
    // The maximum depth of an expression, on the small stack of a test's thread.
    for (old, new) in [
        ("+1", " + 1"),
        ("[0]", "[ 0 ]"),
        (".b", " . b"),
        ("~>$f", " ~> $f"),
    ] {
        let expression = |step: &str| {
            one(
                "JSONata",
                &format!(
                    r#""Type": "Succeed", "Output": "{{% $a{} %}}""#,
                    step.repeat(900)
                ),
            )
        };
        assert!(diff(&expression(old), &expression(new)).is_empty(), "{old}");
    }
    for json in &all {
        assert!(Diff::of(json, json).is_empty());
    }
    for pair in all.windows(2) {
        let (there, back) = (Diff::of(&pair[0], &pair[1]), Diff::of(&pair[1], &pair[0]));
        assert_eq!(there.is_empty(), back.is_empty());
        // Nothing is reported without states.
        let has_states = pair.iter().any(|json| !Graph::of(json).states().is_empty());
        assert!(!has_states || !there.is_empty());
        assert!(!there.to_string().is_empty());
    }
}

#[test]
fn samples_do_not_differ_from_themselves() {
    for json in [checkout(), names()] {
        assert!(Diff::of(&json, &json).is_empty());
        assert!(Diff::of(&json, &shuffled(&json)).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(2)))]

    #[test]
    fn key_order_and_formatting_are_not_a_difference(json in definitions()) {
        prop_assert!(Diff::of(&json, &json).is_empty());
        let other = Diff::of(&json, &shuffled(&json));
        prop_assert!(other.is_empty(), "{}", other);
        let again: Json = json.to_pretty().parse().expect("is JSON");
        prop_assert!(Diff::of(&json, &again).is_empty());
    }

    #[test]
    fn renaming_all_states_changes_only_names(json in definitions()) {
        let diff = Diff::of(&json, &renamed(&json));
        for state in diff.states() {
            prop_assert_eq!(state.change, Change::Renamed, "{}", diff);
        }
        prop_assert!(diff.machine().is_empty() && diff.comments().is_empty());
    }

    #[test]
    fn the_reverse_diff_swaps_added_and_removed(old in definitions(), new in definitions()) {
        let (there, back) = (Diff::of(&old, &new), Diff::of(&new, &old));
        let count = |diff: &Diff, change| diff.states().iter().filter(|state| state.change == change).count();
        prop_assert_eq!(count(&there, Change::Added), count(&back, Change::Removed));
        prop_assert_eq!(count(&there, Change::Renamed), count(&back, Change::Renamed));
        prop_assert_eq!(count(&there, Change::Changed), count(&back, Change::Changed));
        let came = |diff: &Diff, change| diff.transitions().iter().filter(|found| found.change == change).count();
        prop_assert_eq!(came(&there, Change::Added), came(&back, Change::Removed));
    }
}
