//! Random nested functions against a simple evaluator of the same expression.

use proptest::prelude::*;
use stepwright_asl::json::Json;

use super::{SECTIONS, evaluate};

/// An expression whose value is a text.
#[derive(Debug, Clone)]
enum Expression {
    Literal(String),
    Number(i32),
    Stage,
    Region,
    Join(String, Vec<Expression>),
    Select(usize, Vec<Expression>),
    SelectSplit(usize, Vec<String>),
    If(bool, Box<Expression>, Box<Expression>),
    Sub(String, Box<Expression>, String),
    Map(Box<Expression>),
    Base64(Box<Expression>),
}

fn expression() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        "[a-zé :'\"\\\\#{}|-]{0,8}".prop_map(Expression::Literal),
        any::<i32>().prop_map(Expression::Number),
        Just(Expression::Stage),
        Just(Expression::Region),
        prop::collection::vec("[a-z]{0,3}", 1..4)
            .prop_flat_map(|parts| (0..parts.len(), Just(parts)))
            .prop_map(|(index, parts)| Expression::SelectSplit(index, parts)),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let list = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            ("[-,a]{0,2}", list()).prop_map(|(by, items)| Expression::Join(by, items)),
            list()
                .prop_flat_map(|items| (0..items.len(), Just(items)))
                .prop_map(|(index, items)| Expression::Select(index, items)),
            (any::<bool>(), inner.clone(), inner.clone()).prop_map(|(is, yes, no)| Expression::If(
                is,
                Box::new(yes),
                Box::new(no)
            )),
            ("[a-z ]{0,3}", inner.clone(), "[a-z ]{0,3}")
                .prop_map(|(before, value, after)| Expression::Sub(before, Box::new(value), after)),
            inner
                .clone()
                .prop_map(|value| Expression::Map(Box::new(value))),
            inner
                .clone()
                .prop_map(|value| Expression::Base64(Box::new(value))),
        ]
    })
}

impl Expression {
    /// The value, by Rust's own functions.
    fn value(&self) -> String {
        let values = |items: &[Self]| -> Vec<String> { items.iter().map(Self::value).collect() };
        match self {
            Self::Literal(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Stage => "dev".to_owned(),
            Self::Region => "us-east-1".to_owned(),
            Self::Join(by, items) => values(items).join(by),
            Self::Select(index, items) => items[*index].value(),
            Self::SelectSplit(index, parts) => parts[*index].clone(),
            Self::If(true, yes, _) => yes.value(),
            Self::If(false, _, no) => no.value(),
            Self::Sub(before, value, after) => format!("{before}{}{after}dev", value.value()),
            Self::Map(default) => default.value(),
            Self::Base64(value) => {
                use base64::Engine as _;
                base64::prelude::BASE64_STANDARD.encode(value.value())
            }
        }
    }

    /// The expression in JSON, in long forms.
    fn long(&self) -> serde_json::Value {
        use serde_json::json;
        let all = |items: &[Self]| -> Vec<_> { items.iter().map(Self::long).collect() };
        match self {
            Self::Literal(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Stage => json!({"Ref": "Stage"}),
            Self::Region => json!({"Ref": "AWS::Region"}),
            Self::Join(by, items) => json!({"Fn::Join": [by, all(items)]}),
            Self::Select(index, items) => json!({"Fn::Select": [index, all(items)]}),
            Self::SelectSplit(index, parts) => {
                json!({"Fn::Select": [index.to_string(), {"Fn::Split": ["|", parts.join("|")]}]})
            }
            Self::If(is, yes, no) => {
                json!({"Fn::If": [if *is { "IsDev" } else { "IsProd" }, yes.long(), no.long()]})
            }
            Self::Sub(before, value, after) => {
                json!({"Fn::Sub": [format!("{before}${{Own}}{after}${{Stage}}"), {"Own": value.long()}]})
            }
            Self::Map(default) => {
                json!({"Fn::FindInMap": ["Sizes", "none", "none", {"DefaultValue": default.long()}]})
            }
            Self::Base64(value) => json!({"Fn::Base64": value.long()}),
        }
    }

    /// The expression in YAML, in short forms.
    fn short(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let all = |items: &[Self]| -> String {
            let items: Vec<String> = items.iter().map(Self::short).collect();
            format!("[{}]", items.join(", "))
        };
        match self {
            Self::Literal(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Stage => "!Ref Stage".to_owned(),
            Self::Region => "!Sub '${AWS::Region}'".to_owned(),
            Self::Join(by, items) => format!("!Join [{}, {}]", quoted(by), all(items)),
            Self::Select(index, items) => format!("!Select [{index}, {}]", all(items)),
            Self::SelectSplit(index, parts) => {
                format!(
                    "!Select [{index}, !Split ['|', {}]]",
                    quoted(&parts.join("|"))
                )
            }
            Self::If(is, yes, no) => {
                let condition = if *is { "Either" } else { "Both" };
                format!("!If [{condition}, {}, {}]", yes.short(), no.short())
            }
            Self::Sub(before, value, after) => format!(
                "!Sub [{}, {{Own: {}}}]",
                quoted(&format!("{before}${{Own}}{after}${{Stage}}")),
                value.short()
            ),
            Self::Map(default) => format!(
                "!FindInMap [Sizes, none, none, {{DefaultValue: {}}}]",
                default.short()
            ),
            Self::Base64(value) => match **value {
                Self::Literal(ref text) => format!("!Base64 {}", quoted(text)),
                ref value => format!("{{'Fn::Base64': {}}}", value.short()),
            },
        }
    }
}

proptest! {
    #[test]
    fn nested_functions_have_the_value_of_a_simple_evaluator(expression in expression()) {
        // The outermost function makes a text of a number.
        for source in [
            expression.long().to_string(),
            expression.short(),
        ] {
            let text = format!("{SECTIONS}\nOutputs:\n  Value:\n    Value: !Join ['', [{source}]]\n");
            let value = evaluate(&text);
            prop_assert_eq!(value, Ok(Some(Json::from(expression.value()))), "{}", source);
        }
    }

    /// Any text is a value or a problem.
    #[test]
    fn malformed_templates_are_problems(
        value in "(!(Sub|Join|If|GetAtt|Ref|FindInMap|Select|Split|ImportValue|Nothing|Condition) |\\[|\\]|\\{|\\}|, |: |a|0|Stage|Queue|Arn|IsDev|'|\\$\\{Queue\\.Arn\\}){0,14}",
        section in "(Resources|Parameters|Conditions|Mappings|Outputs|Globals|Transform)",
    ) {
        let text = format!("Resources: {{Queue: {{Type: AWS::SQS::Queue}}, Orders: {{Type: AWS::Serverless::StateMachine, Properties: {{Definition: {value}, Name: {value}, Tags: {value}}}}}}}\n{section}: {value}\n");
        if let Ok(template) = super::TemplateFile::parse(std::path::Path::new("t.yaml"), text) {
            let versions = super::VersionNumbers::new();
            let desired = super::DesiredResources::of(&[template], &super::inputs(), &versions, true);
            for problem in desired.problems {
                prop_assert!(!problem.diagnostic.message.is_empty());
            }
        }
    }
}
