use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderError> {
    let (total, checked) = try_join!(order.total, validate_order(&order)).await?;
    Ok(Charge { id: format!("{}{}", total, checked.id) })
}

fn main() {}
