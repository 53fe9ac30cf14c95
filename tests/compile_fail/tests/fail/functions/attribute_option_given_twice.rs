use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(timeout = days(1), timeout = days(2))]
async fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
