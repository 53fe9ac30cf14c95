//! Properties of the parser of paths.

use super::*;
use crate::json::{Json, Number};
use proptest::prelude::*;

fn steps(text: &str) -> Vec<PathStep> {
    Path::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .steps
}

fn key(name: &str) -> PathStep {
    PathStep::Key(name.to_owned())
}

#[test]
fn input_context_and_variable_roots_are_distinguished() {
    for (text, root) in [
        ("$", Root::Input),
        ("$.a", Root::Input),
        ("$['a']", Root::Input),
        ("$$", Root::Context),
        ("$$.Task.Token", Root::Context),
        ("$$['Task']", Root::Context),
        ("$order", Root::Variable("order".to_owned())),
        ("$größe_2.a[0]", Root::Variable("größe_2".to_owned())),
    ] {
        assert_eq!(Path::parse(text).map(|path| path.root), Ok(root), "{text}");
    }
}

#[test]
fn keys_are_parsed_as_by_jayway() {
    assert_eq!(
        steps("$.detail.case-id.1.$x:y"),
        [key("detail"), key("case-id"), key("1"), key("$x:y")]
    );
    assert_eq!(
        steps("$['a b'].c[\"d.e\"]"),
        [key("a b"), key("c"), key("d.e")]
    );
    // Recorded: the key is the text between the quotes, including backslashes.
    assert_eq!(steps(r#"$['Test\""Name"']"#), [key(r#"Test\""Name""#)]);
    assert_eq!(steps(r"$['it\'s']"), [key(r"it\'s")]);
    assert_eq!(
        steps("$.[*].['bucket', 'key']"),
        [
            PathStep::Wildcard,
            PathStep::Keys(vec!["bucket".to_owned(), "key".to_owned()])
        ]
    );
}

#[test]
fn blanks_behind_a_path_are_ignored_as_by_jayway() {
    for path in [
        "$",
        "$$",
        "$v",
        "$.a",
        "$['a b']",
        "$.a[0]",
        "$.a[?(@.b == 1)]",
        "$..a",
    ] {
        let known = Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        for blanks in [" ", "\t", "\r\n", "  \n "] {
            assert_eq!(
                Path::parse(&format!("{path}{blanks}")),
                Ok(known.clone()),
                "{path}"
            );
        }
        for other in ["\u{a0}", " b", " .b", " []"] {
            assert!(
                Path::parse(&format!("{path}{other}")).is_err(),
                "{path}{other}"
            );
        }
    }
    assert!(Path::parse(" $.a").is_err());
    assert!(Path::parse("$. ").is_err());
}

#[test]
fn indices_slices_and_wildcards_are_parsed() {
    assert_eq!(steps("$[0][-2]"), [PathStep::Index(0), PathStep::Index(-2)]);
    assert_eq!(
        steps("$.a[0, 2]"),
        [key("a"), PathStep::Indices(vec![0, 2])]
    );
    let slice = |start, end| PathStep::Slice { start, end };
    assert_eq!(
        steps("$[1:5][3:][:-1]"),
        [
            slice(Some(1), Some(5)),
            slice(Some(3), None),
            slice(None, Some(-1))
        ]
    );
    assert_eq!(steps("$[1:5:2]"), [slice(Some(1), Some(5))]);
    assert_eq!(steps("$.*[*]"), [PathStep::Wildcard, PathStep::Wildcard]);
}

#[test]
fn recursive_descent_accepts_any_step() {
    assert_eq!(
        steps("$..a..[0]..*"),
        [key("a"), PathStep::Index(0), PathStep::Wildcard]
            .map(|step| PathStep::Descendant(Box::new(step)))
    );
}

#[test]
fn functions_are_parsed_as_steps() {
    assert_eq!(
        steps("$.list.length()"),
        [
            key("list"),
            PathStep::Function {
                name: "length".to_owned(),
                arguments: String::new()
            }
        ]
    );
    assert!(
        Path::parse("$.list.length()").is_ok_and(|path| path.is_definite() && !path.is_reference())
    );
}

fn filter(text: &str) -> Filter {
    match steps(text).pop() {
        Some(PathStep::Filter(filter)) => filter,
        other => panic!("{text}: {other:?}"),
    }
}

fn compare(left: &str, comparator: Comparator, right: impl Into<Json>) -> Filter {
    let mut reader = filter(&format!("$[?({left})]"));
    let Filter::Exists(path) = &mut reader else {
        panic!("{left} is no path")
    };
    Filter::Compare {
        left: Operand::Path(path.clone()),
        comparator,
        right: Operand::Literal(right.into()),
    }
}

#[test]
fn filter_operators_have_the_precedence_of_java() {
    assert_eq!(
        filter("$.a[?(@.x == 1 && !(@.y == 'b') || @['z'])]"),
        Filter::Or(vec![
            Filter::And(vec![
                compare("@.x", Comparator::Equal, 1),
                Filter::Not(Box::new(compare("@.y", Comparator::Equal, "b"))),
            ]),
            filter("$[?(@['z'])]"),
        ])
    );
}

#[test]
fn filters_compare_with_all_operators() {
    for comparator in Comparator::ALL {
        let text = format!("$.a[?(@.x.y {comparator} 1.5)]");
        let number = Number::from_f64(1.5).map(Json::Number).expect("is finite");
        assert_eq!(
            filter(&text),
            compare("@.x.y", *comparator, number),
            "{text}"
        );
    }
    assert_eq!(
        filter("$[?(@.a IN ['x', \"y\", -1, null, {'k': [true]}])]"),
        {
            let list: Json = r#"["x", "y", -1, null, {"k": [true]}]"#.parse().expect("is JSON");
            compare("@.a", Comparator::In, list)
        }
    );
    assert_eq!(
        filter("$[?(@.a<=2)]"),
        compare("@.a", Comparator::LessOrEqual, 2)
    );
    assert_eq!(
        filter("$[?(@.a == Fizz)]"),
        compare("@.a", Comparator::Equal, "Fizz")
    );
    assert_eq!(
        filter(r"$[?(@.a == 'it\'s \u00e9 \ud83d\ude00')]"),
        compare("@.a", Comparator::Equal, "it's é 😀")
    );
    let Filter::Compare { right, .. } = filter(r"$[?(@.a =~ /^a\/b.*/i)]") else {
        panic!("no comparison")
    };
    assert_eq!(
        right,
        Operand::Regex {
            pattern: r"^a\/b.*".to_owned(),
            flags: "i".to_owned()
        }
    );
}

#[test]
fn filters_hold_paths_with_filters() {
    let filter = filter("$.a[?(@.b[?(@.c > $.limit)].d[0] == 'x')]");
    assert!(
        matches!(filter, Filter::Compare { left: Operand::Path(path), .. } if path.steps.len() == 4)
    );
}

#[test]
fn definite_and_reference_paths_are_known() {
    for (text, definite, reference) in [
        ("$", true, true),
        ("$.a[0]['b c']", true, true),
        ("$$.Map.Item.Value", true, true),
        ("$.a[-1]", true, false),
        ("$.a[*]", false, false),
        ("$.a[0,1]", false, false),
        ("$.a[1:]", false, false),
        ("$['a','b']", false, false),
        ("$..a", false, false),
        ("$.a[?(@.b)]", false, false),
    ] {
        let path = Path::parse(text).expect(text);
        assert_eq!(
            (path.is_definite(), path.is_reference()),
            (definite, reference),
            "{text}"
        );
    }
}

#[test]
fn an_invalid_path_is_refused_with_an_offset() {
    for (text, offset) in [
        ("", 0),
        ("a.b", 0),
        (".guid", 0),
        ("..guid", 0),
        ("()", 0),
        ("$.", 1),
        ("$...", 1),
        ("$..", 1),
        ("$.a.", 3),
        ("$$23", 2),
        ("$23", 1),
        ("$.a b", 3),
        ("$.a[", 4),
        ("$.a[b]", 4),
        ("$.a[1", 5),
        ("$.a[:]", 4),
        ("$.a[1-2]", 4),
        ("$['a", 2),
        ("$['a' 'b']", 6),
        ("$[?(@.a ==)]", 10),
        ("$[?(@.a == 1]", 12),
        ("$[?@.a]", 3),
        ("$[?(1)]", 4),
        ("$[?((@.a)]", 9),
        ("$.a.f(", 5),
        ("@.a", 0),
        (" $", 0),
    ] {
        let error = Path::parse(text).expect_err(text);
        assert_eq!(error.offset, offset, "{text}: {error}");
    }
}

#[test]
fn nesting_is_bounded() {
    for deep in ["(", "!", "@[?(", "[", "{'a':["] {
        let text = format!("$[?({}", deep.repeat(100_000));
        assert!(Path::parse(&text).is_err(), "{deep}");
    }
    let groups = format!("$[?({}@.a{})]", "(".repeat(50), ")".repeat(50));
    assert!(Path::parse(&groups).is_ok());
}

proptest! {
    #[test]
    fn parsing_any_text_does_not_panic(text in any::<String>()) {
        let _ = Path::parse(&text);
    }

    #[test]
    fn parsing_malformed_paths_does_not_panic(text in r#"\$\$?[a-zé.\[\]()?@!&|<>=~/'",:*0-9 \\u{}-]{0,40}"#) {
        if let Ok(path) = Path::parse(&text) {
            prop_assert_eq!(path.as_str(), crate::path::without_trailing_blanks(&text));
        }
    }
}
