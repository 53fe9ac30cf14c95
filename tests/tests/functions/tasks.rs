//! The tasks, types and nested workflows of random functions, and the replies of the tasks.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::draw::Draw;
use super::script::Replies;

/// The input of each function.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Input {
    pub n: i64,
    pub text: String,
    pub flag: bool,
    pub list: Vec<i64>,
    pub maybe: Option<i64>,
    pub item: Item,
    pub shape: Shape,
    pub at: DateTime<Utc>,
}

/// A struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub struct Item {
    pub name: String,
    pub count: i64,
    pub tags: Vec<i64>,
    pub note: Option<i64>,
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
pub enum Shape {
    Dot,
    Line { len: i64 },
    Named(String),
}

/// The answer to a task token.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
#[serde(tag = "answer", content = "data")]
pub enum Answer {
    Yes { by: String },
    No(i64),
    Later,
}

/// Functions that random functions call in values. Their names of parameters and variables are those of the callers, of JSONata and of generated code.
#[expression]
pub fn weight(item: &Item, states: i64) -> i64 {
    let n = item.count + states;
    if n > 9 {
        return n - 9;
    }
    let Some(value) = first_tag(item) else {
        return item.name.chars().count() as i64 + share(n, 3);
    };
    item.tags
        .iter()
        .map(|item| item + value + states)
        .sum::<i64>()
}

/// The first tag, or the note of an item without tags.
#[expression]
pub fn first_tag(x: &Item) -> Option<i64> {
    if x.tags.is_empty() {
        let note = x.note?;
        return Some(note);
    }
    x.tags.first().copied()
}

#[expression]
pub fn share(n: i64, of: i64) -> i64 {
    n / of
}

/// The second argument; the first one is computed, too.
#[expression]
pub fn second(_: i64, second: i64) -> i64 {
    second
}

#[expression]
pub fn is_heavy(x: &Item, item: i64) -> bool {
    weight(x, second(item, 2)) > item && !x.name.is_empty()
}

#[expression]
pub fn label(shape: &Shape, text: &str) -> String {
    match shape {
        Shape::Line { len: text } => format!("line {text}"),
        Shape::Named(shape) if shape.as_str() == text => "same".to_owned(),
        Shape::Named(name) => format!("{name}-{text}"),
        Shape::Dot => text.to_owned(),
    }
}

#[expression]
pub fn shifted(list: &[i64], n: i64) -> Vec<i64> {
    list.iter().map(|list| second(*list, list + n)).collect()
}

#[expression]
pub fn retagged(item: &Item, tags: Vec<i64>) -> Item {
    Item {
        tags,
        ..item.clone()
    }
}

#[expression]
pub fn longer(shape: Shape, len: i64) -> Shape {
    match shape {
        Shape::Line { len: n } => Shape::Line { len: n + len },
        other => other,
    }
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum WorkError {
    #[error("busy")]
    Busy,
    #[error("refused: {reason}, {code}")]
    Refused { reason: String, code: i64 },
    #[error("odd: {0}")]
    Odd(i64),
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum PickError {
    #[error("nothing to pick")]
    Empty,
    #[error("odd: {n}")]
    Odd { n: i64 },
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum ChildError {
    #[error(transparent)]
    #[task_error(transparent)]
    Work(#[from] WorkError),
    #[error("negative: {value}")]
    Negative { value: i64 },
    #[error("{above} is above {limit}")]
    Large { limit: i64, above: i64 },
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum EndError {
    #[error("zero")]
    Zero,
    #[error("at {0}")]
    At(i64),
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum DeepError {
    #[error(transparent)]
    #[task_error(transparent)]
    End(#[from] EndError),
    #[error("own")]
    Own,
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum SideError {
    #[error("side {n}")]
    Only { n: i64 },
}

/// The error of a task, with others inside on two levels.
#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum StackError {
    #[error(transparent)]
    #[task_error(transparent)]
    Side(#[from] SideError),
    #[error(transparent)]
    #[task_error(transparent)]
    Deep(#[from] DeepError),
    #[error("{by} over")]
    Over { by: i64 },
}

#[derive(Debug, Clone, thiserror::Error, TaskError)]
pub enum FlowError {
    #[error(transparent)]
    #[task_error(transparent)]
    Work(#[from] WorkError),
    #[error(transparent)]
    #[task_error(transparent)]
    Pick(#[from] PickError),
    #[error(transparent)]
    #[task_error(transparent)]
    Child(#[from] ChildError),
    #[error(transparent)]
    #[task_error(transparent)]
    Stack(#[from] StackError),
    #[error("stopped")]
    Stopped,
    #[error("count {0}")]
    Count(i64),
    #[error("rejected at {at}: {reason}")]
    Rejected { at: i64, reason: String },
    #[error("inexact")]
    Inexact { ratio: f64, all: Vec<i64> },
}

#[task]
pub async fn step(site: String, n: i64) -> Result<i64, WorkError>;
#[task]
pub async fn stack(site: String, n: i64) -> Result<i64, StackError>;
#[task]
pub async fn look(site: String, text: String) -> Result<Option<i64>, WorkError>;
#[task]
pub async fn pick(site: String, list: Vec<i64>) -> Result<Shape, PickError>;
#[task]
pub async fn build(site: String, n: i64, text: String) -> Item;
#[task]
pub async fn tell(site: String, text: String);
#[task]
pub async fn send(site: String, data: Value);
#[task]
pub async fn gather(site: String, n: i64) -> Result<Vec<i64>, WorkError>;
#[task]
pub async fn check(site: String, item: Item) -> Result<bool, PickError>;
#[task]
pub async fn ask(site: String, n: i64, token: String);

/// Returns its single argument, which may be `null`.
#[task]
pub async fn same(value: Option<i64>) -> Option<i64> {
    value
}

/// Returns its single argument, which is a time.
#[task]
pub async fn same_time(value: DateTime<Utc>) -> DateTime<Utc> {
    value
}

/// A nested workflow whose input may be `null`.
#[workflow]
pub async fn known(value: Option<i64>) -> i64 {
    value.unwrap_or(7)
}

/// The input of the nested workflow.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
pub struct ChildInput {
    pub site: String,
    pub n: i64,
}

/// A nested workflow.
#[workflow]
pub async fn child(input: ChildInput) -> Result<String, ChildError> {
    let first = step(&input.site, input.n).named("ChildFirst").await?;
    if first < 0 {
        return Err(ChildError::Negative { value: first });
    }
    #[state(IfLarge)]
    if first > 5 {
        return Err(ChildError::Large {
            limit: 5,
            above: first,
        });
    }
    sleep(secs(1)).await;
    let second = match step(&input.site, first + 100).named("ChildSecond").await {
        Ok(second) => second,
        Err(WorkError::Odd(n)) => n,
        Err(e) => return Err(e.into()),
    };
    Ok(format!("child {first} {second}"))
}

fn small(draw: &mut Draw) -> i64 {
    draw.number(9) as i64 - 2
}

fn list(draw: &mut Draw) -> Vec<i64> {
    (0..draw.number(4)).map(|_| small(draw)).collect()
}

fn item(draw: &mut Draw) -> Item {
    Item {
        name: format!("i{}", draw.number(5)),
        count: small(draw),
        tags: list(draw),
        note: (draw.number(2) == 0).then(|| small(draw)),
    }
}

fn shape(draw: &mut Draw) -> Shape {
    match draw.number(3) {
        0 => Shape::Dot,
        1 => Shape::Line { len: small(draw) },
        _ => Shape::Named(format!("s{}", draw.number(5))),
    }
}

/// A failure in some cases, which the site allows.
fn failure<E>(
    draw: &mut Draw,
    arguments: &[Value],
    own: impl Fn(&mut Draw) -> E,
) -> Option<PlainReply<E>> {
    let mut site = arguments[0].as_str().unwrap_or_default().chars();
    if site.next() == Some('n') || draw.number(4) > 0 {
        return None;
    }
    let is_timed = site.next() == Some('t');
    Some(match draw.number(8) {
        0 => PlainReply::Failure("Lambda.Unknown".to_owned(), "the host ended".to_owned()),
        1 => PlainReply::Failure("Other.Error".to_owned(), String::new()),
        2 if is_timed => PlainReply::Never,
        3 if is_timed => PlainReply::Failure("States.Timeout".to_owned(), "late".to_owned()),
        _ => PlainReply::Error(own(draw)),
    })
}

fn work_error(draw: &mut Draw) -> WorkError {
    match draw.number(3) {
        0 => WorkError::Busy,
        1 => WorkError::Refused {
            reason: format!("r{}", draw.number(4)),
            code: small(draw),
        },
        _ => WorkError::Odd(small(draw)),
    }
}

fn stack_error(draw: &mut Draw) -> StackError {
    match draw.number(5) {
        0 => SideError::Only { n: small(draw) }.into(),
        1 => StackError::Deep(EndError::Zero.into()),
        2 => StackError::Deep(EndError::At(small(draw)).into()),
        3 => DeepError::Own.into(),
        _ => StackError::Over { by: small(draw) },
    }
}

fn pick_error(draw: &mut Draw) -> PickError {
    match draw.number(2) {
        0 => PickError::Empty,
        _ => PickError::Odd { n: small(draw) },
    }
}

fn other_failure<E>(draw: &mut Draw, arguments: &[Value]) -> Option<PlainReply<E>> {
    match failure(draw, arguments, |_| ())? {
        PlainReply::Failure(error, cause) => Some(PlainReply::Failure(error, cause)),
        PlainReply::Never => Some(PlainReply::Never),
        PlainReply::Output(_) | PlainReply::Error(()) => None,
    }
}

fn replied<E>(failed: Option<PlainReply<E>>, value: impl Serialize) -> PlainReply<E> {
    failed.unwrap_or_else(|| PlainReply::Output(serde_json::to_value(value).unwrap_or_default()))
}

/// The replies of all tasks.
pub fn replies() -> Replies {
    Replies::new()
        .task::<step>(|draw, arguments| {
            replied(
                failure(draw, arguments, work_error),
                match arguments[0].as_str() {
                    // A nested workflow fails with a negative number.
                    Some(site) if site.starts_with('n') => draw.number(6) as i64,
                    _ => small(draw),
                },
            )
        })
        .task::<stack>(|draw, arguments| {
            replied(failure(draw, arguments, stack_error), small(draw))
        })
        .task::<look>(|draw, arguments| {
            replied(
                failure(draw, arguments, work_error),
                (draw.number(2) == 0).then(|| small(draw)),
            )
        })
        .task::<pick>(|draw, arguments| replied(failure(draw, arguments, pick_error), shape(draw)))
        .task::<build>(|draw, arguments| replied(other_failure(draw, arguments), item(draw)))
        .task::<tell>(|draw, arguments| replied(other_failure(draw, arguments), ()))
        .task::<send>(|draw, arguments| replied(other_failure(draw, arguments), ()))
        .task::<gather>(|draw, arguments| replied(failure(draw, arguments, work_error), list(draw)))
        .task::<check>(|draw, arguments| {
            replied(failure(draw, arguments, pick_error), draw.number(2) == 0)
        })
        .task::<ask>(|draw, arguments| {
            replied(
                other_failure(draw, arguments),
                match draw.number(3) {
                    0 => Answer::Yes {
                        by: format!("p{}", draw.number(4)),
                    },
                    1 => Answer::No(small(draw)),
                    _ => Answer::Later,
                },
            )
        })
}

/// Times with every number of digits, near the start of the virtual time and near 1970.
const TIMES: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2026-01-01 00:00:00.0000001 UTC",
    "2025-12-31T23:59:59.999999999Z",
    "2026-01-01t01:00:05.5+01:00",
    "1969-12-31T23:59:59.9999Z",
    "2024-02-29T12:00:00.123Z",
];

/// Inputs of every kind, with the number of a script.
pub fn runs(count: usize) -> Vec<(Value, u64)> {
    let mut draw = Draw(7);
    let texts = ["", "a", "b c", "ü"];
    (0..count as u64)
        .map(|seed| {
            let input = json!({
                "n": small(&mut draw),
                "text": texts[draw.number(texts.len())],
                "flag": draw.number(2) == 0,
                "list": list(&mut draw),
                "maybe": (draw.number(2) == 0).then(|| small(&mut draw)),
                "item": item(&mut draw),
                "shape": shape(&mut draw),
                "at": TIMES[draw.number(TIMES.len())],
            });
            (input, seed)
        })
        .collect()
}
