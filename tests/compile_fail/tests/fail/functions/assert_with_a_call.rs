use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    assert!(validate_order(&order).await?.vip);
    Ok(Charge { id: order.id })
}

fn main() {}
