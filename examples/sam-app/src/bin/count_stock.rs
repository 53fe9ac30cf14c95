//! The Lambda function `CountStock`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_runtime::lambda::Error> {
    stepwright_runtime::lambda::run::<restocking::count_stock>().await
}
