use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let valid = order.total.is_nan();
    Charge { id: order.id }
}

fn main() {}
