use std::time::Duration;

use serde_json::{Value, json};
use stepwright_examples::patterns::api_orchestration::{PriceQuote, Quote, QuoteRequest};
use stepwright_runtime::testing::{AnyOutput, Mock, Mocks, expect};

use super::run;

fn request() -> QuoteRequest {
    QuoteRequest {
        customer: "c-7".to_owned(),
        article: "loom".to_owned(),
        quantity: 3,
    }
}

fn answered(body: Value) -> Mock<AnyOutput> {
    Mock::output(json!({"StatusCode": 200, "StatusText": "OK", "ResponseBody": body}))
}

fn price() -> Mock<AnyOutput> {
    answered(json!({"cents": 1_005.0, "currency": "EUR"}))
}

fn refused(status: u16) -> Mock<AnyOutput> {
    Mock::failure(format!("States.Http.StatusCode.{status}"), "no")
}

#[tokio::test]
async fn a_known_customer_gets_the_discount() {
    let mocks = Mocks::new()
        .state(
            "AskCrm",
            answered(json!({"segment": "gold", "discount": 0.1})),
        )
        .state("AskShop", price());
    let report = run::<PriceQuote>(mocks, request()).await;
    expect(&report)
        .output(Quote {
            cents: 905.0, // 904.5 rounded as Rust rounds
            currency: "EUR".to_owned(),
            segment: "gold".to_owned(),
        })
        .calls(
            "AskCrm",
            [json!({
                "ApiEndpoint": "https://the CrmHost/customers/c-7",
                "Method": "GET",
                "Authentication": {"ConnectionArn": "the CrmConnectionArn"},
            })],
        )
        .calls(
            "AskShop",
            [json!({
                "ApiEndpoint": "https://the ShopHost/prices",
                "Method": "POST",
                "Authentication": {"ConnectionArn": "the ShopConnectionArn"},
                "RequestBody": {"article": "loom", "quantity": 3},
            })],
        );
}

#[tokio::test]
async fn an_unknown_customer_is_treated_as_new() {
    let mocks = Mocks::new()
        .state("AskCrm", refused(404))
        .state("AskShop", price());
    let report = run::<PriceQuote>(mocks, request()).await;
    expect(&report)
        .entered("Unknown")
        .output(json!({"cents": 1_005.0, "currency": "EUR", "segment": "new"}));
}

#[tokio::test]
async fn a_busy_api_is_retried() {
    let mocks = Mocks::new()
        .state(
            "AskCrm",
            refused(429)
                .times(2)
                .then(answered(json!({"segment": "gold", "discount": 0.0}))),
        )
        .state("AskShop", price());
    let report = run::<PriceQuote>(mocks, request()).await;
    expect(&report)
        .succeeded()
        .called("AskCrm", 3)
        .took_at_most(Duration::from_secs(3)); // 1 s and 2 s, less the jitter
}

#[tokio::test]
async fn an_unknown_article_fails_with_no_such_article() {
    let mocks = Mocks::new()
        .state("AskCrm", refused(404))
        .state("AskShop", refused(404));
    let report = run::<PriceQuote>(mocks, request()).await;
    expect(&report)
        .failed("NoSuchArticle")
        .cause("there is no article loom");
}

#[tokio::test]
async fn an_unavailable_api_fails_with_try_later() {
    for broken in [refused(503), Mock::never()] {
        let mocks = Mocks::new()
            .state(
                "AskCrm",
                answered(json!({"segment": "gold", "discount": 0.0})),
            )
            .state("AskShop", broken);
        let report = run::<PriceQuote>(mocks, request()).await;
        expect(&report)
            .failed("TryLater")
            .took_at_most(Duration::from_secs(25));
    }
}
