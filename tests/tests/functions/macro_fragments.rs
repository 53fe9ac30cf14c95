//! Functions that a `macro_rules!` of the user writes, with fragments of each kind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    n: i64,
    opt: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Kind {
    First,
    Second,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Output {
    sum: i64,
    kinds: (Kind, Kind),
}

#[task]
async fn echo(n: i64) -> i64;

fn replies() -> Replies {
    Replies::new().task::<echo>(|_, arguments| PlainReply::Output(arguments[0].clone()))
}

fn inputs() -> Vec<Value> {
    let options = [
        None,
        Some(1),
        Some(3),
        Some(4),
        Some(9),
        Some(-1),
        Some(-4),
        Some(7),
    ];
    let inputs = options.iter().zip(-3..);
    inputs
        .map(|(option, n): (_, i64)| json!({ "n": n, "opt": option }))
        .collect()
}

/// Expressions next to operators.
macro_rules! operands {
    ($name:ident, $a:expr, $b:expr, $c:expr) => {
        #[workflow]
        async fn $name(i: Input) -> i64 {
            let called = echo(2 * $b).await * $c;
            let text = format!("{}", $b * 2);
            let list = vec![2 * $a, $a * $b];
            let picked = if $a * 2 > 3 { $b } else { 1 } * 2;
            5 * $a + called - $c.abs() - picked
                + $b % 3
                + -$b
                + text.chars().count() as i64
                + list[0] * list[1]
                + i.n
        }
    };
}
operands!(sums, 1 + 1, 3 - 4, 2 + 2 * 3 - 1_i64);
operands!(branches, if true { 1 } else { 2 }, 1 as i64 + 1, { 3_i64 });
operands!(
    matches,
    match 3 {
        3 => 1,
        _ => 2,
    },
    -1,
    -1_i64
);

/// Expressions of expressions.
macro_rules! nested {
    ($name:ident, $a:expr) => {
        operands!($name, $a, 1 - $a, $a as i64 - 1);
    };
}
nested!(nested_sums, 1 + 1);
nested!(nested_differences, 2_i64 - 3);

/// Each other kind of fragment.
macro_rules! fragments {
    (
        $name:ident, $n:ident, $e:expr, $p:pat, $q:pat, $t:ty, $b:block, $tt:tt, $l:lifetime, $v:vis, $m:meta, $path:path, $literal:literal, $f:expr
    ) => {
        #[$m]
        #[workflow]
        $v async fn $name(i: $t) -> Output {
            let $n = i.n;
            let a = match i.opt {
                Some($p) => 1,
                Some($q | 9) => 2,
                None | Some(_) => 3,
            };
            let b = echo(2 * $e).await;
            let c = match Some(b) {
                Some(x @ $q) => x,
                Some(x) => x * 2,
                None => 0,
            };
            let mut d = $literal.max(b) - $literal;
            $l: loop {
                d += echo(1).await;
                if d > 3 {
                    break $l;
                }
                d += $tt * 2;
            }
            let list: Vec<i64> = [1, 2].into_iter().map($f).collect();
            let sum = a * 100 + b * 10 + c * $e + d + list.iter().sum::<i64>() + if a > 2 $b else { 7 };
            Output { sum, kinds: ($path, Kind::Second) }
        }
    };
}
fragments!(
    alternatives, n, n + 1, 1 | 2, 3 | 4, Input, { 1 }, (2 + 3), 'outer, pub(in self), doc = "A", Kind::First, 5, |x| x + 1
);
fragments!(
    ranges, n, n - 1, 1..=3, -1..=0 | 7, Input, { 1 + 1 }, 4, 'l, pub(in self), allow(dead_code), self::Kind::First, -5_i64, |x| -x
);
fragments!(
    negative, n, -n, -4, 5, Input, { 3 }, 4, 'r, , doc = "B", Kind::First, -5_i64, |x| x
);

macro_rules! bodies {
    ($task:ident, $fragment:ident, $expression:ident, $x:ident, $e:expr) => {
        #[task]
        async fn $task($x: i64) -> i64 {
            5 * $e
        }

        #[fragment]
        async fn $fragment($x: i64) -> i64 {
            5 * $e - echo(2 * $e).await
        }

        #[expression]
        fn $expression($x: i64) -> i64 {
            5 * $e - $e
        }
    };
}
bodies!(in_a_task, in_a_fragment, in_an_expression, x, x + 1);

#[workflow]
async fn calls(i: Input) -> i64 {
    in_a_task(i.n).await * 100 + in_a_fragment(i.n).await * 10 + in_an_expression(i.n)
}

/// The body of the task runs, too.
#[tokio::test]
async fn bodies_of_a_macro() {
    let input = Input { n: 3, opt: None };
    let run = PlainRun::new().mock::<echo>(|n: i64| Ok(n));
    assert_eq!(run.block_on(calls(input)), Ok(2000 + (20 - 8) * 10 + 16));
    assert_agrees(function_row!(calls(Input) as Calls), replies(), &inputs()).await;
}

macro_rules! agree {
    ($($function:ident($name:ident) as $workflow:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_agrees(function_row!($function(Input) as $workflow), replies(), &inputs()).await;
        }
    )*};
}
agree! {
    sums(sums_of_a_macro) as Sums;
    branches(branches_of_a_macro) as Branches;
    matches(matches_of_a_macro) as Matches;
    nested_sums(nested_sums_of_a_macro) as NestedSums;
    nested_differences(nested_differences_of_a_macro) as NestedDifferences;
    alternatives(alternatives_of_a_macro) as Alternatives;
    ranges(ranges_of_a_macro) as Ranges;
    negative(negative_of_a_macro) as Negative;
}
