use stepwright::function::*;
use stepwright_compile_fail::*;

#[expression]
fn doubled(n: i64) -> i64 {
    n * 2
}

#[workflow]
async fn orders(order: Order) -> i64 {
    doubled(order.id)
}

fn main() {}
