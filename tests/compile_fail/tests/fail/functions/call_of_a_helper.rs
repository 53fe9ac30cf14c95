use stepwright::function::*;
use stepwright_compile_fail::*;

fn is_special(order: &Order) -> bool {
    order.total > 100.0
}

#[workflow]
async fn orders(order: Order) -> Charge {
    let vip = is_special(&order);
    if vip { Charge { id: order.id } } else { Charge { id: order.id.clone() } }
}

fn main() {}
