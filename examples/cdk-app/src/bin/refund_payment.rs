//! The Lambda function `RefundPayment`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_aws::lambda::Error> {
    stepwright_aws::lambda::run::<refunds::refund_payment>().await
}
