//! Every text has diagnostics: no panic, no stack overflow, and time and memory grow at most
//! linearly with the text.

use std::fmt::Write;
use std::path::Path as FilePath;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use stepwright_asl::StateMachine;
use stepwright_asl::intrinsic;
use stepwright_asl::json::Document;
use stepwright_asl::jsonata;
use stepwright_asl::path::Path;
use stepwright_asl::validate::{Diagnostics, MachineType, validate, validate_text};

fn check(text: &str) -> Diagnostics {
    let diagnostics = validate_text(text, MachineType::Standard);
    for diagnostic in &diagnostics {
        assert!(
            diagnostic.location.line >= 1
                && diagnostic.location.column >= 1
                && diagnostic.location.offset <= text.len()
        );
    }
    diagnostics
}

fn rules(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.unwrap_or_default())
        .collect()
}

#[test]
fn texts_nested_a_hundred_thousand_deep_are_refused() {
    let depth = 100_000;
    for text in [
        "[".repeat(depth),
        "[".repeat(depth) + &"]".repeat(depth),
        r#"{"States":"#.repeat(depth),
        r#"{"And":["#.repeat(depth),
    ] {
        assert_eq!(rules(&check(&text)), ["SW001"]);
        assert!(StateMachine::from_json(&text).is_err());
    }
    #[cfg(feature = "yaml")]
    for text in ["- ".repeat(depth), "[".repeat(depth), "? ".repeat(depth)] {
        assert!(Document::parse_yaml(&text).is_err());
    }
}

#[test]
fn expressions_nested_a_hundred_thousand_deep_are_refused() {
    let depth = 100_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("function($x){", "}"),
        ("$f(", ")"),
        ("-", ""),
        ("{'a':", "}"),
    ] {
        let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(jsonata::Expression::parse(&text).is_err(), "{open}");
    }
    let call = format!("{}{}", "States.Array(".repeat(depth), ")".repeat(depth));
    assert!(intrinsic::Expression::parse(&call).is_err());
    let filter = format!("$[?({}@.a{})]", "(".repeat(depth), ")".repeat(depth));
    assert!(Path::parse(&filter).is_err());
    assert!(Path::parse(&format!("$[?({}@.a)]", "!".repeat(depth))).is_err());
    assert!(Path::parse(&format!("${}", "[?(@".repeat(depth))).is_err());
    // A long but flat path is accepted.
    assert!(Path::parse(&format!("${}", ".a[0]".repeat(depth))).is_ok());
}

#[test]
fn strings_of_ten_megabytes_are_accepted_anywhere() {
    let (longest, long) = ("x".repeat(10_000_000), "x".repeat(500_000));
    let text = format!(
        r#"{{"StartAt": "{long}", "Comment": "{longest}", "States": {{"{long}": {{"Type": "{long}"}},
            "A": {{"Type": "Pass", "InputPath": "$.{long}", "Parameters": {{"a.$": "{long}"}}, "Next": "{long}y"}}}}}}"#
    );
    let diagnostics = check(&text);
    assert!(diagnostics.has_errors());
    assert!(
        rules(&diagnostics).contains(&"SW003"),
        "{:?}",
        rules(&diagnostics)
    );
}

/// Written in full, the pointers of ten thousand nodes below such a key need three gigabytes.
#[test]
fn pointers_below_a_long_key_share_its_memory() {
    let key = "k".repeat(300_000);
    let many = |item: &str| vec![item; 10_000].join(",");
    let machine = |language: &str, states: String| {
        format!(r#"{{"QueryLanguage": "{language}", "StartAt": "A", "States": {{{states}}}}}"#)
    };
    let pass = |field: &str, value: String| {
        format!(r#""A": {{"Type": "Pass", "End": true, "{field}": {{"{key}": {value}}}}}"#)
    };
    let retriers = many(r#"{"ErrorEquals": []}"#);
    let fields: Vec<String> = (0..10_000).map(|i| format!(r#""f{i}": 1"#)).collect();
    for text in [
        machine(
            "JSONata",
            pass("Output", format!("[{}]", many(r#""{% 1 %}""#))),
        ),
        machine(
            "JSONata",
            pass("Output", format!("[{}]", many(r#""{% 1 + %}""#))),
        ),
        machine(
            "JSONPath",
            pass("Parameters", format!("[{}]", many(r#"{"a.$": "$v"}"#))),
        ),
        machine(
            "JSONPath",
            pass("Parameters", format!("[{}]", many(r#""$.a""#))),
        ),
        machine(
            "JSONPath",
            pass("Result", format!("{{{}}}", many(r#""a": 1"#))),
        ),
        machine(
            "JSONPath",
            format!(
                r#""{key}": {{"Type": "Task", "Resource": "a:b", "End": true, "Retry": [{retriers}]}}"#
            ),
        ),
        machine(
            "JSONPath",
            format!(
                r#""{key}": {{"Type": "Pass", "End": true, {}}}"#,
                fields.join(",")
            ),
        ),
    ] {
        let diagnostics = check(&text);
        let bytes: usize = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.location.pointer.len())
            .sum();
        assert!(bytes < 200_000_000, "{bytes} bytes of pointers");
    }
}

#[test]
fn errors_are_reported_even_when_warnings_are_truncated() {
    let key = "k".repeat(1_000_000);
    let literals = vec![r#""$.a""#; 10_000].join(",");
    let text = format!(
        r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": true, "Parameters": {{"{key}": [{literals}]}}}},
            "B": {{"Type": "Map", "QueryLanguage": "JSONata", "ItemProcessor": {{"QueryLanguage": "JSONata", "StartAt": "C", "States": {{"C": {{"Type": "Succeed"}}}}}}, "End": true}}}}}}"#
    );
    let diagnostics = check(&text);
    assert!(diagnostics.is_truncated());
    assert!(diagnostics.has_errors());
}

#[test]
fn cyclic_transitions_and_variables_are_checked() {
    let mut states = String::new();
    for i in 0..2_000 {
        let (next, back) = ((i * 7 + 1) % 2_000, (i * 31) % 2_000);
        let _ = write!(
            states,
            r#""S{i}": {{"Type": "Choice", "Choices": [{{"Condition": "{{% $v{back} > $i %}}", "Next": "S{back}", "Assign": {{"v{i}": "{{% $v{next} + 1 %}}"}}}}], "Default": "S{next}"}},"#
        );
    }
    let text = format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "S0", "States": {{{states} "End": {{"Type": "Succeed"}}}}}}"#
    );
    assert!(check(&text).has_errors());
}

#[test]
fn numbers_may_be_of_any_size() {
    for number in [
        "9".repeat(100_000),
        format!("-0.{}", "0".repeat(100_000)),
        "1e999999999999".to_owned(),
        "-1e-999999999999".to_owned(),
        "0e0".to_owned(),
    ] {
        let text = format!(
            r#"{{"StartAt": "A", "TimeoutSeconds": {number}, "States": {{"A": {{"Type": "Wait", "Seconds": {number}, "Next": "B"}},
                "B": {{"Type": "Pass", "Result": {number}, "End": true}}}}}}"#
        );
        check(&text);
        let machine = StateMachine::from_json(&text).expect("any number is read");
        let again = Document::parse(&machine.to_json()).expect("what is written is JSON");
        let original = Document::parse(&text).expect("is JSON");
        assert_eq!(again.json(), original.json(), "{number:.20}");
    }
}

/// The definitions of the other tests.
static DEFINITIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = [
        include_str!("definitions/accepted.jsonl"),
        include_str!("definitions/refused.jsonl"),
    ];
    let rows = files.iter().flat_map(|file| file.lines());
    let definitions = rows.map(|row| {
        let row: Value = serde_json::from_str(row).expect("each line is JSON");
        let definition = &row["definition"];
        definition
            .as_str()
            .map_or_else(|| definition.to_string(), str::to_owned)
    });
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let fixtures = folder.read_dir().expect("the folder can be read");
    let fixtures = fixtures.filter_map(|file| {
        let path = file.expect("the entry can be read").path();
        // The corrected definitions hardly differ from the others.
        let is_broken = !path.to_string_lossy().ends_with(".fixed.json");
        is_broken.then(|| std::fs::read_to_string(path).expect("the file can be read"))
    });
    definitions.chain(fixtures).collect()
});

#[test]
fn truncated_definitions_do_not_panic() {
    for definition in DEFINITIONS.iter().step_by(40) {
        for (end, _) in definition.char_indices() {
            check(&definition[..end]);
        }
    }
}

/// Tokens that appear in definitions, and others.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "1e999",
    "-0",
    "99999999999999999999999",
    "\"States\"",
    "\"Type\"",
    "\"Map\"",
    "\"Parallel\"",
    "\"Choice\"",
    "\"Next\"",
    "\"Catch\"",
    "\"Retry\"",
    "\"Assign\"",
    "\"ItemProcessor\"",
    "\"Branches\"",
    "\"QueryLanguage\"",
    "\"JSONata\"",
    "\"Condition\"",
    "\"Output\"",
    "\"Items\"",
    "\"x.$\"",
    "${",
    "{%",
    "%}",
    "$",
    "$$",
    "$.",
    "[?(",
    "@.",
    "..",
    "*",
    "States.Format(",
    "States.Array(",
    "'",
    "/",
    "~1",
    "~",
    "(",
    ")",
    "|",
    "^(",
    "function($x){",
    "$states.input",
    "$states",
    "%",
    "~>",
    ":=",
    "?",
    "`",
    "&a ",
    "*a",
    "!Sub ",
    "- ",
    "? ",
    "|-\n",
    "#",
    " ",
    "\n",
    "\t",
    "😀",
    "é",
    "\u{feff}",
    "\u{0}",
    "=~",
    "==",
    "&&",
    "||",
    "!",
];

/// Random changes to a text.
type Change = (
    u8,
    prop::sample::Index,
    prop::sample::Index,
    prop::sample::Index,
);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let index = any::<prop::sample::Index>;
    prop::collection::vec((0..6_u8, index(), index(), index()), 1..5)
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (kind, at, length, token) in changes {
        let start = at.index(chars.len() + 1);
        let end = (start + length.index(60)).min(chars.len());
        let token = TOKENS[token.index(TOKENS.len())];
        match kind {
            0 => drop(chars.drain(start..end)),
            1 => chars.truncate(start),
            2 => {
                let piece = chars[start..end].to_vec();
                let to = length.index(chars.len() + 1);
                chars.splice(to..to, piece);
            }
            3 => {
                let repeated = token.repeat(length.index(200));
                chars.splice(start..start, repeated.chars());
            }
            _ => drop(chars.splice(start..end.min(start + 1), token.chars())),
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases * 8))]

    #[test]
    fn diagnostics_of_mutated_definitions_have_locations(definition in any::<prop::sample::Index>(), changes in changes()) {
        let text = changed(&DEFINITIONS[definition.index(DEFINITIONS.len())], &changes);
        check(&text);
        if let Ok(document) = Document::parse(&text) {
            let diagnostics = validate(&document, MachineType::Express);
            for diagnostic in &diagnostics {
                // A duplicate key may be in a value that a later duplicate replaced.
                let is_there = document.span(&diagnostic.location.pointer).is_some();
                prop_assert!(is_there || diagnostic.code.unwrap_or_default() == "SW001", "{diagnostic}");
            }
            let machine = StateMachine::from_document(&document);
            // A text without errors can be parsed, unless it has an unknown state type.
            prop_assert!(diagnostics.has_errors() || machine.is_ok() || text.contains("${"), "{machine:?}");
            if let Ok(machine) = machine {
                let again = Document::parse(&machine.to_json()).expect("what is written is JSON");
                prop_assert_eq!(again.json(), document.json());
            }
        }
        #[cfg(feature = "yaml")]
        if let Ok(document) = Document::parse_yaml(&text) {
            validate(&document, MachineType::Standard);
            let _ = StateMachine::from_document(&document);
        }
    }

    #[test]
    fn parsing_any_path_call_or_expression_does_not_panic(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..30), changes in changes()) {
        let text = changed(&tokens.concat(), &changes);
        let _ = Path::parse(&text);
        let _ = intrinsic::Expression::parse(&text);
        let _ = jsonata::Expression::parse(&text);
        let _ = Path::parse(&format!("$.{text}"));
        let _ = Path::parse(&format!("$[?(@.{text})]"));
        let _ = intrinsic::Expression::parse(&format!("States.Format('{text}', $.{text})"));
        let _ = jsonata::Expression::parse(&format!("$states.input.{text}"));
    }
}
