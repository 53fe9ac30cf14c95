//! Changes of variables: several without a state between them, of fields, and through mutable
//! references; conditions and patterns of every form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::function::*;

use super::script::Replies;
use super::{assert_agrees, function_row};

#[derive(Debug, thiserror::Error, TaskError)]
enum StepError {
    #[error("busy")]
    Busy,
}

#[derive(Debug, thiserror::Error, TaskError)]
enum Ended {
    #[error(transparent)]
    #[task_error(transparent)]
    Step(#[from] StepError),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Line {
    count: i64,
    tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Basket {
    id: String,
    total: i64,
    line: Line,
    list: Vec<i64>,
    note: Option<i64>,
}

const FRESH: &str = "fresh";

struct Limits;

impl Limits {
    const TOP: i64 = 4;
    const OLD: &'static str = "old";
}

#[task]
async fn step(site: String, n: i64) -> Result<i64, StepError>;

fn replies() -> Replies {
    Replies::new().task::<step>(|draw, _| match draw.number(5) {
        0 => PlainReply::Error(StepError::Busy),
        _ => PlainReply::Output((draw.number(7) as i64 - 2).into()),
    })
}

fn basket(id: &str, total: i64, list: &[i64], note: Option<i64>) -> Value {
    json!({"id": id, "total": total, "line": {"count": total + 1, "tags": ["a"]}, "list": list, "note": note})
}

fn inputs() -> Vec<Value> {
    vec![
        basket("fresh", 3, &[1, 2, 3], None),
        basket("old", 0, &[], Some(7)),
        basket("", 4, &[9], Some(0)),
        basket("other", -2, &[0, 0, 5, 8], Some(-1)),
    ]
}

/// Several changes of one variable without a state between them.
#[workflow]
async fn repeated(input: Basket) -> Result<Basket, Ended> {
    let mut list = Vec::new();
    list.push(1);
    list.push(input.total);
    let mut text = String::new();
    text.push_str(&input.id);
    text.push('-');
    text.push_str("x");
    let mut n = input.total;
    n += 1;
    n += 2;
    let between = n;
    n -= 5;
    n *= 2;
    list.extend(vec![n, between]);
    list.push(list.len() as i64);
    n = step("a".to_owned(), n).await?;
    n += 1;
    n %= 7;
    list.push(n);
    for item in &input.list {
        n += item;
        n += 1;
        text.push('y');
        text.push_str("z");
        list.push(n);
        list.push(*item);
    }
    if n > 3 {
        list.push(0);
        list.push(n);
    } else {
        n = 0;
        n -= 5;
        n += 1;
    }
    let sum = match input.note {
        Some(note) => {
            list.push(note);
            list.push(note + 1);
            note
        }
        None => 0,
    };
    n += sum;
    n += sum;
    Ok(Basket {
        id: text,
        total: n,
        list,
        ..input
    })
}

/// Values whose type only the declaration of their variable has.
#[workflow]
async fn declared_types(input: Basket) -> Result<Basket, Ended> {
    let mut list: Vec<i64> = Vec::<i64>::new();
    list.extend(input.list.iter().map(|item| item + 1).collect::<Vec<_>>());
    list.push(60 / (input.total - input.total + 4));
    let mut note: Option<i64> = None;
    note = note.or(input.note);
    note = note.map(|note| note + 1);
    note = note.filter(|note| *note > 1);
    let n = step("a".to_owned(), list.len() as i64).await?;
    let mut text = String::new();
    text.push_str(&input.id);
    text = format!("{text}{text}");
    text.push_str(&text.clone());
    Ok(Basket {
        id: text,
        total: n + note.unwrap_or(0),
        list,
        ..input
    })
}

#[tokio::test]
async fn repeated_changes_of_a_variable_with_a_declared_type() {
    assert_agrees(
        function_row!(declared_types(Basket) as DeclaredTypes),
        replies(),
        &inputs(),
    )
    .await;
}

#[tokio::test]
async fn repeated_changes_of_a_variable() {
    assert_agrees(
        function_row!(repeated(Basket) as Repeated),
        replies(),
        &inputs(),
    )
    .await;
}

/// Fields are assigned as a new value of the whole variable.
#[workflow]
async fn fields(input: Basket) -> Result<Basket, Ended> {
    let mut basket = input.clone();
    basket.total = 5;
    basket.total += input.total;
    basket.line.count -= 2;
    basket.line.tags.push("b".to_owned());
    basket.list.push(basket.total);
    basket.note = Some(basket.line.count);
    basket.id.push_str("!");
    basket.total = step("a".to_owned(), basket.total).await?;
    basket.line = Line {
        count: basket.line.count * 2,
        ..basket.line
    };
    for item in &input.list {
        basket.total += item;
        basket.list.push(basket.total);
    }
    basket.line.count = if basket.total > 3 {
        step("b".to_owned(), 1).named("Large").await?
    } else {
        basket.total + 1
    };
    Ok(basket)
}

#[tokio::test]
async fn assigned_fields() {
    assert_agrees(
        function_row!(fields(Basket) as Fields),
        replies(),
        &inputs(),
    )
    .await;
}

/// A mutable reference to a variable is another name for it.
#[workflow]
async fn references(input: Basket) -> Result<Basket, Ended> {
    let mut total = input.total;
    let mut list = input.list.clone();
    let mut text = input.id.clone();
    let mut basket = input.clone();
    {
        let r = &mut total;
        *r += 1;
        *r = *r * 2;
        let again = &mut *r;
        *again -= 3;
        let moved = again;
        *moved += 10;
    }
    let reference: &mut Vec<i64> = &mut list;
    reference.push(total);
    reference.push(reference.len() as i64);
    let t = &mut text;
    t.push('x');
    t.push_str("y");
    let p = &mut basket;
    p.total = 9;
    p.line.count += p.total;
    (*p).note = None;
    let total = step("a".to_owned(), p.total).await?;
    *p = Basket { total, ..p.clone() };
    let list_2 = &list;
    Ok(Basket {
        list: list_2.clone(),
        id: text,
        ..basket
    })
}

#[tokio::test]
async fn changes_through_references() {
    assert_agrees(
        function_row!(references(Basket) as References),
        replies(),
        &inputs(),
    )
    .await;
}

/// The item of a loop or of a Map is assigned anew, as a whole, by a part, or through a method.
#[workflow]
async fn changed_items(input: Basket) -> Result<Vec<i64>, Ended> {
    let mut changed = Vec::new();
    for mut item in input.list.clone() {
        item += 1;
        if item > 2 {
            item = step("a".to_owned(), item).await?;
        }
        changed.push(item);
    }
    let mapped = map(input.list.clone(), async |mut item| {
        item *= 2;
        item = item - 1;
        if item > 3 {
            item = step("n".to_owned(), item).await?;
        }
        Ok::<i64, StepError>(item)
    })
    .await?;
    let lists = map(
        vec![input.line.clone(), input.line.clone()],
        async |mut line| {
            line.count += input.total;
            line.tags.push(input.id.clone());
            let n = step("n".to_owned(), line.count).await?;
            line = Line { count: n, ..line };
            Ok::<i64, StepError>(line.count + line.tags.len() as i64)
        },
    )
    .await?;
    changed.extend(mapped);
    changed.extend(lists);
    Ok(changed)
}

#[tokio::test]
async fn changes_of_items() {
    assert_agrees(
        function_row!(changed_items(Basket) as ChangedItems),
        replies(),
        &inputs(),
    )
    .await;
}

/// A list that the loop changes is iterated as it was before.
#[workflow]
async fn changed_in_its_loop(input: Basket) -> Vec<i64> {
    let mut list = input.list.clone();
    for item in list.clone() {
        list.push(item * 2);
    }
    let mut basket = input;
    #[state(EachOfBasket)]
    for item in basket.list.clone() {
        basket.list.push(item + 1);
    }
    #[state(EachAgain)]
    for item in list.clone() {
        let r = &mut list;
        r.push(item);
    }
    list.extend(basket.list);
    list
}

#[tokio::test]
async fn a_list_that_its_loop_changes() {
    assert_agrees(
        function_row!(changed_in_its_loop(Basket) as ChangedInItsLoop),
        replies(),
        &inputs(),
    )
    .await;
}

/// Chains of conditions with several patterns, around calls.
#[workflow]
async fn chains(input: Basket) -> Result<i64, Ended> {
    let mut sum = 0;
    if input.total > 0
        && let Some(note) = input.note
    {
        sum += step("a".to_owned(), note).await?;
    }
    if let Some(note) = input.note
        && note > -1
        && let Some(first) = input.list.first().copied()
        && first > 0
    {
        sum += step("b".to_owned(), note + first).named("Both").await?;
    } else if input.id.is_empty()
        && let Some(last) = input.list.last().copied()
    {
        sum += step("c".to_owned(), last).named("Last").await?;
    } else {
        sum -= 1;
    }
    if sum < 5
        && let Ok(n) = step("d".to_owned(), sum).named("Tried").await
        && n > 1
        && let Some(note) = input.note
    {
        sum += n + note;
    } else {
        sum -= 2;
    }
    let mut at = 0;
    let mut note = input.note;
    while at < 3
        && let Some(n) = note
        && n < 9
    {
        at += 1;
        note = Some(n + step("e".to_owned(), at).named("Turn").await?);
    }
    Ok(sum + at)
}

#[tokio::test]
async fn chains_of_conditions() {
    assert_agrees(
        function_row!(chains(Basket) as Chains),
        replies(),
        &inputs(),
    )
    .await;
}

/// Constants, also of types, and full paths in patterns.
#[workflow]
async fn patterns(input: Basket) -> std::result::Result<i64, Ended> {
    let of_id = match input.id.as_str() {
        FRESH => step("a".to_owned(), 1).named("Fresh").await?,
        Limits::OLD => 2,
        "" => 3,
        _ => 4,
    };
    let of_total = match input.total {
        Limits::TOP => 10,
        0..Limits::TOP => 20,
        _ => 30,
    };
    let small = if matches!(input.id.as_str(), FRESH | Limits::OLD) {
        1
    } else {
        0
    };
    let called = match step("b".to_owned(), of_total).named("Called").await {
        std::result::Result::Ok(n) => n,
        Result::Err(StepError::Busy) => -1,
        Err(_) => -2,
    };
    let note = match input.note {
        std::option::Option::Some(note) => note,
        Option::None => step("c".to_owned(), 0).named("None").await?,
    };
    if let Option::Some(first) = input.list.first().copied()
        && first == Limits::TOP
    {
        return Result::Ok(0);
    }
    #[state(Sum)]
    std::result::Result::Ok(of_id + of_total + small + called + note)
}

#[tokio::test]
async fn constants_and_full_paths_in_patterns() {
    assert_agrees(
        function_row!(patterns(Basket) as Patterns),
        replies(),
        &inputs(),
    )
    .await;
}
