use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) {
    sleep_until(order.total).await;
}

fn main() {}
