use stepwright::function::*;
use stepwright_compile_fail::*;

fn take_last(items: &mut Vec<Item>) -> String {
    items.pop().unwrap().sku
}

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut items = order.items.clone();
    let last = take_last(&mut items);
    Charge { id: last }
}

fn main() {}
