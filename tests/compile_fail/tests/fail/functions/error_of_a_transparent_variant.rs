use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    if order.vip {
        return Err(OrderFailed::Malformed(OrderError::Invalid { reason: order.id }));
    }
    Ok(Charge { id: order.id })
}

fn main() {}
