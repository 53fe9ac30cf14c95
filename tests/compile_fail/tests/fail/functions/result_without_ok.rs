use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match charge_card(&order).await {
        Err(_) => Err(OrderFailed::Refunded),
        charge => Ok(charge.unwrap()),
    }
}

fn main() {}
