//! `match`, `if let`, `as` and closure patterns in expressions have the same meaning as in Rust.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stepwright::prelude::*;
use stepwright_runtime::Engine;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Input {
    size: Size,
    limit: Option<u32>,
    weights: Vec<(String, u32)>,
    points: Vec<Point>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
enum Size {
    Small,
    Boxed { sides: (u32, u32) },
    Named(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Payload)]
struct Output {
    size: String,
    limit: u32,
    half: f64,
    heavy: Vec<String>,
    sums: Vec<i64>,
}

workflow! {
    workflow Expressions(input: Input) -> Output {
        pass Compute {
            let size = match input.size {
                Size::Small => "small".to_string(),
                Size::Boxed { sides: (a, b) } if a == b => format!("a square of {a}"),
                Size::Boxed { sides: (a, _) } => format!("a box of {a}"),
                Size::Named(name) => name,
            };
            let limit = if let Some(limit) = input.limit { limit * 2 } else { 7 };
            let half = if let Some(limit) = input.limit { limit as f64 / 2.0 } else { 0.5 };
            let heavy: Vec<String> = input.weights.iter().filter(|(_, weight)| *weight > 10).map(|(name, _)| name.clone()).collect();
            let sums: Vec<i64> = input.points.iter().map(|Point { x, y: other }| (x + other) as i64).collect();
            next Done;
        }
        succeed Done { Output { size, limit, half, heavy, sums } }
    }
}

async fn run(size: Size, limit: Option<u32>) -> Output {
    let engine = Engine::builder()
        .register::<Expressions>()
        .virtual_time()
        .build();
    let engine = engine.expect("the workflow can be run");
    let input = Input {
        size,
        limit,
        weights: vec![("a".to_owned(), 5), ("b".to_owned(), 50)],
        points: vec![Point { x: 1, y: -4 }],
    };
    let run = engine.start::<Expressions>(input).await.expect("it starts");
    match run.await {
        Ok(output) => output,
        Err(failed) => panic!("{failed:?}"),
    }
}

#[tokio::test]
async fn patterns_and_casts_have_the_expected_values() {
    let small = run(Size::Small, None).await;
    assert_eq!(
        small,
        Output {
            size: "small".to_owned(),
            limit: 7,
            half: 0.5,
            heavy: vec!["b".to_owned()],
            sums: vec![-3],
        }
    );
    let square = run(Size::Boxed { sides: (2, 2) }, Some(3)).await;
    assert_eq!(
        (square.size.as_str(), square.limit, square.half),
        ("a square of 2", 6, 1.5)
    );
    assert_eq!(
        run(Size::Boxed { sides: (2, 3) }, None).await.size,
        "a box of 2"
    );
    assert_eq!(run(Size::Named("n".to_owned()), None).await.size, "n");
}

#[test]
fn the_definition_equals_its_reviewed_snapshot() {
    insta::assert_snapshot!(Expressions::definition().to_json_pretty());
}
