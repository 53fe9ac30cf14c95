use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    if order.totl > 5.0 {
        return Err(OrderFailed::Refunded);
    }
    Ok(Charge { id: order.id })
}

fn main() {}
