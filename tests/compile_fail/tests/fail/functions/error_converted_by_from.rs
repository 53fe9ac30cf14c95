use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    match validate_order(&order).await {
        Ok(_) => Ok(Charge { id: order.id }),
        Err(e) => Err(OrderFailed::from(e)),
    }
}

fn main() {}
