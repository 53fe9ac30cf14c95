use stepwright::function::{secs, workflow};
use stepwright_compile_fail::*;
use time::sleep;

mod time {
    pub async fn sleep(_duration: std::time::Duration) {}
}

#[workflow]
async fn orders(order: Order) -> String {
    sleep(secs(60)).await;
    order.id
}

fn main() {}
