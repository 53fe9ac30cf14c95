use stepwright::function::*;
use stepwright_compile_fail::*;

fn refused(_: &Order) -> OrderFailed {
    OrderFailed::Refunded
}

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    if order.vip {
        return Err(refused(&order));
    }
    Ok(Charge { id: order.id })
}

fn main() {}
