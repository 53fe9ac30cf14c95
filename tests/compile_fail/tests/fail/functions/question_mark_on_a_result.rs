use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let count: u32 = order.id.parse::<u32>()?;
    Ok(Charge { id: order.id })
}

fn main() {}
