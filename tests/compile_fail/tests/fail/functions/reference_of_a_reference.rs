use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut count = order.items.len();
    let one = &mut count;
    let other = &mut one;
    *other += 1;
    Charge { id: order.id }
}

fn main() {}
