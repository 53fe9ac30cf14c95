//! The Lambda function `LookUpTerms`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_aws::lambda::Error> {
    stepwright_aws::lambda::run::<refunds::look_up_terms>().await
}
