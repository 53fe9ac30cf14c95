#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    async fn helper(order: &Order) -> f64 {
        order.total
    }
    Charge { id: order.id }
}

fn main() {}
