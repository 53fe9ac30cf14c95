use stepwright::function::*;
use stepwright_compile_fail::*;

#[expression]
fn total(order: &Order) -> Charge {
    charge_card(order.clone())
}

fn main() {}
