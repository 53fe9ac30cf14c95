//! Payloads and results of every kind, as an engine passes them.

use super::*;
use crate::task::INVALID_INPUT;
use crate::{Payload, TaskError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The stack size of tokio's workers.
const STACK: usize = 2 << 20;

fn called<T: Handler>(payload: impl Into<String>) -> Result<String, TaskFailure> {
    let call = call_json::<T>(TaskContext::detached(), payload.into());
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the task waits"),
    }
}

/// The message of a payload that is refused.
fn refused<T: Handler>(payload: impl Into<String>) -> String {
    let failure = called::<T>(payload).expect_err("it is refused");
    assert_eq!(failure.error.as_deref(), Some(INVALID_INPUT));
    let cause: Value = serde_json::from_str(&failure.cause.unwrap()).unwrap();
    assert_eq!(cause["errorType"], INVALID_INPUT);
    cause["errorMessage"].as_str().unwrap().to_owned()
}

fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK);
    thread.spawn(test).unwrap().join().unwrap();
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Numbers {
    signed: i64,
    unsigned: u64,
    float: f64,
    short: f32,
    #[payload(opaque)]
    wide: Option<i128>,
    #[payload(opaque)]
    ids: BTreeMap<i32, u128>,
}

#[crate::task]
async fn same(numbers: Numbers) -> Numbers {
    numbers
}

#[crate::task]
async fn same_float(number: f64) -> f64 {
    number
}

#[crate::task]
async fn same_json(value: Value) -> Value {
    value
}

#[test]
fn numbers_keep_every_digit() {
    let text = r#"{"signed":-9223372036854775808,"unsigned":18446744073709551615,"float":0.1,"short":0.1,"wide":-170141183460469231731687303715884105728,"ids":{"-7":340282366920938463463374607431768211455}}"#;
    assert_eq!(called::<same>(text).as_deref(), Ok(text));
    let text = r#"{"signed":-1,"unsigned":1,"float":1.0,"short":1.0,"wide":1,"ids":{"7":1}}"#;
    assert_eq!(called::<same>(text).as_deref(), Ok(text));
}

#[test]
fn an_integer_is_accepted_as_a_float() {
    let float = |text: &str| {
        let output = called::<same_float>(text).unwrap();
        output.parse::<f64>().unwrap().to_bits()
    };
    assert_eq!(float("1"), 1.0_f64.to_bits());
    assert_eq!(float("9007199254740993"), 9007199254740992.0_f64.to_bits());
    assert_eq!(
        float("18446744073709551616"),
        18446744073709551616.0_f64.to_bits()
    );
    assert_eq!(float("1e300"), 1e300_f64.to_bits());
    // As in an engine: `-0` is the integer 0, `-0.0` is a float, and integers have no limit.
    assert_eq!(float("-0"), 0.0_f64.to_bits());
    assert_eq!(float("-0.0"), (-0.0_f64).to_bits());
    let digits = "9".repeat(400);
    assert_eq!(float(&digits), f64::MAX.to_bits());
    assert_eq!(float(&format!("-{digits}")), f64::MIN.to_bits());
    assert_eq!(
        called::<same_json>(r#"[-0, {"-0": "-0 [{\"\\"}, 1.50]"#).as_deref(),
        Ok(r#"[0,{"-0":"-0 [{\"\\"},1.5]"#)
    );
    assert_eq!(
        refused::<same_float>("1e999"),
        "number out of range at line 1 column 5"
    );
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Order {
    id: String,
    items: Vec<Item>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, Payload)]
struct Item {
    count: u32,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum CountError {
    #[error("no item of {id}")]
    Empty { id: String },
}

#[crate::task]
async fn count(order: Order) -> Result<u32, CountError> {
    match order.items.iter().map(|item| item.count).sum() {
        0 => Err(CountError::Empty { id: order.id }),
        sum => Ok(sum),
    }
}

#[crate::task]
async fn same_option(value: Option<i64>) -> Option<i64> {
    value
}

#[crate::task]
async fn same_unit(unit: ()) {
    unit
}

#[crate::task]
async fn same_map(map: Option<BTreeMap<String, i64>>) -> Option<BTreeMap<String, i64>> {
    map
}

#[crate::task]
async fn both(left: Option<i64>, right: Option<i64>) -> bool {
    left == right
}

#[test]
fn an_empty_object_is_null_if_no_value_of_the_parameter_is_an_empty_object() {
    for payload in ["null", "{}", " {\n} "] {
        assert_eq!(called::<same_option>(payload).as_deref(), Ok("null"));
        assert_eq!(called::<same_unit>(payload).as_deref(), Ok("null"));
    }
    assert_eq!(called::<same_map>("{}").as_deref(), Ok("{}"));
    assert_eq!(called::<same_map>("null").as_deref(), Ok("null"));
    assert_eq!(called::<same_json>("{}").as_deref(), Ok("{}"));
    assert_eq!(
        refused::<same_float>("{}"),
        "invalid type: map, expected f64"
    );
    assert_eq!(
        refused::<same_option>(r#"{"a":1}"#),
        "invalid type: map, expected i64"
    );
    assert_eq!(called::<both>("{}").as_deref(), Ok("true"));
}

#[test]
fn a_payload_that_does_not_match_names_the_field() {
    assert_eq!(
        called::<count>(r#"{"id":"o","items":[{"count":2}]}"#).as_deref(),
        Ok("2")
    );
    let cases = [
        (
            r#"{"id":"o","items":[{"count":1},{"count":"two"}]}"#,
            "at `items[1].count`: invalid type: string \"two\", expected u32",
        ),
        (r#"{"id":"o"}"#, "missing field `items`"),
        ("7", "invalid type: integer `7`, expected struct Order"),
    ];
    for (payload, message) in cases {
        assert_eq!(refused::<count>(payload), message);
    }
    for malformed in ["", "{", "[1] 2", "{\"a\":1,}", "\"\\", "[\u{e4}-0"] {
        assert!(refused::<count>(malformed).contains(" at line 1 column "));
    }
    // The service's parser accepts it: the last value counts.
    let twice = r#"{"id":"o","items":[],"items":[{"count":3}]}"#;
    assert_eq!(called::<count>(twice).as_deref(), Ok("3"));
}

#[test]
fn a_task_error_becomes_its_name_and_its_cause() {
    let error = CountError::Empty { id: "o".to_owned() };
    let failure = called::<count>(r#"{"id":"o","items":[]}"#).unwrap_err();
    assert_eq!(failure, TaskFailure::new("CountError.Empty", error.cause()));
    assert_eq!(failure, error.into_task_failure());
}

#[crate::task(context)]
async fn tell(context: &TaskContext, id: String) -> String {
    let attempt = context.attempt().unwrap_or_default();
    format!("{id} {} {attempt}", context.state_name().unwrap_or("-"))
}

#[test]
fn the_envelope_is_unwrapped() {
    let context = json!({"execution": "e", "state": "S", "attempt": 2, "startTime": "t"});
    let payload = |input: Value| json!({"input": input, "context": context}).to_string();
    assert_eq!(
        called::<tell>(payload(json!("x"))).as_deref(),
        Ok("\"x S 2\"")
    );
    assert!(refused::<tell>(payload(json!(1))).starts_with("at `input`: invalid type"));
    assert_eq!(
        refused::<tell>(r#"{"input":"x"}"#),
        "missing field `context`"
    );
}

#[test]
fn the_host_takes_precedence_over_the_sent_context() {
    struct Host;
    impl crate::task::TaskHost for Host {
        fn state_name(&self) -> Option<&str> {
            Some("Own")
        }
    }
    let payload = json!({"input": "x", "context": {"execution": "e", "state": "S", "attempt": 2, "startTime": "t"}});
    let call = call_json::<tell>(
        TaskContext::new(std::sync::Arc::new(Host)),
        payload.to_string(),
    );
    let polled = pin!(call).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(Ok("\"x Own 2\"".to_owned())));
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[derive(Serialize, Deserialize, JsonSchema, Payload)]
struct Chain {
    next: Option<Box<Chain>>,
}

#[crate::task]
async fn same_chain(chain: Chain) -> Chain {
    chain
}

fn chain(length: usize) -> String {
    format!(
        "{}{}{}",
        r#"{"next":"#.repeat(length),
        "null",
        "}".repeat(length)
    )
}

#[crate::task]
async fn nest(depth: usize) -> Value {
    (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]))
}

#[test]
fn payloads_of_any_depth_do_not_overflow_the_stack() {
    on_small_stack(|| {
        for depth in [1, 31, 32, 33, 127, 128, 999, 1_000] {
            assert_eq!(called::<same_json>(nested(depth)), Ok(nested(depth)));
            assert!(called::<nest>(depth.to_string()).is_ok());
        }
        for length in [1, 100, 255, 256] {
            assert_eq!(called::<same_chain>(chain(length)), Ok(chain(length)));
        }
        assert_eq!(
            refused::<same_json>(nested(1_001)),
            "nested deeper than 1000 levels"
        );
        assert_eq!(
            refused::<same_chain>(chain(257)),
            "a value nested deeper than 256 levels cannot be read into a type"
        );
        for depth in [1_001, 100_000] {
            assert_eq!(
                refused::<same_json>(nested(depth)),
                "nested deeper than 1000 levels"
            );
            let failure = called::<nest>(depth.to_string()).unwrap_err();
            assert_eq!(failure.error.as_deref(), Some(INVALID_OUTPUT));
        }
    });
}

/// An input that panics when it is read.
#[derive(Debug, Serialize, JsonSchema)]
struct Explosive(Value);

impl<'de> Deserialize<'de> for Explosive {
    fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        panic!("it explodes");
    }
}

#[test]
fn a_panic_on_the_separate_thread_is_passed_to_the_caller() {
    let panicked = std::panic::catch_unwind(|| read::read::<Explosive>(&nested(100)).is_ok());
    assert_eq!(
        crate::task::panic_message(panicked.unwrap_err()),
        "it explodes"
    );
}
