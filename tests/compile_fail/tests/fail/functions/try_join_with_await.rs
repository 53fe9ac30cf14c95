use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderError> {
    let (checked, again) = try_join!(validate_order(&order).await, validate_order(&order)).await?;
    Ok(Charge { id: format!("{}{}", checked.id, again.id) })
}

fn main() {}
