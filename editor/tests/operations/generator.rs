//! Random valid definitions in several forms.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stepwright_asl::json::Json;
use stepwright_asl::validate::{MachineType, Validator};
use stepwright_editor::Document;

/// Names that look like syntax, fields or pointers.
pub(super) const NAMES: &[&str] = &[
    "A",
    "B b",
    "Next",
    "States",
    "StartAt",
    "a/b",
    "a~1",
    "~",
    "\"quoted\"",
    "it's",
    "é𝄞",
    "#x: y",
    "- z",
    "{% $x %}",
    "${P}",
    "true",
    "1",
    "*",
    "&a",
    "Default",
    "\\",
    "End",
];

/// A definition with its states in one body, and one of them with branches.
pub(super) fn definition() -> impl Strategy<Value = Value> {
    let names = Just(NAMES.to_vec()).prop_shuffle();
    (names, 2..9_usize, any::<u64>(), any::<bool>()).prop_map(|(names, count, seed, jsonata)| {
        let mut random = seed;
        let mut below = move |limit: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((random >> 33) as usize) % limit
        };
        let own = &names[..count];
        let mut inner = names[count..].iter();
        let mut states = Map::new();
        for (index, name) in own.iter().enumerate() {
            let next = own.get(index + 1);
            let back = own[below(count)];
            let mut state = match (below(5), next) {
                (0, Some(next)) if jsonata => json!({"Type": "Choice", "Choices": [{"Condition": "{% $states.input.a = 1 %}", "Next": back}], "Default": next}),
                (0, Some(next)) => json!({"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": back}], "Default": next}),
                (1, _) => {
                    let first = inner.next().expect("names are left");
                    let second = inner.next().expect("names are left");
                    json!({"Type": "Parallel", "Branches": [
                        {"StartAt": first, "States": {*first: {"Type": "Pass", "End": true}}},
                        {"StartAt": second, "States": {*second: {"Type": "Succeed"}}},
                    ]})
                }
                (2, _) => json!({"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": back}]}),
                _ => json!({"Type": "Pass"}),
            };
            if state["Type"] != "Choice" {
                match next {
                    Some(next) => state["Next"] = json!(next),
                    None => state["End"] = json!(true),
                }
            }
            states.insert((*name).to_owned(), state);
        }
        let mut machine = json!({"StartAt": own[0], "States": states});
        if jsonata {
            machine["QueryLanguage"] = json!("JSONata");
        }
        machine
    })
}

/// The definition as a document: compact, with spaces, as YAML, as an object and as a string in a
/// template.
pub(super) fn documents(definition: &Value) -> Vec<Document> {
    let compact = definition.to_string();
    let pretty = format!("{definition:#}");
    let odd = pretty.replace("\": ", "\"  :\t").replace('\n', "\r\n");
    let json: Json = compact.parse().expect("it is JSON");
    let yaml = format!("# a comment\n{}", json.to_yaml());
    let object = format!(
        "{{\"Resources\": {{\"M\": {{\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {{\"Definition\": {compact}}}}}}}}}"
    );
    let block = format!(
        "Resources:\n  M: # a machine\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n        {}\n",
        pretty.replace('\n', "\n        ")
    );
    vec![
        Document::open("a.asl.json", &compact, 1),
        Document::open("b.asl.json", &pretty, 1),
        Document::open("c.asl.json", &odd, 1),
        Document::open("d.asl.yaml", &yaml, 1),
        Document::open("e.template.json", &object, 1),
        Document::open("f.yaml", &block, 1),
    ]
}

/// Whether a document has a definition without errors.
pub(super) fn is_valid(document: &Document) -> bool {
    let validator = Validator::new(MachineType::Standard).with_any_placeholder();
    let [definition] = document.definitions() else {
        return false;
    };
    !validator.check(definition.tree()).has_errors()
}
