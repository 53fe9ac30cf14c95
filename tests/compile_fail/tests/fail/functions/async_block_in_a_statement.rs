#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    async { refund(Charge { id: order.id.clone() }).await };
    Charge { id: order.id }
}

fn main() {}
