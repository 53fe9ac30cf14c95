//! A nested workflow gets the input of its parent, even if it is text: StartExecution parses a text
//! as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large { by: u32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Label(String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Given {
    text: String,
    label: Label,
    small: Size,
    large: Size,
    maybe: Option<String>,
    value: Value,
    list: Vec<String>,
    count: u32,
}

macro_rules! echoes {
    ($($name:ident: $ty:ty),* $(,)?) => {
        $(workflow! {
            workflow $name(value: $ty) -> $ty {
                pass Give { end value; }
            }
        })*
    };
}

echoes! {
    EchoText: String, EchoLabel: Label, EchoSize: Size, EchoMaybe: Option<String>, EchoValue: Value,
    EchoList: Vec<String>, EchoCount: u32,
}

workflow! {
    workflow InJsonata(given: Given) -> Given {
        task Text { let text = workflow EchoText(given.text); next Named; }
        task Named { let label = workflow EchoLabel(given.label); next Small; }
        task Small { let small = workflow EchoSize(given.small); next Large; }
        task Large { let large = workflow EchoSize(given.large); next Maybe; }
        task Maybe { let maybe = workflow EchoMaybe(given.maybe); next Any; }
        task Any { let value = workflow EchoValue(given.value); next List; }
        task List { let list = workflow EchoList(given.list); next Count; }
        task Count { let count = workflow EchoCount(given.count); next Done; }
        succeed Done { Given { text, label, small, large, maybe, value, list, count } }
    }

    workflow InJsonPath(given: Given) -> (String, Label, Size, Value, Vec<String>) {
        query_language JSONPath;
        task Text { let text = workflow EchoText(given.text); next Named; }
        task Named { let label = workflow EchoLabel(given.label); next Small; }
        task Small { let small = workflow EchoSize(given.small); next Any; }
        task Any { let value = workflow EchoValue(given.value); next List; }
        task List { let list = workflow EchoList(given.list); next Done; }
        pass Done { end (text, label, small, value, list); }
    }
}

async fn given_to<W: Workflow<Input = Given>>(given: &Given) -> W::Output {
    let engine = Engine::builder()
        .register::<W>()
        .virtual_time()
        .build()
        .expect("an engine");
    let run = engine.start::<W>(given.clone()).await.expect("a start");
    run.await.expect("an output")
}

#[tokio::test]
async fn text_inputs_reach_a_nested_workflow_unchanged() {
    for text in [
        "tea",
        "",
        "{}",
        "12",
        "null",
        "\"",
        "a \\ b\n\u{1F600}",
        "{% $x %}",
        "true",
    ] {
        let mut given = Given {
            text: text.to_owned(),
            label: Label(text.to_owned()),
            small: Size::Small,
            large: Size::Large { by: 3 },
            maybe: Some(text.to_owned()),
            value: Value::from(text),
            list: vec![text.to_owned()],
            count: 7,
        };
        assert_eq!(given_to::<InJsonata>(&given).await, given);
        let Given {
            label,
            small,
            value,
            list,
            ..
        } = given.clone();
        let expected = (text.to_owned(), label, small, value, list);
        assert_eq!(given_to::<InJsonPath>(&given).await, expected);
        given.value = serde_json::json!({ "text": text });
        given.maybe = None;
        assert_eq!(given_to::<InJsonata>(&given).await, given);
    }
}
