use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let checked = validate_order(&order).await?;
    Ok(Charge { id: checked.ident })
}

fn main() {}
