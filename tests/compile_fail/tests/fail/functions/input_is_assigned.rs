use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    order = validate_order(&order).await?;
    Ok(Charge { id: order.id })
}

fn main() {}
