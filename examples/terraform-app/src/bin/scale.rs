//! The Lambda function `Scale`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_aws::lambda::Error> {
    stepwright_aws::lambda::run::<thumbnails::scale>().await
}
