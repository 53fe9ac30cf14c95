//! Results of arithmetic outside of their integer type fail the state where Rust panics, and no
//! check is written where none is needed.

use crate::same::agree;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    a: u32,
    b: u32,
    small: u8,
    tiny: i8,
    long: u64,
    size: usize,
    signed: i64,
    yes: bool,
    list: Vec<u32>,
    option: Option<u32>,
}

const THREE: u32 = 3;
const LESS: i64 = 3;

fn inputs() -> Vec<Input> {
    let numbers = [0, 1, 2, 3, 7, 200];
    let mut inputs = Vec::new();
    for a in numbers {
        for b in numbers {
            inputs.push(Input {
                a,
                b,
                small: a as u8,
                tiny: b as i8,
                long: u64::from(b),
                size: a as usize,
                signed: i64::from(a) - i64::from(b),
                yes: a > b,
                list: (0..a % 4).map(|n| n + b).collect(),
                option: (b != 2).then_some(a),
            });
        }
    }
    inputs
}

/// Declares a workflow for each expression, and the same expression as a Rust function; the test compares their results and counts the checks.
macro_rules! alike {
    ($test:ident [$($option:tt)*] $checks:literal |$i:ident| $($workflow:ident, $rust:ident($ty:ty) [$($value:tt)+])*) => {
        alike! { @each [$($option)*] $i $($workflow, $rust($ty) [$($value)+])* }

        #[tokio::test]
        async fn $test() {
            let mut wrong = Vec::new();
            $(
                let text = $workflow::build().expect("it can be built").to_json();
                if text.contains("$error('attempt to") != $checks {
                    wrong.push(format!("{}\n{text}", stringify!($($value)+)));
                }
                let one = tokio::spawn(agree::<$workflow>($rust, inputs()));
                if let Err(failed) = one.await {
                    let failed = failed.into_panic();
                    let why = failed.downcast_ref::<String>().cloned().unwrap_or_default();
                    wrong.push(format!("{}\n{why}", stringify!($($value)+)));
                }
            )*
            assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
        }
    };
    (@each [$($option:tt)*] $i:ident $workflow:ident, $rust:ident($ty:ty) [$($value:tt)+] $($rest:tt)*) => {
        workflow! {
            workflow $workflow($i: Input) -> $ty {
                $($option)*
                allow unused_variables;
                pass Only { end { $($value)+ }; }
            }
        }

        #[allow(unused, clippy::all, clippy::pedantic, arithmetic_overflow, reason = "as users may write it")]
        fn $rust($i: Input) -> $ty { $($value)+ }

        alike! { @each [$($option)*] $i $($rest)* }
    };
    (@each [$($option:tt)*] $i:ident) => {};
}

alike! {
    a_negative_difference_of_unsigned_integers_fails_as_in_rust [] true |i|
    Plain, plain(u32) [i.a - i.b]
    One, one(u32) [i.a - 1]
    FromLiteral, from_literal(u32) [3 - i.a]
    Bytes, bytes(u8) [i.small - 1]
    Long, long(u64) [i.long - 2]
    Length, length(usize) [i.list.len() - 1]
    LengthLess, length_less(usize) [i.size - i.list.len()]
    Constant, constant(u32) [i.a - THREE]
    FromConstant, from_constant(u32) [THREE - i.a]
    Converted, converted(u64) [u64::from(i.a) - u64::from(i.b)]
    Cast, cast(u64) [i.a as u64 - i.b as u64]
    LengthCast, length_cast(u64) [i.list.len() as u64 - 1]
    Twice, twice(u32) [i.a - i.b - 1]
    OfSum, of_sum(u32) [(i.a + 1) - (i.b + 2)]
    OfProduct, of_product(u32) [i.a * 2 - i.b * 3]
    InClosure, in_closure(Vec<u32>) [i.list.iter().map(|n| n - 1).collect()]
    InAny, in_any(bool) [i.list.iter().any(|n| n - 1 > 200)]
    InFold, in_fold(u32) [i.list.iter().fold(5, |left, n| left - n)]
    Position, position(usize) [i.list.iter().position(|n| *n > 2).unwrap_or(0) - 1]
    Enumerated, enumerated(Vec<usize>) [i.list.iter().enumerate().map(|(at, _)| at - 1).collect()]
    Count, count(usize) [i.list.iter().filter(|n| **n > 3).count() - 1]
    Sum, sum(u32) [i.list.iter().sum::<u32>() - i.a]
    Least, least(u32) [i.a.min(i.b) - 1]
    Some_, some(u32) [i.option.unwrap_or(0) - 1]
    Mapped, mapped(Option<u32>) [i.option.map(|n| n - i.b)]
    Matched, matched(u32) [match i.option { Some(n) => n - 1, None => 0 }]
    Either, either(u32) [(if i.yes { 5 } else { i.b }) - i.a]
    OtherBranch, other_branch(u32) [if i.a >= i.b { 0 } else { i.a - i.b }]
    WrongBound, wrong_bound(u32) [if i.a > 0 { i.a - 2 } else { 0 }]
    Local, local(u32) [{ let less = i.a - i.b; if i.yes { less } else { 0 } }]
    Unread, unread(u32) [{ let less = i.a - i.b; i.a }]
    UnreadPart, unread_part(u32) [(i.a, i.a - i.b).0]
    LiteralLocals, literal_locals(u32) [{ let few: u32 = if i.yes { 2 } else { 5 }; let more: u32 = if i.yes { 1 } else { 7 }; few - more }]
    Index, index(u32) [i.list[i.list.len() - 1]]
}

alike! {
    no_check_is_written_where_none_is_needed [] false |i|
    Tested, tested(u32) [if i.a >= i.b { i.a - i.b } else { 0 }]
    TestedOption, tested_option(Option<u32>) [if i.a > i.b { Some(i.a - i.b) } else { None }]
    TestedOtherwise, tested_otherwise(u32) [if i.a < i.b { 0 } else { i.a - i.b }]
    NotZero, not_zero(u32) [if i.a == 0 { 0 } else { i.a - 1 }]
    And, and(bool) [i.a > 0 && i.a - 1 > i.b]
    Or, or(bool) [i.a == 0 || i.a - 1 > i.b]
    MatchedNumber, matched_number(u32) [match i.a { 0 => 0, n => n - 1 }]
    MatchedTwo, matched_two(u32) [match i.a { 0 => 0, 1 => 5, n => n - 2 }]
    MatchedRange, matched_range(u32) [match i.a { 0..=2 => 0, n => n - 3 }]
    MatchedAlternatives, matched_alternatives(u32) [match i.a { 0 | 1 => 0, n => n - 2 }]
    Guarded, guarded(u32) [match i.option { Some(n) if n >= i.b => n - i.b, _ => 0 }]
    IfLet, if_let(u32) [if let Some(n) = i.option && n > 0 { n - 1 } else { 0 }]
    Then, then(Option<u32>) [(i.a >= i.b).then(|| i.a - i.b)]
    Empty, empty(usize) [if i.list.is_empty() { 0 } else { i.list.len() - 1 }]
    OfLeast, of_least(u32) [i.a - i.a.min(i.b)]
    Largest, of_largest(u32) [i.a.max(i.b) - i.b]
    Remainder, remainder(u32) [i.a - i.a % 10]
    Half, half(u32) [i.a - i.a / 2]
    Percent, percent(u32) [100 - i.a % 100]
    OfSums, of_sums(u32) [i.a + i.b - i.b]
    Constants, constants(u32) [THREE - 1]
    Signed, signed(i64) [i.signed - 5]
    SignedConstant, signed_constant(i64) [LESS - 5]
    SignedCast, signed_cast(i64) [i.a as i64 - i.b as i64]
    SignedLength, signed_length(i64) [i.list.len() as i64 - 1]
    SignedLiterals, signed_literals(i64) [{ let few: i64 = if i.yes { 2 } else { 5 }; let more: i64 = if i.yes { 1 } else { 7 }; few - more }]
    Floats, floats(f64) [f64::from(i.a) - f64::from(i.b)]
    OfLocal, of_local(u32) [{ let most = i.a.max(i.b); if most > 0 { most - 1 } else { 0 } }]
}

alike! {
    with_overflow_checks_each_operator_fails_outside_of_its_type [overflow_checks;] true |i|
    Add, add(u8) [i.small + i.small]
    AddOne, add_one(i8) [i.tiny + 100]
    Multiply, multiply(u8) [i.small * 2]
    Subtract, subtract(i8) [i.tiny - 127]
    Negate, negate(i8) [-i.tiny]
    Total, total(u8) [i.list.iter().map(|_| i.small).sum::<u8>()]
    Power, power(u8) [i.small.pow(2)]
    Product, product(u32) [i.list.iter().map(|n| n * 100_000).product::<u32>()]
}

workflow! {
    workflow Countdown(start: u32) -> u32 {
        allow unbounded_loop;
        pass Begin { let left = start; let rounds: u32 = 0; next Check; }
        choice Check {
            when left > 0 => Again;
            otherwise => Done;
        }
        pass Again { let left = left - 1; let rounds = rounds + 1; next Check; }
        succeed Done { rounds }
    }
}

workflow! {
    /// The check is needed: `left` is 0 after the first state.
    workflow Unguarded(start: u32) -> u32 {
        pass Begin { let left = start; next Check; }
        choice Check {
            when left > 0 => Less;
            otherwise => Less;
        }
        pass Less { let left = left - 1; next Done; }
        succeed Done { left }
    }
}

workflow! {
    /// The check is needed: another state has changed the variable since the test.
    workflow Changed(start: u32) -> u32 {
        pass Begin { let left = start; next Check; }
        choice Check {
            when left > 0 => Less;
            otherwise fail;
        }
        pass Less { let left = left - 1; next LessAgain; }
        pass LessAgain { let left = left - 1; next Done; }
        succeed Done { left }
    }
}

workflow! {
    workflow Attempts(start: u32) -> u32 {
        allow unbounded_loop;
        pass Begin { let left: u32 = 3; let sum = start; next Step; }
        pass Step { let left = left - 1; let sum = sum + left; next Check; }
        choice Check {
            when left == 0 => Done;
            otherwise => Step;
        }
        succeed Done { sum }
    }
}

workflow! {
    workflow Paths(start: u32) -> u32 {
        query_language JSONPath;
        pass Begin { let left = start; next Check; }
        choice Check {
            when left > 0 => Less;
            otherwise fail;
        }
        pass Less { let left = left - 1; next Done; }
        succeed Done { left }
    }
}

workflow! {
    workflow UncheckedPaths(start: u32) -> u32 {
        query_language JSONPath;
        pass Begin { let left = start; next Less; }
        pass Less { let left = left - 1; next Done; }
        succeed Done { left }
    }
}

#[tokio::test]
async fn conditions_of_earlier_states_prove_a_difference() {
    let checks = |text: String| text.matches("$error('attempt to subtract").count();
    assert_eq!(checks(Countdown::build().unwrap().to_json()), 0);
    assert_eq!(checks(Attempts::build().unwrap().to_json()), 0);
    assert_eq!(checks(Unguarded::build().unwrap().to_json()), 1);
    assert_eq!(checks(Changed::build().unwrap().to_json()), 1);
    agree::<Countdown>(|start| start, [0, 1, 5]).await;
    agree::<Attempts>(|start| start + 3, [0, 1, 5]).await;
    agree::<Unguarded>(|start| start - 1, [0, 1, 5]).await;
    agree::<Changed>(|start| start - 1 - 1, [1, 2, 5]).await;
}

#[tokio::test]
async fn jsonpath_refuses_a_difference_that_may_be_negative() {
    agree::<Paths>(|start| start - 1, [0, 1, 5]).await;
    let faults = UncheckedPaths::build().expect_err("it is refused");
    assert!(
        faults
            .to_string()
            .contains("this difference of unsigned integers may be negative"),
        "{faults}"
    );
}
