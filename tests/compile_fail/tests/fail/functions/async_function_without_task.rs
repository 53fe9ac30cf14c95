use stepwright::function::*;
use stepwright_compile_fail::*;

async fn rate(order: Order) -> f64 {
    order.total
}

#[workflow]
async fn orders(order: Order) -> f64 {
    let total = rate(order).await;
    total + 1.0
}

fn main() {}
