use stepwright::function::*;
use stepwright_compile_fail::*;

macro_rules! assert {
    ($condition:expr) => {};
}

#[workflow]
async fn orders(order: Order) -> Charge {
    assert!(order.vip);
    Charge { id: order.id }
}

fn main() {}
