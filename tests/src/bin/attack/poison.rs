//! Expressions that compute for ever, or need all memory, if no budget limits them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::Setup;
use crate::target::Target;

/// All functions of JSONata and of Step Functions that take arguments.
const FUNCTIONS: &str = "string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join match replace \
    base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl number abs floor ceil round power sqrt formatNumber \
    formatBase formatInteger parseInteger sum max min average boolean not exists count append sort reverse shuffle distinct zip keys lookup \
    spread merge sift each error assert type fromMillis toMillis map filter single reduce partition range hash random parse";

/// Arguments; `$a` is the large input.
const ARGUMENTS: [&str; 9] = [
    "$a",
    "[1..300000]",
    "[1..300000].$string()",
    "$reverse($a)",
    "'a'",
    "/(a+)+b/",
    "1000000000",
    "function($x, $y) { $x = $y }",
    "function($x, $y) { $append($x, $y) }",
];

/// Expressions that are no single call.
const FORMS: [&str; 14] = [
    "$count($distinct([1..360144]))",
    "$count($keys($merge([1..100000].{$string($): $})))",
    "$count([1..100000]{$string($): $})",
    "$count([1..100000].{'k': $ % 50000}{$string(k): $})",
    "$count($distinct($a))",
    "$count([1..3000].(function($x) { [1..3000][$ = $x] })($))",
    "($f := function($x) { $f($x) }; $f(1))",
    "($f := function($x) { $f($x & $x) }; $f('ab'))",
    "($f := function($x) { $f([$x, $x]) }; $f(1))",
    "$count([1..9999999])",
    "$reduce([1..300000], function($x, $y) { $x & $string($y) })",
    "$count([1..200000]^(<$ % 7, >$))",
    "$a in [1..300000]",
    "$count($a.**)",
];

/// The time in which an evaluation ends, next to others.
const BOUND: Duration = Duration::from_secs(30);
/// Executions that are open at the same time.
const OPEN: usize = 4;

pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let mut target = Target::start(setup, [] as [&str; 0]).await?;
    let inputs = inputs();
    let mut open = VecDeque::new();
    let (mut evaluations, mut limited, mut longest) = (0_usize, 0_usize, Duration::ZERO);
    let expressions = expressions(setup);
    for (number, expression) in expressions.iter().enumerate() {
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "P", "States": {
            "P": {"Type": "Pass", "End": true, "Output": format!("{{% ($a := $states.input.a; {expression}) %}}")},
        }});
        let name = format!("p{number}");
        // The server refuses some calls, for example those with too few arguments.
        let Ok(machine) = target.create(&name, "STANDARD", &definition).await else {
            continue;
        };
        for input in &inputs {
            let execution = target.start_execution(&machine, input).await?;
            open.push_back((execution, Instant::now(), expression));
            evaluations += 1;
            while open.len() >= OPEN {
                end(&mut target, &mut open, &mut limited, &mut longest).await?;
            }
        }
    }
    while !open.is_empty() {
        end(&mut target, &mut open, &mut limited, &mut longest).await?;
    }
    let seen = target.finish(setup).await?;
    Ok(format!(
        "{evaluations} evaluations, {limited} ended by a limit, the longest after {:.1} s; {seen}",
        longest.as_secs_f64()
    ))
}

type Open<'e> = VecDeque<(Json, Instant, &'e String)>;

/// Waits for the end of the oldest execution.
async fn end(
    target: &mut Target,
    open: &mut Open<'_>,
    limited: &mut usize,
    longest: &mut Duration,
) -> Result<(), String> {
    let Some((execution, begun, expression)) = open.pop_front() else {
        return Ok(());
    };
    let ended = target.end_of(&execution, BOUND).await;
    let ended = ended.map_err(|error| format!("`{expression}`: {error}"))?;
    *longest = begun.elapsed().max(*longest);
    match ended["error"].as_str() {
        None => Ok(()),
        Some("States.QueryEvaluationError" | "States.DataLimitExceeded" | "States.Runtime") => {
            *limited += 1;
            Ok(())
        }
        Some(error) => Err(format!("`{expression}` failed with {error}")),
    }
}

/// Inputs of almost 256 KB: different numbers, different texts, an object, objects, and one text.
fn inputs() -> Vec<Json> {
    let objects: Vec<Json> = (0..8_000).map(|n| json!({"id": n, "g": n % 90})).collect();
    let object: serde_json::Map<String, Json> =
        (0..15_000).map(|n| (format!("k{n}"), n.into())).collect();
    vec![
        json!({"a": (0..40_000).collect::<Vec<_>>()}),
        json!({"a": (0..20_000).map(|n| format!("t{n}")).collect::<Vec<_>>()}),
        json!({"a": object}),
        json!({"a": objects}),
        json!({"a": "a".repeat(250_000)}),
    ]
}

/// A part of all calls with one and two arguments, and the other forms.
fn expressions(setup: &Setup) -> Vec<String> {
    let mut calls = Vec::new();
    for function in FUNCTIONS.split_whitespace() {
        for first in ARGUMENTS {
            calls.push(format!("$type(${function}({first}))"));
            for second in ARGUMENTS {
                calls.push(format!("$type(${function}({first}, {second}))"));
            }
        }
        calls.push(format!("$type(${function}($a, 'a', $a))"));
        calls.push(format!("$type(${function}([1..300000], [1..300000], 1))"));
    }
    // Each night others.
    let step = setup.choose(211, 12);
    let seed = usize::try_from(setup.seed).unwrap_or_default();
    let some = calls.into_iter().skip(seed % step).step_by(step);
    let forms = FORMS.map(str::to_owned).into_iter();
    forms
        .take(setup.choose(2, FORMS.len()))
        .chain(some)
        .collect()
}
