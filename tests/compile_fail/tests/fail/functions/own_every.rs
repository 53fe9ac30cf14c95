use std::time::Duration;
use stepwright::function::*;
use stepwright_compile_fail::*;

fn every(interval: Duration) -> RetryPolicy {
    stepwright::function::every(interval).times(9)
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2))).await
}

fn main() {}
