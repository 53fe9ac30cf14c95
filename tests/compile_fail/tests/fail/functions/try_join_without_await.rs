use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    try_join!(validate_order(&order), charge_card(&order));
    Ok(Charge { id: order.id })
}

fn main() {}
