use stepwright::function::*;
use stepwright_compile_fail::*;

#[task]
async fn is_valid(item: Item) -> bool;

#[workflow]
async fn orders(order: Order) -> String {
    if is_valid(order.items[0].clone()) { "valid".to_owned() } else { order.id }
}

fn main() {}
