//! Tests of paths: Jayway's results and messages.

use proptest::prelude::*;

use crate::query::fixture::Fixture;
use crate::query::{Expr, VariableNames};

const STORE: &str = r#"{"books": [
    {"title": "A", "price": 8.95, "tags": ["x", "y"]},
    {"title": "B", "price": 12, "isbn": "1"},
    {"title": "C", "price": 22, "isbn": null}
], "bike": {"price": 19, "color": "red"}, "limit": 10, "empty": [], "a b": {"c.d": 1}}"#;

fn selects(path: &str, expected: &str) {
    let mut fixture = Fixture::new(STORE).with("list", r#"[{"n": 1}, {"n": 2}]"#);
    assert_eq!(fixture.member(path).as_deref(), Ok(expected), "{path}");
}

#[test]
fn definite_paths_return_the_value_itself() {
    selects("$.bike.color", r#""red""#);
    selects("$['a b']['c.d']", "1");
    selects("$.books[0].title", r#""A""#);
    selects("$.books[-1].title", r#""C""#);
    selects("$list[1].n", "2");
    selects("$list", r#"[{"n":1},{"n":2}]"#);
    selects("$$.Execution.Name", r#""run""#);
    selects("$$", r#"{"Execution":{"Name":"run","Input":{"a":1}}}"#);
    selects(
        "$['bike','limit']",
        r#"{"bike":{"price":19,"color":"red"},"limit":10}"#,
    );
}

#[test]
fn blanks_behind_a_path_are_ignored() {
    selects("$.bike.color ", r#""red""#);
    selects("$list[1].n\t", "2");
    selects("$$.Execution.Name\r\n", r#""run""#);
    selects("$.books[*].title  ", r#"["A","B","C"]"#);
}

#[test]
fn an_index_past_the_end_gives_null() {
    selects("$.books[7]", "null");
    selects("$.books[-7]", "null");
    selects("$.empty[0]", "null");
}

#[test]
fn indefinite_paths_give_arrays() {
    selects("$.books[*].title", r#"["A","B","C"]"#);
    selects("$.books[0,2].title", r#"["A","C"]"#);
    selects("$.books[1:].title", r#"["B","C"]"#);
    selects("$.books[-1:].title", r#"["C"]"#);
    selects("$.books[:-1].title", r#"["A","B"]"#);
    selects("$.books[0:2].title", r#"["A","B"]"#);
    selects("$.books[9:].title", "[]");
    selects("$.books[:9].title", r#"["A","B","C"]"#);
    selects("$.books[-999999999999:1].title", r#"["A","B","C","A"]"#);
    selects("$.books[*].isbn", r#"["1",null]"#);
    selects("$.bike.*", r#"[19,"red"]"#);
    selects("$..price", "[8.95,12,22,19]");
    selects("$..tags[0]", r#"["x"]"#);
    selects(
        "$.books[*]['title','price']",
        r#"[{"title":"A","price":8.95},{"title":"B","price":12},{"title":"C","price":22}]"#,
    );
    selects("$list[*].n", "[1,2]");
}

#[test]
fn indefinite_paths_over_missing_values_return_an_empty_array() {
    for path in [
        "$.no[*].b",
        "$.no[1:2]",
        "$.no[:1].b",
        "$.no[?(@.b == 1)]",
        "$.limit[*]",
        "$..no",
    ] {
        selects(path, "[]");
    }
}

#[test]
fn filters_compare_as_jayway_does() {
    for (filter, titles) in [
        ("@.price < 10", r#"["A"]"#),
        ("@.price <= $.limit", r#"["A"]"#),
        ("@.price == 12", r#"["B"]"#),
        ("@.price == '12'", r#"["B"]"#),
        ("@.price === '12'", "[]"),
        ("@.price != 12", r#"["A","C"]"#),
        ("@.isbn", r#"["B","C"]"#),
        ("!(@.isbn)", r#"["A"]"#),
        ("@.isbn == null", r#"["C"]"#),
        ("@.isbn != 'x'", r#"["A","B","C"]"#),
        ("@.isbn == @.nothing", "[]"),
        ("@.title =~ /[ab]/i", r#"["A","B"]"#),
        ("@.title =~ /a|b.*/", "[]"),
        ("@.title in ['A', 'C']", r#"["A","C"]"#),
        ("@.title nin ['A', 'C']", r#"["B"]"#),
        ("@.tags contains 'x'", r#"["A"]"#),
        ("@.tags size 2", r#"["A"]"#),
        ("@.tags empty false", r#"["A"]"#),
        ("@.tags subsetof ['y', 'x', 'z']", r#"["A"]"#),
        ("@.tags anyof ['z', 'y']", r#"["A"]"#),
        ("@.tags noneof ['z']", r#"["A"]"#),
        ("@.tags all ['x']", r#"["A"]"#),
        (
            "@.price > 10 && @.price < 20 || @.title == 'A'",
            r#"["A","B"]"#,
        ),
        ("'B' == @.title", r#"["B"]"#),
    ] {
        selects(&format!("$.books[?({filter})].title"), titles);
    }
    selects("$..[?(@.color)].price", "[19]");
}

#[test]
fn regex_classes_are_ascii_and_dots_match_characters_as_in_java() {
    let mut fixture = Fixture::new(r#"{"texts": ["é1", "É\u0663", "k2", "\u212a2", "e"]}"#);
    for (pattern, texts) in [
        (r"/\w\d/", r#"["k2"]"#),
        (r"/.\d/", "[\"é1\",\"k2\",\"\u{212a}2\"]"),
        (r"/[^\d]\D/", "[\"É\u{663}\"]"),
        (r"/K\d/i", r#"["k2"]"#),
        ("/é./i", r#"["é1"]"#),
    ] {
        let found = fixture.member(&format!("$.texts[?(@ =~ {pattern})]"));
        assert_eq!(found.as_deref(), Ok(texts), "{pattern}");
    }
}

#[test]
fn a_missing_path_is_quoted_with_the_searched_input() {
    let mut fixture = Fixture::new(r#"{"a": {"b": "text"}}"#);
    let missing = |path: &str, input: &str| {
        Err(format!(
            "The JSONPath '{path}' specified for the field 'x.$' could not be found in the input '{input}'"
        ))
    };
    for path in ["$.a.c", "$.no.b", "$.a.b.c", "$.a[0]"] {
        assert_eq!(fixture.member(path), missing(path, r#"{"a":{"b":"text"}}"#));
    }
    let context = r#"{"Execution":{"Name":"run","Input":{"a":1}}}"#;
    assert_eq!(
        fixture.member("$$.Execution.No"),
        missing("$$.Execution.No", context)
    );
    assert_eq!(fixture.member("$none"), missing("$none", "{}"));
    let mut null = Fixture::new("null");
    assert_eq!(null.member("$").as_deref(), Ok("null"));
    assert_eq!(
        null.member("$.a"),
        Err("Unable to apply Path transformation to null or empty input.".to_owned())
    );
}

#[test]
fn fields_fail_with_the_messages_of_jayway() {
    let input = r#"{"a": {"b": "text", "c": [1]}, "list": [1]}"#;
    let node = "This is not a json object according to the JsonProvider: \
                'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.";
    for (path, field, cause) in [
        ("$.key", "InputPath", "Invalid path '$.key' : No results for path: $['key']".to_owned()),
        ("$.a.x", "OutputPath", "Invalid path '$.a.x' : No results for path: $['a']['x']".to_owned()),
        ("$.x.y", "TimeoutSecondsPath", "Invalid path '$.x.y' : Missing property in path $['x']".to_owned()),
        ("$.a.b.c", "InputPath", format!("Invalid path '$.a.b.c' : Expected to find an object with property ['c'] in path $['a']['b'] but found 'com.fasterxml.jackson.databind.node.TextNode'. {node}")),
        ("$.a.c[4].d", "InputPath", format!("Invalid path '$.a.c[4].d' : Expected to find an object with property ['d'] in path $['a']['c'][4] but found 'null'. {node}")),
        ("$.a[0]", "InputPath", r#"Invalid path '$.a[0]' : Filter: [0] can only be applied to arrays. Current context is: {"b":"text","c":[1]}"#.to_owned()),
        ("$.list.length()", "InputPath", "Invalid path '$.list.length()' : Property ['length()'] not found in path $['list']".to_owned()),
        ("$.no", "SecondsPath", "The SecondsPath parameter does not reference an input value: $.no".to_owned()),
        ("$.no", "ErrorPath", format!("The JSONPath '$.no' specified for the field 'ErrorPath' could not be found in the input '{}'", r#"{"a":{"b":"text","c":[1]},"list":[1]}"#)),
    ] {
        let fixture = Fixture::new(input);
        let expr = Expr::path(path, field, &mut VariableNames::new()).expect("compiles");
        let error = fixture.eval(&expr).expect_err(path);
        assert_eq!((&*error.error, error.cause), ("States.Runtime", cause), "{path}");
    }
    let expr = Expr::path("$.a.items", "ItemsPath", &mut VariableNames::new());
    let error = Fixture::new(input)
        .eval(&expr.expect("compiles"))
        .expect_err("fails");
    assert_eq!(error.error, "States.ReferencePathConflict");
    assert_eq!(
        error.cause,
        r#"Unable to apply step "items" to input {"b":"text","c":[1]}"#
    );
}

#[test]
fn a_path_that_selects_too_much_is_refused() {
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let mut fixture = Fixture::new(&deep);
    let cause = fixture
        .member("$..*..*..*..*..*..*..*..*")
        .expect_err("is too much");
    assert_eq!(cause, "The path selects too much.");
    let long = format!("${}", "..a".repeat(1000));
    assert!(Expr::path(&long, "InputPath", &mut VariableNames::new()).is_err());
}

proptest! {
    #[test]
    fn no_path_panics(path in r#"\$\$?[ab.\[\]*:,0-9?@()'=<>!&|-]{0,20}"#, list in ".{0,3}") {
        let input = format!(r#"{{"a": [{{"b": {list:?}}}, 1, null], "b": {{"a": [[2]]}}}}"#);
        if let Ok(expr) = Expr::path(&path, "InputPath", &mut VariableNames::new()) {
            let Ok(input) = crate::value::Value::from_text(&input) else { return Ok(()) };
            let mut fixture = Fixture::new("{}");
            fixture.input = input;
            let _ = fixture.eval(&expr);
        }
    }
}
