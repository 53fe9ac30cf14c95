//! The Lambda function `LookUpTerms`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_runtime::lambda::Error> {
    stepwright_runtime::lambda::run::<refunds::look_up_terms>().await
}
