//! The least number of a type, divided by -1: Rust panics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Numbers {
    a: i32,
    b: i32,
    c: i8,
    d: i64,
}

fn replies() -> Replies {
    Replies::new()
}

fn inputs() -> Vec<Value> {
    vec![
        json!({ "a": i32::MIN, "b": -1, "c": -128, "d": i64::MIN }),
        json!({ "a": 7, "b": 0, "c": 5, "d": -5 }),
        json!({ "a": -7, "b": -1, "c": -5, "d": 11 }),
        json!({ "a": i32::MIN, "b": 3, "c": -127, "d": 11 }),
        json!({ "a": 8, "b": 3, "c": -127, "d": 11 }),
    ]
}

#[workflow(overflow_checks)]
async fn quotient(i: Numbers) -> i32 {
    i.a / -1
}

#[workflow(overflow_checks)]
async fn remainder(i: Numbers) -> i32 {
    i.a % -1
}

#[workflow(overflow_checks)]
async fn remainder_by_a_variable(i: Numbers) -> i32 {
    i.a % i.b
}

#[workflow(overflow_checks)]
async fn both_of_bytes(i: Numbers) -> i8 {
    i.c % -1 + i.c / -1
}

#[workflow(overflow_checks)]
async fn remainder_of_64_bits(i: Numbers) -> i64 {
    i.d % -1
}

#[workflow(overflow_checks)]
async fn parts_of_64_bits(i: Numbers) -> i64 {
    i.d / -1 + i.d % 3 + i.d / 2
}

#[workflow(overflow_checks)]
async fn quotient_by_a_variable(i: Numbers) -> i32 {
    i.a / i.b
}

macro_rules! agree {
    ($($function:ident($name:ident) as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_agrees(function_row!($function(Numbers) as $workflow), replies(), &inputs()).await;
        }
    )*};
}
agree! {
    quotient(least_number_quotient) as Quotient;
    remainder(least_number_remainder) as Remainder;
    remainder_by_a_variable(least_number_remainder_by_a_variable) as RemainderByAVariable;
    both_of_bytes(least_number_both_of_bytes) as BothOfBytes;
    remainder_of_64_bits(least_number_remainder_of_64_bits) as RemainderOf64Bits;
    parts_of_64_bits(least_number_parts_of_64_bits) as PartsOf64Bits;
    quotient_by_a_variable(least_number_quotient_by_a_variable) as QuotientByAVariable;
}
