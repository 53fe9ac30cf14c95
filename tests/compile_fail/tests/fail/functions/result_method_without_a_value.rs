use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn after_a_timeout(order: Order) -> Charge {
    charge_card(&order).timeout(mins(1)).await.unwrap()
}

#[workflow]
async fn of_a_map(orders: Vec<Order>) -> Vec<Charge> {
    map(&orders, charge_card).await.unwrap()
}

#[workflow]
async fn of_branches(order: Order) -> (Charge, Order) {
    try_join!(charge_card(&order), async { order.clone() }).await.unwrap_or_default()
}

#[workflow]
async fn before_await(order: Order) -> Charge {
    charge_card(&order).unwrap().await
}

#[workflow]
async fn in_a_statement(order: Order) -> String {
    charge_card(&order).await.unwrap();
    order.id
}

fn main() {}
