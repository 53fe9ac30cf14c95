use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

#[workflow]
async fn orders(order: Order) -> Option<Charge> {
    match pay(&order).timeout(mins(1)).await {
        Ok(charge) => Some(charge),
        Err(_) => None,
    }
}

fn main() {}
