//! A JSONPath choice compares options like Rust, whether they are absent, null or present.

use crate::same::agree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    null: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    absent: Option<i32>,
    own: Own,
    n: i32,
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    absent_text: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, Payload)]
struct Own(Option<i32>);

/// All combinations of nothing and two values.
fn inputs() -> Vec<Input> {
    let values = [None, Some(1), Some(2)];
    let text = |value: Option<i32>| value.map(|value| value.to_string());
    let mut inputs = Vec::new();
    for null in values {
        for absent in values {
            for own in values {
                inputs.push(Input {
                    null,
                    absent,
                    own: Own(own),
                    n: own.unwrap_or(1),
                    text: text(null),
                    absent_text: text(absent),
                });
            }
        }
    }
    inputs
}

macro_rules! conditions {
    ($($name:ident($i:ident): $condition:expr;)*) => {
        $(workflow! {
            workflow $name($i: Input) -> bool {
                query_language JSONPath;
                choice Compare { when $condition => Yes; otherwise => No; }
                pass Yes { end true; }
                pass No { end false; }
            }
        })*

        #[tokio::test]
        async fn options_in_a_choice_are_compared_as_in_rust() {
            $(agree::<$name>(|$i| $condition, inputs()).await;)*
        }
    };
}

conditions! {
    NullAndAbsent(i): i.null == i.absent;
    AbsentAndNull(i): i.absent == i.null;
    NotEqual(i): i.null != i.absent;
    Newtype(i): i.own.0 == i.absent;
    OptionAndSome(i): i.absent == Some(i.n);
    SomeAndOption(i): Some(i.n) == i.absent;
    SomeIsNotOption(i): Some(i.n) != i.null;
    OptionAndLiteral(i): i.absent != Some(1);
    Texts(i): i.text == i.absent_text;
    KnownSome(i): Some(7).is_some() && i.n > 0;
    KnownNone(i): Some(7).is_none() || i.n > 1;
    Nested(i): i.null != i.absent || i.own.0 == i.null && i.n == 1;
}

workflow! {
    workflow Ordered(i: Input) -> bool {
        query_language JSONPath;
        choice Compare { when i.null < i.absent => Yes; otherwise => No; }
        pass Yes { end true; }
        pass No { end false; }
    }
}

#[test]
fn ordering_options_is_refused() {
    let faults = Ordered::build().expect_err("`None` is less than `Some` in Rust only");
    assert!(
        faults.to_string().contains("cannot compare an `Option`"),
        "{faults}"
    );
}
