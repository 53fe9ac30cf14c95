//! The Lambda function `PriceCart`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_runtime::lambda::Error> {
    stepwright_runtime::lambda::run::<restocking::price_cart>().await
}
