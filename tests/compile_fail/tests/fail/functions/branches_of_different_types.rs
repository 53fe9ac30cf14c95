use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let id = if order.vip { "vip".to_owned() } else { 5 };
    Charge { id }
}

fn main() {}
