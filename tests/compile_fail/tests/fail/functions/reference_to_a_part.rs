use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut changed = order;
    let total = &mut changed.total;
    *total += 1.0;
    let first = &mut changed.items[0];
    first.quantity = 2;
    let last = changed.items.last_mut().unwrap();
    last.quantity = 3;
    Charge { id: changed.id }
}

fn main() {}
