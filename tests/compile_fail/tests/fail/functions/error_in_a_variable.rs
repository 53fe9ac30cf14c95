use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let error = OrderFailed::Refunded;
    if order.vip {
        return Err(error);
    }
    Ok(Charge { id: order.id })
}

fn main() {}
