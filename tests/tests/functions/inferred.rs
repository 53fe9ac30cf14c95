//! Arguments whose type only the parameter determines.

use std::collections::BTreeMap;

use serde_json::json;
use stepwright::function::*;
use stepwright_runtime::Engine;

#[task]
async fn say(text: String) -> String {
    text
}

#[task]
async fn list(items: Vec<i64>) -> usize {
    items.len()
}

#[task]
async fn table(rows: BTreeMap<String, i64>, name: String) -> usize {
    rows.len() + name.len()
}

#[task]
async fn number(n: u32) -> u32 {
    n
}

#[workflow]
async fn inferred(input: Vec<i64>) -> Vec<String> {
    let first = say("x".into()).await;
    let second = list(input.iter().map(|n| n + 1).collect()).await;
    let third = list(Default::default()).named("Empty").await;
    let fourth = table(Default::default(), "name".into()).await;
    let fifth = number(input.iter().map(|_| 2).sum()).await;
    let sixth = say(if second > 1 {
        "many".into()
    } else {
        "few".into()
    })
    .named("Say2")
    .await;
    vec![first, format!("{second} {third} {fourth} {fifth}"), sixth]
}

#[tokio::test]
async fn the_parameter_determines_the_type_of_an_argument() {
    let engine = Engine::builder().register::<Inferred>().virtual_time();
    let engine = engine.build().unwrap();
    for input in [vec![], vec![1, 2, 3]] {
        let plain = PlainRun::new().block_on(inferred(input.clone())).unwrap();
        let run = engine.start::<Inferred>(input).await.unwrap();
        assert_eq!(json!(run.await.unwrap()), json!(plain));
    }
}

#[workflow]
async fn prints(input: Vec<i64>) -> usize {
    println!("{} of {}", input[1], input.len());
    input.len()
}

#[workflow]
async fn prints_first(input: Vec<i64>) -> String {
    println!("{} of {}", input[1], input.len());
    println!("{} of {}", 10 / input[1], input.len());
    let said = say("x".to_owned()).await;
    println!("{}", input[2]);
    say(said).named("Second").await
}

#[tokio::test]
async fn a_panic_in_what_is_printed_fails_the_workflow() {
    let engine = Engine::builder().register::<Prints>().virtual_time();
    let engine = engine.build().unwrap();
    for input in [vec![], vec![1], vec![1, 2]] {
        let plain = PlainRun::new().block_on(prints(input.clone()));
        let run = engine.start::<Prints>(input).await.unwrap().await;
        assert_eq!(run.is_ok(), plain.is_ok(), "{run:?} {plain:?}");
    }
    let engine = Engine::builder().register::<PrintsFirst>().virtual_time();
    let engine = engine.build().unwrap();
    for input in [vec![], vec![1, 0, 1], vec![1, 2], vec![1, 2, 3]] {
        let plain = PlainRun::new().block_on(prints_first(input.clone()));
        let run = engine.start::<PrintsFirst>(input).await.unwrap().await;
        assert_eq!(run.is_ok(), plain.is_ok(), "{run:?} {plain:?}");
    }
}

#[derive(
    Debug,
    Clone,
    PartialEq,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
    stepwright::Payload,
)]
struct Wrap<T> {
    value: T,
}

#[task]
async fn unwrapped(wrap: Wrap<String>) -> String {
    wrap.value
}

#[workflow]
async fn generic(input: i64) -> Vec<String> {
    let text: Wrap<String> = Wrap {
        value: "text".to_owned(),
    };
    let other: Wrap<String> = if input > 1 {
        Wrap {
            value: "many".to_owned(),
        }
    } else {
        text.clone()
    };
    let some: Option<Wrap<i64>> = Some(Wrap { value: input });
    let first = unwrapped(text).await;
    let second = unwrapped(other).named("Second").await;
    vec![
        first,
        second,
        format!("{}", some.map_or(0, |wrap| wrap.value)),
    ]
}

#[derive(
    Debug,
    Clone,
    PartialEq,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
    stepwright::Payload,
)]
enum Either<A, B> {
    Left(A),
    Right { items: Vec<B> },
    Neither,
}

/// The result has the type of the function, a tuple that of its `let`.
#[workflow]
async fn generic_result(input: i64) -> Result<(Either<i64, String>, Wrap<Option<i64>>), PayFailed> {
    let (first, wrap): (Either<i64, String>, Wrap<i64>) = (Either::Neither, Wrap { value: input });
    let second: Either<i64, String> = if input > 1 {
        Either::Right { items: Vec::new() }
    } else {
        Either::Neither
    };
    unwrapped(Wrap::<String> {
        value: "text".to_owned(),
    })
    .await;
    if wrap.value > 2 {
        return Ok((second, Wrap { value: None }));
    }
    if second == first {
        return Ok((Either::Left(wrap.value), Wrap { value: Some(2) }));
    }
    Ok((Either::Right { items: vec![] }, Wrap { value: None }))
}

/// The result has the type of the function, which is no `Result`.
#[workflow]
async fn generic_value(input: i64) -> Either<i64, Wrap<String>> {
    if input > 2 {
        return Either::Left(input);
    }
    if input > 1 {
        return Either::Neither;
    }
    say("text".to_owned()).await;
    Either::Right { items: Vec::new() }
}

/// A part of the result is a call, and the branches of the `if` have the type of the function.
#[workflow]
async fn generic_branches(input: i64) -> Result<Either<i64, Wrap<i64>>, PayFailed> {
    let neither: Either<i64, Wrap<String>> = Either::Neither;
    let value = generic_value(input).await;
    if value == neither {
        return Ok(Either::Neither);
    }
    Ok(if input > 1 {
        say("text".to_owned()).await;
        Either::Left(input)
    } else {
        Either::Right { items: Vec::new() }
    })
}

/// The fragment has a generic type, and its caller reads that.
#[fragment]
async fn generic_fragment(input: i64) -> Wrap<Option<i64>> {
    if input > 1 {
        return Wrap { value: None };
    }
    Wrap { value: Some(input) }
}

#[workflow]
async fn generic_caller(input: i64) -> Wrap<i64> {
    let wrap = generic_fragment(input).await;
    Wrap {
        value: wrap.value.unwrap_or_default(),
    }
}

#[derive(Debug, thiserror::Error, TaskError)]
enum PayFailed {}

#[tokio::test]
async fn a_result_has_the_type_arguments_of_the_function() {
    let engine = Engine::builder()
        .register::<GenericResult>()
        .register::<GenericBranches>()
        .register::<GenericCaller>();
    let engine = engine.virtual_time().build().unwrap();
    for input in [1, 2, 3] {
        let plain = PlainRun::new().block_on(generic_result(input)).unwrap();
        let run = engine.start::<GenericResult>(input).await.unwrap();
        assert_eq!(json!(run.await.unwrap()), json!(plain));
        let plain = PlainRun::new().block_on(generic_branches(input)).unwrap();
        let run = engine.start::<GenericBranches>(input).await.unwrap();
        assert_eq!(json!(run.await.unwrap()), json!(plain));
        let plain = PlainRun::new().block_on(generic_caller(input)).unwrap();
        let run = engine.start::<GenericCaller>(input).await.unwrap();
        assert_eq!(json!(run.await.unwrap()), json!(plain));
    }
}

#[tokio::test]
async fn a_declared_type_has_the_type_arguments_of_a_literal() {
    let engine = Engine::builder().register::<Generic>().virtual_time();
    let engine = engine.build().unwrap();
    for input in [1, 2] {
        let plain = PlainRun::new().block_on(generic(input)).unwrap();
        let run = engine.start::<Generic>(input).await.unwrap();
        assert_eq!(json!(run.await.unwrap()), json!(plain));
    }
}
