#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> &'static str {
    "paid"
}

fn main() {}
