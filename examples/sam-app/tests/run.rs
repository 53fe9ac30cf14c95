//! The workflows with their own functions, on virtual time.

use restocking::{
    Cart, Line, Need, Offer, Quote, Restock, Restocked, Stock, WarehouseError, count_stock,
};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};
use stepwright_runtime::{Engine, ExecutionFailed, ExecutionReport};

fn cart(article: &str) -> Cart {
    let article = article.to_owned();
    Cart {
        lines: vec![Line { article, pieces: 2 }],
    }
}

async fn quote(article: &str) -> Result<Offer, ExecutionFailed> {
    let engine = Engine::builder().register::<Quote>().virtual_time().build();
    let engine = engine.expect("the engine can be built");
    let run = engine.start::<Quote>(cart(article)).await;
    run.expect("it starts").await
}

#[tokio::test]
async fn a_cart_has_a_price() {
    let offer = quote("yarn").await.expect("it succeeds");
    assert_eq!(offer.cents, 9_00);
}

#[tokio::test]
async fn an_unknown_article_has_no_price() {
    let failed = quote("flute").await.expect_err("it fails");
    assert_eq!(failed.error.as_deref(), Some("UnknownArticle"));
}

/// Runs a restocking, with these mocks in addition to the functions.
async fn restock(mocks: Mocks, need: Need) -> Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register::<Restock>()
        .tasks(mocks)
        .substitute("PurchasingQueueUrl", "the queue")
        .virtual_time()
        .build();
    let engine = engine.expect("the engine can be built");
    let run = engine.start::<Restock>(need).await.expect("it starts");
    run.report().await
}

fn sent() -> Mock<AnyOutput> {
    Mock::output(json!({"MessageId": "m-1"}))
}

fn need(article: &str, wanted: u32) -> Need {
    Need {
        article: article.to_owned(),
        wanted,
    }
}

#[tokio::test]
async fn missing_pieces_are_ordered() {
    let report = restock(Mocks::new().state("Order", sent()), need("loom", 10)).await;
    expect(&report)
        .path(["Count", "IsEnough", "Order", "Ordered"])
        .output(Restocked { ordered: 6 })
        .calls(
            "Order",
            [json!({
                "QueueUrl": "the queue",
                "MessageBody": {"article": "loom", "pieces": 6},
            })],
        );
}

#[tokio::test]
async fn nothing_is_ordered_if_the_stock_suffices() {
    let report = restock(
        Mocks::new().state("Order", sent().optional()),
        need("loom", 4),
    )
    .await;
    expect(&report)
        .path(["Count", "IsEnough", "Enough"])
        .output(Restocked { ordered: 0 });
}

#[tokio::test]
async fn a_closed_warehouse_is_asked_again_when_it_opens() {
    let until = "2026-01-01T06:00:00Z".to_owned(); // virtual time begins with this day
    let mocks = Mocks::new()
        .task::<count_stock>(
            Mock::fails(WarehouseError::Closed { until })
                .times(1)
                .then(Mock::returns(Stock { pieces: 3 })),
        )
        .state("Order", sent());
    let report = restock(mocks, need("silk", 5)).await;
    expect(&report)
        .path([
            "Count",
            "WaitUntilOpen",
            "Count",
            "IsEnough",
            "Order",
            "Ordered",
        ])
        .output(Restocked { ordered: 2 })
        .took(Duration::from_secs(6 * 60 * 60));
}
