use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    if order.vip {
        panic!();
    }
    assert!();
    Charge { id: order.id }
}

fn main() {}
