use std::time::Duration;
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> String {
    tokio::time::sleep(Duration::from_secs(60)).await;
    order.id
}

fn main() {}
