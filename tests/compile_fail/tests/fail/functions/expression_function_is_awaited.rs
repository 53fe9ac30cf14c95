use stepwright::function::*;
use stepwright_compile_fail::*;

#[expression]
fn doubled(n: f64) -> f64 {
    n * 2.0
}

#[workflow]
async fn orders(order: Order) -> f64 {
    let total = doubled(order.total).await;
    total + 1.0
}

fn main() {}
