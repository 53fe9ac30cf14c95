use stepwright::function::*;
use stepwright_compile_fail::*;

#[fragment(express)]
async fn pay(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
