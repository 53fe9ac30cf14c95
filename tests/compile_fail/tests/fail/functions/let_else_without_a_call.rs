use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Result<Charge, OrderFailed> {
    let Ok(charge) = charge_card(&order).await else {
        println!("failed");
        refund(Charge { id: order.id.clone() }).await;
    };
    Ok(charge)
}

fn main() {}
