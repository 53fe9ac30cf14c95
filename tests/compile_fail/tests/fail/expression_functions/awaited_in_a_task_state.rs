use stepwright::prelude::*;
use stepwright_compile_fail::*;

#[expression]
fn doubled(n: f64) -> f64 {
    n * 2.0
}

workflow! {
    workflow Orders(order: Order) -> f64 {
        task Get { let found = doubled(order.total).await; end found; }
    }
}

fn main() {}
