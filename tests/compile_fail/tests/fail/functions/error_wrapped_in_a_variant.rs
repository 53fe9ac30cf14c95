use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match charge_card(&order).await {
        Ok(charge) => Ok(charge),
        Err(e) => Err(OrderFailed::Unpaid(e)),
    }
}

fn main() {}
