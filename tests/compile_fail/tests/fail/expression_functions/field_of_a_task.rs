use stepwright::function::*;
use stepwright_compile_fail::*;

#[expression]
fn total(order: &Order) -> String {
    charge_card(order.clone()).id
}

fn main() {}
