#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match charge_card(&order).await {
        Ok(charge) => Ok(charge),
        Err(PaymentError::Declined { reason: text @ _ }) => Err(OrderFailed::Refunded),
        Err(_) => Err(OrderFailed::Refunded),
    }
}

fn main() {}
