use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let _ = charge_card(&order).await;
    Ok(Charge { id: order.id })
}

fn main() {}
