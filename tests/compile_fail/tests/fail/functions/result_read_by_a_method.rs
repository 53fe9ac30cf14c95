use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn expected(order: Order) -> Charge {
    charge_card(&order).await.expect("a charge")
}

#[workflow]
async fn replaced(order: Order) -> String {
    let charge = charge_card(&order).await.unwrap_or(Charge { id: "none".to_owned() });
    charge.id
}

#[workflow]
async fn passed(order: Order) -> String {
    match charge_card(&validate_order(&order).await.unwrap()).await {
        Ok(charge) => charge.id,
        Err(_) => "none".to_owned(),
    }
}

#[workflow]
async fn in_a_map(orders: Vec<Order>) -> Vec<Charge> {
    map(&orders, async |order| charge_card(order).await.unwrap()).await
}

fn main() {}
