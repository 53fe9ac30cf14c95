use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let charge = charge_card(&order).await.unwrap_or(Charge { id: order.id.clone() });
    Ok(charge)
}

fn main() {}
