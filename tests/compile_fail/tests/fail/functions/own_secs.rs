use std::time::Duration;
use stepwright::function::*;
use stepwright_compile_fail::*;

fn secs(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[workflow]
async fn orders(order: Order) -> Charge {
    sleep(secs(5)).await;
    Charge { id: order.id }
}

fn main() {}
