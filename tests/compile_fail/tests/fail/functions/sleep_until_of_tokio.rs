use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> String {
    tokio::time::sleep_until(tokio::time::Instant::now()).await;
    order.id
}

fn main() {}
