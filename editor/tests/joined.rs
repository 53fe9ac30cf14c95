//! Operations on definitions that `Fn::Join` builds: each computed value stays an item of the list.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use stepwright_asl::template::read_for_evaluation;
use stepwright_editor::{Document, Operation, TextEdit};

/// A piece of the definition: a text, or a computed value in JSON and in YAML.
#[derive(Clone, Copy)]
enum Piece {
    Text(&'static str),
    Value(&'static str, &'static str),
}

use Piece::{Text, Value as Computed};

const ARN: Piece = Computed(r#"{"Fn::GetAtt": ["Fn1", "Arn"]}"#, "!GetAtt Fn1.Arn");
const PARTITION: Piece = Computed(r#"{"Ref": "AWS::Partition"}"#, "!Ref AWS::Partition");
const TABLE: Piece = Computed(r#"{"Ref": "Table"}"#, "!Ref Table");
/// Two values that have the same placeholder.
const FIRST_IMPORT: Piece = Computed(r#"{"Fn::ImportValue": "one"}"#, "!ImportValue one");
const SECOND_IMPORT: Piece = Computed(r#"{"Fn::ImportValue": "two"}"#, "!ImportValue two");
const SUB: Piece = Computed(
    r#"{"Fn::Sub": "${AWS::Region}-${Table}"}"#,
    r#"!Sub "${AWS::Region}-${Table}""#,
);
const CHOICE: Piece = Computed(
    r#"{"Fn::If": ["Prod", "a", {"Ref": "Table"}]}"#,
    "!If [Prod, a, !Ref Table]",
);

const PIECES: &[Piece] = &[
    Text(r#"{"StartAt":"Put","States":{"Put":{"Type":"Task","Resource":""#),
    ARN,
    Text(r#"","Parameters":{"TableName":""#),
    TABLE,
    Text(r#"","Topic":"arn:"#),
    PARTITION,
    Text(":sns:"),
    SUB,
    Text(r#":it's","Import":""#),
    FIRST_IMPORT,
    Text(r#"","Stage":"x-"#),
    CHOICE,
    Text(r#"","Key":"${Key}"},"Next":"Send"},"Send":{"Type":"Task","Resource":"arn:"#),
    PARTITION,
    Text(r#":states:::sqs:sendMessage","Parameters":{"QueueUrl":""#),
    SECOND_IMPORT,
    Text(r#"","MessageBody":"x"},"Next":"Done"},"Done":{"Type":"Succeed"}}}"#),
];

/// The notations of the list.
#[derive(Debug, Clone, Copy)]
enum Notation {
    /// JSON on one line, and as CDK writes it.
    Json,
    PrettyJson,
    /// YAML with the short form of `Fn::Join` and of the values, in brackets.
    ShortFlow,
    /// YAML with short forms, and an item on each line.
    ShortBlock,
    /// YAML with long forms, and an item on each line.
    LongBlock,
    /// The same with strings in single quotes.
    SingleQuotes,
}

const NOTATIONS: [Notation; 6] = [
    Notation::Json,
    Notation::PrettyJson,
    Notation::ShortFlow,
    Notation::ShortBlock,
    Notation::LongBlock,
    Notation::SingleQuotes,
];

const HEAD: &str = "\
Parameters:
  Table: {Type: String}
Resources:
  Fn1:
    Type: AWS::Lambda::Function
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionSubstitutions: {Key: x}
";

fn template(notation: Notation) -> Document {
    let written = |text_of: &dyn Fn(&str) -> String, is_json: bool| -> Vec<String> {
        let written = PIECES.iter().map(|piece| match piece {
            Text(text) => text_of(text),
            Computed(json, _) if is_json => (*json).to_owned(),
            Computed(_, yaml) => (*yaml).to_owned(),
        });
        written.collect()
    };
    let double = |text: &str| Value::from(text).to_string();
    let single = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let lines = |items: Vec<String>, indentation: usize| -> String {
        let lines = items
            .iter()
            .map(|item| format!("{}- {item}\n", " ".repeat(indentation)));
        lines.collect()
    };
    let (name, text) = match notation {
        Notation::Json | Notation::PrettyJson => {
            let list = written(&double, true).join(", ");
            let text = format!(
                r#"{{"Parameters": {{"Table": {{"Type": "String"}}}}, "Resources": {{"Fn1": {{"Type": "AWS::Lambda::Function"}}, "Flow": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"DefinitionSubstitutions": {{"Key": "x"}}, "DefinitionString": {{"Fn::Join": ["", [{list}]]}}}}}}}}}}"#
            );
            let json: Value = serde_json::from_str(&text).expect("it is JSON");
            let pretty = serde_json::to_string_pretty(&json).expect("it is JSON");
            let is_pretty = matches!(notation, Notation::PrettyJson);
            ("template.json", if is_pretty { pretty } else { text })
        }
        Notation::ShortFlow => {
            let list = written(&double, false).join(", ");
            let text = format!("{HEAD}      DefinitionString: !Join ['', [{list}]]\n");
            ("template.yaml", text)
        }
        Notation::ShortBlock | Notation::SingleQuotes => {
            let quoted: &dyn Fn(&str) -> String = match notation {
                Notation::ShortBlock => &double,
                _ => &single,
            };
            let list = lines(written(quoted, false), 10);
            let text =
                format!("{HEAD}      DefinitionString: !Join\n        - ''\n        -\n{list}");
            ("template.yaml", text)
        }
        Notation::LongBlock => {
            let list = lines(written(&double, true), 12);
            let text = format!(
                "{HEAD}      DefinitionString:\n        Fn::Join:\n          - ''\n          -\n{list}      RoleArn: x\n"
            );
            ("template.yaml", text)
        }
    };
    Document::open(name, &text, 1)
}

/// The definition that CloudFormation makes of a template. A computed value is `<name>`.
fn evaluated(document: &Document) -> Value {
    let file = read_for_evaluation(document.name(), document.text()).expect("it is a template");
    let file: Value = serde_json::from_str(&file.json().to_string()).expect("it is JSON");
    let string = &file["Resources"]["Flow"]["Properties"]["DefinitionString"];
    let text = text_of(string);
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}\n{}", document.text()))
}

fn text_of(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    if let Some(join) = value.get("Fn::Join") {
        let delimiter = join[0].as_str().expect("a delimiter");
        let list = join[1].as_array().expect("a list");
        return list.iter().map(text_of).collect::<Vec<_>>().join(delimiter);
    }
    if let Some(text) = value.get("Fn::Sub") {
        let text = text.as_str().expect("a text");
        return text.replace("${", "<").replace('}', ">");
    }
    if let Some(name) = value.get("Ref") {
        return format!("<{}>", name.as_str().expect("a name"));
    }
    if let Some(name) = value.get("Fn::GetAtt") {
        let parts = name
            .as_array()
            .map(|parts| parts.iter().map(text_of).collect::<Vec<_>>());
        return format!(
            "<{}>",
            parts.map_or_else(|| text_of(name), |parts| parts.join("."))
        );
    }
    format!("<{}>", value.to_string().replace('"', "'"))
}

/// All states of a definition without their transitions, by name.
fn states(definition: &Value, found: &mut BTreeMap<String, Value>) {
    for (name, state) in definition["States"].as_object().into_iter().flatten() {
        let mut own = state.clone();
        let branches = state["Branches"].as_array().into_iter().flatten();
        for inner in branches.chain([&state["ItemProcessor"]]) {
            states(inner, found);
        }
        if let Some(own) = own.as_object_mut() {
            own.remove("Next");
            own.remove("End");
        }
        found.insert(name.clone(), own);
    }
}

fn all_states(document: &Document) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    states(&evaluated(document), &mut found);
    found
}

fn after(document: &Document, operation: &Value) -> Result<Document, String> {
    let operation: Operation = serde_json::from_value(operation.clone()).expect("an operation");
    let edits = document
        .edits(0, &operation)
        .map_err(|error| error.to_string())?;
    let text = TextEdit::apply(document.text(), &edits);
    Ok(document.with_text(&text, document.revision() + 1))
}

/// The state as a form has it.
fn form(document: &Document, state: &str) -> Value {
    let json = document.definitions()[0]
        .json()
        .pointer(state)
        .expect("it is there");
    serde_json::from_str(&json.to_string()).expect("it is JSON")
}

/// The pointer to a state of any body.
fn pointer(document: &Document, name: &str) -> Option<String> {
    let definition = &document.definitions()[0];
    let graph = definition.graph();
    let state = graph.states().iter().find(|state| state.name == name)?;
    Some(state.pointer.to_string())
}

/// Operations on a state, and the names that the state and its copy have afterwards.
fn operations(document: &Document, name: &str, number: usize) -> Vec<(Value, Vec<String>)> {
    let Some(state) = pointer(document, name) else {
        return Vec::new();
    };
    let new = format!("New {number}");
    let own = vec![name.to_owned()];
    let transition = pointer(document, "Send").map(|send| format!("{send}/Next"));
    let mut all = vec![
        (
            json!({"operation": "wrapStates", "states": [state], "name": new, "wrapper": "Map"}),
            own.clone(),
        ),
        (
            json!({"operation": "wrapStates", "states": [state], "name": new, "wrapper": "Parallel"}),
            own.clone(),
        ),
        (
            json!({"operation": "duplicateState", "state": state, "name": new, "connects": true}),
            vec![name.to_owned(), new.clone()],
        ),
        (
            json!({"operation": "renameState", "state": state, "name": new}),
            vec![new.clone()],
        ),
        (
            json!({"operation": "moveState", "state": state}),
            own.clone(),
        ),
        (json!({"operation": "sortStates"}), own.clone()),
        (
            json!({"operation": "format", "indentation": "  "}),
            own.clone(),
        ),
        (
            json!({"operation": "removeState", "state": state}),
            Vec::new(),
        ),
        (
            json!({"operation": "extractStates", "states": [state], "name": new, "stateMachine": "${Inner}"}),
            Vec::new(),
        ),
    ];
    all.extend(transition.map(|transition| {
        (
            json!({"operation": "rerouteState", "state": state, "transition": transition}),
            own.clone(),
        )
    }));
    let outer = state
        .rsplit_once("/Branches/")
        .or(state.rsplit_once("/ItemProcessor/"));
    all.extend(outer.map(|(outer, _)| (json!({"operation": "unwrapState", "state": outer}), own)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn every_state_keeps_its_values_in_every_operation(
        notation in prop::sample::select(&NOTATIONS[..]),
        steps in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..4),
    ) {
        let mut document = template(notation);
        for (number, (chosen, is_first)) in steps.into_iter().enumerate() {
            let name = if is_first { "Put" } else { "Send" };
            let all = operations(&document, name, number);
            if all.is_empty() {
                continue;
            }
            let (operation, names) = &all[chosen.index(all.len())];
            // A state that would be lost, or the only one of a body, is refused.
            let Ok(next) = after(&document, operation) else {
                prop_assert!(!matches!(operation["operation"].as_str(), Some("duplicateState" | "renameState" | "format")), "{}", operation);
                continue;
            };
            let (old, new) = (all_states(&document), all_states(&next));
            for name in names {
                let state = all_states(&document);
                let before = state.get(name).or(state.get(if is_first { "Put" } else { "Send" }));
                prop_assert_eq!(new.get(name), before, "{} of\n{}\n{}", operation, document.text(), next.text());
            }
            for (name, state) in &new {
                if let Some(before) = old.get(name).filter(|before| before["Type"] == "Task") {
                    prop_assert_eq!(state, before, "{} of {}", operation, name);
                }
            }
            document = next;
        }
    }
}

#[test]
fn wrapped_and_copied_states_have_their_own_functions() {
    for notation in NOTATIONS {
        let document = template(notation);
        let count = |document: &Document| {
            let text = document.text();
            text.matches("GetAtt").count()
        };
        for (operation, copies) in [
            (
                json!({"operation": "wrapStates", "states": ["/States/Put"], "name": "W", "wrapper": "Map"}),
                1,
            ),
            (
                json!({"operation": "wrapStates", "states": ["/States/Put"], "name": "W", "wrapper": "Parallel"}),
                1,
            ),
            (
                json!({"operation": "duplicateState", "state": "/States/Put", "name": "W"}),
                2,
            ),
        ] {
            let new = after(&document, &operation)
                .unwrap_or_else(|error| panic!("{notation:?}: {error}"));
            assert_eq!(count(&new), copies, "{operation}\n{}", new.text());
            let literal = new.text().matches("${Key}").count();
            assert_eq!(literal, copies, "{operation}\n{}", new.text());
            let all = all_states(&new);
            assert_eq!(all["Put"], all_states(&document)["Put"], "{}", new.text());
        }
    }
}

#[test]
fn a_form_keeps_the_values_that_it_shows() {
    for notation in NOTATIONS {
        let document = template(notation);
        let mut changed = form(&document, "/States/Put");
        changed["Parameters"]["Topic"] =
            json!("arn:${AWS::Partition}:sqs:${AWS::Region}-${Table}:b");
        changed["Parameters"]["Import"] = json!("new ${ImportValue}");
        changed["Parameters"]["Other"] = json!("${Key} ${Fn1.Arn} ${AWS::AccountId} ${Unknown}");
        let operation = json!({"operation": "setField", "field": "/States/Put", "value": changed});
        let new =
            after(&document, &operation).unwrap_or_else(|error| panic!("{notation:?}: {error}"));
        let put = &all_states(&new)["Put"]["Parameters"];
        assert_eq!(
            put["Topic"],
            "arn:<AWS::Partition>:sqs:<AWS::Region>-<Table>:b"
        );
        assert_eq!(put["Import"], "new <{'Fn::ImportValue':'one'}>");
        assert_eq!(put["Stage"], "x-<{'Fn::If':['Prod','a',{'Ref':'Table'}]}>");
        // A key of `DefinitionSubstitutions` is a text. So is a name that may become one.
        assert_eq!(put["Other"], "${Key} <Fn1.Arn> <AWS::AccountId> ${Unknown}");
    }
}

#[test]
fn a_pasted_reference_becomes_a_function_or_is_refused() {
    let document = template(Notation::Json);
    let paste = |resource: &str| {
        let operation = json!({
            "operation": "addState",
            "transition": "/States/Send/Next",
            "name": "Pasted",
            "state": {"Type": "Task", "Resource": resource},
        });
        after(&document, &operation)
    };
    let new = paste("${Fn1.QualifiedArn}").expect("it is possible");
    assert_eq!(all_states(&new)["Pasted"]["Resource"], "<Fn1.QualifiedArn>");
    let error = paste("${Absent.Arn}").expect_err("nothing replaces it");
    assert!(
        error.contains("nothing would replace `${Absent.Arn}`")
            && error.contains("`DefinitionSubstitutions`"),
        "{error}"
    );
    let error = paste("${ImportValue}").expect_err("it has two meanings");
    assert!(
        error.contains("`${ImportValue}` has several meanings"),
        "{error}"
    );
}

#[test]
fn an_extracted_state_has_its_functions_as_substitutions() {
    let document = template(Notation::Json);
    let operation = Operation::ExtractStates {
        states: vec!["/States/Put".to_owned()],
        name: "Run".to_owned(),
        state_machine: "${Inner}".to_owned(),
    };
    let extraction = document.extraction(0, &operation).expect("it is possible");
    let arn = &extraction.substitutions["Fn1Arn"];
    assert_eq!(arn, r#"{"Fn::GetAtt": ["Fn1", "Arn"]}"#);
    let text = &extraction.definition;
    assert!(text.contains(r#""Resource": "${Fn1Arn}""#), "{text}");
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn lines_of_a_list_stay_lines() {
    let text = format!(
        "{HEAD}      DefinitionString:
        Fn::Join:
          - \"\\n\"
          - - '{{\"StartAt\": \"A\", \"States\": {{'
            - Fn::Join:
                - ''
                - - '  \"A\": {{\"Type\": \"Task\", \"Resource\": \"'
                  - Fn::GetAtt:
                      - Fn1
                      - Arn
                  - '\", \"Next\": \"B\"}},'
            - '  \"B\": {{\"Type\": \"Succeed\"}}'
            - '}}}}'
"
    );
    let document = Document::open("template.yaml", &text, 1);
    let operation =
        json!({"operation": "wrapStates", "states": ["/States/A"], "name": "W", "wrapper": "Map"});
    let new = after(&document, &operation).expect("it is possible");
    let all = all_states(&new);
    assert_eq!(all["A"]["Resource"], "<Fn1.Arn>");
    assert!(all.contains_key("W") && all.contains_key("B"));
    assert!(
        new.text()
            .ends_with("            - '  \"B\": {\"Type\": \"Succeed\"}'\n            - '}}'\n"),
        "{}",
        new.text()
    );
}

#[test]
fn a_text_does_not_replace_a_choice_of_the_template() {
    let document = template(Notation::Json);
    let change = |field: &str, value: &str| {
        let field = format!("/States/Put/Parameters/{field}");
        after(
            &document,
            &json!({"operation": "setField", "field": field, "value": value}),
        )
    };
    let error = change("Stage", "y-a").expect_err("the form shows the first text only");
    assert!(error.contains("would replace `{\"Fn::If\": "), "{error}");
    let new = change("TableName", "Orders").expect("a text may replace a reference");
    assert_eq!(all_states(&new)["Put"]["Parameters"]["TableName"], "Orders");
}
