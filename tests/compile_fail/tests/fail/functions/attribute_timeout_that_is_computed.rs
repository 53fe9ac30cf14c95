use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow(timeout = days(WEEK))]
async fn orders(order: Order) -> Charge {
    Charge { id: order.id }
}

fn main() {}
