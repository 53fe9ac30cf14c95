use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn payment(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    payment(&order)
        .retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)))
        .await
}

fn main() {}
