#![allow(unused_must_use)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    order.total + 1.0;
    Charge { id: order.id }
}

fn main() {}
