use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn sleep(order: Order) -> Charge;

#[workflow]
async fn orders(order: Order) -> Charge {
    sleep(order).await
}

fn main() {}
