//! Templates, `Assign` blocks and variables.

use stepwright_asl::json::Json;
#[cfg(feature = "jsonata")]
use stepwright_asl::model::{QueryLanguage, State};

use super::fixture::{Fixture, value};
use super::*;
#[cfg(feature = "jsonata")]
use crate::program::{CompiledField, FieldStage, StateFields};

#[test]
fn only_members_that_end_in_a_dollar_are_evaluated() {
    let mut fixture = Fixture::new(r#"{"a": {"b": [1]}, "n": null}"#).with("v", "[2]");
    let template = r#"{
        "path.$": "$.a.b", "null.$": "$.n", "call.$": "States.Format('{}!', $.a.b[0])",
        "variable.$": "$v[0]", "context.$": "$$.Execution.Name",
        "literal": "$.a", "call": "States.UUID()", "jsonata": "{% 1 %}",
        "deep": {"list": [{"x.$": "$.a"}, "$.a", 5]}, "whole.$": "$"
    }"#;
    assert_eq!(
        fixture.template(template).as_deref(),
        Ok(concat!(
            r#"{"path":[1],"null":null,"call":"States.UUID()","variable":2,"context":"run","#,
            r#""literal":"$.a","jsonata":"{% 1 %}","deep":{"list":[{"x":{"b":[1]}},"$.a",5]},"#,
            r#""whole":{"a":{"b":[1]},"n":null}}"#
        ))
    );
    assert_eq!(fixture.template(r#""$.a""#).as_deref(), Ok(r#""$.a""#));
    assert_eq!(
        fixture.template("[1, {\"a.$\": \"$.n\"}]").as_deref(),
        Ok(r#"[1,{"a":null}]"#)
    );
}

#[test]
fn templates_share_the_selected_nodes() {
    let mut fixture = Fixture::new(r#"{"doc": {"large": [1, 2, 3]}}"#);
    let json: Json = r#"{"a.$": "$.doc", "b.$": "$.doc", "c": {"k": [1]}}"#
        .parse()
        .expect("is JSON");
    let expr = Expr::jsonpath_template(&json, "Parameters", &mut fixture.names).expect("compiles");
    let (first, second) = (fixture.eval(&expr), fixture.eval(&expr));
    let (first, second) = (first.expect("evaluates"), second.expect("evaluates"));
    let doc = fixture.input.get("doc").expect("is there");
    for copy in [first.get("a"), first.get("b"), second.get("a")] {
        assert!(copy.is_some_and(|copy| copy.is_same_node(doc)));
    }
    let constants = first.get("c").zip(second.get("c"));
    assert!(constants.is_some_and(|(first, second)| first.is_same_node(second)));
}

#[cfg(feature = "jsonata")]
#[test]
fn constant_templates_are_one_value() {
    let names = &mut VariableNames::new();
    let json: Json = r#"{"a": [1, {"b": null}]}"#.parse().expect("is JSON");
    let expr = Expr::jsonpath_template(&json, "Parameters", names).expect("compiles");
    assert_eq!(expr.as_constant(), Some(&value(r#"{"a":[1,{"b":null}]}"#)));
    let json: Json = r#"{"a": "{% 'x' %}", "k.$": 1}"#.parse().expect("is JSON");
    let expr = Expr::jsonata_template(&json, "Output", names).expect("compiles");
    assert_eq!(expr.as_constant(), Some(&value(r#"{"a":"x","k.$":1}"#)));
}

#[cfg(feature = "jsonata")]
#[test]
fn jsonata_failures_name_the_path_in_the_template() {
    let mut fixture = Fixture::new("{}");
    let json: Json = r#"{"a": {"b": [1, ["{% $none %}"]]}}"#.parse().expect("is JSON");
    let expr = Expr::jsonata_template(&json, "Choices[1]/Output", &mut fixture.names);
    let error = fixture.eval(&expr.expect("compiles")).expect_err("fails");
    assert_eq!(
        error.location.as_deref(),
        Some("Choices[1]/Output/a/b[1][0]")
    );
    assert_eq!(
        error.cause,
        "The JSONata expression '$none' specified for the field 'Choices[1]/Output/a/b[1][0]' returned nothing (undefined)."
    );
}

#[test]
fn an_invalid_expression_in_a_template_is_refused_with_its_path() {
    let names = &mut VariableNames::new();
    for (template, message) in [
        (
            r#"{"a": {"b.$": 5}}"#,
            "the field `Parameters/a/b.$`: must be a path or an intrinsic function in a string",
        ),
        (
            r#"{"b.$": "no path"}"#,
            "the field `b.$`: the path `no path` is refused:",
        ),
        (
            r#"{"b.$": "States.Nope()"}"#,
            "the field `b.$`: the call `States.Nope()` is refused:",
        ),
    ] {
        let json: Json = template.parse().expect("is JSON");
        let error = Expr::jsonpath_template(&json, "Parameters", names).expect_err(template);
        assert!(error.to_string().starts_with(message), "{error}");
    }
}

#[cfg(feature = "jsonata")]
#[test]
fn assignments_read_the_variables_from_before_the_state() {
    let mut fixture = Fixture::new(r#"{"n": 5}"#).with("x", "1");
    for (language, text) in [
        (
            QueryLanguage::JsonPath,
            r#"{"x.$": "$.n", "old.$": "$x", "k": {"v.$": "$x"}}"#,
        ),
        (
            QueryLanguage::Jsonata,
            r#"{"x": "{% $states.input.n %}", "old": "{% $x %}", "k": {"v": "{% $x %}"}}"#,
        ),
    ] {
        let state = format!(r#"{{"Type": "Pass", "Assign": {text}, "End": true}}"#);
        let state = State::from_json(&state).expect("is a state");
        let fields = StateFields::of(&state, language);
        let assignments = fields.stage(FieldStage::Exit).map(|field| {
            let Ok(CompiledField::Expr(expr)) = field.compile(&mut fixture.names) else {
                panic!("no value: {field:?}");
            };
            (fixture.names.intern(&field.variable()), expr)
        });
        let values = Assignments::new(assignments.collect())
            .eval(&fixture.scope())
            .expect("evaluates");
        let named = values.into_iter().map(|(ix, value)| {
            let name = fixture.names.name(ix).expect("was interned");
            (name.to_string(), value.to_text())
        });
        let expected = [("x", "5"), ("old", "1"), ("k", r#"{"v":1}"#)];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(named.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn an_inner_scope_reads_but_does_not_change_the_outer_scope() {
    let mut names = VariableNames::new();
    let (a, b) = (names.intern("a"), names.intern("b"));
    assert_eq!(names.intern("a"), a);
    let mut outer = Variables::new();
    outer.set(a, value("1"));
    let mut inner = outer.clone();
    inner.set(a, value("2"));
    inner.set(b, value("3"));
    assert_eq!((outer.get(a), outer.get(b)), (Some(&value("1")), None));
    assert_eq!(
        (inner.get(a), inner.get(b)),
        (Some(&value("2")), Some(&value("3")))
    );
    assert_eq!(inner.iter().map(|(ix, _)| ix).collect::<Vec<_>>(), [a, b]);
}
