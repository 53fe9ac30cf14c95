//! The Lambda function `Scale`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_runtime::lambda::Error> {
    stepwright_runtime::lambda::run::<thumbnails::scale>().await
}
