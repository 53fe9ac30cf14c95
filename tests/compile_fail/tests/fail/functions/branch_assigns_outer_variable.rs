use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderError> {
    let mut total = 0.0;
    let (checked, charge) = try_join!(async {
        total = 5.0;
        validate_order(&order).await
    }, async {
        Ok(Charge { id: order.id.clone() })
    }).await?;
    Ok(Charge { id: format!("{total}{}{}", checked.id, charge.id) })
}

fn main() {}
