use stepwright::function::sleep as nap;
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Order {
    nap(secs(3)).await;
    order
}

fn main() {}
