use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(deny(unbounded_loop))]
async fn orders(order: Order) -> Result<Charge, OrderError> {
    loop {
        let found = validate_order(&order).await?;
        if found.vip {
            break;
        }
    }
    Ok(Charge { id: order.id })
}

fn main() {}
