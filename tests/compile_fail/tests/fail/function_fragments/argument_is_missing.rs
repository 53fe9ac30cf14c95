use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, PaymentError> {
    pay().await
}

fn main() {}
