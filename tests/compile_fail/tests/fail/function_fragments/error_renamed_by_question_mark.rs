use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment]
async fn pay(order: Order) -> Result<Charge, PaymentError> {
    charge_card(&order).await
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let charge = pay(&order).await?;
    Ok(charge)
}

fn main() {}
