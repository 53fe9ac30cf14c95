use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(allow = unbounded_loop)]
async fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
