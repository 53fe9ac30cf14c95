use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async unsafe fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
