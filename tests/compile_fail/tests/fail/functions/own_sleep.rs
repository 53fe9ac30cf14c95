use std::time::Duration;
use stepwright::function::*;
use stepwright_compile_fail::*;

fn sleep(duration: Duration) -> Sleep {
    stepwright::function::sleep(duration * 2)
}

#[workflow]
async fn orders(order: Order) -> Charge {
    sleep(secs(5)).await;
    Charge { id: order.id }
}

fn main() {}
