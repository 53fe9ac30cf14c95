#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let now = std::time::SystemTime::now();
    println!("{now:?}");
    Charge { id: order.id }
}

fn main() {}
