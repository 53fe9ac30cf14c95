use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    if charge_card(&order).await.is_ok() {
        return Err(OrderFailed::Refunded);
    }
    Ok(Charge { id: order.id })
}

fn main() {}
