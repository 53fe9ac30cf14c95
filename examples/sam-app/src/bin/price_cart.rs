//! The Lambda function `PriceCart`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_aws::lambda::Error> {
    stepwright_aws::lambda::run::<restocking::price_cart>().await
}
