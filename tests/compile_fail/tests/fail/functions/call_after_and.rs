use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let cheap = order.vip && validate_order(&order).await?.vip;
    if cheap {
        return Err(OrderFailed::Refunded);
    }
    Ok(Charge { id: order.id })
}

fn main() {}
