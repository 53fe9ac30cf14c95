use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut items = order.items.clone();
    let list = &mut items;
    list.clear();
    Charge { id: order.id }
}

fn main() {}
