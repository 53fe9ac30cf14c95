//! The Lambda function `RefundPayment`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stepwright_runtime::lambda::Error> {
    stepwright_runtime::lambda::run::<refunds::refund_payment>().await
}
