use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut changed = order;
    changed.total = 5.0;
    changed.total += 1.0;
    Charge { id: changed.id }
}

fn main() {}
