#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let text = String::from("a").await;
    Charge { id: text }
}

fn main() {}
