use stepwright::function::*;
use stepwright_compile_fail::*;

fn doubled(n: f64) -> f64 {
    n * 2.0
}

#[workflow]
async fn orders(order: Order) -> f64 {
    let twice = doubled(order.total);
    twice
}

fn main() {}
