//! Errors with arbitrary values are caught with the same fields on each transport.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::{Payload, TaskError, task, workflow};

use crate::transports;

/// A value in a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inner {
    pub(crate) some_text: String,
    pub(crate) flags: Vec<bool>,
    pub(crate) deeper: Option<Deeper>,
}

/// A nested value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub(crate) struct Deeper {
    pub(crate) some_text: String,
    pub(crate) lines: Vec<String>,
}

/// An error with its values, and the caught fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub(crate) struct Raised {
    pub(crate) variant: String,
    pub(crate) text: String,
    pub(crate) number: i32,
    pub(crate) inner: Inner,
    pub(crate) texts: Vec<String>,
    pub(crate) secret: String,
}

#[derive(Debug, thiserror::Error, TaskError)]
pub(crate) enum AnyError {
    #[error("nothing to say")]
    Unit,
    #[error("{text}: {number}")]
    Text { text: String, number: i32 },
    #[error("{0} {1}")]
    Tuple(String, i32),
    #[error("nested {inner:?} {texts:?}")]
    #[task_error(name = "A.Name.Of: its own")]
    Nested { inner: Inner, texts: Vec<String> },
    #[error("{shown}, never {secret}")]
    Skipped {
        shown: String,
        #[task_error(skip)]
        secret: String,
    },
}

fn raise(raised: Raised) -> Result<Raised, AnyError> {
    let Raised {
        variant,
        text,
        number,
        inner,
        texts,
        secret,
    } = raised.clone();
    Err(match variant.as_str() {
        "Unit" => AnyError::Unit,
        "Text" => AnyError::Text { text, number },
        "Tuple" => AnyError::Tuple(text, number),
        "Nested" => AnyError::Nested { inner, texts },
        "Skipped" => AnyError::Skipped {
            shown: text,
            secret,
        },
        _ => return Ok(raised),
    })
}

/// Fails with the given error.
#[task]
pub(crate) async fn fail(raised: Raised) -> Result<Raised, AnyError> {
    raise(raised)
}

/// Requests an answer that fails.
#[task]
pub(crate) async fn ask(raised: Raised, task_token: String) -> Result<(), AnyError>;

/// The output of a workflow for the error that it caught.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub(crate) struct Caught {
    pub(crate) variant: String,
    pub(crate) text: Option<String>,
    pub(crate) number: Option<i32>,
    pub(crate) inner: Option<Inner>,
    pub(crate) texts: Vec<String>,
}

workflow! {
    pub(crate) workflow Called(raised: Raised) -> Caught {
        task Fail {
            let done = fail(raised);
            catch AnyError::Unit => Unit;
            catch AnyError::Text { text, number } => Text;
            catch AnyError::Tuple(text, number) => Tuple;
            catch AnyError::Nested { inner, texts } => Nested;
            catch AnyError::Skipped { shown, .. } => Skipped;
            next Done;
        }
        succeed Done { Caught { variant: done.variant, text: None, number: None, inner: None, texts: vec![] } }
        succeed Unit { Caught { variant: "Unit".to_owned(), text: None, number: None, inner: None, texts: vec![] } }
        succeed Text { Caught { variant: "Text".to_owned(), text: Some(text), number: Some(number), inner: None, texts: vec![] } }
        succeed Tuple { Caught { variant: "Tuple".to_owned(), text: Some(text), number: Some(number), inner: None, texts: vec![] } }
        succeed Nested { Caught { variant: "Nested".to_owned(), text: None, number: None, inner: Some(inner), texts } }
        succeed Skipped { Caught { variant: "Skipped".to_owned(), text: Some(shown), number: None, inner: None, texts: vec![] } }
    }
}

workflow! {
    pub(crate) workflow ByActivity(raised: Raised) -> Caught {
        deploy activity;
        task Fail {
            let done = fail(raised);
            catch AnyError::Unit => Unit;
            catch AnyError::Text { text, number } => Text;
            catch AnyError::Tuple(text, number) => Tuple;
            catch AnyError::Nested { inner, texts } => Nested;
            catch AnyError::Skipped { shown, .. } => Skipped;
            next Done;
        }
        succeed Done { Caught { variant: done.variant, text: None, number: None, inner: None, texts: vec![] } }
        succeed Unit { Caught { variant: "Unit".to_owned(), text: None, number: None, inner: None, texts: vec![] } }
        succeed Text { Caught { variant: "Text".to_owned(), text: Some(text), number: Some(number), inner: None, texts: vec![] } }
        succeed Tuple { Caught { variant: "Tuple".to_owned(), text: Some(text), number: Some(number), inner: None, texts: vec![] } }
        succeed Nested { Caught { variant: "Nested".to_owned(), text: None, number: None, inner: Some(inner), texts } }
        succeed Skipped { Caught { variant: "Skipped".to_owned(), text: Some(shown), number: None, inner: None, texts: vec![] } }
    }
}

workflow! {
    pub(crate) workflow ByToken(raised: Raised) -> Caught {
        task Fail {
            let done: Raised = wait_for_task_token ask(raised, task_token);
            catch AnyError::Unit => Unit;
            catch AnyError::Text { text, number } => Text;
            catch AnyError::Tuple(text, number) => Tuple;
            catch AnyError::Nested { inner, texts } => Nested;
            catch AnyError::Skipped { shown, .. } => Skipped;
            next Done;
        }
        succeed Done { Caught { variant: done.variant, text: None, number: None, inner: None, texts: vec![] } }
        succeed Unit { Caught { variant: "Unit".to_owned(), text: None, number: None, inner: None, texts: vec![] } }
        succeed Text { Caught { variant: "Text".to_owned(), text: Some(text), number: Some(number), inner: None, texts: vec![] } }
        succeed Tuple { Caught { variant: "Tuple".to_owned(), text: Some(text), number: Some(number), inner: None, texts: vec![] } }
        succeed Nested { Caught { variant: "Nested".to_owned(), text: None, number: None, inner: Some(inner), texts } }
        succeed Skipped { Caught { variant: "Skipped".to_owned(), text: Some(shown), number: None, inner: None, texts: vec![] } }
    }
}

/// The expected caught error.
fn caught(raised: &Raised) -> Caught {
    let Raised {
        variant,
        text,
        number,
        inner,
        texts,
        ..
    } = raised.clone();
    let has = |variants: &[&str]| variants.contains(&variant.as_str());
    Caught {
        text: has(&["Text", "Tuple", "Skipped"]).then_some(text),
        number: has(&["Text", "Tuple"]).then_some(number),
        inner: has(&["Nested"]).then_some(inner),
        texts: if has(&["Nested"]) { texts } else { Vec::new() },
        variant,
    }
}

/// Texts that break code without escaping, and long texts.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        r#"[\"'{}\[\]%$\\/\n\t\u{0}-\u{1f} ]{0,40}"#,
        Just(String::new()),
        Just("\u{2028}{% $x %} ${Arn} \\u0000 🦀".to_owned()),
        (any::<char>(), 0..1_500_usize).prop_map(|(one, count)| one.to_string().repeat(count)),
    ]
}

fn any_raised() -> impl Strategy<Value = Raised> {
    let deeper = (text(), proptest::collection::vec(text(), 0..3));
    let deeper = deeper.prop_map(|(some_text, lines)| Deeper { some_text, lines });
    let inner = (
        text(),
        proptest::collection::vec(any::<bool>(), 0..4),
        proptest::option::of(deeper),
    );
    let inner = inner.prop_map(|(some_text, flags, deeper)| Inner {
        some_text,
        flags,
        deeper,
    });
    let variant =
        proptest::sample::select(vec!["Unit", "Text", "Tuple", "Nested", "Skipped", "Ok"]);
    let texts = proptest::collection::vec(text(), 0..3);
    (variant, text(), any::<i32>(), inner, texts, text()).prop_map(
        |(variant, text, number, inner, texts, secret)| Raised {
            variant: variant.to_owned(),
            text,
            number,
            inner,
            texts,
            secret,
        },
    )
}

#[test]
fn random_error_values_are_caught_equally_on_each_transport() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(Config {
        cases: Config::default().cases.div_ceil(3),
        failure_persistence: None,
        ..Config::default()
    });
    let held = runner.run(&any_raised(), |raised| {
        let expected = Ok(serde_json::to_value(caught(&raised)).unwrap());
        runtime.block_on(async {
            prop_assert_eq!(&transports::in_process::<Called>(&raised).await, &expected);
            prop_assert_eq!(
                &transports::lambda::<Called, fail>(&raised).await,
                &expected
            );
            // AWS accepts at most 32,768 characters.
            if raise(raised.clone())
                .is_err_and(|error| error.cause().encode_utf16().count() > 32_768)
            {
                return Ok(());
            }
            prop_assert_eq!(
                &transports::activity::<ByActivity, fail>(&raised).await,
                &expected
            );
            prop_assert_eq!(
                &transports::token::<ByToken, fail>(&raised).await,
                &expected
            );
            Ok(())
        })
    });
    held.unwrap();
}
