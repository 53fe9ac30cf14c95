use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderError> {
    let (checked, charge) = try_join!(validate_order(&order), charge_card(&order)).await?;
    Ok(Charge { id: format!("{}{}", checked.id, charge.id) })
}

fn main() {}
