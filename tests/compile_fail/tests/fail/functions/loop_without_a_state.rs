#![allow(unused)]
use stepwright::function::*;
use stepwright_compile_fail::*;

#[workflow]
async fn orders(order: Order) -> Charge {
    let mut n = 0;
    loop {
        n += 1;
    }
}

fn main() {}
